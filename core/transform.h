// core/transform.h: derivatives and batches of functions, graph to graph, so that they nest in any order.
//
// Convention for complex numbers: <a,b> = Re sum conj(a) b. The gradient of a real loss is dL/dre + i dL/dim, the vjp
// of a linear map its Hermitian adjoint (PyTorch's convention; JAX's gradient is the conjugate).
//
// Functions may branch on values under grad, vjp, jvp; under vmap and checkpoint their arguments have no values and
// branching throws an error that names where() and cond().
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// A function of several tensors with several results. Plain lambdas of Tensors convert by function().
using Function = std::function<Tensors(const Tensors&)>;

namespace detail {
void check_count(std::size_t expected, std::size_t given);

inline Tensors results(Tensor y) { return {std::move(y)}; }
inline Tensors results(Tensors y) { return y; }

template <class F, std::size_t... I>
Function spread(F f, std::index_sequence<I...>) {
  return [f = std::move(f)](const Tensors& x) -> Tensors {
    check_count(sizeof...(I), x.size());
    return results(f(x[I]...));
  };
}

/// Whether F takes as many tensors as there are indices.
template <class F, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<const F&, decltype((void(I), std::declval<const Tensor&>()))...>;
}

template <class F, std::size_t N = 1>
Function adapted(F f) {
  static_assert(N <= 8, "function: give a callable of one to eight Tensors");
  if constexpr (takes<F>(std::make_index_sequence<N>()))
    return spread(std::move(f), std::make_index_sequence<N>());
  else
    return adapted<F, N + 1>(std::move(f));
}
}  // namespace detail

/// Makes a Function of a callable of one to eight Tensors that returns a Tensor or Tensors; what takes and returns
/// Tensors passes through.
template <class F>
Function function(F f) {
  if constexpr (std::is_invocable_r_v<Tensors, const F&, const Tensors&>)
    return Function(std::move(f));
  else
    return detail::adapted(std::move(f));
}

/// A function's value at x and the map from cotangents of the results to cotangents of the arguments, which may be
/// called again and again. Arguments that are not floating have cotangent zero.
struct Vjp {
  Tensors value;
  std::function<Tensors(const Tensors& cotangents)> pullback;
};
Vjp vjp(const Function& f, const Tensors& x);

/// Value at x and derivative along `tangents` (same shapes and dtypes as x).
struct Jvp {
  Tensors value, tangent;
};
Jvp jvp(const Function& f, const Tensors& x, const Tensors& tangents);

/// Taylor mode: f along a curve x(t), with all derivatives up to an order at once. Its cost grows with the square of
/// the order, that of nested jvp like its power of two. Graph to graph as the others: it can be differentiated and
/// mapped.
///
/// primals   x(0)
/// series    series[k - 1][i] is the k-th derivative of argument i with respect to t at 0, of the shape and dtype of
///           the argument; none() is zero. Derivatives, not Taylor coefficients, which are these over k!: u, u_x and
///           u_xx of u(x) come from x' = 1, x'' = 0.
/// returns   f(x(0)) and in the same manner the derivatives of f(x(t))
///
/// Griewank & Walther (2008), Evaluating Derivatives, chapter 13.
struct Jet {
  Tensors value;
  std::vector<Tensors> series;
};
Jet jet(const Function& f, const Tensors& primals, const std::vector<Tensors>& series);

/// The gradient of the first result, a real scalar, with respect to the arguments argnums.
std::function<Tensors(const Tensors&)> grad_of(const Function& f, std::vector<int> argnums = {0});
/// The same with the value (all results) in front.
struct ValueAndGrad {
  Tensors value, gradient;
};
std::function<ValueAndGrad(const Tensors&)> value_and_grad_of(const Function& f, std::vector<int> argnums = {0});

enum class Mode : std::uint8_t { forward, reverse };
/// d f(x) / d x[argnum] of the first result: shape of the result, then shape of the argument. Real functions of real
/// arguments, and holomorphic functions of complex ones. Both modes run as one batch.
Tensor jacobian_of(const Function& f, const Tensors& x, int argnum = 0, Mode mode = Mode::reverse);
/// Second derivatives of a real scalar function of one real tensor: shape of x twice.
Tensor hessian_of(const Function& f, const Tensor& x);
/// Hessian times v, and Re<v, H v> costs what a gradient costs.
Tensor hvp_of(const Function& f, const Tensor& x, const Tensor& v);

/// f over one more axis: argument i has it at in_axes[i] (none: the same value for all), results get it at out_axis.
std::function<Tensors(const Tensors&)> vmap_of(const Function& f, std::vector<std::optional<int>> in_axes,
                                               int out_axis = 0);

/// f whose intermediate results are not kept for derivatives but computed again when they are needed.
Function checkpoint_of(const Function& f);

/// f with derivative rules of one's own. Either may be missing: a missing jvp is derived from the vjp by transposing
/// it, a missing vjp from the jvp likewise.
///   vjp(x, y, cotangents of y) -> cotangents of x        jvp(x, y, tangents of x) -> tangents of y
struct CustomRules {
  std::function<Tensors(const Tensors& x, const Tensors& y, const Tensors& cotangents)> vjp;
  std::function<Tensors(const Tensors& x, const Tensors& y, const Tensors& tangents)> jvp;
};
Function custom_rule_of(const Function& f, CustomRules rules, std::string name = "custom_rule");

// The same for plain callables of Tensors: grad(f)(x), value_and_grad(f)(x, y), vmap(f)(x, y), ...

/// Gradient of f with respect to its first argument.
template <class F>
auto grad(F f, int argnum = 0) {
  return [g = grad_of(function(std::move(f)), {argnum})](const auto&... x) -> Tensor { return g({Tensor(x)...})[0]; };
}
/// (value, gradient with respect to the first argument).
template <class F>
auto value_and_grad(F f, int argnum = 0) {
  return [g = value_and_grad_of(function(std::move(f)), {argnum})](const auto&... x) -> std::pair<Tensor, Tensor> {
    ValueAndGrad r = g({Tensor(x)...});
    return {r.value[0], r.gradient[0]};
  };
}
template <class F>
Tensor jacobian(F f, const Tensor& x, Mode mode = Mode::reverse) {
  return jacobian_of(function(std::move(f)), {x}, 0, mode);
}
template <class F>
Tensor hessian(F f, const Tensor& x) {
  return hessian_of(function(std::move(f)), x);
}
template <class F>
Tensor hvp(F f, const Tensor& x, const Tensor& v) {
  return hvp_of(function(std::move(f)), x, v);
}
/// f over the first axis of all arguments.
template <class F>
auto vmap(F f) {
  return [g = function(std::move(f))](const auto&... x) -> Tensor {
    return vmap_of(g, std::vector<std::optional<int>>(sizeof...(x), 0))({Tensor(x)...})[0];
  };
}
template <class F>
auto checkpoint(F f) {
  return [g = checkpoint_of(function(std::move(f)))](const auto&... x) -> Tensor { return g({Tensor(x)...})[0]; };
}

}  // namespace terrella
