#include "inversion/sounding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"
#include "elec/response/error_propagation.h"
#include "elec/response/invariants.h"

namespace terrella::inversion {
namespace {

using datasets::Component;
using Complex = std::complex<double>;

std::vector<std::size_t> needed(Data1d data) {
  switch (data) {
    case Data1d::xy:
      return {datasets::xy};
    case Data1d::yx:
      return {datasets::yx};
    case Data1d::average:
      return {datasets::xy, datasets::yx};
    case Data1d::determinant:
      break;
  }
  return {datasets::xx, datasets::xy, datasets::yx, datasets::yy};
}

/// The scalar of tensors z [n, 2, 2], as graph.
Tensor scalar(Data1d data, const Tensor& z) {
  const auto component = [&](std::int64_t row, std::int64_t column) { return index(z, {Ellipsis{}, row, column}); };
  switch (data) {
    case Data1d::xy:
      return component(0, 1);
    case Data1d::yx:
      return -component(1, 0);
    case Data1d::average:
      return elec::average_impedance(z);
    case Data1d::determinant:
      break;
  }
  return elec::determinant_impedance(z);
}

}  // namespace

double log10_rho_error(Complex z, double z_error) { return 2 * z_error / (std::abs(z) * std::numbers::ln10); }
double phase_error(Complex z, double z_error) { return z_error / std::abs(z) * 180 / std::numbers::pi; }

Sounding sounding(const datasets::Site& site, const Invert1dOptions& options) {
  Sounding s;
  s.name = site.name;
  s.latitude = site.latitude;
  s.longitude = site.longitude;
  if (!site.has_impedance()) {
    s.problem = "the site has no impedance";
    return s;
  }
  const std::vector<std::size_t> components = needed(options.data);
  std::vector<double> period, error;
  std::vector<Complex> tensor;
  std::vector<bool> has_error;
  for (std::size_t i = 0; i < site.period.size(); ++i) {
    bool usable = true, known = true;
    for (const std::size_t c : components) {
      const Complex z = site.z[i][c];
      usable = usable && std::isfinite(z.real()) && std::isfinite(z.imag()) &&
               (site.z_masked.empty() || !site.z_masked[i][c]);
      known = known && std::isfinite(site.z_error[i][c]);
    }
    if (!usable) continue;
    period.push_back(site.period[i]);
    has_error.push_back(known);
    for (std::size_t c = 0; c < 4; ++c) {
      const bool serves = std::find(components.begin(), components.end(), c) != components.end();
      tensor.push_back(serves ? site.z[i][c] : Complex(0));
      error.push_back(serves && known ? site.z_error[i][c] : 0.0);
    }
  }
  if (period.empty()) {
    s.problem = text("no period has all that ", to_string(options.data), " needs");
    return s;
  }
  const auto n = static_cast<std::int64_t>(period.size());
  const Tensor z = Tensor::from(tensor, {n, 2, 2});
  const auto values = scalar(options.data, z).to_vector<Complex>();
  const auto real_part = [&](const Tensor& x) { return real(scalar(options.data, x)); };
  const auto errors = elec::propagate_error(real_part, z, Tensor::from(error, {n, 2, 2}), 2).to_vector<double>();
  bool without_error = false;
  for (std::size_t i = 0; i < period.size(); ++i) {
    const double size = std::abs(values[i]);
    const double sigma = std::max(has_error[i] ? errors[i] : 0.0, options.error_floor * size);
    if (!std::isfinite(size) || size == 0 || !std::isfinite(sigma)) continue;
    if (sigma == 0) {
      without_error = true;
      continue;
    }
    s.period.push_back(period[i]);
    s.z.push_back(values[i]);
    s.z_error.push_back(sigma);
  }
  if (s.period.empty())
    s.problem = without_error ? "the data have no errors; set error_floor, for example 0.05"
                              : text("no finite value of ", to_string(options.data));
  return s;
}

void validate(const Sounding& s) {
  const std::size_t n = s.period.size();
  const auto expect = [&](const char* field, std::size_t size) {
    if (size != n) fail("sounding '", s.name, "': ", n, " periods but ", size, " ", field);
  };
  expect("impedances", s.z.size());
  expect("errors", s.z_error.size());
  if (!s.log10_rho_error.empty() || !s.phase_error.empty()) {
    expect("errors of apparent resistivity", s.log10_rho_error.size());
    expect("errors of phase", s.phase_error.size());
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!(s.period[i] > 0) || std::isinf(s.period[i]) || (i > 0 && s.period[i] <= s.period[i - 1]))
      fail("sounding '", s.name, "': period ", s.period[i], " s is not positive or does not ascend");
    if (!std::isfinite(std::abs(s.z[i])) || s.z[i] == Complex(0))
      fail("sounding '", s.name, "', period ", s.period[i],
           " s: the impedance is 0 or not finite; leave that period out");
    if (!(s.z_error[i] > 0) || std::isinf(s.z_error[i]))
      fail("sounding '", s.name, "', period ", s.period[i], " s: error ", s.z_error[i],
           " ohm is not positive; set an error floor");
  }
}

datasets::Site to_site(const Sounding& s) {
  datasets::Site site;
  site.name = s.name;
  site.latitude = s.latitude;
  site.longitude = s.longitude;
  site.period = s.period;
  const double none = datasets::not_a_number;
  for (std::size_t i = 0; i < s.period.size(); ++i) {
    site.z.push_back({Complex(none, none), s.z[i], Complex(none, none), Complex(none, none)});
    site.z_error.push_back({none, s.z_error[i], none, none});
  }
  return site;
}

}  // namespace terrella::inversion
