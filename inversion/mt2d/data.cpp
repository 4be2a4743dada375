#include "inversion/mt2d/data.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;
using datasets::Observation;
using datasets::Place;
using datasets::QuantityKind;
constexpr double degree = std::numbers::pi / 180;
constexpr double ln10 = std::numbers::ln10;
constexpr double same_period = 1e-4;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

struct Kind {
  Source2d source;
  std::vector<Part2d> parts;
  double sign = 1;  ///< -1 for phases of TM, which are those of -Zyx
};

/// None for what a line does not have.
std::optional<Kind> kind_of(datasets::Quantity quantity) {
  const datasets::QuantityInfo& q = datasets::info(quantity);
  const bool te = q.place == Place::xy || q.place == Place::te, tm = q.place == Place::yx || q.place == Place::tm;
  const Source2d source = te ? Source2d::zxy : Source2d::zyx;
  switch (q.kind) {
    case QuantityKind::tipper:
      if (q.place != Place::y && q.place != Place::zy) return std::nullopt;  // Tx is zero over a line
      return Kind{Source2d::tipper, {Part2d::real, Part2d::imaginary}};
    case QuantityKind::tipper_real:
      return Kind{Source2d::tipper, {Part2d::real}};
    case QuantityKind::tipper_imaginary:
      return Kind{Source2d::tipper, {Part2d::imaginary}};
    default:
      break;
  }
  if (!te && !tm) return std::nullopt;
  switch (q.kind) {
    case QuantityKind::impedance:
      return Kind{source, {Part2d::real, Part2d::imaginary}};
    case QuantityKind::impedance_real:
      return Kind{source, {Part2d::real}};
    case QuantityKind::impedance_imaginary:
      return Kind{source, {Part2d::imaginary}};
    case QuantityKind::log10_apparent_resistivity:
      return Kind{source, {Part2d::log10_resistivity}};
    case QuantityKind::apparent_resistivity:
      return Kind{source, {Part2d::resistivity}};
    case QuantityKind::phase:
      return Kind{source, {Part2d::phase}, q.place == Place::tm ? -1.0 : 1.0};
    default:
      return std::nullopt;
  }
}

double floor_of(Source2d source, const Invert2dOptions& o) {
  return source == Source2d::zxy ? o.te_error_floor : source == Source2d::zyx ? o.tm_error_floor : o.tipper_error_floor;
}

bool wanted(Source2d source, const Invert2dOptions& o) {
  return source == Source2d::zxy ? o.te : source == Source2d::zyx ? o.tm : o.tipper;
}

/// |Z| of the real and imaginary parts that stand in rows of their own.
using Sizes = std::map<std::tuple<std::uint32_t, double, Source2d>, Complex>;
Sizes sizes_of(const datasets::Observations& observations) {
  Sizes sizes;
  for (const Observation& row : observations.rows)
    if (const auto kind = kind_of(row.quantity); kind && kind->parts[0] <= Part2d::imaginary) {
      Complex& z = sizes[{row.site, row.period, kind->source}];
      for (const Part2d part : kind->parts) {
        if (part == Part2d::real) z.real(row.value.real());
        if (part == Part2d::imaginary) z.imag(kind->parts.size() == 2 ? row.value.imag() : row.value.real());
      }
    }
  return sizes;
}

/// Smallest error that a floor lets a number have.
double least_error(Part2d part, Source2d source, double floor, const Observation& row, const Sizes& sizes) {
  switch (part) {
    case Part2d::log10_resistivity:
      return 2 * floor / ln10;
    case Part2d::resistivity:
      return 2 * floor * std::abs(row.value.real());
    case Part2d::phase:
      return floor / degree;
    default:
      if (source == Source2d::tipper) return floor;
      return floor * std::abs(sizes.at({row.site, row.period, source}));
  }
}

}  // namespace

bool Data2d::needs(Source2d source) const {
  return std::any_of(data.begin(), data.end(), [&](const Datum2d& d) { return d.source == source; });
}

