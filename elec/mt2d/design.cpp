#include "elec/mt2d/design.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec::mt2d {
namespace {

constexpr double most_skin_depths_of_water = 20;  // exp(-20) is 2e-9

void require(bool holds, const char* what, double value) {
  if (!holds) fail("design_grid: ", what, ", not ", value);
}

/// Widths that grow from `first` on until they reach `length`.
std::vector<double> growing(double first, double factor, double length) {
  std::vector<double> widths;
  double sum = 0;
  for (double h = first; sum < length; h *= factor) {
    widths.push_back(h);
    sum += h;
  }
  return widths;
}

/// Rows of water over a floor, from there up: they grow from `first` on to no more than `most`, two at least.
std::vector<double> water(double first, double factor, double most, double depth) {
  std::vector<double> rows;
  double sum = 0;
  for (double h = std::min({first, most, depth / 2}); sum < depth; h = std::min(h * factor, most)) {
    rows.push_back(h);
    sum += h;
  }
  return rows;
}

/// Widths that fill `length`, close to `left` and `right` at its ends, growing towards each other.
std::vector<double> between(double length, double left, double right, double factor) {
  std::vector<double> front, back;
  double sum = 0, a = left * factor, b = right * factor;
  while (sum < length) {
    const bool smaller = a <= b;
    (smaller ? front : back).push_back(smaller ? a : b);
    sum += smaller ? a : b;
    (smaller ? a : b) *= factor;
  }
  front.insert(front.end(), back.rbegin(), back.rend());
  for (double& h : front) h *= length / sum;
  return front;
}

double depth_at(const Profile& ground, double y) {
  if (ground.y.empty()) return 0;
  const auto next = std::upper_bound(ground.y.begin(), ground.y.end(), y);
  const auto k = static_cast<std::size_t>(next - ground.y.begin());
  if (k == 0) return ground.z.front();
  if (k == ground.y.size()) return ground.z.back();
  const double t = (y - ground.y[k - 1]) / (ground.y[k] - ground.y[k - 1]);
  return (1 - t) * ground.z[k - 1] + t * ground.z[k];
}

void check(const std::vector<double>& sites, const std::vector<double>& periods, const Profile& ground,
           const DesignOptions& o) {
  if (sites.empty() || periods.empty()) fail("design_grid: ", sites.size(), " sites and ", periods.size(), " periods");
  for (const double y : sites) require(std::abs(y) <= 1e8, "sites need places within 1e8 m", y);
  for (const double t : periods) require(t >= 1e-9 && t <= 1e9, "periods must lie in 1e-9 .. 1e9 s", t);
  if (ground.y.size() != ground.z.size())
    fail("design_grid: the ground has ", ground.y.size(), " places and ", ground.z.size(), " depths");
  for (std::size_t k = 0; k < ground.y.size(); ++k) {
    require(std::isfinite(ground.y[k]) && std::isfinite(ground.z[k]), "the ground must be finite", ground.z[k]);
    require(k == 0 || ground.y[k] > ground.y[k - 1], "places of the ground must ascend", ground.y[k]);
  }
  for (std::size_t k = 1; k < ground.y.size(); ++k) {
    const double climb = ground.z[k - 1] - ground.z[k], along = ground.y[k] - ground.y[k - 1];
    if (std::abs(climb) > steepest_ground * along)
      throw MeshError(text("2D grid: the ground ", climb < 0 ? "falls " : "climbs ", std::abs(climb),
                           " m from y = ", ground.y[k - 1], " to ", ground.y[k], " m, a slope of ",
                           std::abs(climb) / along, "; no grid follows slopes above ", steepest_ground,
                           ": mend heights or places there, or make the ground level"));
  }
  require(o.resistivity > 0 && std::isfinite(o.resistivity), "the resistivity must be positive", o.resistivity);
  require(o.near_surface >= 0 && std::isfinite(o.near_surface), "near_surface must be positive or 0", o.near_surface);
  require(o.per_skin_depth > 0 && o.per_skin_depth <= 1000, "per_skin_depth must lie in 0 .. 1000", o.per_skin_depth);
  require(o.growth >= 1.01 && o.growth <= 3, "growth must lie in 1.01 .. 3", o.growth);
  require(o.padding_growth >= 1.01 && o.padding_growth <= 5, "padding_growth must lie in 1.01 .. 5", o.padding_growth);
  require(o.between_sites >= 2 && o.between_sites <= 100, "between_sites must lie in 2 .. 100", o.between_sites);
  require(o.sea.resistivity >= 0 && std::isfinite(o.sea.resistivity), "the sea's resistivity must be positive or 0",
          o.sea.resistivity);
  require(std::isfinite(o.sea.level), "the sea level must be finite", o.sea.level);
  for (const double extent : {o.depth, o.sides, o.air})
    require(extent >= 0.5 && extent <= 100, "depth, sides and air must lie in 0.5 .. 100 skin depths", extent);
}

}  // namespace

