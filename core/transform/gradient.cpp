// grad, value_and_grad, jacobian, hessian, hvp: made of vjp, jvp and vmap.
#include "core/error.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

/// f as a function of the arguments `argnums` alone.
Function of_arguments(const Function& f, const std::vector<int>& argnums, const Tensors& x) {
  return [f, argnums, x](const Tensors& chosen) {
    Tensors all = x;
    for (std::size_t i = 0; i < argnums.size(); ++i) all[static_cast<std::size_t>(argnums[i])] = chosen[i];
    return f(all);
  };
}

Tensors arguments(const char* operation, const Tensors& x, const std::vector<int>& argnums) {
  Tensors chosen;
  for (const int i : argnums) {
    if (i < 0 || static_cast<std::size_t>(i) >= x.size())
      fail(operation, ": argument ", i, " does not exist; the function was called with ", x.size());
    chosen.push_back(x[static_cast<std::size_t>(i)]);
    if (!is_floating(chosen.back().dtype()))
      fail(operation, ": argument ", i, " is ", name(chosen.back().dtype()),
           "; derivatives need a floating or complex dtype");
  }
  return chosen;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape s = a;
  for (const std::int64_t e : b) s.push_back(e);
  return s;
}

}  // namespace

std::function<ValueAndGrad(const Tensors&)> value_and_grad_of(const Function& f, std::vector<int> argnums) {
  return [f, argnums](const Tensors& x) {
    const Vjp v = vjp(of_arguments(f, argnums, x), arguments("grad", x, argnums));
    if (v.value.empty()) fail("grad: the function returned nothing");
    const Tensor& loss = v.value[0];
    if (loss.size() != 1 || !is_real_floating(loss.dtype()))
      fail("grad: the function must return a real scalar, got ", name(loss.dtype()), ' ', loss.shape(),
           "; use vjp() or jacobian(), or reduce by sum() or norm()");
    Tensors seed(v.value.size(), Tensor::none());
    seed[0] = ones_like(loss);
    return ValueAndGrad{v.value, v.pullback(seed)};
  };
}

std::function<Tensors(const Tensors&)> grad_of(const Function& f, std::vector<int> argnums) {
  return [g = value_and_grad_of(f, std::move(argnums))](const Tensors& x) { return g(x).gradient; };
}

Tensor jacobian_of(const Function& f, const Tensors& all, int argnum, Mode mode) {
  const Tensor x = arguments("jacobian", all, {argnum})[0];
  const Function g = of_arguments(f, {argnum}, all);
  if (mode == Mode::forward) {
    const Tensor basis = reshape(eye(x.size(), x.dtype()), joined({x.size()}, x.shape()));
    const Function along = [g, x](const Tensors& t) { return Tensors{jvp(g, {x}, t).tangent[0]}; };
    const Tensor rows = move_axis(vmap_of(along, {0})({basis})[0], 0, -1);  // [y.., x flat]
    Shape shape = rows.shape();
    shape.erase(shape.rank() - 1);
    return reshape(rows, joined(shape, x.shape()));
  }
  const Vjp v = vjp(g, {x});
  const Tensor& y = v.value[0];
  const Tensor basis = reshape(eye(y.size(), y.dtype()), joined({y.size()}, y.shape()));
  const Function back = [&](const Tensors& c) {
    Tensors seed(v.value.size(), Tensor::none());
    seed[0] = c[0];
    return Tensors{v.pullback(seed)[0]};
  };
  const Tensor result = reshape(vmap_of(back, {0})({basis})[0], joined(y.shape(), x.shape()));
  return is_complex(result.dtype()) ? conj(result) : result;  // the vjp of a holomorphic f is conj(f')
}

Tensor hessian_of(const Function& f, const Tensor& x) { return jacobian_of(grad_of(f), {x}, 0, Mode::forward); }

Tensor hvp_of(const Function& f, const Tensor& x, const Tensor& v) { return jvp(grad_of(f), {x}, {v}).tangent[0]; }

}  // namespace terrella
