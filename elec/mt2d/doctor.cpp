#include "elec/mt2d/doctor.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::elec::mt2d {
namespace {

constexpr double far_enough = 5;  // skin depths: exp(-5) is below 1 %

/// Distances from the edge of what is added: from `first` on, growing.
std::vector<double> added(double first, double growth, double length) {
  std::vector<double> at;
  for (double h = first * growth, sum = 0; sum < length; h *= growth) at.push_back(sum += h);
  return at;
}

/// Rows [lines] of depths at these distances above (sign -1) or below (+1) a row.
Tensor rows_beyond(const Tensor& row, const std::vector<double>& distance, double sign) {
  return reshape(row, {1, -1}) + sign * reshape(Tensor(distance), {-1, 1});
}

void take(double& largest, const Tensor& difference, LargestError* where, const std::vector<double>& periods,
          const std::vector<double>& places) {
  if (!difference.defined()) return;
  const std::vector<double> all = difference.to_vector<double>();
  largest = 0;
  const double before = where ? where->largest() : 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!(all[k] > largest)) continue;
    largest = all[k];
    if (where && (std::isnan(before) || largest > before)) {
      where->period = periods[k / places.size()];
      where->place = places[k % places.size()];
    }
  }
}

LargestError largest_of(const Response& error, const std::vector<double>& periods, const std::vector<double>& places,
                        double factor = 1) {
  LargestError e;
  const auto times = [&](const Tensor& x) { return x.defined() ? factor * x : x; };
  take(e.zxy, times(error.zxy), &e, periods, places);
  take(e.zyx, times(error.zyx), &e, periods, places);
  take(e.tipper, times(error.tipper), nullptr, periods, places);
  return e;
}

Response difference(const Response& a, const Response& b) {
  const auto relative = [](const Tensor& x, const Tensor& y) { return y.defined() ? abs(x - y) / abs(y) : y; };
  return {relative(a.zxy, b.zxy), relative(a.zyx, b.zyx),
          b.tipper.defined() ? abs(a.tipper - b.tipper) : Tensor::none()};
}

}  // namespace

double LargestError::largest() const { return std::fmax(zxy, zyx); }

Grid extended(const Grid& grid, double below, double sides, double above, double growth) {
  validate(grid);
  for (const double length : {below, sides, above})
    if (!(length >= 0) || std::isinf(length)) fail("extended: ", length, " m more; give 0 or a positive length");
  if (!(growth >= 1)) fail("extended: growth is ", growth, "; give 1 or more");
  const auto smallest = [&](std::int64_t row) {
    return min(slice(grid.z, 0, {row + 1, row + 2}) - slice(grid.z, 0, {row, row + 1})).item();
  };
  Grid wide = grid;
  std::vector<Tensor> parts;
  const std::int64_t last = grid.nz();
  if (above > 0 && grid.surface > 0) {
    auto up = added(smallest(0), growth, above);
    wide.surface += static_cast<std::int64_t>(up.size());
    std::reverse(up.begin(), up.end());
    parts.push_back(rows_beyond(slice(grid.z, 0, {0, 1}), up, -1));
  }
  parts.push_back(grid.z);
  if (below > 0)
    parts.push_back(rows_beyond(slice(grid.z, 0, {last, last + 1}), added(smallest(last - 1), growth, below), 1));
  wide.z = concatenate(parts, 0);
  if (sides > 0) {
    const std::vector<double> w = grid.widths();
    auto left = added(w.front(), growth, sides);
    const auto right = added(w.back(), growth, sides);
    std::reverse(left.begin(), left.end());
    std::vector<double> y;
    for (const double d : left) y.push_back(grid.y.front() - d);
    y.insert(y.end(), grid.y.begin(), grid.y.end());
    for (const double d : right) y.push_back(grid.y.back() + d);
    const std::int64_t rows = wide.z.size(0), lines = wide.z.size(1);
    const auto repeated = [&](std::int64_t line, std::size_t times) {
      return broadcast_to(slice(wide.z, 1, {line, line + 1}), {rows, static_cast<std::int64_t>(times)});
    };
    wide.z = concatenate({repeated(0, left.size()), wide.z, repeated(lines - 1, right.size())}, 1);
    wide.y = std::move(y);
  }
  wide.z = wide.z.eval();
  return wide;
}

