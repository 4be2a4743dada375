#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/ops.h"
#include "core/sparse.h"

namespace terrella {

struct SparsePattern::Data {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> row_starts, column_of;
  Tensor row_index, column_index;
};

std::int64_t SparsePattern::rows() const { return data_->rows; }
std::int64_t SparsePattern::columns() const { return data_->columns; }
std::int64_t SparsePattern::entries() const { return static_cast<std::int64_t>(data_->column_of.size()); }
const std::vector<std::int64_t>& SparsePattern::row_starts() const { return data_->row_starts; }
const std::vector<std::int64_t>& SparsePattern::column_of() const { return data_->column_of; }
const Tensor& SparsePattern::row_index() const { return data_->row_index; }
const Tensor& SparsePattern::column_index() const { return data_->column_index; }

bool SparsePattern::operator==(const SparsePattern& o) const {
  return data_ == o.data_ || (data_ && o.data_ && data_->rows == o.data_->rows && data_->columns == o.data_->columns &&
                              data_->row_starts == o.data_->row_starts && data_->column_of == o.data_->column_of);
}

Tensor Assembly::values(const Tensor& contributions) const {
  return scatter_add(contributions, entry, pattern.entries(), -1);
}

Assembly assemble(std::int64_t rows, std::int64_t columns, const std::vector<std::int64_t>& row,
                  const std::vector<std::int64_t>& column) {
  if (row.size() != column.size())
    fail("assemble: ", row.size(), " rows and ", column.size(), " columns; give one pair a contribution");
  for (std::size_t k = 0; k < row.size(); ++k)
    if (row[k] < 0 || row[k] >= rows || column[k] < 0 || column[k] >= columns)
      fail("assemble: contribution ", k, " at (", row[k], ", ", column[k], ") lies outside a ", rows, " x ", columns,
           " matrix");
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return row[a] != row[b] ? row[a] < row[b] : column[a] < column[b];
  });
  auto data = std::make_shared<SparsePattern::Data>();
  data->rows = rows;
  data->columns = columns;
  data->row_starts.assign(static_cast<std::size_t>(rows) + 1, 0);
  std::vector<std::int64_t> entry(row.size()), row_of;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t k = order[i];
    if (i == 0 || row[k] != row[order[i - 1]] || column[k] != column[order[i - 1]]) {
      row_of.push_back(row[k]);
      data->column_of.push_back(column[k]);
      ++data->row_starts[static_cast<std::size_t>(row[k]) + 1];
    }
    entry[k] = static_cast<std::int64_t>(row_of.size()) - 1;
  }
  std::partial_sum(data->row_starts.begin(), data->row_starts.end(), data->row_starts.begin());
  const auto count = static_cast<std::int64_t>(row_of.size());
  data->row_index = Tensor::from(row_of, {count});
  data->column_index = Tensor::from(data->column_of, {count});
  Assembly assembly;
  assembly.pattern.data_ = std::move(data);
  assembly.entry = Tensor::from(entry, {static_cast<std::int64_t>(entry.size())});
  return assembly;
}

Tensor sparse_product(const SparsePattern& pattern, const Tensor& values, const Tensor& x) {
  if (x.rank() < 1 || x.size(-1) != pattern.columns())
    fail("sparse_product: the last axis of x, shape ", x.shape(), ", must be ", pattern.columns());
  return scatter_add(values * gather(x, pattern.column_index(), -1), pattern.row_index(), pattern.rows(), -1);
}

Tensor sparse_adjoint_product(const SparsePattern& pattern, const Tensor& values, const Tensor& y) {
  if (y.rank() < 1 || y.size(-1) != pattern.rows())
    fail("sparse_adjoint_product: the last axis of y, shape ", y.shape(), ", must be ", pattern.rows());
  const Tensor conjugate = is_complex(values.dtype()) ? conj(values) : values;
  return scatter_add(conjugate * gather(y, pattern.row_index(), -1), pattern.column_index(), pattern.columns(), -1);
}

}  // namespace terrella