Data2d data_of(const datasets::Observations& observations, const Invert2dOptions& options) {
  datasets::validate(observations);
  Data2d all;
  all.observed = observations;
  for (const datasets::ObservationSite& site : observations.sites) all.y.push_back(site.y);
  const Sizes sizes = sizes_of(observations);
  std::map<std::string, std::size_t> left_out;
  std::vector<std::pair<std::size_t, Kind>> rows;
  for (std::size_t i = 0; i < all.observed.rows.size(); ++i) {
    Observation& row = all.observed.rows[i];
    if (row.masked) continue;
    const auto kind = kind_of(row.quantity);
    if (!kind || !wanted(kind->source, options)) {
      ++left_out[datasets::info(row.quantity).name];
      row.masked = true;
      continue;
    }
    const std::string& name = observations.sites[row.site].name;
    if (row.reference != Observation::no_site && row.reference != row.site)
      fail("invert_2d: row ", i, ", ", datasets::info(row.quantity).name, " of site '", name,
           "', has the magnetic field of another site; mask it");
    if (!std::isfinite(all.y[row.site]))
      fail("invert_2d: site '", name, "' has no place along the profile (y); project the survey onto a line");
    const double floor = floor_of(kind->source, options);
    for (const Part2d part : kind->parts) {
      double& error = part == Part2d::imaginary && kind->parts.size() == 2 ? row.error_imaginary : row.error;
      if (std::isnan(error) && kind->parts.size() == 2) error = row.error;
      const double least = least_error(part, kind->source, floor, row, sizes);
      error = std::isnan(error) ? least : std::max(error, least);
      if (!(error > 0) || std::isinf(error))
        fail("invert_2d: row ", i, ", ", datasets::info(row.quantity).name, " of site '", name, "' at ", row.period,
             " s, has error ", error, "; mask it, or set te_error_floor, tm_error_floor or tipper_error_floor");
      if (part == Part2d::resistivity && !(row.value.real() > 0))
        fail("invert_2d: row ", i, ", ", datasets::info(row.quantity).name, " of site '", name, "', is ",
             row.value.real(), "; apparent resistivities are positive: mask it");
    }
    rows.emplace_back(i, *kind);
  }
  for (const auto& [name, count] : left_out) all.notes.push_back(text(count, " rows of ", name, " are not fitted"));
  if (rows.empty())
    fail(
        "invert_2d: no row of the data can be fitted; give Zxy, Zyx, Tzy or apparent resistivity and phase of TE and "
        "TM that are not masked, and switch on te, tm or tipper");

  // Periods, those that are one but for their digits merged.
  std::vector<double> found;
  for (const auto& [i, kind] : rows) found.push_back(observations.rows[i].period);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const double period : found)
    if (all.period.empty() || period > all.period.back() * (1 + same_period)) all.period.push_back(period);
  if (found.size() > all.period.size())
    all.notes.push_back(text(found.size(), " periods are ", all.period.size(), " where they differ by more than ",
                             same_period, " of themselves"));

  all.period_of_row.assign(observations.rows.size(), -1);
  std::map<std::array<std::int64_t, 2>, std::int64_t> shifts;
  for (const auto& [i, kind] : rows) {
    const Observation& row = all.observed.rows[i];
    const auto p = std::prev(std::upper_bound(all.period.begin(), all.period.end(), row.period)) - all.period.begin();
    all.period_of_row[i] = p;
    for (const Part2d part : kind.parts) {
      Datum2d d{.source = kind.source, .part = part, .place = p * all.sites() + row.site, .row = i};
      const bool second = part == Part2d::imaginary && kind.parts.size() == 2;
      d.observed = second ? row.value.imag() : row.value.real();
      d.error = second ? row.error_imaginary : row.error;
      if (part == Part2d::phase) d.direction = kind.sign * std::polar(1.0, row.value.real() * degree);
      if (options.static_shift && kind.source != Source2d::tipper && part != Part2d::phase) {
        const std::array<std::int64_t, 2> key{row.site, kind.source == Source2d::zxy ? 0 : 1};
        const auto [place, fresh] = shifts.try_emplace(key, static_cast<std::int64_t>(all.shifts.size()));
        if (fresh) all.shifts.push_back(key);
        d.shift = place->second;
      }
      all.data.push_back(d);
    }
  }
  std::stable_sort(all.data.begin(), all.data.end(), [](const Datum2d& a, const Datum2d& b) {
    return std::tuple(a.source, a.part) < std::tuple(b.source, b.part);
  });
  return all;
}

