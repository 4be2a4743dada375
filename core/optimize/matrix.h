// core/optimize/matrix.h: Jacobians as plain numbers, in the two forms that least squares meet.
#pragma once
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace terrella::optimize {

/// Dense rows and columns somewhere in a larger matrix.
struct Block {
  std::int64_t row = 0, column = 0;  ///< of the block's first entry
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values;  ///< [rows, columns], row-major
};

/// Blocks that do not overlap, zero elsewhere. A dense matrix is one block.
struct BlockMatrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<Block> blocks;
};

/// Compressed rows.
struct SparseMatrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> row_start = {0};  ///< [rows + 1]
  std::vector<std::int64_t> column;           ///< ascending within a row
  std::vector<double> value;

  /// Appends a row of these entries; columns ascending.
  void add_row(std::span<const std::int64_t> columns_of_row, std::span<const double> values_of_row);
};

using Matrix = std::variant<BlockMatrix, SparseMatrix>;

std::int64_t rows(const Matrix& a);
std::int64_t columns(const Matrix& a);

/// A x.
std::vector<double> multiply(const Matrix& a, std::span<const double> x);
/// A^T y.
std::vector<double> multiply_transposed(const Matrix& a, std::span<const double> y);

/// All entries, [rows, columns], row-major.
std::vector<double> to_dense(const Matrix& a);

/// A dense matrix; values [rows, columns], row-major.
BlockMatrix dense(std::int64_t rows, std::int64_t columns, std::vector<double> values);

}  // namespace terrella::optimize
