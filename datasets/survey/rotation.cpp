#include "datasets/survey/rotation.h"

#include <cmath>

#include "core/error.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

// Rows of R = [c s; -s c]; exact at multiples of 90 degrees, where a zero keeps components apart.
using Matrix = std::array<std::array<double, 2>, 2>;

Matrix rotation_matrix(double degrees) {
  const double turn = std::remainder(degrees, 360.0);
  double c = std::cos(turn * pi / 180), s = std::sin(turn * pi / 180);
  if (std::remainder(turn, 90.0) == 0.0) c = std::round(c), s = std::round(s);
  return {{{c, s}, {-s, c}}};
}

// out_ij = sum_kl weight(R_ik R_jl) in_kl over the terms that count: 0 * NaN must not spread a missing component.
template <class Value, class Weight>
std::array<Value, 4> turn_tensor(const std::array<Value, 4>& in, const Matrix& r, Weight weight) {
  std::array<Value, 4> out{};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t l = 0; l < 2; ++l)
          if (const double a = r[i][k] * r[j][l]; a != 0) out[2 * i + j] += weight(a) * in[2 * k + l];
  return out;
}

template <class Value, class Weight>
std::array<Value, 2> turn_vector(const std::array<Value, 2>& in, const Matrix& r, Weight weight) {
  std::array<Value, 2> out{};
  for (std::size_t j = 0; j < 2; ++j)
    for (std::size_t l = 0; l < 2; ++l)
      if (const double a = r[j][l]; a != 0) out[j] += weight(a) * in[l];
  return out;
}

template <std::size_t n>
std::array<double, n> square(std::array<double, n> values) {
  for (double& value : values) value *= value;
  return values;
}

template <std::size_t n>
std::array<double, n> root(std::array<double, n> values) {
  for (double& value : values) value = std::sqrt(value);
  return values;
}

constexpr auto plain = [](double a) { return a; };
constexpr auto squared = [](double a) { return a * a; };

template <std::size_t n>
std::array<bool, n> masked(const std::array<bool, n>& mask, const Matrix& r) {
  std::array<double, n> counts{};
  for (std::size_t i = 0; i < n; ++i) counts[i] = mask[i];
  if constexpr (n == 4)
    counts = turn_tensor(counts, r, squared);
  else
    counts = turn_vector(counts, r, squared);
  std::array<bool, n> result{};
  for (std::size_t i = 0; i < n; ++i) result[i] = counts[i] > 0;
  return result;
}

}  // namespace

Impedance rotate(const Impedance& z, double degrees) { return turn_tensor(z, rotation_matrix(degrees), plain); }

ImpedanceError rotate(const ImpedanceError& error, double degrees) {
  return root(turn_tensor(square(error), rotation_matrix(degrees), squared));
}

Tipper rotate(const Tipper& tipper, double degrees) { return turn_vector(tipper, rotation_matrix(degrees), plain); }

TipperError rotate(const TipperError& error, double degrees) {
  return root(turn_vector(square(error), rotation_matrix(degrees), squared));
}

Site rotate_to(const Site& site, double azimuth) {
  if (!std::isfinite(azimuth)) fail("rotate_to: site '", site.name, "': azimuth ", azimuth, " is not finite");
  const double turn = std::remainder(azimuth - site.rotation, 360.0);
  Site result = site;
  result.rotation = azimuth;
  if (turn == 0) return result;
  const Matrix r = rotation_matrix(turn);
  for (auto& z : result.z) z = rotate(z, turn);
  for (auto& error : result.z_error) error = rotate(error, turn);
  for (auto& tipper : result.tipper) tipper = rotate(tipper, turn);
  for (auto& error : result.tipper_error) error = rotate(error, turn);
  for (auto& mask : result.z_masked) mask = masked(mask, r);
  for (auto& mask : result.tipper_masked) mask = masked(mask, r);
  result.provenance.history.push_back(text("rotate from azimuth ", site.rotation, " to ", azimuth));
  return result;
}

Survey rotate_to(const Survey& survey, double azimuth) {
  Survey result{survey.name, {}};
  for (const Site& site : survey.sites) result.sites.push_back(rotate_to(site, azimuth));
  return result;
}

}  // namespace terrella::datasets