namespace {

/// Data of one source and part, which stand together.
struct Group {
  Source2d source;
  Part2d part;
  std::size_t begin, end;
};
std::vector<Group> groups_of(const std::vector<Datum2d>& data) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (i == 0 || data[i].source != data[i - 1].source || data[i].part != data[i - 1].part)
      groups.push_back({data[i].source, data[i].part, i, i});
    groups.back().end = i + 1;
  }
  return groups;
}

const Tensor& of(const elec::mt2d::Response& response, Source2d source) {
  return source == Source2d::zxy ? response.zxy : source == Source2d::zyx ? response.zyx : response.tipper;
}

/// Of each source, as numbers; empty where it is not defined.
std::array<std::vector<Complex>, 3> values_of(const elec::mt2d::Response& response) {
  std::array<std::vector<Complex>, 3> values;
  for (const Source2d source : {Source2d::zxy, Source2d::zyx, Source2d::tipper})
    if (of(response, source).defined())
      values[static_cast<std::size_t>(source)] = of(response, source).to_vector<Complex>();
  return values;
}

double angular_frequency(const Data2d& data, const Datum2d& d) {
  return 2 * datasets::pi / data.period[at(d.place / data.sites())];
}

}  // namespace

std::vector<std::int64_t> used_sites(const Data2d& data) {
  std::vector<bool> used(at(data.sites()), false);
  for (const Datum2d& d : data.data) used[at(d.place % data.sites())] = true;
  std::vector<std::int64_t> sites;
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i]) sites.push_back(static_cast<std::int64_t>(i));
  return sites;
}

Tensor residual_of(const Data2d& all, const elec::mt2d::Response& response, const Tensor& shift) {
  Tensors parts;
  for (const Group& group : groups_of(all.data)) {
    std::vector<std::int64_t> place, moved;
    std::vector<double> observed, error, power;
    std::vector<Complex> direction;
    for (std::size_t i = group.begin; i < group.end; ++i) {
      const Datum2d& d = all.data[i];
      place.push_back(d.place);
      moved.push_back(std::max<std::int64_t>(0, d.shift));
      observed.push_back(d.observed);
      error.push_back(d.error);
      direction.push_back(d.direction);
      power.push_back(1 / (angular_frequency(all, d) * datasets::mu_0));
    }
    const auto n = static_cast<std::int64_t>(place.size());
    const Tensor z = gather(ravel(of(response, group.source)), Tensor::from(place, {n}));
    const bool shifted = shift.defined() && all.data[group.begin].shift >= 0;
    const Tensor decades = shifted ? gather(shift, Tensor::from(moved, {n})) : zeros({n});
    Tensor value;
    switch (group.part) {
      case Part2d::real:
        value = real(z) * exp(ln10 / 2 * decades) - Tensor(observed);
        break;
      case Part2d::imaginary:
        value = imag(z) * exp(ln10 / 2 * decades) - Tensor(observed);
        break;
      case Part2d::log10_resistivity:
        value = log10(square(abs(z)) * Tensor(power)) + decades - Tensor(observed);
        break;
      case Part2d::resistivity:
        value = square(abs(z)) * Tensor(power) * exp(ln10 * decades) - Tensor(observed);
        break;
      case Part2d::phase:
        value = arg(z * conj(Tensor(direction))) / degree;
        break;
    }
    parts.push_back(value / Tensor(error));
  }
  return parts.size() == 1 ? parts[0] : concatenate(parts);
}

