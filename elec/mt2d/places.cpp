#include "elec/mt2d/places.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::elec::mt2d {
namespace {

std::int64_t entry_of(const SparsePattern& pattern, std::int64_t row, std::int64_t column) {
  const auto begin = pattern.column_of().begin();
  const auto first = begin + pattern.row_starts()[static_cast<std::size_t>(row)];
  const auto last = begin + pattern.row_starts()[static_cast<std::size_t>(row) + 1];
  return std::lower_bound(first, last, static_cast<std::int32_t>(column)) - begin;
}

}  // namespace

Places places_of(std::int64_t rows, std::int64_t columns, int order, bool top_known) {
  Places p;
  p.rows = rows;
  p.columns = columns;
  p.order = order;
  p.top_known = top_known;
  const std::int64_t node_columns = p.node_columns(), each = order + 1;
  p.nodes = p.node_rows() * node_columns;
  Numbers unknown, known;
  for (std::int64_t k = 0; k < p.nodes; ++k) {
    const std::int64_t row = k / node_columns, column = k % node_columns;
    const bool is_known = column == 0 || column == node_columns - 1 || (top_known && row == 0);
    p.number.push_back(is_known ? -1 - static_cast<std::int64_t>(known.size())
                                : static_cast<std::int64_t>(unknown.size()));
    (is_known ? known : unknown).push_back(k);
  }
  const auto node = [&](auto... at) { return p.number_of(at...); };
  Numbers own_row, own_column, own_taken, across_row, across_column, across_taken;
  std::int64_t contribution = 0;
  for (std::int64_t j = 0; j < rows; ++j)
    for (std::int64_t i = 0; i < columns; ++i)
      for (std::int64_t k = 0; k < each * each; ++k)
        for (std::int64_t l = 0; l < each * each; ++l, ++contribution) {
          const std::int64_t row = node(j, i, k), column = node(j, i, l);
          if (row < 0) continue;
          (column < 0 ? across_row : own_row).push_back(row);
          (column < 0 ? across_column : own_column).push_back(column < 0 ? -1 - column : column);
          (column < 0 ? across_taken : own_taken).push_back(contribution);
        }
  const auto n = static_cast<std::int64_t>(unknown.size());
  p.own = assemble(n, n, own_row, own_column);
  p.across = assemble(n, static_cast<std::int64_t>(known.size()), across_row, across_column);
  p.own_taken = as_tensor(own_taken);
  p.across_taken = as_tensor(across_taken);
  Numbers bottom_taken, bottom_entry, corner_row, corner_column, corners_taken;
  contribution = 0;
  for (std::int64_t i = 0; i < columns; ++i)
    for (std::int64_t k = 0; k < each; ++k)
      for (std::int64_t l = 0; l < each; ++l, ++contribution) {
        const std::int64_t row = node(rows - 1, i, order * each + k), column = node(rows - 1, i, order * each + l);
        if (row < 0) continue;
        if (column < 0) {
          corner_row.push_back(row);
          corner_column.push_back(-1 - column);
          corners_taken.push_back(contribution);
          continue;
        }
        bottom_taken.push_back(contribution);
        bottom_entry.push_back(entry_of(p.own.pattern, row, column));
      }
  p.corners = assemble(n, static_cast<std::int64_t>(known.size()), corner_row, corner_column);
  p.corners_taken = as_tensor(corners_taken);
  p.bottom_taken = as_tensor(bottom_taken);
  p.bottom_entry = as_tensor(bottom_entry);
  p.unknown = as_tensor(unknown);
  p.known = as_tensor(known);
  return p;
}

Tensor Places::own_values(const Tensor& elements) const { return own.values(gather(ravel(elements), own_taken)); }

SparseTensor Places::across_matrix(const Tensor& elements) const {
  return {across.pattern, across.values(gather(ravel(elements), across_taken))};
}

Tensor Places::bottom_values(const Tensor& edges) const {
  return scatter_add(gather(ravel(edges), bottom_taken), bottom_entry, own.pattern.entries());
}

SparseTensor Places::corners_matrix(const Tensor& edges) const {
  return {corners.pattern, corners.values(gather(ravel(edges), corners_taken))};
}

