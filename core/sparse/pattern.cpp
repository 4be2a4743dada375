#include <algorithm>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/ops.h"
#include "core/sparse/pattern_data.h"

namespace terrella {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();

Tensor index_tensor(const std::vector<std::int32_t>& of) {
  return Tensor::from(std::vector<std::int64_t>(of.begin(), of.end()), {static_cast<std::int64_t>(of.size())});
}

/// Numbers 0 ... n-1 in the order of key(order[i]) < keys, stable.
template <class Key>
std::vector<std::uint32_t> sorted(const std::vector<std::uint32_t>& order, std::int64_t keys, const Key& key) {
  std::vector<std::uint32_t> start(static_cast<std::size_t>(keys) + 1, 0), out(order.size());
  for (const std::uint32_t k : order) ++start[static_cast<std::size_t>(key(k)) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (const std::uint32_t k : order) out[start[static_cast<std::size_t>(key(k))]++] = k;
  return out;
}

}  // namespace

SparsePattern::SparsePattern() {
  static const auto empty = [] {
    auto data = std::make_shared<Data>();
    data->row_starts = {0};
    data->row_index = data->column_index = index_tensor({});
    return data;
  }();
  data_ = empty;
}

std::int64_t SparsePattern::rows() const { return data_->rows; }
std::int64_t SparsePattern::columns() const { return data_->columns; }
std::int64_t SparsePattern::entries() const { return static_cast<std::int64_t>(data_->column_of.size()); }
const std::vector<std::int64_t>& SparsePattern::row_starts() const { return data_->row_starts; }
const std::vector<std::int32_t>& SparsePattern::column_of() const { return data_->column_of; }
const Tensor& SparsePattern::row_index() const { return data_->row_index; }
const Tensor& SparsePattern::column_index() const { return data_->column_index; }

bool SparsePattern::operator==(const SparsePattern& o) const {
  return data_ == o.data_ || (data_->rows == o.data_->rows && data_->columns == o.data_->columns &&
                              data_->row_starts == o.data_->row_starts && data_->column_of == o.data_->column_of);
}

Tensor Assembly::values(const Tensor& each) const {
  if (each.rank() < 1 || each.size(-1) != contributions)
    fail("Assembly::values: contributions of shape ", each.shape(), "; the last axis must be ", contributions,
         ", that of element matrices ravelled");
  return scatter_add(taken.defined() ? gather(each, taken, -1) : each, entry, pattern.entries(), -1);
}

Assembly assemble(std::int64_t rows, std::int64_t columns, const std::vector<std::int64_t>& row,
                  const std::vector<std::int64_t>& column) {
  if (rows < 0 || columns < 0 || rows > most || columns > most)
    fail("assemble: a ", rows, " x ", columns, " matrix; both must be from 0 to ", most);
  if (row.size() != column.size())
    fail("assemble: ", row.size(), " rows and ", column.size(), " columns; give one pair a contribution");
  if (row.size() > static_cast<std::size_t>(most)) fail("assemble: ", row.size(), " contributions; at most ", most);
  for (std::size_t k = 0; k < row.size(); ++k)
    if (row[k] < 0 || row[k] >= rows || column[k] < 0 || column[k] >= columns)
      fail("assemble: contribution ", k, " at (", row[k], ", ", column[k], ") lies outside a ", rows, " x ", columns,
           " matrix");
  std::vector<std::uint32_t> order(row.size());
  std::iota(order.begin(), order.end(), 0U);
  order = sorted(order, columns, [&](std::uint32_t k) { return column[k]; });
  order = sorted(order, rows, [&](std::uint32_t k) { return row[k]; });

  auto data = std::make_shared<SparsePattern::Data>();
  data->rows = rows;
  data->columns = columns;
  data->row_starts.assign(static_cast<std::size_t>(rows) + 1, 0);
  std::vector<std::int64_t> entry(row.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t k = order[i];
    if (i == 0 || row[k] != row[order[i - 1]] || column[k] != column[order[i - 1]]) {
      data->row_of.push_back(static_cast<std::int32_t>(row[k]));
      data->column_of.push_back(static_cast<std::int32_t>(column[k]));
      ++data->row_starts[static_cast<std::size_t>(row[k]) + 1];
    }
    entry[k] = static_cast<std::int64_t>(data->row_of.size()) - 1;
  }
  std::partial_sum(data->row_starts.begin(), data->row_starts.end(), data->row_starts.begin());
  data->row_index = index_tensor(data->row_of);
  data->column_index = index_tensor(data->column_of);
  const auto contributions = static_cast<std::int64_t>(entry.size());
  return {SparsePattern(std::move(data)), Tensor::from(entry, {contributions}), Tensor::none(), contributions};
}

Assembly assemble_elements(std::int64_t unknowns, const std::vector<std::int64_t>& nodes, std::int64_t nodes_each) {
  if (nodes_each < 1 || nodes.size() % static_cast<std::size_t>(nodes_each) != 0)
    fail("assemble_elements: ", nodes.size(), " nodes cannot be elements of ", nodes_each);
  std::vector<std::int64_t> row, column, at;
  std::int64_t contribution = 0;
  for (auto element = nodes.begin(); element != nodes.end(); element += nodes_each)
    for (std::int64_t i = 0; i < nodes_each; ++i)
      for (std::int64_t j = 0; j < nodes_each; ++j, ++contribution) {
        if (element[i] < -1 || element[j] < -1)
          fail("assemble_elements: node ", std::min(element[i], element[j]), " in element ",
               (element - nodes.begin()) / nodes_each, "; give an unknown, or -1 for none");
        if (element[i] < 0 || element[j] < 0) continue;
        row.push_back(element[i]), column.push_back(element[j]), at.push_back(contribution);
      }
  Assembly assembly = assemble(unknowns, unknowns, row, column);
  if (static_cast<std::int64_t>(at.size()) < contribution)
    assembly.taken = Tensor::from(at, {static_cast<std::int64_t>(at.size())});
  assembly.contributions = contribution;
  return assembly;
}

namespace sparse {

const Transposed& transposed(const SparsePattern& pattern) {
  const auto& d = pattern.data();
  std::call_once(d.transposing, [&] {
    std::vector<std::int64_t> row(d.column_of.begin(), d.column_of.end()), column(d.row_of.begin(), d.row_of.end());
    const Assembly turned = assemble(d.columns, d.rows, row, column);
    std::vector<std::int32_t> from(d.column_of.size());
    const auto to = turned.entry.data<std::int64_t>();
    for (std::size_t k = 0; k < from.size(); ++k) from[static_cast<std::size_t>(to[k])] = static_cast<std::int32_t>(k);
    Tensor index = index_tensor(from);
    d.transposed = std::make_shared<const Transposed>(Transposed{turned.pattern, std::move(from), std::move(index)});
  });
  return *d.transposed;
}

}  // namespace sparse
}  // namespace terrella
