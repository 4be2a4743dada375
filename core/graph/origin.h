// core/graph/origin.h: where the operation of a node was written, as far as debug_mode() asks for it.
#pragma once
#include <atomic>
#include <span>
#include <string>

#include "core/debug.h"

namespace terrella::graph {

struct Node;
struct Aval;
class Op;

/// A text that lives as long as the program, one copy of each; null where nothing is known.
using Origin = const std::string*;

namespace detail {
inline std::atomic<int> mode{-1};  ///< a Debug; -1 until the environment has been asked
Origin origin_here();
Origin exchange_scope(Origin scope);  ///< of this thread; returns the one before
}  // namespace detail

inline bool debugging(Debug least = Debug::origins) {
  const int mode = detail::mode.load(std::memory_order_relaxed);
  return mode != 0 && (mode > 0 ? static_cast<Debug>(mode) : debug_mode()) >= least;
}

/// Of a node that this thread makes now.
inline Origin origin_here() { return debugging() ? detail::origin_here() : nullptr; }

/// What is made while it lives, such as a derivative, stands for the operation that was made there.
class OriginScope {
 public:
  explicit OriginScope(Origin origin) : entered_(origin != nullptr) {
    if (entered_) outer_ = detail::exchange_scope(origin);
  }
  ~OriginScope() {
    if (entered_) detail::exchange_scope(outer_);
  }
  OriginScope(const OriginScope&) = delete;
  OriginScope& operator=(const OriginScope&) = delete;

 private:
  bool entered_;
  Origin outer_ = nullptr;
};

/// "gather of f64 [2, 3], i64 [2], made at model.py:12"
std::string description(const Op& op, std::span<const Aval> inputs, Origin origin);

/// Throws the exception at hand again. What Terrella throws says besides which operation on which inputs it was, and
/// where that was made; what others throw stays as it is.
[[noreturn]] void rethrow_from(const Node& node);
[[noreturn]] void rethrow_from(const Op& op, std::span<const Aval> inputs, Origin origin);

}  // namespace terrella::graph
