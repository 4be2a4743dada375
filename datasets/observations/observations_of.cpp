#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

constexpr double degrees = 180 / std::numbers::pi;

struct Datum {
  Complex value{not_a_number, not_a_number};
  double error = not_a_number;
  bool masked = false;
};

// sqrt(Zxx Zyy - Zxy Zyx) of independent components.
Datum determinant(const Impedance& z, const ImpedanceError& error) {
  const Complex root = std::sqrt(z[xx] * z[yy] - z[xy] * z[yx]);
  double variance = 0;
  for (int c = 0; c < 4; ++c) variance += std::norm(z[static_cast<std::size_t>(3 - c)]) * error[c] * error[c];
  return {root, std::sqrt(variance) / (2 * std::abs(root))};
}

// Element (i, j) of X^-1 Y, Z = X + iY. Caldwell, Bibby and Brown (2004).
Datum phase_tensor(const Impedance& z, const ImpedanceError& error, std::size_t i, std::size_t j) {
  const double det = z[xx].real() * z[yy].real() - z[xy].real() * z[yx].real();
  const std::array<double, 4> inverse = {z[yy].real() / det, -z[xy].real() / det, -z[yx].real() / det,
                                         z[xx].real() / det};
  std::array<double, 4> tensor;
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 2; ++b)
      tensor[2 * a + b] = inverse[2 * a] * z[b].imag() + inverse[2 * a + 1] * z[2 + b].imag();
  const auto square = [](double x) { return x * x; };
  double variance = 0;  // d(X^-1 Y) = X^-1 (dY - dX X^-1 Y)
  for (std::size_t k = 0; k < 2; ++k)
    variance += square(inverse[2 * i + k]) * (square(error[2 * k + j]) + square(error[2 * k] * tensor[j]) +
                                              square(error[2 * k + 1] * tensor[2 + j]));
  return {tensor[2 * i + j], std::sqrt(variance)};
}

Datum impedance_of(const Site& site, std::size_t i, Place place) {
  if (!site.has_impedance()) return {};
  const Impedance& z = site.z[i];
  const bool has_masks = !site.z_masked.empty();
  if (const auto c = component_of(place)) return {z[*c], site.z_error[i][*c], has_masks && site.z_masked[i][*c]};
  Datum datum = determinant(z, site.z_error[i]);
  if (has_masks)
    for (const bool masked : site.z_masked[i]) datum.masked = datum.masked || masked;
  return datum;
}

Datum tipper_of(const Site& site, std::size_t i, Place place) {
  if (!site.has_tipper()) return {};
  const std::size_t c = place == Place::x ? 0 : 1;
  return {site.tipper[i][c], site.tipper_error[i][c], !site.tipper_masked.empty() && site.tipper_masked[i][c]};
}

Datum datum_of(const Site& site, std::size_t i, const QuantityInfo& what) {
  Datum datum;
  switch (what.kind) {
    case QuantityKind::impedance:
      return impedance_of(site, i, what.place);
    case QuantityKind::impedance_real:
      datum = impedance_of(site, i, what.place);
      datum.value = datum.value.real();
      return datum;
    case QuantityKind::impedance_imaginary:
      datum = impedance_of(site, i, what.place);
      datum.value = datum.value.imag();
      return datum;
    case QuantityKind::tipper:
      return tipper_of(site, i, what.place);
    case QuantityKind::tipper_real:
      datum = tipper_of(site, i, what.place);
      datum.value = datum.value.real();
      return datum;
    case QuantityKind::tipper_imaginary:
      datum = tipper_of(site, i, what.place);
      datum.value = datum.value.imag();
      return datum;
    case QuantityKind::apparent_resistivity:
    case QuantityKind::log10_apparent_resistivity: {
      datum = impedance_of(site, i, what.place);
      const double rho = std::norm(datum.value) * site.period[i] / (2 * pi * mu_0);
      const double of_ln = 2 * datum.error / std::abs(datum.value);
      const bool log10 = what.kind == QuantityKind::log10_apparent_resistivity;
      return {log10 ? std::log10(rho) : rho, log10 ? of_ln / std::numbers::ln10 : of_ln * rho, datum.masked};
    }
    case QuantityKind::phase: {
      datum = impedance_of(site, i, what.place);
      const Complex z = what.place == Place::tm ? -datum.value : datum.value;
      if (z == 0.0) return {not_a_number, not_a_number, datum.masked};  // as its resistivity, whose logarithm is none
      return {std::arg(z) * degrees, datum.error / std::abs(z) * degrees, datum.masked};
    }
    case QuantityKind::phase_tensor: {
      if (!site.has_impedance()) return {};
      const std::size_t c = *component_of(what.place);
      datum = phase_tensor(site.z[i], site.z_error[i], c / 2, c % 2);
      datum.masked = impedance_of(site, i, Place::determinant).masked;
      return datum;
    }
    case QuantityKind::interstation:
      break;
  }
  fail("observations_of: a survey holds no transfer functions between sites (", what.name, ")");
}

