#include "cli/quality.h"

#include <algorithm>
#include <cmath>

namespace terrella::cli {
namespace {

bool present(datasets::Complex z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

}  // namespace

Quality quality_of(const datasets::Site& site) {
  Quality q;
  std::vector<double> errors;
  for (std::size_t i = 0; i < site.z.size(); ++i)
    for (const auto c : {datasets::xx, datasets::xy, datasets::yx, datasets::yy}) {
      ++q.values;
      const datasets::Complex z = site.z[i][c];
      if (!present(z)) {
        ++q.missing;
        continue;
      }
      const double error = i < site.z_error.size() ? site.z_error[i][c] : datasets::not_a_number;
      if (!(error > 0)) ++q.without_error;
      if (c == datasets::xx || c == datasets::yy || std::abs(z) == 0) continue;
      if (error > 0) errors.push_back(error / std::abs(z));
      const datasets::Complex turned = c == datasets::xy ? z : -z;
      const double slack = std::isnan(error) ? 0 : error;
      ++q.phases;
      if (turned.real() < -slack || turned.imag() < -slack) ++q.phases_out_of_quadrant;
    }
  q.median_error = datasets::not_a_number;
  if (!errors.empty()) {
    std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
    q.median_error = errors[errors.size() / 2];
  }
  return q;
}

std::string components_of(const datasets::Site& site) {
  std::string out;
  const auto any = [](const auto& rows) {
    for (const auto& row : rows)
      for (const auto value : row)
        if (present(value)) return true;
    return false;
  };
  const auto all = [](const auto& rows) {
    for (const auto& row : rows)
      for (const auto value : row)
        if (!present(value)) return false;
    return true;
  };
  if (any(site.z)) out = all(site.z) ? "Z" : "z";
  if (any(site.tipper)) out += (out.empty() ? "" : "+") + std::string(all(site.tipper) ? "T" : "t");
  return out.empty() ? "-" : out;
}

}  // namespace terrella::cli
