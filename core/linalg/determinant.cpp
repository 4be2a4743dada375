// Determinants from the LU factorisation.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/linalg/lu.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

Tensor trace(const Tensor& x) { return sum(diagonal(x), {-1}); }

/// The product of the pivots, without derivatives.
Tensor from_pivots(const Tensor& a) {
  const linalg::Lu f = linalg::lu_factor(stop_gradient(a));
  return cast(f.sign, a.dtype()) * prod(diagonal(f.packed), {-1});
}

/// d det(A) / d A, by the singular values: right where A is singular, too.
Tensor cofactors(const Tensor& a) {
  static const Function op = custom_rule_of(
      [](const Tensors& x) -> Tensors {
        const Svd f = svd(stop_gradient(x[0]));
        // Products of all singular values but one, without dividing by it.
        const std::int64_t n = f.s.size(-1);
        Shape column = f.s.shape();
        column[column.rank() - 1] = 1;
        const Tensor one = ones(column, f.s.dtype());
        const auto before = [&](const Tensor& s) {
          return slice(concatenate({one, cumprod(s, -1)}, -1), -1, {0, n, 1});
        };
        const Tensor others = before(f.s) * flip(before(flip(f.s, {-1})), {-1});
        const Tensor phase = expand_dims(expand_dims(from_pivots(matmul(f.u, f.vh)), -1), -1);
        return {phase * matmul(conj(f.u) * cast(expand_dims(others, -2), x[0].dtype()), conj(f.vh))};
      },
      {.vjp = {},
       .jvp = [](const Tensors& x, const Tensors& y, const Tensors& t) -> Tensors {
         const Tensor z = solve(x[0], t[0]);
         return {expand_dims(expand_dims(trace(z), -1), -1) * y[0] - matmul(y[0], matrix_transpose(z))};
       }},
      "cofactors");
  return op({a})[0];
}

}  // namespace

Tensor det(const Tensor& matrix) {
  static const Function op = custom_rule_of([](const Tensors& x) -> Tensors { return {from_pivots(x[0])}; },
                                            {.vjp = {},
                                             .jvp = [](const Tensors& x, const Tensors&, const Tensors& t) -> Tensors {
                                               return {sum(cofactors(x[0]) * t[0], {-2, -1})};
                                             }},
                                            "det");
  return op({linalg::square_matrices("det", matrix)})[0];
}

SignLogDet slogdet(const Tensor& matrix) {
  const Tensor a = linalg::square_matrices("slogdet", matrix);
  const linalg::Factored f = linalg::factored(a);
  static const Function op = custom_rule_of(
      [](const Tensors& x) -> Tensors {
        const Tensor d = diagonal(x[1]), size = abs(d);
        const Tensor phase = where(size == 0.0, 0.0 * d, d / cast(where(size == 0.0, 1.0, size), d.dtype()));
        return {cast(x[3], d.dtype()) * prod(phase, {-1}), sum(log(size), {-1})};
      },
      {.vjp = {},
       .jvp = [](const Tensors& x, const Tensors& y, const Tensors& t) -> Tensors {
         const Tensor change = trace(linalg::solve({x[0], {x[1], x[2], x[3]}}, t[0]));
         if (!is_complex(change.dtype())) return {zeros_like(y[0]), change};
         return {y[0] * (change - cast(real(change), change.dtype())), real(change)};
       }},
      "slogdet");
  const Tensors parts = op({a, f.lu.packed, f.lu.permutation, f.lu.sign});
  return {parts[0], parts[1]};
}

}  // namespace terrella
