// Subgraphs that operations run: by their nodes the first time, compiled from then on.
#include "core/graph/prepared.h"

#include <atomic>
#include <mutex>

#include "core/graph/node.h"
#include "core/graph/subgraph.h"
#include "core/jit/executable.h"

namespace terrella::graph {

class Prepared {
 public:
  bool is_first() { return runs_.exchange(true, std::memory_order_relaxed) == false; }
  const compiler::Executable& executable(const Subgraph& subgraph) {
    std::call_once(once_, [&] { executable_ = compiler::compile(subgraph); });
    return *executable_;
  }

 private:
  std::atomic<bool> runs_{false};
  std::once_flag once_;
  std::shared_ptr<const compiler::Executable> executable_;
};

std::shared_ptr<Prepared> make_prepared() { return std::make_shared<Prepared>(); }

void prepare(const Subgraph& subgraph) {
  subgraph.prepared->is_first();
  subgraph.prepared->executable(subgraph);
}

std::vector<Array> run(const Subgraph& subgraph, std::span<const Array> inputs) {
  // Looking for the first NaN, every operation is watched by itself.
  if (!debugging(Debug::nan) && !subgraph.prepared->is_first())
    return subgraph.prepared->executable(subgraph).run({inputs.begin(), inputs.end()});
  Tensors leaves;
  leaves.reserve(inputs.size());
  for (const Array& a : inputs) leaves.push_back(leaf(a));
  const Tensors y = play(subgraph, leaves);
  evaluate(y);
  std::vector<Array> results;
  results.reserve(y.size());
  for (const Tensor& t : y) results.push_back(t.node()->value);
  return results;
}

}  // namespace terrella::graph
