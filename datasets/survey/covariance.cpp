#include "datasets/survey/covariance.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {
namespace {

constexpr double slack = 1e-2;  // of squared correlations: entries are printed with 4 digits

ResidualCovariance scaled(ResidualCovariance n, double electric, double magnetic) {
  const double unit[] = {electric, electric, magnetic};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) n[3 * i + k] *= unit[i] * unit[k];
  return n;
}

InverseSignalPower scaled(InverseSignalPower s, double factor) {
  for (Complex& value : s) value *= factor;
  return s;
}

template <std::size_t size>
std::string fault(const std::array<Complex, size * size>& m, const char* name) {
  for (std::size_t i = 0; i < size; ++i) {
    const Complex power = m[i * size + i];
    if (power.real() < 0) return text(name, ": diagonal entry ", i + 1, " is negative: ", power.real());
    if (std::isinf(power.real()) || power.imag() > 0 || power.imag() < 0)
      return text(name, ": diagonal entry ", i + 1, " is not finite and real");
    for (std::size_t k = i + 1; k < size; ++k) {
      const Complex upper = m[i * size + k], lower = std::conj(m[k * size + i]);
      const bool known = !std::isnan(upper.real()) && !std::isnan(upper.imag());
      if (known != (!std::isnan(lower.real()) && !std::isnan(lower.imag())) || (known && upper != lower))
        return text(name, ": entries ", i + 1, ",", k + 1, " and ", k + 1, ",", i + 1, " are no conjugates");
      const double powers = power.real() * m[k * size + k].real();
      if (known && std::norm(upper) > (1 + slack) * powers)
        return text(name, ": entry ", i + 1, ",", k + 1, " claims a correlation of ",
                    std::sqrt(std::norm(upper) / powers), " between channels");
    }
  }
  return {};
}

}  // namespace

ImpedanceError impedance_error(const InverseSignalPower& s, const ResidualCovariance& n) {
  ImpedanceError error{};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) error[2 * i + j] = std::sqrt(n[4 * i].real() * s[3 * j].real() / 2);
  return error;
}

TipperError tipper_error(const InverseSignalPower& s, const ResidualCovariance& n) {
  return {std::sqrt(n[8].real() * s[0].real() / 2), std::sqrt(n[8].real() * s[3].real() / 2)};
}

InverseSignalPower to_si(const InverseSignalPower& s, const FieldUnits& units) {
  return scaled(s, 1 / (units.magnetic * units.magnetic));
}
ResidualCovariance to_si(const ResidualCovariance& n, const FieldUnits& units) {
  return scaled(n, units.electric, units.magnetic);
}
InverseSignalPower from_si(const InverseSignalPower& s, const FieldUnits& units) {
  return scaled(s, units.magnetic * units.magnetic);
}
ResidualCovariance from_si(const ResidualCovariance& n, const FieldUnits& units) {
  return scaled(n, 1 / units.electric, 1 / units.magnetic);
}

std::string fault_of(const InverseSignalPower& s) { return fault<2>(s, "inverse signal power"); }
std::string fault_of(const ResidualCovariance& n) { return fault<3>(n, "residual covariance"); }

}  // namespace terrella::datasets