double skin_depth(double resistivity, double period) {
  return std::sqrt(resistivity * period / (datasets::pi * datasets::mu_0));
}

Grid design_grid(const std::vector<double>& sites, const std::vector<double>& periods, const Profile& ground,
                 const DesignOptions& o) {
  check(sites, periods, ground, o);
  const auto [shortest, longest] = std::minmax_element(periods.begin(), periods.end());
  const double far = skin_depth(o.resistivity, *longest);
  const double close = skin_depth(o.near_surface > 0 ? o.near_surface : o.resistivity, *shortest);
  std::vector<double> at = sites;
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  // The column of each site: a part of the way to its nearer neighbour.
  std::vector<double> width(at.size(), close);
  for (std::size_t k = 0; k < at.size() && at.size() > 1; ++k) {
    const double left = k > 0 ? at[k] - at[k - 1] : 1e300, right = k + 1 < at.size() ? at[k + 1] - at[k] : 1e300;
    width[k] = std::min(left, right) / o.between_sites;
  }
  std::vector<double> y;
  const auto before = growing(width.front() * o.padding_growth, o.padding_growth, o.sides * far);
  double line = at.front() - width.front() / 2 - std::accumulate(before.begin(), before.end(), 0.0);
  for (auto h = before.rbegin(); h != before.rend(); line += *h, ++h) y.push_back(line);
  for (std::size_t k = 0; k < at.size(); ++k) {
    y.push_back(at[k] - width[k] / 2);
    y.push_back(at[k] + width[k] / 2);
    if (k + 1 == at.size()) break;
    const double from = y.back(), to = at[k + 1] - width[k + 1] / 2;
    double here = from;
    const auto filling = between(to - from, width[k], width[k + 1], o.growth);
    for (std::size_t i = 0; i + 1 < filling.size(); ++i) y.push_back(here += filling[i]);
  }
  for (const double h : growing(width.back() * o.padding_growth, o.padding_growth, o.sides * far))
    y.push_back(y.back() + h);
  std::vector<double> surface;
  for (const double place : y) surface.push_back(depth_at(ground, place));
  Rows rows;
  rows.thickness = growing(close / o.per_skin_depth, o.growth, o.depth * far);
  double lowest_air = std::max(rows.thickness[0], *std::min_element(width.begin(), width.end()) / 2);
  if (o.sea.resistivity > 0) {
    const double deepest = *std::max_element(surface.begin(), surface.end()) - o.sea.level;
    const double wet = skin_depth(o.sea.resistivity, *shortest) / o.per_skin_depth;
    if (const double skins = deepest / (wet * o.per_skin_depth); skins > most_skin_depths_of_water)
      fail("design_grid: the water is ", deepest, " m deep, ", skins, " skin depths of ", o.sea.resistivity,
           " ohm m at ", *shortest, " s; no field reaches a floor below more than ", most_skin_depths_of_water,
           ": leave out shorter periods, or mend sea resistivity and depths");
    rows.sea = water(std::min(rows.thickness[0], wet), o.growth, 2 * wet, deepest);
    rows.sea_level = o.sea.level;
    lowest_air = std::max(lowest_air, rows.sea.empty() ? 0.0 : rows.sea.back());
    if (rows.sea.empty()) rows.sea.push_back(1);  // which grid_under() refuses, saying where
  }
  rows.air = growing(lowest_air, o.padding_growth, o.air * far);
  return grid_under(y, Tensor(surface), rows);
}