DatumSlopes slopes_of(const Data2d& all, const elec::mt2d::Response& response, const std::vector<double>& shift) {
  DatumSlopes slopes;
  const auto values = values_of(response);
  for (const Datum2d& d : all.data) {
    const Complex z = values[static_cast<std::size_t>(d.source)][at(d.place)];
    const double decades = d.shift >= 0 ? shift[at(d.shift)] : 0;
    const double power = 1 / (angular_frequency(all, d) * datasets::mu_0);
    Complex slope = 0;
    double by_shift = 0;
    switch (d.part) {
      case Part2d::real:
      case Part2d::imaginary: {
        const double factor = std::pow(10.0, decades / 2);
        slope = d.part == Part2d::real ? Complex(factor, 0) : Complex(0, -factor);
        by_shift = ln10 / 2 * (slope * z).real();
        break;
      }
      case Part2d::log10_resistivity:
        slope = 2 / ln10 / z;
        by_shift = 1;
        break;
      case Part2d::resistivity:
        slope = 2 * power * std::pow(10.0, decades) * std::conj(z);
        by_shift = ln10 * std::norm(z) * power * std::pow(10.0, decades);
        break;
      case Part2d::phase:
        slope = Complex(0, -1 / degree) / z;
        break;
    }
    slopes.response.push_back(slope / d.error);
    slopes.shift.push_back(d.shift >= 0 ? by_shift / d.error : 0);
  }
  return slopes;
}

std::vector<Complex> predicted_rows(const Data2d& all, const elec::mt2d::Response& response,
                                    const std::vector<double>& shift) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<Complex> rows(all.observed.rows.size(), Complex(none, none));
  const auto values = values_of(response);
  for (const Datum2d& d : all.data) {
    const Complex z = values[static_cast<std::size_t>(d.source)][at(d.place)];
    const double factor = d.shift >= 0 ? std::pow(10.0, shift[at(d.shift)]) : 1;  // of apparent resistivity
    const double rho = std::norm(z) / (angular_frequency(all, d) * datasets::mu_0) * factor;
    Complex& row = rows[d.row];
    const bool is_complex = datasets::info(all.observed.rows[d.row].quantity).is_complex;
    switch (d.part) {
      case Part2d::real:
        row = is_complex ? z * std::sqrt(factor) : Complex(z.real() * std::sqrt(factor), 0);
        break;
      case Part2d::imaginary:
        row = is_complex ? z * std::sqrt(factor) : Complex(z.imag() * std::sqrt(factor), 0);
        break;
      case Part2d::log10_resistivity:
        row = std::log10(rho);
        break;
      case Part2d::resistivity:
        row = rho;
        break;
      case Part2d::phase: {
        const double observed = all.observed.rows[d.row].value.real();
        row = observed + std::arg(z * std::conj(d.direction)) / degree;
        row = std::remainder(row.real(), 360.0);
        break;
      }
    }
  }
  return rows;
}

double mean_apparent_resistivity(const Data2d& all) {
  double sum = 0, count = 0;
  std::map<std::tuple<Source2d, std::int64_t>, Complex> parts;  // of impedances
  const auto add = [&](double rho) {
    if (!(rho > 0 && std::isfinite(rho))) return;
    sum += std::log(rho);
    ++count;
  };
  for (const Datum2d& d : all.data) {
    if (d.source == Source2d::tipper) continue;
    if (d.part == Part2d::log10_resistivity) add(std::pow(10.0, d.observed));
    if (d.part == Part2d::resistivity) add(d.observed);
    if (d.part == Part2d::real) parts[{d.source, d.place}].real(d.observed);
    if (d.part == Part2d::imaginary) parts[{d.source, d.place}].imag(d.observed);
  }
  for (const auto& [key, z] : parts)
    add(std::norm(z) * all.period[at(std::get<1>(key) / all.sites())] / (2 * datasets::pi * datasets::mu_0));
  return count > 0 ? std::exp(sum / count) : 100;
}

}  // namespace terrella::inversion
