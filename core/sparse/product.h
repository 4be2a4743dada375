// core/sparse/product.h: the three products that a sparse matrix makes with dense ones. For the files beside it.
#pragma once
#include "core/sparse.h"

namespace terrella::sparse {

/// A trilinear form has three sides, sum_k values[k] y[row of k, :] . x[column of k, :], without conjugation.
enum class Side : std::uint8_t { y, x, values };

/// What the form leaves open: y = A x of (values, x), x = A^T y of (values, y), values = (y x^T on the pattern) of (y,
/// x). Dense ones are [.., n, m], values [.., entries]; batches broadcast.
Tensor product(Side side, const SparsePattern& pattern, const Tensor& a, const Tensor& b);

/// The same of row-major data into row-major memory.
void multiply(Side side, const SparsePattern& pattern, const Array& a, const Array& b, Array& out);

/// Matrices [.., n, m] with their batch as more columns, [n, batch m], and back to the batch of `like`.
Tensor columns_together(const Tensor& x);
Tensor columns_apart(const Tensor& x, const Shape& like);

}  // namespace terrella::sparse
