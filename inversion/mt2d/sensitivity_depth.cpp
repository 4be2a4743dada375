#include "inversion/mt2d/sensitivity_depth.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/backend/cpu/parallel.h"

namespace terrella::inversion {
namespace {

constexpr double threshold = 2;  // standard errors

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

SeenSection seen_by(const Section2d& s, const std::vector<double>& jacobian, const std::vector<double>& slope) {
  const std::size_t cells = at(s.cells.count), parameters = at(s.parameters()), data = s.data.data.size();
  // By ln rho of a cell, its directions added: what an isotropic change does.
  std::vector<double> by_cell(data * cells, 0.0);
  SeenSection seen;
  seen.sensitivity.assign(cells, 0);
  for (std::size_t i = 0; i < data; ++i)
    for (std::size_t k = 0; k < at(s.directions) * cells; ++k) {
      const double v = jacobian[i * parameters + k] / slope[k];
      by_cell[i * cells + k % cells] += v;
      seen.sensitivity[k % cells] += v * v;
    }
  for (std::size_t c = 0; c < cells; ++c)
    seen.sensitivity[c] = std::sqrt(seen.sensitivity[c]) / (s.cells.area[c] / 1e6);

  const ElementPlaces places = element_places(s.mesh.grid);
  const std::size_t rows = at(places.rows), columns = at(places.columns), sea = at(s.mesh.grid.sea);
  seen.depth_of_investigation.assign(columns, 0.0);
  std::set<std::int64_t> used;
  for (const Datum2d& d : s.data.data) used.insert(d.place % s.data.sites());
  std::vector<double> sites;
  for (const std::int64_t i : used) sites.push_back(s.data.y[at(i)]);
  std::vector<double> left(cells, 1e300), right(cells, -1e300);
  for (std::size_t e = 0; e < s.cells.cell.size(); ++e)
    if (const std::int64_t c = s.cells.cell[e]; c >= 0) {
      left[at(c)] = std::min(left[at(c)], s.mesh.grid.y[e % columns]);
      right[at(c)] = std::max(right[at(c)], s.mesh.grid.y[e % columns + 1]);
    }
  const auto [west, east] = std::minmax_element(sites.begin(), sites.end());
  const double apart = sites.size() > 1 ? (*east - *west) / (static_cast<double>(sites.size()) - 1) / 2 : 0;
  cpu::parallel_for(static_cast<std::int64_t>(columns), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::size_t> below;
    for (std::size_t i = at(begin); i < at(end); ++i) {
      const auto top = [&](std::size_t j) {
        return places.depth[j * columns + i] - places.height[j * columns + i] / 2;
      };
      /// How far the data move with all below row j.
      const auto moved = [&](std::size_t j) {
        below.clear();
        const double reach = std::max(top(j), apart);
        for (std::size_t c = 0; c < cells; ++c)
          if (s.cells.depth[c] >= top(j) && left[c] <= places.y[i] + reach && right[c] >= places.y[i] - reach)
            below.push_back(c);
        double squares = 0;
        for (std::size_t k = 0; k < data; ++k) {
          double sum = 0;
          for (const std::size_t c : below) sum += by_cell[k * cells + c];
          squares += sum * sum;
        }
        return std::sqrt(squares);
      };
      std::size_t low = sea, high = rows;  // the last row below which all counts, by halving
      double at_low = moved(sea), at_high = 0;
      if (!(at_low >= threshold)) continue;
      while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        const double there = moved(middle);
        (there >= threshold ? low : high) = middle;
        (there >= threshold ? at_low : at_high) = there;
      }
      if (high == rows) {
        seen.depth_of_investigation[i] = top(low);
        continue;
      }
      const double share = at_high > 0 ? std::log(at_low / threshold) / std::log(at_low / at_high) : 0;
      seen.depth_of_investigation[i] = top(low) + share * (top(high) - top(low));
    }
  });
  return seen;
}

}  // namespace terrella::inversion
