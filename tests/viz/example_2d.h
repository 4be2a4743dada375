// tests/viz/example_2d.h: a two-dimensional result under topography, whose data are our forward operator's with noise.
#pragma once
#include <cmath>
#include <cstdio>
#include <random>

#include "core/ops.h"
#include "elec/mt2d/design.h"
#include "inversion/mt2d/result.h"

namespace terrella::viz::example {

struct Line2d {
  std::size_t sites = 16;
  double spacing = 1500;  ///< m
  double relief = 400;    ///< m; 0: level
  bool tipper = true;
  bool impedances = false;  ///< rows of Zxy and Zyx instead of log10 apparent resistivities and phases
};

/// ohm m: a basin, a dyke that cuts a resistive basement, a deep conductor.
inline double earth_2d(double y, double depth, double length) {
  const double x = y / length;
  if (depth < 200 + 1300 * std::exp(-std::pow((x - 0.3) / 0.14, 2))) return 12;
  if (std::abs(y - 0.66 * length - 0.25 * depth) < 0.03 * length && depth < 0.3 * length) return 5;
  if (depth > 0.32 * length - 0.1 * y) return 20;
  return 600;
}

inline inversion::Result2d line_2d(const Line2d& o = {}) {
  using datasets::Quantity;
  namespace mt2d = elec::mt2d;
  inversion::Result2d r;
  r.data.name = "Synthetic range";
  const double length = o.spacing * static_cast<double>(o.sites - 1);
  const auto ground = [&](double y) {
    return o.relief == 0
               ? 0.0
               : -500 - o.relief * (std::exp(-std::pow((y / length - 0.6) / 0.15, 2)) + 0.2 * std::sin(9 * y / length));
  };
  std::vector<double> periods, at, y_site;
  for (int i = 0; i < 17; ++i) periods.push_back(std::pow(10, -2 + 0.3 * i));
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  for (std::size_t s = 0; s < o.sites; ++s)
    y_site.push_back(o.spacing *
                     (static_cast<double>(s) + (s > 0 && s + 1 < o.sites ? 0.3 * std::sin(5.0 * double(s)) : 0)));
  mt2d::Profile profile;
  for (double y = -0.2 * length; y < 1.2 * length; y += length / 150)
    profile.y.push_back(y), profile.z.push_back(ground(y));
  if (o.relief == 0) profile = {};
  const mt2d::Grid grid = mt2d::design_grid(
      y_site, periods, profile, {.resistivity = 100, .near_surface = 12, .per_skin_depth = 2, .growth = 1.3});
  const auto ny = static_cast<std::size_t>(grid.ny()), rows = static_cast<std::size_t>(grid.earth_rows()),
             air = static_cast<std::size_t>(grid.surface);
  inversion::SectionModel& m = r.model;
  m.rows = rows, m.columns = ny, m.y = grid.y;
  const auto z = grid.z.data<double>();
  m.z.assign(z.begin() + static_cast<std::ptrdiff_t>(air * (ny + 1)), z.end());
  for (std::size_t j = 0; j < rows; ++j)
    for (std::size_t i = 0; i < ny; ++i) {
      const double* const u = &m.z[j * (ny + 1) + i];
      const double y = (m.y[i] + m.y[i + 1]) / 2, middle = (u[0] + u[1] + u[ny + 1] + u[ny + 2]) / 4;
      m.resistivity.push_back(earth_2d(y, middle - (m.z[i] + m.z[i + 1]) / 2, length));
      m.cell.push_back(static_cast<std::int64_t>(j * ny + i));
      m.sensitivity.push_back(1e3 * std::exp(-middle / 3000));
      m.log10_resistivity_error.push_back(std::min(1.0, 0.02 * std::exp((middle + 500) / 3500)));
    }
  for (std::size_t i = 0; i < ny; ++i)
    m.depth_of_investigation.push_back(length * (0.3 + 0.08 * std::sin(8 * m.y[i] / length)));

  const Tensor resistivity = Tensor::from(m.resistivity, {grid.earth_rows(), grid.ny()});
  const mt2d::Response response = mt2d::Forward(grid, Tensor(periods), {Tensor(y_site)}, {.order = 1})(resistivity);
  r.data.blocks.resize(1);
  for (std::size_t s = 0; s < o.sites; ++s) {
    char name[16];
    std::snprintf(name, sizeof name, "R%03zu", 100 + 2 * s);
    datasets::ObservationSite& site = r.data.sites.emplace_back();
    site.name = name, site.y = y_site[s], site.z = ground(y_site[s]);
    site.latitude = -30.2 - 0.002 * double(s), site.longitude = 139.7 + 0.015 * double(s);
  }
  const auto add = [&](std::size_t s, double period, Quantity quantity, std::complex<double> exact, double error) {
    const bool complex = datasets::info(quantity).is_complex;
    const std::complex<double> noise(error * normal(random), complex ? error * normal(random) : 0);
    r.data.rows.push_back({period, exact + noise, error, error, static_cast<std::uint32_t>(s),
                           datasets::Observation::no_site, 0, quantity, false});
    r.predicted.push_back(exact);
  };
  const auto zxy = response.zxy.data<std::complex<double>>(), zyx = response.zyx.data<std::complex<double>>(),
             tzy = response.tipper.data<std::complex<double>>();
  for (std::size_t s = 0; s < o.sites; ++s)
    for (std::size_t p = 0; p < periods.size(); ++p) {
      const double t = periods[p];
      for (const bool te : {true, false}) {
        const std::complex<double> value = te ? zxy[p * o.sites + s] : zyx[p * o.sites + s];
        if (o.impedances) {
          add(s, t, te ? Quantity::zxy : Quantity::zyx, value, 0.03 * std::abs(value));
          continue;
        }
        const double rho = std::norm(value) * t / (2 * M_PI * 4e-7 * M_PI);
        add(s, t, te ? Quantity::log10_rho_te : Quantity::log10_rho_tm, std::log10(rho), 0.026);
        add(s, t, te ? Quantity::phase_te : Quantity::phase_tm, std::arg(te ? value : -value) * 180 / M_PI, 1.7);
      }
      if (o.tipper) add(s, t, Quantity::tzy, tzy[p * o.sites + s], 0.02);
    }
  for (std::size_t i = 0; i < r.data.rows.size(); i += 41) r.data.rows[i].masked = true;
  double sum = 0, count = 0;
  const auto residuals = inversion::residuals(r);
  for (std::size_t i = 0; i < residuals.size(); ++i)
    if (!std::isnan(residuals[i].real()))
      sum += std::norm(residuals[i]), count += datasets::info(r.data.rows[i].quantity).is_complex ? 2 : 1;
  r.rms = std::sqrt(sum / count);
  const double fits[] = {18.4, 9.1, 4.3, 2.2, 1.4, 1.12, 1.0, 1.0};
  for (int i = 0; i < 8; ++i) {
    r.history.push_back(
        {-1, i, fits[i], 1000 * fits[i] * fits[i], 3.0 * i + 0.1 * i * i, 3e3 * std::pow(0.35, i), 1.0, 4.0 * i});
    for (double rho : m.resistivity) r.models.push_back(2 + (std::log10(rho) - 2) * i / 7);
  }
  for (int i = 0; i < 9; ++i)
    r.trials.push_back({1e4 * std::pow(0.3, i), 0, 4 + 3.0 * i + std::pow(i, 2.4), 1 + 12 * std::pow(0.55, i)});
  r.converged = true, r.stopped = "target reached", r.azimuth = 101;
  r.choices = {"strike N 11\u00B0 E: given"};
  r.config = "[invert_2d]\n";
  r.versions = {{"terrella", "0.1.0"}};
  return r;
}

}  // namespace terrella::viz::example
