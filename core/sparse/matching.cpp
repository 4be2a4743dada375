// Rows are put where they have an entry on the diagonal: Duff (1981), On algorithms for obtaining a maximum
// transversal.
#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/sparse/pattern_data.h"

namespace terrella::sparse {
namespace {

using Numbers = std::vector<std::int32_t>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Gives every row a column of its own, and takes others' away along a path where all are taken.
class Matching {
 public:
  explicit Matching(const SparsePattern& pattern)
      : pattern_(pattern),
        column_of_row_(at(pattern.rows()), -1),
        row_of_column_(at(pattern.rows()), -1),
        seen_(at(pattern.rows()), -1),
        next_(at(pattern.rows())) {
    for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t) {
      if (i == j) column_of_row_[at(i)] = row_of_column_[at(i)] = i;
    });
  }
  /// The row with an entry in each column; fails naming a row that finds none.
  Numbers rows() {
    Numbers order(at(pattern_.rows()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return end(a) - begin(a) < end(b) - begin(b); });
    for (const std::int32_t i : order) take_free(i);  // the shortest rows have the least choice
    for (const std::int32_t i : order) {
      check_interrupt();
      if (column_of_row_[at(i)] < 0 && !extend(i))
        throw SolveError(text("sparse solve: the matrix of ", pattern_.rows(), " rows is singular for any values: row ",
                              i, " and those that share its columns are more rows than columns"));
    }
    return row_of_column_;
  }

 private:
  std::int64_t begin(std::int32_t i) const { return pattern_.row_starts()[at(i)]; }
  std::int64_t end(std::int32_t i) const { return pattern_.row_starts()[at(i) + 1]; }

  void take_free(std::int32_t i) {
    if (column_of_row_[at(i)] >= 0) return;
    for (std::int64_t k = begin(i); k < end(i); ++k) {
      const std::int32_t j = pattern_.column_of()[at(k)];
      if (row_of_column_[at(j)] >= 0) continue;
      column_of_row_[at(i)] = j;
      row_of_column_[at(j)] = i;
      return;
    }
  }

  bool extend(std::int32_t root) {
    Numbers path{root};
    next_[at(root)] = begin(root);
    while (!path.empty()) {
      const std::int32_t i = path.back();
      const auto& columns = pattern_.column_of();
      const auto free = std::find_if(columns.begin() + begin(i), columns.begin() + end(i),
                                     [&](std::int32_t j) { return row_of_column_[at(j)] < 0; });
      if (free != columns.begin() + end(i)) {
        std::int32_t column = *free;
        for (std::size_t k = path.size(); k-- > 0;) {
          row_of_column_[at(column)] = path[k];
          std::swap(column, column_of_row_[at(path[k])]);
        }
        return true;
      }
      std::int64_t& k = next_[at(i)];
      while (k < end(i) && seen_[at(columns[at(k)])] == root) ++k;
      if (k == end(i)) {
        path.pop_back();
        continue;
      }
      seen_[at(columns[at(k)])] = root;
      path.push_back(row_of_column_[at(columns[at(k)])]);
      next_[at(path.back())] = begin(path.back());
    }
    return false;
  }

  const SparsePattern& pattern_;
  Numbers column_of_row_, row_of_column_, seen_;
  std::vector<std::int64_t> next_;
};

Matched matched_by(const SparsePattern& pattern) {
  Matched matched;
  Numbers rows = Matching(pattern).rows();
  std::vector<std::int64_t> number(rows.size()), row, column;
  for (std::size_t i = 0; i < rows.size(); ++i) number[at(rows[i])] = static_cast<std::int64_t>(i);
  for_entries(pattern,
              [&](std::int32_t i, std::int32_t j, std::size_t) { row.push_back(number[at(i)]), column.push_back(j); });
  const Assembly moved = assemble(pattern.rows(), pattern.rows(), row, column);
  std::vector<std::int64_t> from(row.size());
  const auto to = moved.entry.data<std::int64_t>();
  for (std::size_t k = 0; k < from.size(); ++k) from[at(to[k])] = static_cast<std::int64_t>(k);
  auto data = std::make_shared<SparsePattern::Data>();
  const auto& made = moved.pattern.data();
  data->rows = made.rows, data->columns = made.columns;
  data->row_starts = made.row_starts, data->row_of = made.row_of, data->column_of = made.column_of;
  data->row_index = made.row_index, data->column_index = made.column_index;
  matched.rows =
      Tensor::from(std::vector<std::int64_t>(rows.begin(), rows.end()), {static_cast<std::int64_t>(rows.size())});
  matched.numbers = Tensor::from(number, {static_cast<std::int64_t>(number.size())});
  matched.from = Tensor::from(from, {static_cast<std::int64_t>(from.size())});
  data->row_name = std::move(rows);
  matched.pattern = SparsePattern(std::move(data));
  return matched;
}

}  // namespace

std::int64_t name_of_row(const SparsePattern& pattern, std::int64_t row) {
  const auto& names = pattern.data().row_name;
  return names.empty() ? row : names[at(row)];
}

const Matched* matched(const SparsePattern& pattern) {
  const auto& d = pattern.data();
  std::call_once(d.matching, [&] {
    std::int64_t on_diagonal = 0;
    for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t) { on_diagonal += i == j; });
    if (on_diagonal < pattern.rows()) d.matched = std::make_shared<const Matched>(matched_by(pattern));
  });
  return d.matched.get();
}

}  // namespace terrella::sparse
