// Diagonals and triangles of matrices.
#include "core/error.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/index.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

/// Column minus row of every element of the last two axes.
Tensor offsets(std::string_view operation, const Tensor& x) {
  if (x.rank() < 2) fail(operation, ": needs at least 2 axes, got shape ", x.shape());
  return expand_dims(arange(x.size(-1)), 0) - expand_dims(arange(x.size(-2)), 1);
}

}  // namespace

Tensor diagonal(const Tensor& x) {
  if (x.rank() < 2) fail("diagonal: needs at least 2 axes, got shape ", x.shape());
  const std::int64_t rows = x.size(-2), columns = x.size(-1);
  Shape flat = x.shape();
  flat.erase(flat.rank() - 1);
  flat[flat.rank() - 1] = rows * columns;
  return slice(reshape(x, flat), -1, {0, std::min(rows, columns) * columns, columns + 1});
}

Tensor diagonal_matrix(const Tensor& x) {
  if (x.rank() < 1) fail("diagonal_matrix: needs at least 1 axis");
  const std::int64_t n = x.size(-1);
  Shape square = x.shape();
  square.push_back(n);
  const Tensor spread = broadcast_to(expand_dims(x, x.rank()), square);
  return where(offsets("diagonal_matrix", spread) == 0, spread, zeros({}, x.dtype()));
}

Tensor tril(const Tensor& x, std::int64_t k) { return where(offsets("tril", x) <= k, x, zeros({}, x.dtype())); }
Tensor triu(const Tensor& x, std::int64_t k) { return where(offsets("triu", x) >= k, x, zeros({}, x.dtype())); }

}  // namespace terrella