Tensor extended(const Tensor& elements, const Grid& from, const Grid& to) {
  const auto first =
      static_cast<std::int64_t>(std::lower_bound(to.y.begin(), to.y.end(), from.y.front()) - to.y.begin());
  const std::int64_t right = to.ny() - from.ny() - first, below = to.earth_rows() - from.earth_rows();
  if (first < 0 || right < 0 || below < 0) fail("extended: the second grid does not contain the first one");
  const std::int64_t rows = elements.size(0), columns = elements.size(1);
  const Tensor tall = concatenate({elements, broadcast_to(slice(elements, 0, {rows - 1, rows}), {below, columns})}, 0);
  return concatenate({broadcast_to(slice(tall, 1, {0, 1}), {rows + below, first}), tall,
                      broadcast_to(slice(tall, 1, {columns - 1, columns}), {rows + below, right})},
                     1);
}

Checkup check_up(const Grid& grid, const Resistivity& r, const std::vector<double>& periods, const Receivers& receivers,
                 const ForwardOptions& options) {
  const std::vector<Finding> findings = diagnose(grid, r.x, periods, receivers);
  const std::vector<double> places = receivers.y.to_vector<double>();
  const Tensor at(periods);
  const Response here = Forward(grid, at, receivers, options)(r);
  Receivers on_fine = receivers;
  if (on_fine.row >= 0) on_fine.row *= 2;
  const Response fine = Forward(refined(grid), at, on_fine, options)({refined(r.x), refined(r.y), refined(r.z)});
  const double missing = options.order == 1 ? 4.0 / 3 : 8.0 / 7;  // 1 / (1 - 2^-order of convergence)
  Checkup result{{}, largest_of(difference(here, fine), periods, places, missing)};
  const double host = std::exp(mean(log(slice(r.x, 0, {grid.sea, std::nullopt}))).item()),
               far = far_enough * skin_depth(host, *std::max_element(periods.begin(), periods.end()));
  for (const Finding& finding : findings) {
    const bool depth = finding.rule == "depth", sides = finding.rule == "sides", air = finding.rule == "air";
    if (!depth && !sides && !air) {
      result.ailments.push_back({finding, result.elements});
      continue;
    }
    const Grid wide = extended(grid, depth ? far : 0, sides ? far : 0, air ? far : 0);
    Receivers on_wide = receivers;
    if (on_wide.row >= 0) on_wide.row += wide.surface - grid.surface;
    const Response mended = Forward(
        wide, at, on_wide, options)({extended(r.x, grid, wide), extended(r.y, grid, wide), extended(r.z, grid, wide)});
    result.ailments.push_back({finding, largest_of(difference(here, mended), periods, places)});
  }
  return result;
}

Cost cost_of_period(const Grid& grid, const Resistivity& r, double period, const Receivers& receivers,
                    const ForwardOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const auto evaluated = [](const Tensor& x) {
    if (x.defined()) x.eval();
  };
  const Forward forward(grid, Tensor{period}, receivers, options);
  Cost cost{forward.unknowns(Mode::te), forward.unknowns(Mode::tm)};
  const auto once = [&] {
    const Response z = forward(r);
    for (const Tensor& x : {z.zxy, z.zyx, z.tipper}) evaluated(x);
  };
  once();  // the analysis of the pattern, which all periods share
  auto start = Clock::now();
  once();
  cost.forward_seconds = since(start);
  start = Clock::now();
  const Sensitivity s = forward.sensitivity(r);
  for (const Derivatives& d : {s.zxy, s.zyx, s.tipper}) {
    evaluated(d.value);
    for (const Tensor& x : {d.by_x, d.by_y, d.by_z}) evaluated(x);
  }
  cost.jacobian_seconds = since(start);
  for (const Derivatives& d : {s.zxy, s.zyx, s.tipper})
    for (const Tensor& x : {d.by_x, d.by_y, d.by_z})
      if (x.defined()) cost.jacobian_bytes += 16.0 * static_cast<double>(x.size());
  const Tensor omega = 2 * datasets::pi / Tensor{period};
  for (const Mode mode : {Mode::te, Mode::tm}) {
    if (!(mode == Mode::te ? options.te : options.tm)) continue;
    const std::int64_t rows = mode == Mode::te ? grid.nz() : grid.earth_rows();
    const Section section = section_of(grid, mode, options.order);
    const Places places = places_of(rows, grid.ny(), options.order, mode == Mode::tm);
    const Fields f = fields(section, places, matrices_of(section, places, r), omega);
    cost.factor_bytes += 16.0 * static_cast<double>(f.factor.numbers());
  }
  return cost;
}

}  // namespace terrella::elec::mt2d
