// core/jit/split.h: a compiled function and its pullback as two programs, of which the second reads what the first
// kept.
#pragma once
#include <memory>
#include <mutex>

#include "core/graph/subgraph.h"
#include "core/jit/executable.h"

namespace terrella::compiler {

/// Cut where the first thing depends on a cotangent. Cheap operations of one array are computed again behind the cut.
class Split {
 public:
  /// Of a graph of `arguments` and then cotangents, that gives `results` and then their pullback.
  Split(const graph::Subgraph& whole, std::size_t arguments, std::size_t results);

  /// What the pullback gives, as placeholders are given: shapes, dtypes, and which are numbers.
  const Tensors& parts() const { return backward_.outputs; }

  /// Results, then what the pullback reads besides arguments and cotangents.
  std::vector<Array> forward(std::vector<Array> arguments) const;
  /// What was kept, arguments and cotangents in one list.
  std::vector<Array> backward(std::vector<Array> inputs) const;

 private:
  graph::Subgraph forward_, backward_;
  mutable std::once_flag once_[2];
  mutable std::shared_ptr<const Executable> executables_[2];
};

}  // namespace terrella::compiler
