#include "core/linalg/dense.h"

#include "core/ops.h"

namespace terrella::linalg {

Tensor matrices(const char* operation, const Tensor& a) {
  if (a.rank() < 2) fail(operation, ": needs matrices in the last two axes, got shape ", a.shape());
  return cast(a, floating_of(a.dtype()));
}

Tensor square_matrices(const char* operation, const Tensor& a) {
  const Tensor m = matrices(operation, a);
  if (m.size(-1) != m.size(-2)) fail(operation, ": the matrix must be square, got shape ", a.shape());
  return m;
}

ThinFactorisation thin_factorisation(std::span<const Array> in, std::span<Array> out) {
  for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
  const Stack stack(in[0].shape);
  return {cpu::row_major(in[0]), stack, stack.rows, stack.columns, std::min(stack.rows, stack.columns)};
}

Shape with_matrix(const Shape& like, std::int64_t rows, std::int64_t columns) {
  Shape s = like;
  s[s.rank() - 2] = rows;
  s[s.rank() - 1] = columns;
  return s;
}

std::string which(const Stack& stack, std::int64_t b) {
  return stack.count > 1 ? text(" number ", b, " of the batch") : "";
}

Tensors transposed(const std::function<Tensors(const Tensors&)>& jvp_rule, const Tensors& like,
                   std::span<const Tensor> cotangents) {
  Tensors zero;
  for (const Tensor& x : like) zero.push_back(zeros_like(x));
  return vjp(jvp_rule, zero).pullback({cotangents.begin(), cotangents.end()});
}

}  // namespace terrella::linalg
