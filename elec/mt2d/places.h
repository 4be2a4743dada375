// elec/mt2d/places.h: where the matrices of elements go. Depends on the numbers of rows and lines alone, so that all
// models, periods and depths of nodes share it, and with it the analysis of the factorisation.
#pragma once
#include <vector>

#include "core/sparse.h"

namespace terrella::elec::mt2d {

using Numbers = std::vector<std::int64_t>;
inline Tensor as_tensor(const Numbers& x) { return Tensor::from(x, {static_cast<std::int64_t>(x.size())}); }

/// Nodes on both sides, and those of the top row with `top_known`, have known values; all others are unknowns.
struct Places {
  std::int64_t rows = 0, columns = 0;  ///< of elements
  int order = 2;
  bool top_known = false;

  std::int64_t nodes = 0;
  Numbers number;                     ///< of each node among the unknowns, or -1 - that among the known nodes
  Tensor unknown;                     ///< i64, nodes without known values
  Tensor known;                       ///< i64, nodes with
  Assembly own;                       ///< [unknown, unknown]
  Assembly across;                    ///< [unknown, known]
  Tensor own_taken, across_taken;     ///< i64: contributions of ravelled element matrices that go there
  Tensor bottom_taken, bottom_entry;  ///< of ravelled edge matrices of the lowest row, and the entries they go to
  Assembly corners;                   ///< of the lowest row beside both sides, [unknown, known]
  Tensor corners_taken;

  std::int64_t node_rows() const { return order * rows + 1; }
  std::int64_t node_columns() const { return order * columns + 1; }
  /// The number of local node k of element (j, i).
  std::int64_t number_of(std::int64_t j, std::int64_t i, std::int64_t k) const {
    const std::int64_t each = order + 1;
    return number[static_cast<std::size_t>((order * j + k / each) * node_columns() + order * i + k % each)];
  }
  /// Real matrices from element matrices [elements, nodes^2], and from those of the bottom [columns, (order + 1)^2].
  Tensor own_values(const Tensor& elements) const;
  SparseTensor across_matrix(const Tensor& elements) const;
  Tensor bottom_values(const Tensor& edges) const;
  SparseTensor corners_matrix(const Tensor& edges) const;
  /// [.., nodes] from values of the unknowns and of the known nodes.
  Tensor joined(const Tensor& unknown_values, const Tensor& known_values) const;
};

Places places_of(std::int64_t rows, std::int64_t columns, int order, bool top_known);

/// Parameters of derivatives: a number for each element of the earth, row by row, -1 for those that do not count.
struct Cells {
  Numbers of_element;  ///< empty: every element by itself
  std::int64_t count = 0;
};

/// Where what leads from fields to responses and their derivatives goes, for instruments on a row of nodes.
struct RowPlaces {
  std::int64_t row;               ///< of elements, below the instruments
  Tensor own, known;              ///< i64: nodes of the row among the unknowns, among the known ones ...
  Tensor own_at, known_at;        ///< ... and their numbers along the row
  Assembly own_sums, known_sums;  ///< [unknown, nodes of the row] and [known, nodes of the row]: transposed, sums over
                                  ///< the elements below, tested with functions of the row's nodes
  Tensor own_taken, known_taken;  ///< of ravelled upper rows of matrices, [columns, order + 1, nodes]
};

/// `row`: of elements, whose upper nodes the instruments stand on.
RowPlaces row_places_of(const Places& places, std::int64_t row);

/// What derivatives need beside: adjoint fields are excited near the row alone, and are asked for in the earth and
/// beside both sides.
struct ChangePlaces {
  Numbers given, wanted;     ///< unknowns
  Tensor nodes, lowest;      ///< i64: nodes of each element of the earth, and on each edge of the bottom
  Tensor own_in_given;       ///< i64: nodes of the row that are unknowns, among the given
  Assembly sums;             ///< [given, nodes of the row], of own_taken
  Assembly across, corners;  ///< those of Places with rows of the wanted
  std::int64_t parameters;
  bool by_element;  ///< rather than by cell
  Numbers edges;    ///< of the row, that receivers which recover the current stand on
  /// Sums of what each parameter's elements do to each equation: [parameters, wanted] to those of the unknowns,
  /// [parameters, nodes of the row + 2 node rows + edges] to the sums of the row, to the values on both sides and to
  /// what each of those receivers makes of its current.
  Assembly on_unknowns, on_rest;
  Tensor unknowns_taken;  ///< of [elements of the earth, nodes each], ravelled
  /// Of that, of [node rows, rows of the earth] twice, and with edges of [columns, order + 1] and [edges], one behind
  /// the other, ravelled.
  Tensor rest_taken;
};

/// `air_rows`: rows of elements whose change does not count.
ChangePlaces change_places_of(const Places& places, const RowPlaces& row, std::int64_t air_rows, const Cells& cells,
                              Numbers edges);

}  // namespace terrella::elec::mt2d
