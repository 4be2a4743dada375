#include "core/optimize/matrix.h"

#include "core/error.h"

namespace terrella::optimize {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(const char* operation, std::int64_t expected, std::size_t given) {
  if (static_cast<std::size_t>(expected) != given)
    fail(operation, ": the matrix wants a vector of ", expected, " entries, got ", given);
}

}  // namespace

void SparseMatrix::add_row(std::span<const std::int64_t> columns_of_row, std::span<const double> values_of_row) {
  if (columns_of_row.size() != values_of_row.size())
    fail("add_row: ", columns_of_row.size(), " columns but ", values_of_row.size(), " values");
  for (std::size_t i = 0; i < columns_of_row.size(); ++i)
    if (columns_of_row[i] < 0 || columns_of_row[i] >= columns || (i > 0 && columns_of_row[i] <= columns_of_row[i - 1]))
      fail("add_row: column ", columns_of_row[i], " is beyond 0 .. ", columns - 1, " or out of order");
  column.insert(column.end(), columns_of_row.begin(), columns_of_row.end());
  value.insert(value.end(), values_of_row.begin(), values_of_row.end());
  row_start.push_back(static_cast<std::int64_t>(column.size()));
  ++rows;
}

std::int64_t rows(const Matrix& a) {
  return std::visit([](const auto& m) { return m.rows; }, a);
}
std::int64_t columns(const Matrix& a) {
  return std::visit([](const auto& m) { return m.columns; }, a);
}

std::vector<double> multiply(const Matrix& a, std::span<const double> x) {
  check("multiply", columns(a), x.size());
  std::vector<double> y(at(rows(a)), 0.0);
  if (const auto* blocks = std::get_if<BlockMatrix>(&a)) {
    for (const Block& b : blocks->blocks)
      for (std::int64_t i = 0; i < b.rows; ++i)
        for (std::int64_t j = 0; j < b.columns; ++j)
          y[at(b.row + i)] += b.values[at(i * b.columns + j)] * x[at(b.column + j)];
  } else {
    const auto& s = std::get<SparseMatrix>(a);
    for (std::int64_t i = 0; i < s.rows; ++i)
      for (auto k = s.row_start[at(i)]; k < s.row_start[at(i + 1)]; ++k)
        y[at(i)] += s.value[at(k)] * x[at(s.column[at(k)])];
  }
  return y;
}

std::vector<double> multiply_transposed(const Matrix& a, std::span<const double> y) {
  check("multiply_transposed", rows(a), y.size());
  std::vector<double> x(at(columns(a)), 0.0);
  if (const auto* blocks = std::get_if<BlockMatrix>(&a)) {
    for (const Block& b : blocks->blocks)
      for (std::int64_t i = 0; i < b.rows; ++i)
        for (std::int64_t j = 0; j < b.columns; ++j)
          x[at(b.column + j)] += b.values[at(i * b.columns + j)] * y[at(b.row + i)];
  } else {
    const auto& s = std::get<SparseMatrix>(a);
    for (std::int64_t i = 0; i < s.rows; ++i)
      for (auto k = s.row_start[at(i)]; k < s.row_start[at(i + 1)]; ++k)
        x[at(s.column[at(k)])] += s.value[at(k)] * y[at(i)];
  }
  return x;
}

BlockMatrix dense(std::int64_t rows, std::int64_t columns, std::vector<double> values) {
  if (static_cast<std::int64_t>(values.size()) != rows * columns)
    fail("dense: ", rows, " by ", columns, " need ", rows * columns, " values, got ", values.size());
  return {rows, columns, {{0, 0, rows, columns, std::move(values)}}};
}

std::vector<double> to_dense(const Matrix& a) {
  const std::int64_t m = rows(a), n = columns(a);
  const auto place = [n](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * n + j); };
  std::vector<double> all(static_cast<std::size_t>(m * n), 0.0);
  if (const auto* sparse = std::get_if<SparseMatrix>(&a)) {
    for (std::int64_t i = 0; i < m; ++i)
      for (auto k = sparse->row_start[static_cast<std::size_t>(i)];
           k < sparse->row_start[static_cast<std::size_t>(i) + 1]; ++k)
        all[place(i, sparse->column[static_cast<std::size_t>(k)])] = sparse->value[static_cast<std::size_t>(k)];
    return all;
  }
  for (const Block& block : std::get<BlockMatrix>(a).blocks)
    for (std::int64_t i = 0; i < block.rows; ++i)
      for (std::int64_t j = 0; j < block.columns; ++j)
        all[place(block.row + i, block.column + j)] = block.values[static_cast<std::size_t>(i * block.columns + j)];
  return all;
}

}  // namespace terrella::optimize
