// inversion/regularization/roughness.h: differences of a model, whose squares (or rounded absolute values: total
// variation) an inversion keeps small, and terms made of them.
//
// A model of several columns, one a site, is [column, layer], layers from the top.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/optimize/least_squares.h"

namespace terrella::inversion {

/// Rows m[i+1] - m[i] of each column, [columns (layers - 1), columns layers].
optimize::SparseMatrix first_difference(std::int64_t layers, std::int64_t columns = 1);
/// Rows m[i-1] - 2 m[i] + m[i+1] of each column.
optimize::SparseMatrix second_difference(std::int64_t layers, std::int64_t columns = 1);

/// Two columns that are to be alike, and how much so.
struct Neighbours {
  std::int64_t a = 0, b = 0;
  double weight = 1;
};
/// Rows weight (m[b, i] - m[a, i]), one for each pair and layer.
optimize::SparseMatrix lateral_difference(std::int64_t layers, std::int64_t columns,
                                          const std::vector<Neighbours>& pairs);

/// Identity: for terms that keep a model near a reference.
optimize::SparseMatrix identity(std::int64_t size);

/// weight * sum loss(W (m - reference)). An empty reference counts as zero.
/// Throws std::invalid_argument where the reference has another size than W has columns.
optimize::Term linear_term(std::string name, const optimize::SparseMatrix& w, std::vector<double> reference = {},
                           optimize::Loss loss = {}, double weight = 1);

/// Stations in their order along the direction in which they spread most. Those without coordinates (NaN) follow the
/// one before them in the list.
///
/// latitude, longitude   degrees, [n]
std::vector<std::size_t> line_order(const std::vector<double>& latitude, const std::vector<double>& longitude);

/// Neighbours in that order, each tied to the next with weight strength * (median distance / distance), at most 3 times
/// `strength`, so that close stations are tied more. Unknown distances count as the median.
std::vector<Neighbours> line_neighbours(const std::vector<double>& latitude, const std::vector<double>& longitude,
                                        double strength);

}  // namespace terrella::inversion
