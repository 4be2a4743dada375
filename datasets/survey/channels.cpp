#include "datasets/survey/channels.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/survey/axes.h"
#include "datasets/survey/covariance.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

using Matrix = AxesMatrix;

Matrix axes(const Site& site, double first, double second, const char* field) {
  if (!std::isfinite(first) || !std::isfinite(second))
    fail("to_geographic: site '", site.name, "': azimuths of ", field, " channels are not finite");
  const Matrix m = {unit_vector(first), unit_vector(second)};
  if (std::abs(m[0][0] * m[1][1] - m[0][1] * m[1][0]) < std::sin(pi / 180))
    fail("to_geographic: site '", site.name, "': ", field, " channels at ", first, " and ", second,
         " degrees are parallel");
  return m;
}

Matrix inverse(const Matrix& m) {
  const double determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
  return {{{m[1][1] / determinant, -m[0][1] / determinant}, {-m[1][0] / determinant, m[0][0] / determinant}}};
}

// To the last bit: rounding must leave neither a negative power nor halves that differ.
std::array<Complex, 4> hermitian(std::array<Complex, 4> m) {
  for (const std::size_t i : {0, 3}) m[i] = m[i].real() < 0 ? 0 : m[i].real();
  m[2] = std::conj(m[1]);
  return m;
}

// Errors of the covariances after a change of axes, where those before it were.
template <std::size_t n>
std::array<double, n> chosen(const std::array<double, n>& given, const std::array<double, n>& before,
                             const std::array<double, n>& after, const std::array<double, n>& independent) {
  for (std::size_t i = 0; i < n; ++i)
    if (std::isnan(after[i]) || std::abs(given[i] - before[i]) > 0.01 * before[i]) return independent;
  return after;
}

}  // namespace

bool ChannelAzimuths::magnetic_orthogonal() const {
  constexpr double rounding = 1e-9;  // degrees: azimuths come as sums of decimal numbers
  return std::abs(std::remainder(hy - hx - 90, 360.0)) < rounding;
}

bool ChannelAzimuths::orthogonal() const {
  constexpr double rounding = 1e-9;
  return magnetic_orthogonal() && std::abs(std::remainder(ex - hx, 360.0)) < rounding &&
         std::abs(std::remainder(ey - hy, 360.0)) < rounding;
}

Site to_geographic(const Site& site, const ChannelAzimuths& azimuths) {
  const Matrix a = site.has_impedance() || site.has_tipper() ? axes(site, azimuths.hx, azimuths.hy, "magnetic")
                                                             : Matrix{{{1, 0}, {0, 1}}};
  const Matrix b =
      site.has_impedance() ? inverse(axes(site, azimuths.ex, azimuths.ey, "electric")) : Matrix{{{1, 0}, {0, 1}}};
  Site result = site;
  result.rotation = 0;
  if (azimuths == ChannelAzimuths()) return result;
  for (std::size_t i = 0; i < site.periods(); ++i) {
    if (site.has_impedance()) {
      result.z[i] = product(b, site.z[i], a, plain);
      result.z_error[i] = root(product(b, square(site.z_error[i]), a, squared));
    }
    if (site.has_tipper()) {
      result.tipper[i] = product(site.tipper[i], a, plain);
      result.tipper_error[i] = root(product(square(site.tipper_error[i]), a, squared));
    }
    if (!site.has_covariance()) continue;
    const InverseSignalPower& s = site.inverse_signal_power[i];
    const ResidualCovariance& n = site.residual_covariance[i];
    result.inverse_signal_power[i] = hermitian(product(transposed(a), s, a, plain));
    const auto e = hermitian(product(b, std::array<Complex, 4>{n[0], n[1], n[3], n[4]}, transposed(b), plain));
    const auto hz = product(std::array<Complex, 2>{n[2], n[5]}, transposed(b), plain);
    result.residual_covariance[i] = {e[0], e[1], hz[0], e[2], e[3], hz[1], std::conj(hz[0]), std::conj(hz[1]), n[8]};
    const InverseSignalPower& s_after = result.inverse_signal_power[i];
    const ResidualCovariance& n_after = result.residual_covariance[i];
    if (site.has_impedance())
      result.z_error[i] =
          chosen(site.z_error[i], impedance_error(s, n), impedance_error(s_after, n_after), result.z_error[i]);
    if (site.has_tipper())
      result.tipper_error[i] =
          chosen(site.tipper_error[i], tipper_error(s, n), tipper_error(s_after, n_after), result.tipper_error[i]);
  }
  result.provenance.history.push_back(text("from channels at ", azimuths.hx, ", ", azimuths.hy, " (H) and ",
                                           azimuths.ex, ", ", azimuths.ey, " degrees (E) to north and east"));
  return result;
}

}  // namespace terrella::datasets
