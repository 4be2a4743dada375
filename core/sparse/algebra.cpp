// What is made of sparse matrices by moving and adding their values.
#include <algorithm>
#include <complex>

#include "core/error.h"
#include "core/sparse/batch.h"
#include "core/sparse/pattern_data.h"

namespace terrella {
namespace {

using Places = std::vector<std::int64_t>;

/// Places of several matrices, added one after the other.
struct Collected {
  Places row, column;
  Tensors values;

  void add(const SparseTensor& a, std::int64_t first_row = 0, std::int64_t first_column = 0) {
    sparse::for_entries(a.pattern(), [&](std::int64_t i, std::int64_t j, std::size_t) {
      row.push_back(first_row + i), column.push_back(first_column + j);
    });
    values.push_back(a.values());
  }
  SparseTensor matrix(const char* operation, std::int64_t rows, std::int64_t columns) const {
    const DType dtype = common_dtype(values);
    Shape batch;
    for (const Tensor& v : values) batch = broadcast_shapes(operation, batch, sparse::batch_of_values(v.shape()));
    Tensors all;
    for (const Tensor& v : values) all.push_back(sparse::values_over(cast(v, dtype), batch));
    const Assembly assembly = assemble(rows, columns, row, column);
    return {assembly.pattern, assembly.values(concatenate(all, -1))};
  }
};

void require_same_size(const char* operation, const SparseTensor& a, const SparseTensor& b) {
  if (a.rows() != b.rows() || a.columns() != b.columns())
    fail(operation, ": sparse matrices of ", a.rows(), " x ", a.columns(), " and ", b.rows(), " x ", b.columns(),
         "; both must be of one size");
}

/// New number of every row or column that is chosen, -1 of others.
Places numbers(const char* what, const Places& chosen, std::int64_t count) {
  Places number(static_cast<std::size_t>(count), -1);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] < 0 || chosen[i] >= count) fail("submatrix: ", what, " ", chosen[i], " of a matrix with ", count);
    auto& to = number[static_cast<std::size_t>(chosen[i])];
    if (to >= 0) fail("submatrix: ", what, " ", chosen[i], " is chosen twice");
    to = static_cast<std::int64_t>(i);
  }
  return number;
}

Tensor index_of(const Places& at) { return Tensor::from(at, {static_cast<std::int64_t>(at.size())}); }

}  // namespace

SparseTensor::SparseTensor(SparsePattern pattern, const Tensor& values)
    : pattern_(std::move(pattern)), values_(is_floating(values.dtype()) ? values : cast(values, DType::f64)) {
  if (values.rank() < 1 || values.size(-1) != pattern_.entries())
    fail("SparseTensor: values of shape ", values.shape(), " for a pattern of ", pattern_.entries(),
         " entries; the last axis must hold one value an entry");
}

SparseTensor sparse_diagonal(const Tensor& d) {
  if (d.rank() < 1) fail("sparse_diagonal: needs [.., n], got a single number");
  Places at(static_cast<std::size_t>(d.size(-1)));
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = static_cast<std::int64_t>(i);
  return {assemble(d.size(-1), d.size(-1), at, at).pattern, d};
}

SparseTensor sparse_from_dense(const Tensor& a) {
  if (a.rank() != 2) fail("sparse_from_dense: needs a matrix, got shape ", a.shape());
  const Tensor there = cast(not_equal(a, Tensor(0.0)), DType::i64);
  const auto flags = there.data<std::int64_t>();
  Places row, column, at;
  for (std::int64_t k = 0; k < a.size(); ++k)
    if (flags[static_cast<std::size_t>(k)] != 0)
      row.push_back(k / a.shape()[1]), column.push_back(k % a.shape()[1]), at.push_back(k);
  return {assemble(a.shape()[0], a.shape()[1], row, column).pattern, gather(ravel(a), index_of(at))};
}

Tensor to_dense(const SparseTensor& a) {
  const Tensor place = a.pattern().row_index() * a.columns() + a.pattern().column_index();
  const Tensor flat = scatter_add(a.values(), place, a.rows() * a.columns(), -1);
  const Shape rows = sparse::with_last(sparse::batch_of_values(flat.shape()), a.rows());
  return reshape(flat, sparse::with_last(rows, a.columns()));
}

Tensor diagonal(const SparseTensor& a) {
  Places entry, at;
  sparse::for_entries(a.pattern(), [&](std::int64_t i, std::int64_t j, std::size_t k) {
    if (i == j) entry.push_back(static_cast<std::int64_t>(k)), at.push_back(i);
  });
  return scatter_add(gather(a.values(), index_of(entry), -1), index_of(at), std::min(a.rows(), a.columns()), -1);
}

SparseTensor transpose(const SparseTensor& a) {
  const auto& turned = sparse::transposed(a.pattern());
  return {turned.pattern, gather(a.values(), turned.from_index, -1)};
}
SparseTensor conj(const SparseTensor& a) { return {a.pattern(), conj(a.values())}; }
SparseTensor adjoint(const SparseTensor& a) { return conj(transpose(a)); }

