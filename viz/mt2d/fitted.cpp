#include "viz/mt2d/fitted.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "core/error.h"
#include "datasets/survey/units.h"

namespace terrella::viz {
namespace {

using datasets::Observation;
using datasets::Place;
using datasets::Quantity;
using datasets::QuantityInfo;
using datasets::QuantityKind;

constexpr double degree = datasets::pi / 180, ln10 = 2.302585092994046;

bool is_te(Place place) { return place == Place::te || place == Place::xy; }
bool is_tm(Place place) { return place == Place::tm || place == Place::yx; }

/// A complex number with errors of both parts and its prediction.
struct Pair {
  std::complex<double> observed{datasets::not_a_number, datasets::not_a_number}, predicted = observed;
  double error_real = datasets::not_a_number, error_imaginary = datasets::not_a_number;
  bool masked = false;
};

/// Impedances of a mode, or tippers, of every site and period, from complex rows and from rows of parts.
std::map<std::pair<std::uint32_t, double>, Pair> pairs(const inversion::Result2d& r, QuantityKind whole,
                                                       QuantityKind real, QuantityKind imaginary,
                                                       bool (*wanted)(Place)) {
  std::map<std::pair<std::uint32_t, double>, Pair> found;
  for (std::size_t i = 0; i < r.data.rows.size(); ++i) {
    const Observation& row = r.data.rows[i];
    const QuantityInfo& what = datasets::info(row.quantity);
    if ((what.kind != whole && what.kind != real && what.kind != imaginary) || !wanted(what.place)) continue;
    Pair& pair = found[{row.site, row.period}];
    pair.masked = pair.masked || row.masked;
    if (what.kind == whole) {
      pair.observed = row.value, pair.predicted = r.predicted[i];
      pair.error_real = row.error, pair.error_imaginary = row.error_imaginary;
    } else if (what.kind == real) {
      pair.observed.real(row.value.real()), pair.predicted.real(r.predicted[i].real()), pair.error_real = row.error;
    } else {
      pair.observed.imag(row.value.real()), pair.predicted.imag(r.predicted[i].real());
      pair.error_imaginary = row.error;
    }
  }
  return found;
}

double residual_of(const Fitted& f, bool phase) {
  if (f.masked || !(f.error > 0)) return datasets::not_a_number;
  const double difference = f.predicted - f.observed;
  return (phase ? std::remainder(difference, 360.0) : difference) / f.error;
}

void add_from_impedances(const inversion::Result2d& r, Curve2d curve, bool te, std::vector<Fitted>& data) {
  const auto impedances = pairs(r, QuantityKind::impedance, QuantityKind::impedance_real,
                                QuantityKind::impedance_imaginary, te ? is_te : is_tm);
  for (const auto& [key, z] : impedances) {
    const double size = std::abs(z.observed);
    if (!(size > 0)) continue;
    // Standard error of |Z| and of |Z| times its angle where those of real and imaginary part are one number.
    const double relative = std::sqrt((z.error_real * z.error_real + z.error_imaginary * z.error_imaginary) / 2) / size;
    Fitted f{.site = key.first, .period = key.second, .masked = z.masked};
    if (is_rho(curve)) {
      const auto rho = [&](double impedance) {
        return impedance * impedance * f.period / (2 * datasets::pi * datasets::mu_0);
      };
      f.observed = rho(size), f.predicted = rho(std::abs(z.predicted));
      f.error = 2 * relative / ln10;
      if (!f.masked && f.error > 0)
        f.residual = std::log10(f.predicted / f.observed) / f.error;
      else
        f.residual = datasets::not_a_number;
    } else {
      const double sign = te ? 1 : -1;
      f.observed = std::arg(sign * z.observed) / degree, f.predicted = std::arg(sign * z.predicted) / degree;
      f.error = relative / degree;
      f.residual = residual_of(f, true);
    }
    data.push_back(f);
  }
}

void add_as_they_stand(const inversion::Result2d& r, Curve2d curve, bool te, std::vector<Fitted>& data) {
  for (std::size_t i = 0; i < r.data.rows.size(); ++i) {
    const Observation& row = r.data.rows[i];
    const QuantityInfo& what = datasets::info(row.quantity);
    if (!(te ? is_te(what.place) : is_tm(what.place))) continue;
    Fitted f{.site = row.site, .period = row.period, .masked = row.masked};
    const double value = row.value.real(), model = r.predicted[i].real();
    if (is_rho(curve) && what.kind == QuantityKind::log10_apparent_resistivity) {
      f.observed = std::pow(10, value), f.predicted = std::pow(10, model), f.error = row.error;
      f.residual = f.masked || !(f.error > 0) ? datasets::not_a_number : (model - value) / f.error;
    } else if (is_rho(curve) && what.kind == QuantityKind::apparent_resistivity) {
      f.observed = value, f.predicted = model, f.error = row.error / value / ln10;
      f.residual = f.masked || !(row.error > 0) ? datasets::not_a_number : (model - value) / row.error;
    } else if (is_phase(curve) && what.kind == QuantityKind::phase) {
      const double turn = what.place == Place::yx ? 180 : 0;  // arg(-Zyx) from arg Zyx
      f.observed = std::remainder(value + turn, 360.0), f.predicted = std::remainder(model + turn, 360.0);
      f.error = row.error;
      f.residual = residual_of(f, true);
    } else {
      continue;
    }
    data.push_back(f);
  }
}

}  // namespace

const char* title_of(Curve2d curve) {
  static const char* const titles[] = {"Apparent resistivity TE", "Phase TE",
                                       "Apparent resistivity TM", "Phase TM",
                                       "Tipper, real part",       "Tipper, imaginary part"};
  return titles[static_cast<std::size_t>(curve)];
}

const char* name_of(Curve2d curve) {
  static const char* const names[] = {"rho_te", "phase_te", "rho_tm", "phase_tm", "tipper_real", "tipper_imaginary"};
  return names[static_cast<std::size_t>(curve)];
}

std::vector<Fitted> fitted(const inversion::Result2d& result, Curve2d curve) {
  if (result.predicted.size() != result.data.rows.size())
    fail("fitted: ", result.predicted.size(), " predictions of ", result.data.rows.size(), " rows");
  std::vector<Fitted> data;
  if (is_rho(curve) || is_phase(curve)) {
    const bool te = curve == Curve2d::rho_te || curve == Curve2d::phase_te;
    add_from_impedances(result, curve, te, data);
    add_as_they_stand(result, curve, te, data);
  } else {
    const bool real = curve == Curve2d::tipper_real;
    const auto along = [](Place place) { return place == Place::zy || place == Place::y; };
    const auto tippers =
        pairs(result, QuantityKind::tipper, QuantityKind::tipper_real, QuantityKind::tipper_imaginary, along);
    for (const auto& [key, t] : tippers) {
      Fitted f{.site = key.first, .period = key.second, .masked = t.masked};
      f.observed = real ? t.observed.real() : t.observed.imag();
      f.predicted = real ? t.predicted.real() : t.predicted.imag();
      f.error = real ? t.error_real : t.error_imaginary;
      if (std::isnan(f.observed)) continue;
      f.residual = residual_of(f, false);
      data.push_back(f);
    }
  }
  std::stable_sort(data.begin(), data.end(), [](const Fitted& a, const Fitted& b) {
    return std::tie(a.site, a.period) < std::tie(b.site, b.period);
  });
  return data;
}

double rms_of(const std::vector<Fitted>& data) {
  double sum = 0, count = 0;
  for (const Fitted& f : data)
    if (!std::isnan(f.residual)) sum += f.residual * f.residual, ++count;
  return count > 0 ? std::sqrt(sum / count) : datasets::not_a_number;
}

}  // namespace terrella::viz
