// core/precondition/compressed_rows.h: sparse matrices as plain numbers, and the products that multigrid is set up by.
// The numbers of a row depend on that row alone, never on how rows are shared out among threads.
#pragma once
#include <cstdint>
#include <vector>

#include "core/krylov/vectors.h"

namespace terrella::precondition {

/// Rows that stand elsewhere: of a pattern, or of a CompressedRows.
template <class T>
struct Rows {
  std::int64_t rows, columns;
  const std::int64_t* starts;
  const std::int32_t* column;
  const T* value;

  /// sum_j a_ij x_j
  T times(std::int64_t i, const T* x) const {
    T sum(0);
    for (std::int64_t k = starts[i]; k < starts[i + 1]; ++k) sum += value[k] * x[column[k]];
    return sum;
  }
};

template <class T>
struct CompressedRows {
  std::int64_t columns = 0;
  std::vector<std::int64_t> starts = {0};
  std::vector<std::int32_t> column = {};
  std::vector<T> value = {};

  Rows<T> view() const {
    return {static_cast<std::int64_t>(starts.size()) - 1, columns, starts.data(), column.data(), value.data()};
  }
};

/// Row i is made by row(i, mark, out), which appends to it; `mark` holds `columns` numbers, -1 before and after.
template <class T, class Row>
CompressedRows<T> made_of_rows(std::int64_t rows, std::int64_t columns, const Row& row) {
  const std::int64_t each = std::max<std::int64_t>(1000, rows / 64), pieces = (rows + each - 1) / each;
  std::vector<CompressedRows<T>> part(static_cast<std::size_t>(pieces));
  cpu::parallel_for(pieces, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<std::int32_t> mark(static_cast<std::size_t>(columns), -1);
    for (std::int64_t p = first; p < last; ++p) {
      CompressedRows<T>& out = part[static_cast<std::size_t>(p)];
      for (std::int64_t i = p * each; i < std::min(rows, (p + 1) * each); ++i) {
        row(i, mark.data(), out);
        out.starts.push_back(static_cast<std::int64_t>(out.column.size()));
      }
    }
  });
  CompressedRows<T> all;
  all.columns = columns;
  std::vector<std::int64_t> offset;
  for (const auto& p : part) {
    offset.push_back(all.starts.back());
    for (std::size_t i = 1; i < p.starts.size(); ++i) all.starts.push_back(offset.back() + p.starts[i]);
  }
  all.column.resize(static_cast<std::size_t>(all.starts.back()));
  all.value.resize(all.column.size());
  cpu::parallel_for(pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first; p < last; ++p) {
      auto& own = part[static_cast<std::size_t>(p)];
      std::copy(own.column.begin(), own.column.end(), all.column.begin() + offset[static_cast<std::size_t>(p)]);
      std::copy(own.value.begin(), own.value.end(), all.value.begin() + offset[static_cast<std::size_t>(p)]);
      own = {};
    }
  });
  return all;
}

/// Adds to the entry of the row that begins at `begin`, which need not be there yet.
template <class T>
void add_entry(CompressedRows<T>& out, std::int32_t* mark, std::size_t begin, std::int32_t column, T value) {
  const std::int32_t place = mark[column];
  if (place >= 0) {
    out.value[begin + static_cast<std::size_t>(place)] += value;
    return;
  }
  mark[column] = static_cast<std::int32_t>(out.column.size() - begin);
  out.column.push_back(column);
  out.value.push_back(value);
}
template <class T>
void unmark(const CompressedRows<T>& out, std::int32_t* mark, std::size_t begin) {
  for (std::size_t k = begin; k < out.column.size(); ++k) mark[out.column[k]] = -1;
}

/// A B. Gustavson (1978).
template <class T>
CompressedRows<T> product(const Rows<T>& a, const Rows<T>& b) {
  return made_of_rows<T>(a.rows, b.columns, [&](std::int64_t i, std::int32_t* mark, CompressedRows<T>& out) {
    const std::size_t begin = out.column.size();
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) {
      const std::int64_t j = a.column[k];
      for (std::int64_t l = b.starts[j]; l < b.starts[j + 1]; ++l)
        add_entry(out, mark, begin, b.column[l], a.value[k] * b.value[l]);
    }
    unmark(out, mark, begin);
  });
}

template <class T>
CompressedRows<T> transposed(const Rows<T>& a) {
  CompressedRows<T> t;
  t.columns = a.rows;
  const std::int64_t entries = a.starts[a.rows];
  t.starts.assign(static_cast<std::size_t>(a.columns) + 1, 0);
  t.column.resize(static_cast<std::size_t>(entries));
  t.value.resize(static_cast<std::size_t>(entries));
  for (std::int64_t k = 0; k < entries; ++k) ++t.starts[static_cast<std::size_t>(a.column[k]) + 1];
  for (std::size_t i = 1; i < t.starts.size(); ++i) t.starts[i] += t.starts[i - 1];
  std::vector<std::int64_t> next(t.starts.begin(), t.starts.end() - 1);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = a.starts[i]; k < a.starts[i + 1]; ++k) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(a.column[k])]++);
      t.column[to] = static_cast<std::int32_t>(i);
      t.value[to] = a.value[k];
    }
  return t;
}

template <class T>
CompressedRows<T> adjoint(const Rows<T>& a) {
  CompressedRows<T> t = transposed(a);
  for (T& value : t.value) value = krylov::conjugate(value);
  return t;
}

}  // namespace terrella::precondition