std::vector<Finding> diagnose(const Grid& grid, const Tensor& resistivity, const std::vector<double>& periods,
                              const Receivers& receivers) {
  validate(grid);
  if (!(resistivity.shape() == Shape{grid.earth_rows(), grid.ny()}))
    fail("diagnose: the resistivity is ", resistivity.shape(), "; the grid has ", grid.earth_rows(),
         " rows of earth and ", grid.ny(), " columns");
  if (periods.empty()) fail("diagnose: no periods");
  std::vector<Finding> found;
  const auto find = [&](const char* rule, const auto&... parts) { found.push_back({rule, text(parts...)}); };
  const auto [shortest, longest] = std::minmax_element(periods.begin(), periods.end());
  const std::vector<double> rho = resistivity.to_vector<double>(), z = grid.z.to_vector<double>(),
                            sites = receivers.y.to_vector<double>();
  const auto lines = grid.y.size(), columns = lines - 1;
  const auto surface = static_cast<std::size_t>(grid.surface), ground = static_cast<std::size_t>(grid.ground()),
             last = static_cast<std::size_t>(grid.nz());
  double logs = 0;
  const std::size_t water = static_cast<std::size_t>(grid.sea) * columns;
  for (std::size_t e = 0; e < rho.size(); ++e) {
    if (!(rho[e] > 0 && std::isfinite(rho[e]))) fail("diagnose: a resistivity is ", rho[e], " ohm m");
    if (e >= water) logs += std::log(rho[e]);
  }
  const double host = std::exp(logs / static_cast<double>(rho.size() - water)), far = skin_depth(host, *longest);
  double depth = 1e300, height = 1e300;
  for (std::size_t i = 0; i < lines; ++i) {
    depth = std::min(depth, z[last * lines + i] - z[ground * lines + i]);
    height = std::min(height, z[surface * lines + i] - z[i]);
  }
  if (depth < 3 * far)
    find("depth", "the grid is ", depth, " m deep, ", depth / far, " skin depths of ", host, " ohm m at ", *longest,
         " s; add rows down to 3 or more");
  if (grid.surface > 0 && height < 3 * far)
    find("air", "the air is ", height, " m high, ", height / far, " skin depths at ", *longest,
         " s; add rows up to 3 or more");
  for (const double place : sites) {
    const double side = std::min(place - grid.y.front(), grid.y.back() - place);
    if (side < 3 * far) {
      find("sides", "the receiver at y = ", place, " m is ", side, " m from the side, ", side / far, " skin depths at ",
           *longest, " s; add columns up to 3 or more");
      break;
    }
  }
  for (const double place : sites) {
    const auto next = std::upper_bound(grid.y.begin(), grid.y.end() - 1, place);
    const auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, next - grid.y.begin())) - 1;
    const double first = z[(ground + 1) * lines + i] - z[ground * lines + i];
    const double close = skin_depth(rho[(ground - surface) * columns + std::min(i, columns - 1)], *shortest);
    if (first > close / 2) {
      find("first row", "below the receiver at y = ", place, " m the first row is ", first,
           " m thick, more than half the skin depth of ", close, " m at ", *shortest, " s; make it thinner");
      break;
    }
  }
  const auto growth = [](double a, double b) { return std::max(a / b, b / a); };
  for (std::size_t i = 1; i < columns; ++i)
    if (const double g = growth(grid.y[i + 1] - grid.y[i], grid.y[i] - grid.y[i - 1]); g > 2.5) {
      find("growth", "columns beside y = ", grid.y[i], " m differ by a factor of ", g, "; stay below 2");
      break;
    }
  for (std::size_t j = 1; j < last; ++j)
    if (const double g = growth(z[(j + 1) * lines] - z[j * lines], z[j * lines] - z[(j - 1) * lines]); g > 2.5) {
      find("growth", "rows above and below row ", j, " of nodes differ by a factor of ", g, "; stay below 2");
      break;
    }
  double steepest = 0;
  std::size_t where = 0;
  for (std::size_t k = 0; k + 1 < z.size(); ++k) {
    if (k % lines == columns) continue;
    const double slope = std::abs(z[k + 1] - z[k]) / (grid.y[k % lines + 1] - grid.y[k % lines]);
    if (slope > steepest) steepest = slope, where = k;
  }
  if (steepest > 1.5)
    find("slope", "row ", where / lines, " of nodes climbs by a factor of ", steepest,
         " at y = ", grid.y[where % lines], " m; smooth the topography or use narrower columns");
  std::vector<double> sorted = sites;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 1; k < sorted.size(); ++k) {
    const auto inside = std::count_if(grid.y.begin(), grid.y.end(),
                                      [&](double line) { return line > sorted[k - 1] && line < sorted[k]; });
    if (sorted[k] > sorted[k - 1] && inside < 2) {
      find("sites", "between the receivers at ", sorted[k - 1], " and ", sorted[k], " m lie ", inside,
           " lines; two or more tell them apart");
      break;
    }
  }
  return found;
}

