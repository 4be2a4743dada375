// core/graph/trace.h: which nodes a transform follows, and must therefore keep their inputs after evaluation.
#pragma once
#include <cstdint>
#include <memory>

#include "core/tensor.h"

namespace terrella::graph {

/// One transform at work (or a pullback that is kept). Nodes made of what watch() returned carry its mark; while it
/// lives they keep their op and inputs when they are evaluated. At most 64 have a mark of their own; more share, which
/// only keeps more. A mark that is used again means nothing on nodes older than its new owner.
class Trace {
 public:
  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// An alias of x that this trace follows.
  Tensor watch(const Tensor& x) const;
  /// Whether a node may depend on what is watched.
  bool marks(const Node& node) const;

  /// While it lives, nodes made by this thread do not carry the mark: derivatives depend on what is watched, but are
  /// walked by outer transforms only.
  class Pause {
   public:
    explicit Pause(const Trace& trace);
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    int mark_;
    std::uint64_t before_;
  };

 private:
  int mark_;
};

/// The marks that a new node inherits from this input.
std::uint64_t inherited_marks(const Node& input) noexcept;
/// Whether a live transform follows the node.
bool followed(const Node& node) noexcept;
/// Counts the transforms begun; tells nodes from later owners of their marks.
std::uint64_t current_epoch() noexcept;

}  // namespace terrella::graph
