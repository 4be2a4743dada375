// Results made by hand, so that every expected number is known without the code under test.
#pragma once
#include <cmath>
#include <complex>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numbers>
#include <random>
#include <string>

#include "inversion/result.h"

namespace terrella::viz::example {

/// Wait's recursion for one layered earth, ohm.
inline std::complex<double> impedance(const double* resistivity, const double* thickness, std::size_t layers,
                                      double period) {
  const std::complex<double> iwm(0, 2 * std::numbers::pi / period * 4e-7 * std::numbers::pi);
  std::complex<double> z = std::sqrt(iwm * resistivity[layers - 1]);
  for (std::size_t j = layers - 1; j-- > 0;) {
    const std::complex<double> w = std::sqrt(iwm * resistivity[j]), t = std::tanh(thickness[j] * iwm / w);
    z = w * (z + w * t) / (w + z * t);
  }
  return z;
}

/// A line of `sites` from (latitude, longitude) along `azimuth`, `spacing` m apart on the sphere, 100 ohm m everywhere,
/// layers growing by 1.2 from 50 m, the depth of investigation 5 km.
inline inversion::Result line(std::size_t sites, std::size_t layers, double azimuth = 101, double spacing = 1000,
                              double latitude = -30.2, double longitude = 139.7) {
  constexpr double degree = std::numbers::pi / 180;
  inversion::Result result;
  result.survey.name = "Made by hand";
  result.model.sites = sites;
  result.model.layers = layers;
  result.model.resistivity.assign(sites * layers, 100.0);
  result.model.depth_of_investigation.assign(sites, 5000.0);
  for (std::size_t s = 0; s < sites; ++s) {
    datasets::Site site;
    char name[24];
    std::snprintf(name, sizeof name, "S%03zu", s + 1);
    site.name = name;
    const double along = spacing * s / 6371000.0;  // rad
    site.latitude = latitude + along * std::cos(azimuth * degree) / degree;
    site.longitude = longitude + along * std::sin(azimuth * degree) / std::cos(latitude * degree) / degree;
    site.elevation = 100 + 10.0 * s;
    result.survey.sites.push_back(site);
    for (std::size_t k = 0; k + 1 < layers; ++k) result.model.thickness.push_back(50 * std::pow(1.2, k));
    result.fits.emplace_back().site = site.name;
  }
  return result;
}

/// Data of the model at `n` periods from `shortest` to `longest` s, noise of 3 %, errors of 5 %, predicted exactly.
inline void add_data(inversion::Result& result, int n = 30, double shortest = 1e-3, double longest = 1e3) {
  const auto& model = result.model;
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  for (std::size_t s = 0; s < model.sites; ++s) {
    inversion::SiteFit fit;
    fit.site = result.survey.sites[s].name;
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double period = shortest * std::pow(longest / shortest, n > 1 ? double(i) / (n - 1) : 0.0);
      const std::complex<double> z = impedance(&model.resistivity[s * model.layers],
                                               model.thickness.data() + s * (model.layers - 1), model.layers, period);
      const double error = 0.03 * std::abs(z);
      const std::complex<double> noise(error * normal(random), error * normal(random));
      fit.period.push_back(period);
      fit.observed.push_back(z + noise);
      fit.error.push_back(0.05 * std::abs(z));
      fit.predicted.push_back(z);
      sum += std::norm(noise) / std::pow(fit.error.back(), 2);
    }
    fit.rms = std::sqrt(sum / (2 * n));
    fit.converged = true;
    fit.stopped = "target reached";
    result.fits[s] = fit;
  }
}

/// A line across a basin: 26 sites, 40 layers, a conductive block below sites 8 to 13, a deep conductor rising to the
/// east.
inline inversion::Result basin() {
  inversion::Result result = line(26, 40, 70, 2300, -28.4, 22.1);
  result.survey.name = "Synthetic basin";
  auto& model = result.model;
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (std::size_t s = 0; s < model.sites; ++s) {
    double depth = 0;
    const double x = double(s) / (model.sites - 1);
    const double sediments = 300 + 2200 * std::exp(-std::pow((x - 0.35) / 0.18, 2));
    const double conductor = 16000 - 9000 * x;
    for (std::size_t k = 0; k < model.layers; ++k) {
      const double thickness = 40 * std::pow(1.16, k);
      if (k + 1 < model.layers) model.thickness[s * (model.layers - 1) + k] = thickness;
      const double middle = depth + thickness / 2;
      double log10_resistivity = 2.9 + 0.4 * std::sin(5 * x);
      log10_resistivity -= 2.1 / (1 + std::exp((middle - sediments) / (0.15 * sediments)));
      log10_resistivity -= 2.0 * std::exp(-std::pow((middle - conductor) / (0.3 * conductor), 2));
      if (s >= 7 && s <= 12 && middle > 3000 && middle < 6500) log10_resistivity = 0.3;
      model.resistivity[s * model.layers + k] = std::pow(10, log10_resistivity + 0.03 * normal(random));
      depth += thickness;
    }
    model.depth_of_investigation[s] = 21000 - 6000 * std::sin(3 * x) + 900 * normal(random);
    char name[24];
    std::snprintf(name, sizeof name, "BAS%02zu", s + 1);
    result.survey.sites[s].name = name;
    result.survey.sites[s].elevation = 1100 + 150 * std::cos(6 * x);
  }
  add_data(result, 45, 3e-3, 3e3);
  return result;
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace terrella::viz::example