Grid refined(const Grid& grid) {
  Grid fine;
  for (std::size_t i = 0; i + 1 < grid.y.size(); ++i) {
    fine.y.push_back(grid.y[i]);
    fine.y.push_back((grid.y[i] + grid.y[i + 1]) / 2);
  }
  fine.y.push_back(grid.y.back());
  fine.surface = 2 * grid.surface;
  fine.sea = 2 * grid.sea;
  const auto halved = [](const Tensor& x, int axis) {  // with what lies half-way between neighbours along the axis
    const std::int64_t n = x.size(axis);
    const Tensor first = slice(x, axis, {0, n - 1}), middle = 0.5 * (first + slice(x, axis, {1, {}}));
    Shape shape = x.shape();
    shape[axis] = 2 * (n - 1);
    return concatenate({reshape(stack({first, middle}, axis + 1), shape), slice(x, axis, {n - 1, {}})}, axis);
  };
  fine.z = halved(halved(grid.z, 0), 1);
  return fine;
}

Tensor refined(const Tensor& elements) {
  const std::int64_t rows = elements.size(0), columns = elements.size(1);
  return reshape(broadcast_to(reshape(elements, {rows, 1, columns, 1}), {rows, 2, columns, 2}),
                 {2 * rows, 2 * columns});
}

Response refinement_error(const Grid& grid, const Resistivity& r, const Tensor& periods, const Receivers& receivers,
                          ForwardOptions options) {
  Receivers on_fine = receivers;
  if (on_fine.row >= 0) on_fine.row *= 2;
  const Response coarse = Forward(grid, periods, receivers, options)(r);
  const Response fine = Forward(refined(grid), periods, on_fine, options)({refined(r.x), refined(r.y), refined(r.z)});
  const auto relative = [](const Tensor& a, const Tensor& b) { return b.defined() ? abs(a - b) / abs(b) : b; };
  return {relative(coarse.zxy, fine.zxy), relative(coarse.zyx, fine.zyx),
          fine.tipper.defined() ? abs(coarse.tipper - fine.tipper) : fine.tipper};
}

}  // namespace terrella::elec::mt2d
