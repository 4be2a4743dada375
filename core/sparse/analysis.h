// core/sparse/analysis.h: how the matrices of a pattern are factorised: order of elimination, fronts, places of
// entries. For the files beside it.
#pragma once
#include <cstdint>
#include <vector>

#include "core/sparse/pattern_data.h"

namespace terrella::sparse {

/// Columns that are eliminated together. With the `below` rows under them they are a dense matrix; what the elimination
/// leaves of those rows is added to the parent's.
struct Front {
  std::int32_t first, width;  ///< columns first ... first + width - 1 of the new order
  std::int32_t below;         ///< rows under them
  std::int32_t parent;        ///< -1: none; parents come behind their children
  std::int64_t rows;          ///< where its part of Analysis::row_of and place begins
  std::int64_t lower;         ///< where [width + below, width] of L, row-major, begins in the factor
  std::int64_t upper;         ///< where [below, width] of U, transposed, begins, counted from the end of all of L
};

/// An entry of the matrix and where it stands in the factor; `upper` places count from the end of L.
struct EntryPlace {
  std::int32_t entry;
  bool upper;
  std::int64_t to;
};

struct Analysis {
  std::int64_t n = 0;
  std::vector<std::int32_t> order;                   ///< old number of each new one
  std::vector<std::int32_t> number;                  ///< new number of each old one
  std::vector<Front> fronts;                         ///< children before parents, whole subtrees in a row
  std::vector<std::int32_t> row_of;                  ///< rows below of all fronts, ascending in each
  std::vector<std::int32_t> place;                   ///< where each of them stands in the parent's front
  std::vector<std::int32_t> child_starts, children;  ///< of each front
  std::vector<std::int64_t> entry_starts;            ///< of each front
  std::vector<EntryPlace> entries;                   ///< on and below the diagonal of the new order, then above
  std::int64_t lower_size = 0, upper_size = 0;
  double multiplications = 0;  ///< of a symmetric factorisation

  /// Fronts [begin, end) of subtrees that can be worked on beside each other, and the fronts above them in order. The
  /// same for any number of threads.
  std::vector<std::pair<std::int32_t, std::int32_t>> subtrees;
  std::vector<std::int32_t> top;
};

/// Of a square pattern and its transpose together; made when first asked for, then kept with the pattern.
const Analysis& analysis(const SparsePattern& pattern);

/// The neighbours of every row in a symmetric graph without loops.
struct Graph {
  std::vector<std::int32_t> starts, neighbours;
  std::int32_t size() const { return static_cast<std::int32_t>(starts.size()) - 1; }
};

/// New order of elimination with little fill (old number of each new one).
std::vector<std::int32_t> nested_dissection(const Graph& graph);

/// Columns with equal structure and what lies below them; parents have larger numbers than children.
struct EliminationTree {
  std::vector<std::int32_t> order;  ///< old number of each new one, in which columns of a supernode are neighbours
  std::vector<std::int32_t> first;  ///< first column of each supernode, and n
  std::vector<std::int32_t> parent;
  std::vector<std::vector<std::int32_t>> below;  ///< rows below each supernode, ascending
};

/// Of the graph eliminated in about that order: supernodes with few zeros in between are merged, children arranged so
/// that little is waiting to be added at a time.
EliminationTree elimination_tree(const Graph& graph, const std::vector<std::int32_t>& order);

}  // namespace terrella::sparse
