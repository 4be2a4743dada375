// core/transform/binomial.h: steps that can only be computed forward, visited backward with few states held.
//
// Griewank & Walther (2000), algorithm 799 (revolve): with c states held, the first included, no schedule computes
// fewer steps again.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace terrella::detail {

/// Of `steps` > 1 steps from a state that is held, how many to go before the next state is held, `free` > 0 of which
/// may be.
std::int64_t binomial_split(std::int64_t steps, std::int64_t free);

/// How many states to hold where nobody says: about 2 log2(steps), so that each step is computed again a few times.
std::int64_t default_states(std::int64_t steps);

/// Calls visit(i, state before step i) for i = steps - 1 ... 0. advance(state, from, to) returns the state before step
/// `to` from the one before step `from`. At most `slots` states are held besides `first` and the one that is visited.
template <class State, class Advance, class Visit>
void visit_backward(std::int64_t steps, std::int64_t slots, State first, const Advance& advance, const Visit& visit) {
  std::vector<std::pair<std::int64_t, State>> held;
  held.emplace_back(0, std::move(first));
  for (std::int64_t end = steps; end > 0;) {  // the steps from `end` on are done
    const std::int64_t begin = held.back().first;
    const std::int64_t free = slots - static_cast<std::int64_t>(held.size() - 1);
    if (end - begin == 1) {
      const State state = std::move(held.back().second);
      held.pop_back();
      visit(begin, state);
      end = begin;
    } else if (free <= 0) {
      visit(end - 1, advance(held.back().second, begin, end - 1));
      --end;
    } else {
      const std::int64_t next = begin + binomial_split(end - begin, free);
      State state = advance(held.back().second, begin, next);
      held.emplace_back(next, std::move(state));
    }
  }
}

}  // namespace terrella::detail
