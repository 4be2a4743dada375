#include "inversion/mt2d/cells.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"

namespace terrella::inversion {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

struct Point {
  double y, z;
};

/// Twice the area of a triangle, positive where it turns left.
double turn(Point a, Point b, Point c) { return (b.y - a.y) * (c.z - a.z) - (b.z - a.z) * (c.y - a.y); }

bool separates(const CutLine& cut, Point p, Point q) {
  for (std::size_t k = 0; k + 1 < cut.y.size(); ++k) {
    const Point a{cut.y[k], cut.z[k]}, b{cut.y[k + 1], cut.z[k + 1]};
    if ((turn(a, b, p) > 0) != (turn(a, b, q) > 0) && (turn(p, q, a) > 0) != (turn(p, q, b) > 0)) return true;
  }
  return false;
}

/// Columns of a row that stand together: first ones.
using Groups = std::vector<std::int64_t>;

/// Pairs of neighbours are joined where both are no wider together than `width`.
Groups joined(const Groups& groups, const std::vector<double>& y, double width) {
  Groups result;
  const std::size_t n = groups.size();
  const auto end = [&](std::size_t g) { return g + 1 < n ? groups[g + 1] : static_cast<std::int64_t>(y.size()) - 1; };
  for (std::size_t g = 0; g < n; ++g) {
    result.push_back(groups[g]);
    if (g + 1 < n && y[at(end(g + 1))] - y[at(groups[g])] <= width) ++g;
  }
  return result;
}

/// Groups of the columns at the ground.
Groups first_groups(const std::vector<double>& y, const CellDesign& design) {
  const auto columns = static_cast<std::int64_t>(y.size()) - 1;
  std::vector<std::int64_t> site;  // columns with sites
  for (const double place : design.sites) {
    const auto next = std::upper_bound(y.begin(), y.end() - 1, place) - y.begin();
    site.push_back(std::clamp<std::int64_t>(next - 1, 0, columns - 1));
  }
  std::sort(site.begin(), site.end());
  site.erase(std::unique(site.begin(), site.end()), site.end());
  std::vector<bool> begins(at(columns), true);
  const std::int64_t beside = (design.columns - 1) / 2;
  const auto join = [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first + 1; i < end; ++i) begins[at(i)] = false;
  };
  for (std::size_t k = 0; k < site.size(); ++k) {
    const std::int64_t left = k > 0 ? (site[k] - site[k - 1] - 1) / 2 : beside;
    const std::int64_t right = k + 1 < site.size() ? (site[k + 1] - site[k]) / 2 : beside;
    const std::int64_t end = std::min(columns, site[k] + 1 + std::min(right, beside));
    join(std::max<std::int64_t>(0, site[k] - std::min(left, beside)), end);
    if (k + 1 == site.size()) break;
    const std::int64_t next = site[k + 1] - std::min((site[k + 1] - site[k] - 1) / 2, beside);
    const std::int64_t between = next - end, groups = std::max<std::int64_t>(1, between / design.columns);
    for (std::int64_t g = 0; g < groups && between > 0; ++g)
      join(end + g * between / groups, end + (g + 1) * between / groups);
  }
  Groups groups;
  for (std::int64_t i = 0; i < columns; ++i)
    if (begins[at(i)]) groups.push_back(i);
  return groups;
}

}  // namespace

ElementPlaces element_places(const elec::mt2d::Grid& grid) {
  elec::mt2d::validate(grid);
  ElementPlaces p{
      .rows = grid.earth_rows(), .columns = grid.ny(), .y = {}, .z = {}, .depth = {}, .height = {}, .area = {}};
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size();
  for (std::int64_t j = 0; j < p.rows; ++j)
    for (std::size_t i = 0; i + 1 < lines; ++i) {
      const std::size_t top = at(grid.surface + j) * lines + i, bottom = top + lines,
                        ground = at(grid.ground()) * lines + i;
      const double upper = (z[top] + z[top + 1]) / 2, lower = (z[bottom] + z[bottom + 1]) / 2;
      p.y.push_back((grid.y[i] + grid.y[i + 1]) / 2);
      p.z.push_back((upper + lower) / 2);
      p.depth.push_back((upper + lower) / 2 - (z[ground] + z[ground + 1]) / 2);
      p.height.push_back(lower - upper);
      p.area.push_back((lower - upper) * (grid.y[i + 1] - grid.y[i]));
    }
  return p;
}

Cells cells_of(const elec::mt2d::Grid& grid, const std::vector<std::int64_t>& cell) {
  const ElementPlaces p = element_places(grid);
  if (cell.size() != p.y.size())
    fail("cells: ", cell.size(), " cell numbers for ", p.rows, " x ", p.columns, " elements of the earth");
  Cells cells;
  for (const std::int64_t c : cell) {
    if (c < -1 || c >= static_cast<std::int64_t>(cell.size()))
      fail("cells: an element has number ", c, "; give -1 where it is held, else 0 and more");
    cells.count = std::max(cells.count, c + 1);
  }
  if (cells.count == 0) fail("cells: all elements are held; there is nothing to invert for");
  cells.cell = cell;
  const auto n = at(cells.count);
  cells.y.assign(n, 0), cells.z.assign(n, 0), cells.depth.assign(n, 0), cells.area.assign(n, 0),
      cells.elements.assign(n, 0);
  for (std::size_t e = 0; e < cell.size(); ++e) {
    if (cell[e] < 0) continue;
    const std::size_t c = at(cell[e]);
    cells.y[c] += p.area[e] * p.y[e];
    cells.z[c] += p.area[e] * p.z[e];
    cells.depth[c] += p.area[e] * p.depth[e];
    cells.area[c] += p.area[e];
    ++cells.elements[c];
  }
  for (std::size_t c = 0; c < n; ++c) {
    if (cells.elements[c] == 0) fail("cells: no element has number ", c, "; number cells from 0 without gaps");
    cells.y[c] /= cells.area[c];
    cells.z[c] /= cells.area[c];
    cells.depth[c] /= cells.area[c];
  }
  return cells;
}