Tensor Places::joined(const Tensor& unknown_values, const Tensor& known_values) const {
  return scatter_add(unknown_values, unknown, nodes, -1) + scatter_add(known_values, known, nodes, -1);
}

RowPlaces row_places_of(const Places& places, std::int64_t row) {
  const std::int64_t order = places.order, each = order + 1, columns = places.columns, n = each * each;
  const std::int64_t node_columns = places.node_columns();
  const std::int64_t unknowns = places.unknown.size(), known = places.known.size();
  const auto node = [&](auto... at) { return places.number_of(at...); };
  RowPlaces p;
  p.row = row;
  Numbers own, own_at, on_side, on_side_at;
  for (std::int64_t i = 0; i < node_columns; ++i) {
    const std::int64_t k = places.number[static_cast<std::size_t>(order * row * node_columns + i)];
    (k < 0 ? on_side : own).push_back(k < 0 ? -1 - k : k);
    (k < 0 ? on_side_at : own_at).push_back(i);
  }
  p.own = as_tensor(own);
  p.own_at = as_tensor(own_at);
  p.known = as_tensor(on_side);
  p.known_at = as_tensor(on_side_at);

  Numbers rows[2], tested[2], taken[2];
  for (std::int64_t i = 0, contribution = 0; i < columns; ++i)
    for (std::int64_t k = 0; k < each; ++k)
      for (std::int64_t l = 0; l < n; ++l, ++contribution) {
        const std::int64_t at = node(row, i, l), which = at < 0;
        rows[which].push_back(which ? -1 - at : at);
        tested[which].push_back(order * i + k);
        taken[which].push_back(contribution);
      }
  p.own_sums = assemble(unknowns, node_columns, rows[0], tested[0]);
  p.known_sums = assemble(known, node_columns, rows[1], tested[1]);
  p.own_taken = as_tensor(taken[0]);
  p.known_taken = as_tensor(taken[1]);
  return p;
}

