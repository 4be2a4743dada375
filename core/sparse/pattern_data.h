// core/sparse/pattern_data.h: what a pattern holds, and what is found out about it when first asked for. For the files
// beside it.
#pragma once
#include <mutex>

#include "core/sparse.h"

namespace terrella {

namespace sparse {
struct Analysis;

/// The transposed pattern; its entry k is entry from[k] of the pattern.
struct Transposed {
  SparsePattern pattern;
  std::vector<std::int32_t> from;
  Tensor from_index;  ///< the same as an i64 tensor
};

/// The pattern with its rows in another order, so that all of the diagonal has entries.
struct Matched {
  SparsePattern pattern;
  Tensor from;     ///< i64: the entry of the former pattern that each is
  Tensor rows;     ///< i64: the former number of each row
  Tensor numbers;  ///< i64: the new number of each row
};
}  // namespace sparse

struct SparsePattern::Data {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> row_starts;
  std::vector<std::int32_t> row_of, column_of;
  Tensor row_index, column_index;
  std::vector<std::int32_t> row_name;  ///< what messages call each row, where not by its number

  mutable std::once_flag transposing, matching, analysing;
  mutable std::shared_ptr<const sparse::Transposed> transposed;
  mutable std::shared_ptr<const sparse::Matched> matched;
  mutable std::shared_ptr<const sparse::Analysis> analysis;
};

namespace sparse {

const Transposed& transposed(const SparsePattern& pattern);
/// Null where a square pattern has all of its diagonal. SolveError where no order of rows has.
const Matched* matched(const SparsePattern& pattern);
/// The number of a row for messages.
std::int64_t name_of_row(const SparsePattern& pattern, std::int64_t row);
/// Calls body(i, j, k) for every entry k.
template <class Body>
void for_entries(const SparsePattern& pattern, const Body& body) {
  const auto& d = pattern.data();
  for (std::size_t k = 0; k < d.column_of.size(); ++k) body(d.row_of[k], d.column_of[k], k);
}

}  // namespace sparse
}  // namespace terrella
