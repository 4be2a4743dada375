// core/graph/trace.h: which nodes must keep their inputs after evaluation, because a live transform will walk them.
#pragma once
#include <cstdint>
#include <memory>

#include "core/tensor.h"

namespace terrella::graph {

/// One transform at work (or a pullback that is kept). While it lives, nodes that depend on what watch() returned keep
/// their op and inputs when they are evaluated. At most 64 have a bit of their own; more share, which only keeps more.
class Trace {
 public:
  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// An alias of x that this trace follows.
  Tensor watch(const Tensor& x) const;

 private:
  int bit_;
};

/// The bits of all live traces.
std::uint64_t live_traces() noexcept;

}  // namespace terrella::graph