std::vector<std::int64_t> design_cells(const elec::mt2d::Grid& grid, const CellDesign& design,
                                       const std::vector<bool>& held) {
  const ElementPlaces p = element_places(grid);
  const std::size_t rows = at(p.rows), columns = at(p.columns);
  if (!held.empty() && held.size() != p.y.size())
    fail("design_cells: ", held.size(), " marks of what is held for ", p.y.size(), " elements");
  for (const double share : {design.width, design.height})
    if (!(share >= 0 && std::isfinite(share))) fail("design_cells: a share of depth is ", share, "; give 0 or more");
  if (design.columns < 1 || design.columns % 2 == 0)
    fail("design_cells: columns is ", design.columns, "; give an odd number, so that sites stand in the middle");
  // Depths of the rows' bottoms below the ground, in the middle of what columns have.
  const std::size_t sea = at(grid.sea);
  std::vector<double> thickness, bottom;
  for (std::size_t j = 0; j < rows; ++j) {
    std::vector<double> heights(p.height.begin() + static_cast<std::ptrdiff_t>(j * columns),
                                p.height.begin() + static_cast<std::ptrdiff_t>((j + 1) * columns));
    const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(columns / 2);
    std::nth_element(heights.begin(), middle, heights.end());
    thickness.push_back(*middle);
    bottom.push_back(j < sea ? 0 : (j > 0 ? bottom.back() : 0) + *middle);
  }
  std::vector<std::int64_t> cell(p.y.size(), -1);
  std::int64_t next = 0;
  Groups groups = first_groups(grid.y, design);
  for (std::size_t j = sea; j < rows;) {
    std::size_t end = j + 1;
    for (double sum = thickness[j]; end < rows && sum + thickness[end] <= design.height * bottom[end]; ++end)
      sum += thickness[end];
    for (std::size_t before = groups.size() + 1; groups.size() < before;) {
      before = groups.size();
      groups = joined(groups, grid.y, design.width * bottom[end - 1]);
    }
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::size_t last = g + 1 < groups.size() ? at(groups[g + 1]) : columns;
      bool any = false;
      for (std::size_t row = j; row < end; ++row)
        for (std::size_t i = at(groups[g]); i < last; ++i)
          if (held.empty() || !held[row * columns + i]) {
            cell[row * columns + i] = next;
            any = true;
          }
      next += any;
    }
    j = end;
  }
  return cell;
}

std::vector<CellSide> sides_of(const elec::mt2d::Grid& grid, const Cells& cells, const std::vector<CutLine>& cuts) {
  const ElementPlaces p = element_places(grid);
  for (const CutLine& cut : cuts) {
    if (cut.y.size() != cut.z.size() || cut.y.size() < 2)
      fail("cuts: a line has ", cut.y.size(), " places and ", cut.z.size(), " depths; give two points or more");
    for (std::size_t k = 0; k < cut.y.size(); ++k)
      if (!std::isfinite(cut.y[k]) || !std::isfinite(cut.z[k])) fail("cuts: point ", k, " of a line is not finite");
  }
  std::vector<CellSide> sides;
  std::map<std::tuple<std::int64_t, std::int64_t, bool>, std::size_t> known;
  const auto meet = [&](std::size_t e, std::size_t f, bool along_rows, double length) {
    const std::int64_t a = std::min(cells.cell[e], cells.cell[f]), b = std::max(cells.cell[e], cells.cell[f]);
    if (a < 0 || a == b) return;
    for (const CutLine& cut : cuts)
      if (separates(cut, {p.y[e], p.z[e]}, {p.y[f], p.z[f]})) return;
    const auto [place, fresh] = known.try_emplace({a, b, along_rows}, sides.size());
    if (fresh) {
      const double distance =
          along_rows ? std::abs(cells.y[at(a)] - cells.y[at(b)]) : std::abs(cells.depth[at(a)] - cells.depth[at(b)]);
      sides.push_back({a, b, along_rows, 0, distance, (cells.depth[at(a)] + cells.depth[at(b)]) / 2});
    }
    sides[place->second].length += length;
  };
  const std::size_t columns = at(p.columns);
  for (std::size_t e = 0; e < p.y.size(); ++e) {
    const std::size_t i = e % columns;
    if (i + 1 < columns) meet(e, e + 1, true, (p.height[e] + p.height[e + 1]) / 2);
    if (e + columns < p.y.size()) meet(e, e + columns, false, grid.y[i + 1] - grid.y[i]);
  }
  // Cells of odd shapes may have their middles at one place: then the smaller of their sizes counts.
  for (CellSide& s : sides)
    s.distance = std::max(
        s.distance, 0.1 * std::sqrt(std::min(cells.area[at(s.a)], cells.area[at(s.b)])) * (s.distance > 0 ? 0 : 1));
  return sides;
}

}  // namespace terrella::inversion
