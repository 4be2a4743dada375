// tests/inversion/mt2d/rotated_line.h: a survey whose strike, axes and places are known.
#pragma once
#include <cmath>
#include <random>
#include <string>

#include "core/ops.h"
#include "datasets/survey/rotation.h"
#include "elec/mt1d/impedance.h"

namespace terrella::tests {

struct RotatedLine {
  double strike = 20, profile = 105, axes = 0;  ///< azimuths, degrees; axes are those of the data as measured
  int sites = 8, periods = 12;
  double spacing = 2000;  ///< m along the profile
  double noise = 0.01;    ///< of |Z|, as error and, but for seed 0, as noise
  unsigned seed = 1;
  bool layered = false;  ///< TM is that of TE
  double tipper = 0;     ///< real arrows of this size across strike; 0: none

  /// TE and TM as two layered earths have them, ohm.
  std::vector<datasets::Complex> mode(bool te, int site) const {
    const double part = site / double(sites);
    const Tensor frequency = 1 / Tensor(period());
    if (layered && !te) {
      std::vector<datasets::Complex> same = mode(true, site);
      for (auto& z : same) z = -z;
      return same;
    }
    const Tensor z = te ? elec::impedance_1d({50.0 + 40 * part, 5.0, 300.0}, {3000.0, 8000.0}, frequency)
                        : -elec::impedance_1d({200.0, 30.0 - 20 * part, 1000.0}, {2000.0, 20000.0}, frequency);
    return z.to_vector<datasets::Complex>();
  }
  std::vector<double> period() const {
    std::vector<double> t;
    for (int i = 0; i < periods; ++i) t.push_back(std::pow(10, -1 + 0.25 * i));
    return t;
  }
  datasets::Survey make() const {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    const auto draw = [&] { return seed == 0 ? 0.0 : normal(random); };
    datasets::Survey survey{"rotated line", {}};
    for (int s = 0; s < sites; ++s) {
      datasets::Site site;
      site.name = "R" + std::to_string(s + 1);
      const double at = spacing * s, to_radians = M_PI / 180;
      site.latitude = -30 + at * std::cos(profile * to_radians) / 110852;
      site.longitude = 20 + at * std::sin(profile * to_radians) / (111320 * std::cos(30 * to_radians));
      site.elevation = 100 + 10 * s;
      site.rotation = strike;
      site.period = period();
      const auto te = mode(true, s), tm = mode(false, s);
      for (std::size_t i = 0; i < te.size(); ++i) {
        const double error = noise * std::max(std::abs(te[i]), std::abs(tm[i]));
        datasets::Impedance z = {0, te[i], tm[i], 0};
        for (auto& value : z) value += error * datasets::Complex(draw(), draw());
        site.z.push_back(z);
        site.z_error.push_back({error, error, error, error});
        if (tipper == 0) continue;
        site.tipper.push_back({0, (s < sites / 2 ? 1 : -1) * tipper});
        site.tipper_error.push_back({0.01, 0.01});
      }
      survey.sites.push_back(rotate_to(site, axes));
    }
    return survey;
  }
};

}  // namespace terrella::tests