SparseTensor operator+(const SparseTensor& a, const SparseTensor& b) {
  require_same_size("operator+", a, b);
  if (a.pattern() == b.pattern()) return {a.pattern(), a.values() + b.values()};
  Collected sum;
  sum.add(a);
  sum.add(b);
  return sum.matrix("operator+", a.rows(), a.columns());
}
SparseTensor operator-(const SparseTensor& a) { return {a.pattern(), -a.values()}; }
SparseTensor operator-(const SparseTensor& a, const SparseTensor& b) { return a + -b; }
SparseTensor operator*(const Tensor& factor, const SparseTensor& a) {
  return {a.pattern(), expand_dims(factor, -1) * a.values()};
}

SparseTensor scale_rows(const Tensor& d, const SparseTensor& a) {
  if (d.rank() < 1 || d.size(-1) != a.rows())
    fail("scale_rows: ", a.rows(), " rows and factors of shape ", d.shape(), "; the last axis must agree");
  return {a.pattern(), gather(d, a.pattern().row_index(), -1) * a.values()};
}
SparseTensor scale_columns(const SparseTensor& a, const Tensor& d) {
  if (d.rank() < 1 || d.size(-1) != a.columns())
    fail("scale_columns: ", a.columns(), " columns and factors of shape ", d.shape(), "; the last axis must agree");
  return {a.pattern(), a.values() * gather(d, a.pattern().column_index(), -1)};
}

SparseTensor matmul(const SparseTensor& a, const SparseTensor& b) {
  if (a.columns() != b.rows())
    fail("matmul: sparse matrices of ", a.rows(), " x ", a.columns(), " and ", b.rows(), " x ", b.columns(),
         " do not match");
  Places row, column, of_a, of_b;
  const auto& starts = b.pattern().row_starts();
  sparse::for_entries(a.pattern(), [&](std::int64_t i, std::int64_t j, std::size_t k) {
    for (std::int64_t l = starts[static_cast<std::size_t>(j)]; l < starts[static_cast<std::size_t>(j) + 1]; ++l) {
      row.push_back(i), column.push_back(b.pattern().column_of()[static_cast<std::size_t>(l)]);
      of_a.push_back(static_cast<std::int64_t>(k)), of_b.push_back(l);
    }
  });
  const Assembly assembly = assemble(a.rows(), b.columns(), row, column);
  return {assembly.pattern,
          assembly.values(gather(a.values(), index_of(of_a), -1) * gather(b.values(), index_of(of_b), -1))};
}

SparseTensor submatrix(const SparseTensor& a, const Places& rows, const Places& columns) {
  const Places row_number = numbers("row", rows, a.rows()), column_number = numbers("column", columns, a.columns());
  Places row, column, entry;
  sparse::for_entries(a.pattern(), [&](std::int64_t i, std::int64_t j, std::size_t k) {
    const std::int64_t to_i = row_number[static_cast<std::size_t>(i)],
                       to_j = column_number[static_cast<std::size_t>(j)];
    if (to_i >= 0 && to_j >= 0)
      row.push_back(to_i), column.push_back(to_j), entry.push_back(static_cast<std::int64_t>(k));
  });
  const Assembly assembly =
      assemble(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns.size()), row, column);
  return {assembly.pattern, assembly.values(gather(a.values(), index_of(entry), -1))};
}

SparseTensor block_matrix(const std::vector<std::vector<std::optional<SparseTensor>>>& blocks) {
  const std::size_t across = blocks.empty() ? 0 : blocks.front().size();
  Places heights(blocks.size(), -1), widths(across, -1);
  const auto agree = [](std::int64_t& extent, std::int64_t found, const char* what, std::size_t i, std::size_t j) {
    if (extent >= 0 && extent != found)
      fail("block_matrix: block (", i, ", ", j, ") has ", found, " ", what, ", others beside it ", extent);
    extent = found;
  };
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].size() != across)
      fail("block_matrix: row ", i, " has ", blocks[i].size(), " blocks, the first ", across);
    for (std::size_t j = 0; j < across; ++j)
      if (blocks[i][j]) {
        agree(heights[i], blocks[i][j]->rows(), "rows", i, j);
        agree(widths[j], blocks[i][j]->columns(), "columns", i, j);
      }
  }
  for (std::size_t i = 0; i < heights.size(); ++i)
    if (heights[i] < 0) fail("block_matrix: no block of row ", i, " says how many rows it has");
  for (std::size_t j = 0; j < across; ++j)
    if (widths[j] < 0) fail("block_matrix: no block of column ", j, " says how many columns it has");
  Collected all;
  std::int64_t rows = 0, columns = 0;
  for (std::size_t i = 0; i < blocks.size(); rows += heights[i++]) {
    columns = 0;
    for (std::size_t j = 0; j < across; columns += widths[j++])
      if (blocks[i][j]) all.add(*blocks[i][j], rows, columns);
  }
  return all.matrix("block_matrix", rows, columns);
}

}  // namespace terrella