ChangePlaces change_places_of(const Places& places, const RowPlaces& row, std::int64_t air_rows, const Cells& cells,
                              Numbers edges) {
  const std::int64_t order = places.order, each = order + 1, columns = places.columns, n = each * each;
  const std::int64_t node_columns = places.node_columns(), node_rows = places.node_rows();
  const std::int64_t earth = places.rows - air_rows, unknowns = places.unknown.size();
  ChangePlaces p;
  p.by_element = cells.of_element.empty();
  if (!p.by_element && static_cast<std::int64_t>(cells.of_element.size()) != earth * columns)
    fail("mt2d: ", cells.of_element.size(), " numbers of cells for ", earth * columns, " elements of the earth");
  for (const std::int64_t cell : cells.of_element)
    if (cell < -1 || cell >= cells.count) fail("mt2d: an element of cell ", cell, "; there are ", cells.count);
  p.parameters = p.by_element ? earth * columns : cells.count;
  const auto parameter = [&](std::int64_t e) {
    return p.by_element ? e : cells.of_element[static_cast<std::size_t>(e)];
  };
  p.edges = std::move(edges);
  Numbers given_place(static_cast<std::size_t>(unknowns), -1), wanted_place(given_place);
  const std::vector<std::int64_t> unknown = places.unknown.to_vector<std::int64_t>();
  for (std::int64_t k = 0; k < unknowns; ++k) {
    const std::int64_t node = unknown[static_cast<std::size_t>(k)], at = node / node_columns, i = node % node_columns;
    if (at >= order * row.row && at <= order * (row.row + 1)) {
      given_place[static_cast<std::size_t>(k)] = static_cast<std::int64_t>(p.given.size());
      p.given.push_back(k);
    }
    if (at >= order * air_rows || i <= order || i >= node_columns - 1 - order) {
      wanted_place[static_cast<std::size_t>(k)] = static_cast<std::int64_t>(p.wanted.size());
      p.wanted.push_back(k);
    }
  }
  // Row r of a matrix becomes row place[r] of one of `rows`.
  const auto moved = [](const Assembly& whole, const Numbers& place, std::size_t rows) {
    const auto starts = whole.pattern.row_starts();
    const auto column_of = whole.pattern.column_of();
    Numbers row_of, to, from;
    for (std::size_t r = 0; r + 1 < starts.size(); ++r)
      row_of.resize(static_cast<std::size_t>(starts[r + 1]), place[r]);
    for (const std::int64_t entry : whole.entry.to_vector<std::int64_t>()) {
      to.push_back(row_of[static_cast<std::size_t>(entry)]);
      from.push_back(column_of[static_cast<std::size_t>(entry)]);
    }
    return assemble(static_cast<std::int64_t>(rows), whole.pattern.columns(), to, from);
  };
  p.sums = moved(row.own_sums, given_place, p.given.size());
  p.across = moved(places.across, wanted_place, p.wanted.size());
  p.corners = moved(places.corners, wanted_place, p.wanted.size());
  Numbers own_in_given;
  for (const std::int64_t k : row.own.to_vector<std::int64_t>())
    own_in_given.push_back(given_place[static_cast<std::size_t>(k)]);
  p.own_in_given = as_tensor(own_in_given);

  const auto node = [&](std::int64_t j, std::int64_t i, std::int64_t k) {
    return (order * j + k / each) * node_columns + order * i + k % each;
  };
  Numbers nodes, lowest;
  for (std::int64_t j = air_rows; j < places.rows; ++j)
    for (std::int64_t i = 0; i < columns; ++i)
      for (std::int64_t k = 0; k < n; ++k) nodes.push_back(node(j, i, k));
  for (std::int64_t i = 0; i < columns; ++i)
    for (std::int64_t k = 0; k < each; ++k) lowest.push_back(node(places.rows - 1, i, order * each + k));
  p.nodes = as_tensor(nodes);
  p.lowest = as_tensor(lowest);

  Numbers of_unknowns[3], of_rest[3];  // parameter, equation, contribution
  const auto change = [](Numbers(&into)[3], std::int64_t cell, std::int64_t equation, std::int64_t contribution) {
    if (cell < 0) return;
    into[0].push_back(cell);
    into[1].push_back(equation);
    into[2].push_back(contribution);
  };
  for (std::int64_t j = air_rows; j < places.rows; ++j)
    for (std::int64_t i = 0; i < columns; ++i)
      for (std::int64_t k = 0; k < n; ++k) {
        const std::int64_t e = (j - air_rows) * columns + i;
        if (const std::int64_t at = places.number_of(j, i, k); at >= 0)
          change(of_unknowns, parameter(e), wanted_place[static_cast<std::size_t>(at)], e * n + k);
        if (j == row.row && k < each) change(of_rest, parameter(e), order * i + k, e * n + k);
      }
  for (std::int64_t side = 0; side < 2; ++side)
    for (std::int64_t J = 0; J < node_rows; ++J)
      for (std::int64_t j = 0; j < earth; ++j)
        change(of_rest, parameter(j * columns + (side == 0 ? 0 : columns - 1)), node_columns + side * node_rows + J,
               earth * columns * n + (side * node_rows + J) * earth + j);
  const auto receivers = static_cast<std::int64_t>(p.edges.size());
  if (receivers > 0) {
    const std::int64_t first = earth * columns * n + 2 * node_rows * earth, upper = (row.row - air_rows) * columns;
    for (std::int64_t i = 0; i < columns; ++i)
      for (std::int64_t k = 0; k < each; ++k)
        change(of_rest, parameter(upper + i), order * i + k, first + i * each + k);
    for (std::int64_t r = 0; r < receivers; ++r)
      change(of_rest, parameter(upper + p.edges[static_cast<std::size_t>(r)]), node_columns + 2 * node_rows + r,
             first + columns * each + r);
  }
  p.on_unknowns = assemble(p.parameters, static_cast<std::int64_t>(p.wanted.size()), of_unknowns[0], of_unknowns[1]);
  p.on_rest = assemble(p.parameters, node_columns + 2 * node_rows + receivers, of_rest[0], of_rest[1]);
  p.unknowns_taken = as_tensor(of_unknowns[2]);
  p.rest_taken = as_tensor(of_rest[2]);
  return p;
}

}  // namespace terrella::elec::mt2d
