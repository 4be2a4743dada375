// core/ops/matmul.h: products of matrices.
#pragma once
#include "core/tensor.h"

namespace terrella {

/// numpy's matmul: [.., m, k] by [.., k, n], leading axes broadcast; a vector on the left is a row, on the right a
/// column.
Tensor matmul(const Tensor& x, const Tensor& y);
/// Sum of products over the last axis of x and the first axis of y (both vectors: the scalar product without
/// conjugation).
Tensor dot(const Tensor& x, const Tensor& y);
/// Re sum conj(x) y: the inner product of the adjoint convention, a real number for real and complex tensors.
Tensor inner(const Tensor& x, const Tensor& y);
/// x_i y_j of two vectors.
Tensor outer(const Tensor& x, const Tensor& y);

}  // namespace terrella
