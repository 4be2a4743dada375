// tests/inversion/mt2d/line_data.h: data of a known section under a hill, with noise of known size.
#pragma once
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "core/ops.h"
#include "core/random.h"
#include "datasets/observations/observations.h"
#include "elec/mt2d/design.h"
#include "inversion/mt2d/cells.h"

namespace terrella::tests {

struct Line {
  std::vector<double> y = {-2000, -1200, -500, 0, 600, 1300, 2100};
  std::vector<double> periods = {0.01, 0.05, 0.2, 1.0, 5.0};
  double relative = 0.03;  ///< standard error of real and imaginary part over |Z|
  bool log_phase = false;  ///< log10 rho_a and phase of TE and TM instead of Zxy and Zyx
  bool tipper = true;
  double hill = 120;  ///< m
};

/// 100 ohm m with 5 ohm m between -400 and 800 m, 300 to 1200 m below the ground.
inline double line_truth(double y, double depth) {
  return y > -400 && y < 800 && depth > 300 && depth < 1200 ? 5.0 : 100.0;
}

inline datasets::Observations line_data(const Line& line = {}, std::uint64_t seed = 1) {
  using datasets::Quantity;
  datasets::Observations all;
  all.name = "line";
  all.blocks.emplace_back();
  elec::mt2d::Profile ground;
  for (const double y : line.y) {
    datasets::ObservationSite site;
    site.name = "s" + std::to_string(all.sites.size());
    site.y = y;
    site.z = -line.hill * std::exp(-y * y / 1e6);
    ground.y.push_back(y);
    ground.z.push_back(site.z);
    all.sites.push_back(site);
  }
  const elec::mt2d::Grid grid = elec::mt2d::design_grid(
      line.y, line.periods, ground, {.resistivity = 60, .near_surface = 40, .per_skin_depth = 4, .between_sites = 6});
  std::vector<double> rho;
  const inversion::ElementPlaces places = inversion::element_places(grid);
  for (std::size_t e = 0; e < places.y.size(); ++e) rho.push_back(line_truth(places.y[e], places.depth[e]));
  const elec::mt2d::Forward forward(grid, Tensor(line.periods), {.y = Tensor(line.y)}, {.order = 2});
  const auto r = forward(Tensor::from(rho, {grid.earth_rows(), grid.ny()}));
  using Value = std::complex<double>;
  const auto zxy = r.zxy.to_vector<Value>(), zyx = r.zyx.to_vector<Value>(), t = r.tipper.to_vector<Value>();
  const auto n = static_cast<std::int64_t>(zxy.size());
  const auto noise = random_normal({3, n}, seed, DType::c128).to_vector<Value>();
  constexpr double degree = 3.14159265358979323846 / 180, mu_0 = 4e-7 * 3.14159265358979323846;
  for (std::size_t p = 0; p < line.periods.size(); ++p)
    for (std::size_t s = 0; s < line.y.size(); ++s) {
      const std::size_t k = p * line.y.size() + s;
      const auto add = [&](Quantity quantity, Value value, double error) {
        datasets::Observation row;
        row.period = line.periods[p];
        row.site = static_cast<std::uint32_t>(s);
        row.quantity = quantity;
        row.value = value;
        row.error = row.error_imaginary = error;
        all.rows.push_back(row);
      };
      for (const bool te : {true, false}) {
        const Value clean = te ? zxy[k] : zyx[k];
        const double error = line.relative * std::abs(clean);
        const Value z = clean + error * noise[static_cast<std::size_t>(te ? 0 : n) + k];
        if (!line.log_phase) {
          add(te ? Quantity::zxy : Quantity::zyx, z, error);
          continue;
        }
        const double rho_a = std::norm(z) * line.periods[p] / (2 * 3.14159265358979323846 * mu_0);
        add(te ? Quantity::log10_rho_te : Quantity::log10_rho_tm, std::log10(rho_a),
            2 * line.relative / std::log(10.0));
        add(te ? Quantity::phase_te : Quantity::phase_tm, std::arg(te ? z : -z) / degree, line.relative / degree);
      }
      if (line.tipper) add(Quantity::tzy, t[k] + 0.01 * noise[static_cast<std::size_t>(2 * n) + k], 0.01);
    }
  return all;
}

}  // namespace terrella::tests
