// tests/elec/strike/distorted_line.h: a synthetic line with known strike, twist and shear.
#pragma once
#include <cmath>
#include <random>
#include <string>

#include "core/ops.h"
#include "datasets/survey/survey.h"
#include "elec/mt1d/impedance.h"
#include "elec/response/distortion.h"

namespace terrella::elec {

struct DistortedLine {
  double strike = 25;
  std::size_t sites = 5;
  int periods = 12;
  double noise = 0.02;  ///< of |Z|, as error and as noise
  unsigned seed = 1;    ///< 0: no noise
  double rotation = 0;  ///< of the axes that the sites have

  double twist(std::size_t s) const { return -15 + 9.0 * static_cast<double>(s); }
  double shear(std::size_t s) const { return 24 - 11.0 * static_cast<double>(s); }

  /// Principal impedances as two layered earths have them, which differ from site to site.
  datasets::Survey make() const {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    datasets::Survey survey{"distorted line", {}};
    for (std::size_t s = 0; s < sites; ++s) {
      datasets::Site site;
      site.name = "D" + std::to_string(s + 1);
      site.latitude = -30 + 0.01 * static_cast<double>(s);
      site.longitude = 20 + 0.03 * static_cast<double>(s);
      site.rotation = rotation;
      for (int i = 0; i < periods; ++i) site.period.push_back(std::pow(10, 0.25 * i));
      const Tensor frequency = 1 / Tensor(site.period);
      const double part = static_cast<double>(s) / static_cast<double>(sites);
      const Tensor a = impedance_1d({50.0 + 40 * part, 5.0, 300.0}, {3000.0, 8000.0}, frequency),
                   b = -impedance_1d({200.0, 30.0 - 20 * part, 1000.0}, {2000.0, 20000.0}, frequency);
      const auto z = distorted_impedance(strike - rotation, twist(s), shear(s), a, b).to_vector<datasets::Complex>();
      for (std::size_t i = 0; i < site.period.size(); ++i) {
        datasets::Impedance row;
        datasets::ImpedanceError error;
        double size = 0;
        for (int k = 0; k < 4; ++k) size = std::max(size, std::abs(z[4 * i + k]));
        for (int k = 0; k < 4; ++k) {
          error[k] = std::max(noise, 1e-6) * size;
          const double re = normal(random), im = normal(random);
          row[k] = z[4 * i + k] + (seed == 0 ? 0.0 : error[k]) * datasets::Complex(re, im);
        }
        site.z.push_back(row);
        site.z_error.push_back(error);
      }
      survey.sites.push_back(site);
    }
    return survey;
  }
};

}  // namespace terrella::elec
