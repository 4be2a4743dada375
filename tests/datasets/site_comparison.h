// tests/datasets/site_comparison.h: whether two sites are the same sounding, to a tolerance.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "datasets/survey/survey.h"

struct Comparison {
  double tolerance = 1e-11;  ///< of each value, relative
  double error_tolerance = 2e-11;
  bool masks = true;  ///< the format has masks; else a masked value is a missing one
  bool elevation = true;
  bool covariance = true;  ///< the format has covariances
  bool covariance_of_e_and_hz = true;
  bool errors_of_zero = true;  ///< the format has errors of values that are zero
};

namespace terrella::tests {

using datasets::Complex;

inline bool is_known(const Complex& v) { return !std::isnan(v.real()) && !std::isnan(v.imag()); }
inline bool close(double a, double b, double tolerance) {
  return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * std::abs(a);
}

/// Without masks: masked values are missing. Without rows that hold nothing.
inline datasets::Site plain_site(datasets::Site site, bool keep_masks) {
  const Complex missing(datasets::not_a_number, datasets::not_a_number);
  if (!keep_masks) {
    for (std::size_t i = 0; i < site.z_masked.size(); ++i)
      for (std::size_t c = 0; c < 4; ++c)
        if (site.z_masked[i][c]) site.z[i][c] = missing;
    for (std::size_t i = 0; i < site.tipper_masked.size(); ++i)
      for (std::size_t c = 0; c < 2; ++c)
        if (site.tipper_masked[i][c]) site.tipper[i][c] = missing;
    site.z_masked.clear();
    site.tipper_masked.clear();
  }
  for (std::size_t i = site.periods(); i-- > 0;) {
    const bool z = site.has_impedance() && std::any_of(site.z[i].begin(), site.z[i].end(), is_known);
    const bool t = site.has_tipper() && std::any_of(site.tipper[i].begin(), site.tipper[i].end(), is_known);
    if (z || t) continue;
    const auto erase = [i](auto& rows) {
      if (!rows.empty()) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
    };
    erase(site.period), erase(site.z), erase(site.z_error), erase(site.z_masked), erase(site.tipper);
    erase(site.tipper_error), erase(site.tipper_masked), erase(site.inverse_signal_power);
    erase(site.residual_covariance);
  }
  const auto nothing = [](const auto& rows) {
    return std::none_of(rows.begin(), rows.end(),
                        [](const auto& row) { return std::any_of(row.begin(), row.end(), is_known); });
  };
  if (nothing(site.z)) site.z.clear(), site.z_error.clear(), site.z_masked.clear();
  if (nothing(site.tipper)) site.tipper.clear(), site.tipper_error.clear(), site.tipper_masked.clear();
  const auto no_masks = [](const auto& rows) {
    return std::none_of(rows.begin(), rows.end(),
                        [](const auto& row) { return std::any_of(row.begin(), row.end(), [](bool m) { return m; }); });
  };
  if (no_masks(site.z_masked)) site.z_masked.clear();
  if (no_masks(site.tipper_masked)) site.tipper_masked.clear();
  return site;
}

/// The first field in which `b` differs from `a`; empty where they are the same sounding.
inline std::string difference(const datasets::Site& original, const datasets::Site& other, const Comparison& how = {}) {
  const datasets::Site a = plain_site(original, how.masks), b = plain_site(other, how.masks);
  const double t = how.tolerance;
  if (a.name != b.name) return "name '" + b.name + "'";
  // A millimetre: EDI has eight decimals.
  if (std::abs(a.latitude - b.latitude) > 1e-8) return text("latitude ", b.latitude);
  if (std::abs(a.longitude - b.longitude) > 1e-8) return text("longitude ", b.longitude);
  if (std::isnan(a.latitude) != std::isnan(b.latitude)) return "latitude is there or not";
  if (how.elevation && std::abs(a.elevation - b.elevation) > 1e-7) return text("elevation ", b.elevation);
  if (!close(a.rotation, b.rotation, t)) return text("rotation ", b.rotation, " instead of ", a.rotation);
  if (a.periods() != b.periods()) return text(b.periods(), " periods instead of ", a.periods());
  if (a.z.size() != b.z.size() || a.tipper.size() != b.tipper.size()) return "impedance or tipper is there or not";
  for (std::size_t i = 0; i < a.periods(); ++i)
    if (!close(a.period[i], b.period[i], t)) return text("period ", i, ": ", b.period[i]);
  const auto compare = [&](const char* what, const auto& x, const auto& y, const auto& x_error, const auto& y_error) {
    for (std::size_t i = 0; i < x.size(); ++i)
      for (std::size_t c = 0; c < x[i].size(); ++c) {
        const std::string where = text(what, " ", c, " at ", a.period[i], " s: ");
        if (is_known(x[i][c]) != is_known(y[i][c])) return where + "is missing or not";
        if (!is_known(x[i][c])) continue;
        if (std::abs(x[i][c] - y[i][c]) > t * std::abs(x[i][c])) return where + text(y[i][c], " not ", x[i][c]);
        if (!how.errors_of_zero && x[i][c] == Complex(0)) continue;
        if (!close(x_error[i][c], y_error[i][c], how.error_tolerance))
          return where + text("error ", y_error[i][c], " not ", x_error[i][c]);
      }
    return std::string();
  };
  if (auto d = compare("z", a.z, b.z, a.z_error, b.z_error); !d.empty()) return d;
  if (auto d = compare("tipper", a.tipper, b.tipper, a.tipper_error, b.tipper_error); !d.empty()) return d;
  if (a.z_masked != b.z_masked || a.tipper_masked != b.tipper_masked) return "masks";
  if (!how.covariance) return {};
  if (a.has_covariance() != b.has_covariance()) return "covariances are there or not";
  const auto entry = [&](const Complex& x, const Complex& y) {
    return is_known(x) == is_known(y) && (!is_known(x) || std::abs(x - y) <= t * std::abs(x));
  };
  for (std::size_t i = 0; i < a.inverse_signal_power.size(); ++i) {
    for (std::size_t c = 0; c < 4; ++c)
      if (!entry(a.inverse_signal_power[i][c], b.inverse_signal_power[i][c]))
        return text("inverse signal power ", c, " at ", a.period[i], " s");
    for (std::size_t c = 0; c < 9; ++c)
      if ((how.covariance_of_e_and_hz || c == 8 || (c % 3 < 2 && c < 6)) &&
          !entry(a.residual_covariance[i][c], b.residual_covariance[i][c]))
        return text("residual covariance ", c, " at ", a.period[i], " s: ", b.residual_covariance[i][c], " not ",
                    a.residual_covariance[i][c]);
  }
  return {};
}

}  // namespace terrella::tests
