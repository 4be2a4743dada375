#include "core/jit/pack.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

namespace terrella::compiler {
namespace {

using Offsets = std::vector<std::int64_t>;

constexpr std::size_t most_by_size = 16384;  // slots; a third of a second

/// The memory below `end` that nobody holds.
class Gaps {
 public:
  std::int64_t take(std::int64_t bytes) {
    const auto best = by_size_.lower_bound({bytes, 0});
    if (best != by_size_.end()) {
      const auto [size, at] = *best;
      remove(at, size);
      if (size > bytes) add(at + bytes, size - bytes);
      return at;
    }
    std::int64_t at = end_;
    if (!by_offset_.empty()) {  // the last gap may reach the end
      const auto [last, size] = *by_offset_.rbegin();
      if (last + size == end_) {
        at = last;
        remove(last, size);
      }
    }
    end_ = at + bytes;
    return at;
  }
  void give(std::int64_t at, std::int64_t bytes) {
    const auto next = by_offset_.lower_bound(at);
    if (next != by_offset_.begin()) {
      const auto [before, size] = *std::prev(next);
      if (before + size == at) {
        remove(before, size);
        at = before;
        bytes += size;
      }
    }
    if (const auto behind = by_offset_.find(at + bytes); behind != by_offset_.end()) {
      const std::int64_t size = behind->second;
      remove(at + bytes, size);
      bytes += size;
    }
    add(at, bytes);
  }
  std::int64_t end() const { return end_; }

 private:
  void add(std::int64_t at, std::int64_t size) {
    by_offset_.emplace(at, size);
    by_size_.emplace(size, at);
  }
  void remove(std::int64_t at, std::int64_t size) {
    by_offset_.erase(at);
    by_size_.erase({size, at});
  }
  std::map<std::int64_t, std::int64_t> by_offset_;
  std::set<std::pair<std::int64_t, std::int64_t>> by_size_;
  std::int64_t end_ = 0;
};

/// As time goes, or against it: the smallest gap that is free at the moment.
std::int64_t pack_by_time(std::span<const Slot> slots, bool backwards, Offsets& offsets) {
  const auto begins = [&](std::size_t s) { return backwards ? -slots[s].last : slots[s].first; };
  const auto ends = [&](std::size_t s) { return backwards ? -slots[s].first : slots[s].last; };
  std::vector<std::size_t> starting(slots.size()), ending;
  std::iota(starting.begin(), starting.end(), 0);
  ending = starting;
  std::sort(starting.begin(), starting.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(begins(a), -slots[a].bytes, a) < std::tuple(begins(b), -slots[b].bytes, b);
  });
  std::sort(ending.begin(), ending.end(),
            [&](std::size_t a, std::size_t b) { return std::pair(ends(a), a) < std::pair(ends(b), b); });
  Gaps gaps;
  auto gone = ending.begin();
  for (const std::size_t s : starting) {
    for (; ends(*gone) < begins(s); ++gone) gaps.give(offsets[*gone], slots[*gone].bytes);
    offsets[s] = gaps.take(slots[s].bytes);
  }
  return gaps.end();
}

/// Largest first, each into the smallest gap that is free while it lives.
std::int64_t pack_by_size(std::span<const Slot> slots, Offsets& offsets) {
  std::vector<std::size_t> order(slots.size()), placed;
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return slots[a].bytes > slots[b].bytes; });
  std::int64_t arena = 0;
  for (const std::size_t s : order) {
    const Slot& slot = slots[s];
    std::int64_t best = -1, best_gap = 0, end = 0;
    for (const std::size_t other : placed) {  // by offset
      const Slot& there = slots[other];
      if (there.last < slot.first || slot.last < there.first) continue;
      const std::int64_t gap = offsets[other] - end;
      if (gap >= slot.bytes && (best < 0 || gap < best_gap)) {
        best = end;
        best_gap = gap;
      }
      end = std::max(end, offsets[other] + there.bytes);
    }
    offsets[s] = best >= 0 ? best : end;
    arena = std::max(arena, offsets[s] + slot.bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), s,
                                   [&](std::size_t a, std::size_t b) { return offsets[a] < offsets[b]; }),
                  s);
  }
  return arena;
}

}  // namespace

std::int64_t most_held(std::span<const Slot> slots) {
  std::map<std::int32_t, std::int64_t> change;
  for (const Slot& slot : slots) {
    change[slot.first] += slot.bytes;
    change[slot.last + 1] -= slot.bytes;
  }
  std::int64_t now = 0, most = 0;
  for (const auto& [step, bytes] : change) most = std::max(most, now += bytes);
  return most;
}

std::int64_t pack(std::span<Slot> slots) {
  const std::int64_t least = most_held(slots);
  Offsets best(slots.size()), other(slots.size());
  std::int64_t arena = pack_by_time(slots, false, best);
  const auto compare = [&](std::int64_t bytes) {
    if (bytes >= arena) return;
    arena = bytes;
    best.swap(other);
  };
  if (arena > least) compare(pack_by_time(slots, true, other));
  if (arena > least && slots.size() <= most_by_size) compare(pack_by_size(slots, other));
  for (std::size_t s = 0; s < slots.size(); ++s) slots[s].offset = best[s];
  return arena;
}

}  // namespace terrella::compiler
