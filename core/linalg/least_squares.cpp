// Pseudoinverse, least squares, rank and condition, from the singular values.
#include <limits>

#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

double epsilon(DType dtype) {
  return real_of(dtype) == DType::f32 ? double{std::numeric_limits<float>::epsilon()}
                                      : std::numeric_limits<double>::epsilon();
}

double cutoff(const Tensor& a, std::optional<double> given) {
  return given ? *given : epsilon(a.dtype()) * static_cast<double>(std::max(a.size(-1), a.size(-2)));
}

/// Which singular values count: above `relative` times the largest.
Tensor counted(const Tensor& s, double relative) {
  if (s.size(-1) == 0) return cast(s, DType::boolean);
  return s > relative * slice(s, -1, {0, 1, 1});
}

/// Values of the pseudoinverse, without derivatives.
Tensor from_singular_values(const Tensor& a, double relative) {
  const Svd f = svd(stop_gradient(a));
  const Tensor keep = counted(f.s, relative);
  const Tensor inverse = where(keep, 1.0 / where(keep, f.s, 1.0), 0.0 * f.s);
  return matmul(adjoint(f.vh) * cast(expand_dims(inverse, -2), a.dtype()), adjoint(f.u));
}

}  // namespace

Tensor pinv(const Tensor& matrix, std::optional<double> rcond) {
  const Tensor a = linalg::matrices("pinv", matrix);
  const double relative = cutoff(a, rcond);
  // Golub & Pereyra (1973), for perturbations that keep the rank. With X = A^+:
  // dX = -X dA X + X X^H dA^H (1 - A X) + (1 - X A) dA^H X^H X.
  const Function op = custom_rule_of(
      [relative](const Tensors& x) -> Tensors { return {from_singular_values(x[0], relative)}; },
      {.vjp = {},
       .jvp = [](const Tensors& x, const Tensors& y, const Tensors& t) -> Tensors {
         const Tensor &m = x[0], &p = y[0], da = t[0], dah = adjoint(t[0]), ph = adjoint(y[0]);
         const auto left = matmul(p, matmul(ph, dah)), right = matmul(matmul(dah, ph), p);
         return {left - matmul(matmul(left, m), p) + right - matmul(p, matmul(m, right)) - matmul(matmul(p, da), p)};
       }},
      "pinv");
  return op({a})[0];
}

LeastSquares lstsq(const Tensor& matrix, const Tensor& right, std::optional<double> rcond) {
  const Tensor m = linalg::matrices("lstsq", matrix);
  if (right.rank() == 1) {
    const LeastSquares f = lstsq(m, expand_dims(right, 1), rcond);
    return {squeeze(f.x, -1), f.residuals, f.rank, f.singular_values};
  }
  if (right.rank() < 1 || right.size(-2) != m.size(-2))
    fail("lstsq: a matrix of shape ", m.shape(), " and a right-hand side of shape ", right.shape(),
         " do not match; rows must agree");
  const DType dtype = common_dtype(m, right);
  const Tensor a = cast(m, dtype), b = cast(right, dtype);
  const double relative = cutoff(a, rcond);
  const Tensor x = matmul(pinv(a, relative), b), s = singular_values(a);
  const Tensor size = abs(matmul(a, x) - b);
  return {x, sum(size * size, {-2}), sum(cast(counted(s, relative), DType::i64), {-1}), s};
}

Tensor matrix_rank(const Tensor& matrix, std::optional<double> rcond) {
  const Tensor a = linalg::matrices("matrix_rank", matrix);
  return sum(cast(counted(singular_values(a), cutoff(a, rcond)), DType::i64), {-1});
}

Tensor condition_number(const Tensor& matrix) {
  const Tensor s = singular_values(linalg::matrices("condition_number", matrix));
  if (s.size(-1) == 0) fail("condition_number: an empty matrix of shape ", matrix.shape(), " has no condition number");
  return squeeze(slice(s, -1, {0, 1, 1}) / slice(s, -1, {s.size(-1) - 1, s.size(-1), 1}), -1);
}

}  // namespace terrella