// The middle of the box that holds all places; longitudes count from the first, so that the 180th meridian is no seam.
std::array<double, 2> middle_of(const Survey& survey) {
  double south = INFINITY, north = -INFINITY, west = INFINITY, east = -INFINITY, first = not_a_number;
  for (const Site& site : survey.sites) {
    if (std::isnan(site.latitude) || std::isnan(site.longitude)) continue;
    if (std::isnan(first)) first = site.longitude;
    const double longitude = first + std::remainder(site.longitude - first, 360.0);
    south = std::min(south, site.latitude);
    north = std::max(north, site.latitude);
    west = std::min(west, longitude);
    east = std::max(east, longitude);
  }
  if (std::isnan(first)) return {not_a_number, not_a_number};
  return {(south + north) / 2, std::remainder((west + east) / 2, 360.0)};
}

}  // namespace

Observations observations_of(const Survey& survey, const std::vector<Quantity>& wanted,
                             const ObservationsOptions& options) {
  if (!std::isfinite(options.orientation)) fail("observations_of: orientation ", options.orientation, " is not finite");
  validate(survey);
  Observations result;
  result.name = survey.name;
  const std::array<double, 2> middle = middle_of(survey);
  const double latitude = std::isnan(options.latitude) ? middle[0] : options.latitude;
  const double longitude = std::isnan(options.longitude) ? middle[1] : options.longitude;
  ObservationBlock block;
  block.units = "ohm";
  block.orientation = options.orientation;
  block.origin = {latitude, longitude, not_a_number};
  result.blocks.push_back(block);
  result.provenance.format = "survey";
  result.provenance.units = "ohm";
  if (!survey.sites.empty()) result.provenance.path = survey.sites.front().provenance.path;
  const double cosine = std::cos(options.orientation / degrees), sine = std::sin(options.orientation / degrees);
  for (const Site& original : survey.sites) {
    const Site site = original.rotation == options.orientation ? original : rotate_to(original, options.orientation);
    ObservationSite place;
    place.name = site.name;
    place.latitude = site.latitude;
    place.longitude = site.longitude;
    place.z = 0.0 - site.elevation;
    place.rotation = site.rotation;
    if (!std::isnan(site.latitude) && !std::isnan(site.longitude)) {
      const auto [north, east] = local_coordinates(site.latitude, site.longitude, latitude, longitude);
      place.x = cosine * north + sine * east;
      place.y = cosine * east - sine * north;
    }
    const auto number = static_cast<std::uint32_t>(result.sites.size());
    result.sites.push_back(place);
    for (std::size_t i = 0; i < site.periods(); ++i)
      for (const Quantity quantity : wanted) {
        const QuantityInfo& what = info(quantity);
        const Datum datum = datum_of(site, i, what);
        if (!std::isfinite(datum.value.real()) || !std::isfinite(datum.value.imag())) continue;
        Observation row;
        row.period = site.period[i];
        row.value = datum.value;
        row.error = row.error_imaginary = std::isfinite(datum.error) ? datum.error : not_a_number;
        row.site = number;
        row.quantity = quantity;
        row.masked = datum.masked;
        result.rows.push_back(row);
      }
  }
  if (options.mask_without_error) {
    const auto lacks = [](const Observation& row) { return std::isnan(row.error); };
    if (!std::all_of(result.rows.begin(), result.rows.end(), lacks)) {
      std::size_t masked = 0;
      for (Observation& row : result.rows)
        if (lacks(row) && !row.masked) row.masked = true, ++masked;
      if (masked > 0) result.provenance.history.push_back(text("masked ", masked, " values without error"));
    }
  }
  result.provenance.history.push_back(text("from ", survey.sites.size(), " soundings, x at azimuth ",
                                           options.orientation, ", origin ", latitude, " ", longitude));
  return result;
}

void expect_rows_of_every_site(const Observations& observations, const char* who) {
  std::vector<bool> has_rows(observations.sites.size());
  for (const Observation& row : observations.rows) has_rows[row.site] = true;
  for (std::size_t i = 0; i < has_rows.size(); ++i)
    if (!has_rows[i])
      fail(who, ": site '", observations.sites[i].name, "' has nothing of what the format holds with x at ",
           observations.sites[i].rotation, " degrees (to turn axes, all four components of the impedance are needed, ",
           "and both of the tipper); leave the site out");
}

}  // namespace terrella::datasets
