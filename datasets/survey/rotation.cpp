#include "datasets/survey/rotation.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/survey/axes.h"
#include "datasets/survey/covariance.h"

namespace terrella::datasets {
namespace {

// R = [c s; -s c]
AxesMatrix rotation_matrix(double degrees) {
  const auto [c, s] = unit_vector(degrees);
  return {{{c, s}, {-s, c}}};
}

// R in R^T and R in, each term with that weight.
template <class Value, class Weight>
std::array<Value, 4> turn(const std::array<Value, 4>& in, const AxesMatrix& r, Weight weight) {
  return product(r, in, transposed(r), weight);
}
template <class Value, class Weight>
std::array<Value, 2> turn(const std::array<Value, 2>& in, const AxesMatrix& r, Weight weight) {
  return product(in, transposed(r), weight);
}

template <std::size_t n>
std::array<bool, n> masked(const std::array<bool, n>& mask, const AxesMatrix& r) {
  std::array<double, n> counts{};
  for (std::size_t i = 0; i < n; ++i) counts[i] = mask[i];
  counts = turn(counts, r, squared);
  std::array<bool, n> result{};
  for (std::size_t i = 0; i < n; ++i) result[i] = counts[i] > 0;
  return result;
}

// Whether errors are still those of the covariances, to the digits that files print. Missing errors are.
template <std::size_t n>
bool agree(const std::array<double, n>& error, const std::array<double, n>& computed) {
  for (std::size_t i = 0; i < n; ++i)
    if (std::abs(error[i] - computed[i]) > 0.01 * computed[i]) return false;
  return true;
}

// The errors after a turn: of the turned covariances where the given errors were those of the given ones.
template <std::size_t n>
void turn_errors(std::array<double, n>& error, const std::array<double, n>& before, const std::array<double, n>& after,
                 double degrees) {
  const bool known = std::none_of(after.begin(), after.end(), [](double e) { return std::isnan(e); });
  error = known && agree(error, before) ? after : rotate(error, degrees);
}

Site turned(const Site& site, double degrees) {
  Site result = site;
  const AxesMatrix r = rotation_matrix(degrees);
  for (auto& z : result.z) z = rotate(z, degrees);
  for (auto& tipper : result.tipper) tipper = rotate(tipper, degrees);
  for (auto& s : result.inverse_signal_power) s = rotate_covariance(s, degrees);
  for (auto& n : result.residual_covariance) n = rotate_covariance(n, degrees);
  for (std::size_t i = 0; i < site.periods(); ++i) {
    const auto computed = [i](const Site& at, auto of) {
      return of(at.inverse_signal_power[i], at.residual_covariance[i]);
    };
    if (site.has_covariance() && site.has_impedance())
      turn_errors(result.z_error[i], computed(site, impedance_error), computed(result, impedance_error), degrees);
    else if (site.has_impedance())
      result.z_error[i] = rotate(site.z_error[i], degrees);
    if (site.has_covariance() && site.has_tipper())
      turn_errors(result.tipper_error[i], computed(site, tipper_error), computed(result, tipper_error), degrees);
    else if (site.has_tipper())
      result.tipper_error[i] = rotate(site.tipper_error[i], degrees);
  }
  for (auto& mask : result.z_masked) mask = masked(mask, r);
  for (auto& mask : result.tipper_masked) mask = masked(mask, r);
  return result;
}

}  // namespace

Impedance rotate(const Impedance& z, double degrees) { return turn(z, rotation_matrix(degrees), plain); }

ImpedanceError rotate(const ImpedanceError& error, double degrees) {
  return root(turn(square(error), rotation_matrix(degrees), squared));
}

Tipper rotate(const Tipper& tipper, double degrees) { return turn(tipper, rotation_matrix(degrees), plain); }

TipperError rotate(const TipperError& error, double degrees) {
  return root(turn(square(error), rotation_matrix(degrees), squared));
}

InverseSignalPower rotate_covariance(const InverseSignalPower& s, double degrees) {
  InverseSignalPower turned = turn(s, rotation_matrix(degrees), plain);
  for (const std::size_t i : {0, 3}) turned[i] = turned[i].real() < 0 ? 0 : turned[i].real();  // rounding
  turned[2] = std::conj(turned[1]);                                                            // to the last bit
  return turned;
}

ResidualCovariance rotate_covariance(const ResidualCovariance& n, double degrees) {
  const AxesMatrix r = rotation_matrix(degrees);
  const auto e =
      rotate_covariance(InverseSignalPower{n[0], n[1], n[3], n[4]}, degrees);  // as the matrix of two channels
  const auto hz = turn(std::array<Complex, 2>{n[2], n[5]}, r, plain);
  return {e[0], e[1], hz[0], e[2], e[3], hz[1], std::conj(hz[0]), std::conj(hz[1]), n[8]};
}

std::size_t partial_rows(const Site& site) {
  const auto partial = [](const auto& row) {
    const auto missing = std::count_if(row.begin(), row.end(), [](const Complex& v) { return std::isnan(v.real()); });
    return missing > 0 && missing < static_cast<std::ptrdiff_t>(row.size());
  };
  return static_cast<std::size_t>(std::count_if(site.z.begin(), site.z.end(), partial) +
                                  std::count_if(site.tipper.begin(), site.tipper.end(), partial));
}

double azimuth_in_range(double degrees) { return std::abs(degrees) <= 360 ? degrees : std::fmod(degrees, 360.0); }

Site rotate_to(const Site& site, double azimuth) {
  if (!std::isfinite(azimuth)) fail("rotate_to: site '", site.name, "': azimuth ", azimuth, " is not finite");
  const double turn = std::remainder(azimuth - site.rotation, 360.0);
  Site result = turn == 0 ? site : turned(site, turn);
  result.rotation = azimuth;
  if (turn == 0) return result;
  result.provenance.history.push_back(text("rotate from azimuth ", site.rotation, " to ", azimuth));
  return result;
}

Survey rotate_to(const Survey& survey, double azimuth) {
  Survey result{survey.name, {}};
  for (const Site& site : survey.sites) result.sites.push_back(rotate_to(site, azimuth));
  return result;
}

}  // namespace terrella::datasets
