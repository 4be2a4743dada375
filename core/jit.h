// core/jit.h: functions compiled once and called often.
//
// The function is called with placeholders for each new combination of shapes and dtypes; what it builds is simplified,
// fused and given its memory, and runs from then on without the graph. No compiler is needed at run time.
//
// Branching on the value of an argument is an error that names where() and cond(). Tensors that the function uses
// besides its arguments are those of the first call. Where a live transform follows them they stay inputs,
// differentiable, and the function is compiled at each call; better pass them as arguments.
#pragma once
#include <memory>

#include "core/transform.h"

namespace terrella {
namespace compiler {
class CompiledOp;
}

/// What became of a function for the shapes of its last call.
struct JitReport {
  int operations = 0;            ///< run one by one
  int fused = 0;                 ///< tapes
  int fused_operations = 0;      ///< instructions of the tapes
  int fused_products = 0;        ///< products of matrices that the tapes make for themselves
  std::int64_t arena_bytes = 0;  ///< of intermediate values, allocated once
  std::int64_t peak_bytes = 0;   ///< arena, results and what operations take for themselves; without arguments
  double compile_seconds = 0;    ///< after tracing
  std::string program;           ///< one line an instruction
};

struct JitOptions {
  /// Positions of arguments that the function may write over where nobody else holds their memory: moved in, no other
  /// handle, no view, and data() never asked for. Others are read as ever. A call with donated arguments runs at once;
  /// one that fails loses them. Within other compiled functions and under transforms nothing is donated.
  std::vector<std::size_t> donate;
};

class Jit {
 public:
  explicit Jit(Function f, JitOptions options = {});
  Tensors operator()(Tensors x) const;
  /// Compiles for arguments like these, without a call.
  void compile(const Tensors& x) const;
  /// What calls with arguments like these run, for whoever makes such calls by himself; none where the function is
  /// compiled at each call.
  std::shared_ptr<const compiler::CompiledOp> kept(const Tensors& x) const;
  /// Fails before the first call.
  JitReport report() const;
  /// Combinations of shapes and dtypes compiled so far.
  std::size_t compiled() const;

 private:
  struct Cache;
  std::shared_ptr<const compiler::CompiledOp> operation(const Tensors& x) const;
  std::shared_ptr<Cache> cache_;  // shared by copies
};

namespace detail {
/// A compiled function that returns what the callable it was made of returns.
template <class F>
class JitOf {
 public:
  explicit JitOf(F f, JitOptions options) : jit_(function(std::move(f)), std::move(options)) {}
  /// As many tensors as f takes, so that transforms can tell how many; any number where f takes lists.
  template <class... X, class = std::enable_if_t<std::is_invocable_v<const F&, const std::remove_cvref_t<X>&...> ||
                                                 (std::is_invocable_v<const F&, const Tensors&> &&
                                                  (std::is_constructible_v<Tensor, X> && ...))>>
  auto operator()(X&&... x) const {
    constexpr bool lists = sizeof...(X) == 1 && (std::is_same_v<std::remove_cvref_t<X>, Tensors> && ...);
    if constexpr (sizeof...(X) > 0 && std::is_invocable_v<const F&, const std::remove_cvref_t<X>&...>) {
      using Result = std::invoke_result_t<const F&, const std::remove_cvref_t<X>&...>;
      if constexpr (lists)
        return jit_(std::forward<X>(x)...);
      else if constexpr (std::is_same_v<Result, Tensors>)
        return jit_(listed(std::forward<X>(x)...));
      else
        return jit_(listed(std::forward<X>(x)...))[0];
    } else {
      return jit_(listed(std::forward<X>(x)...))[0];
    }
  }
  JitReport report() const { return jit_.report(); }
  std::size_t compiled() const { return jit_.compiled(); }

 private:
  template <class... X>
  static Tensors listed(X&&... x) {
    Tensors all;
    all.reserve(sizeof...(X));
    (all.emplace_back(std::forward<X>(x)), ...);
    return all;
  }
  Jit jit_;
};
}  // namespace detail

/// jit(f)(x, y) gives what f(x, y) gives: a Tensor or Tensors.
template <class F>
auto jit(F f, JitOptions options = {}) {
  return detail::JitOf<F>(std::move(f), std::move(options));
}

}  // namespace terrella
