#include <metis.h>

#include <cstdlib>
#include <mutex>
#include <numeric>

#include "core/error.h"
#include "core/sparse/analysis.h"

namespace terrella::sparse {
namespace {

static_assert(sizeof(idx_t) == sizeof(std::int32_t));

/// METIS draws its numbers from rand(): with a state of ours the order is always the same, and the user's numbers are
/// left alone.
class OwnRandomState {
 public:
  OwnRandomState() : before_(initstate(1, state_, sizeof state_)) {}
  OwnRandomState(const OwnRandomState&) = delete;
  OwnRandomState& operator=(const OwnRandomState&) = delete;
  ~OwnRandomState() { setstate(before_); }

 private:
  char state_[128];
  char* before_;
};

}  // namespace

std::vector<std::int32_t> nested_dissection(const Graph& graph) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(graph.size())), number(order.size());
  std::iota(order.begin(), order.end(), 0);
  if (graph.neighbours.empty() || graph.size() < 3) return order;
  static std::mutex mutex;  // for the random numbers
  const std::scoped_lock lock(mutex);
  const OwnRandomState state;
  idx_t options[METIS_NOPTIONS], n = graph.size();
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = 1;
  auto& g = const_cast<Graph&>(graph);  // METIS reads only
  const int status =
      METIS_NodeND(&n, g.starts.data(), g.neighbours.data(), nullptr, options, order.data(), number.data());
  if (status == METIS_ERROR_MEMORY)
    throw ResourceError(text("sparse solve: no memory to order a matrix of ", n, " rows"));
  if (status != METIS_OK) throw SolveError(text("sparse solve: METIS failed with code ", status));
  return order;
}

}  // namespace terrella::sparse
