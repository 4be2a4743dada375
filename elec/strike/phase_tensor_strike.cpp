#include "elec/strike/phase_tensor_strike.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "elec/response/site_tensors.h"
#include "elec/response/tipper.h"

namespace terrella::elec {
namespace {

using datasets::Site;
using datasets::Survey;

constexpr double roundness = 1e-6;  // of ellipticity: files have six digits

struct Directions {
  std::vector<double> angle, weight;
  std::vector<std::size_t> group;
};

void check(const StrikeOptions& o) {
  if (!(o.shortest_period >= 0) || !(o.longest_period > o.shortest_period))
    fail("phase_tensor_strike: periods ", o.shortest_period, " .. ", o.longest_period, " s");
  if (!(o.largest_skew > 0) || !(o.largest_error > 0) || !(o.scatter >= 0))
    fail("phase_tensor_strike: largest skew ", o.largest_skew, ", largest error ", o.largest_error, ", scatter ",
         o.scatter, " degrees; the first two must be positive");
}

/// What the sites say, computed once for all bands.
struct Rows {
  std::vector<PhaseTensorTable> tables;
  std::vector<std::vector<double>> arrow_azimuth, arrow_length, arrow_error;  // geographic, [site][period]
};

Rows rows_of(const Survey& survey) {
  Rows rows;
  for (const Site& site : survey.sites) {
    rows.tables.push_back(phase_tensor_table(site));
    rows.arrow_azimuth.emplace_back();
    rows.arrow_length.emplace_back();
    rows.arrow_error.emplace_back();
    if (!site.has_tipper()) continue;
    const InductionArrow arrow = real_arrow(tipper_of(site));
    rows.arrow_azimuth.back() = arrow.azimuth.to_vector<double>();
    rows.arrow_length.back() = arrow.length.to_vector<double>();
    for (const auto& error : site.tipper_error) rows.arrow_error.back().push_back(std::max(error[0], error[1]));
  }
  return rows;
}

Strike strike_of(const Survey& survey, const Rows& rows, const StrikeOptions& o) {
  Strike strike;
  Directions ellipses, arrows;
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const Site& site = survey.sites[s];
    const PhaseTensorTable& table = rows.tables[s];
    for (std::size_t i = 0; i < site.periods(); ++i) {
      if (site.period[i] < o.shortest_period || site.period[i] >= o.longest_period) continue;
      const StrikeDatum datum = strike_datum(table, i, site.rotation, o);
      strike.too_skewed += datum.use == StrikeDatum::Use::too_skewed;
      strike.too_uncertain += datum.use == StrikeDatum::Use::too_uncertain;
      if (datum.use == StrikeDatum::Use::counts) {
        ellipses.angle.push_back(datum.azimuth);
        ellipses.weight.push_back(datum.weight);
        ellipses.group.push_back(s);
      }
      if (i >= rows.arrow_azimuth[s].size()) continue;
      const double length = rows.arrow_length[s][i], error = rows.arrow_error[s][i];
      if (!std::isfinite(length) || !(length > 0) || error > length / 2) continue;
      arrows.angle.push_back(rows.arrow_azimuth[s][i] + site.rotation + 90);
      arrows.weight.push_back(std::min(length, 1.0));  // long arrows know where they point; beyond 1 they are bad data
      arrows.group.push_back(s);
    }
  }
  const auto mean = [&](const Directions& d, double turn) {
    const bool one = std::adjacent_find(d.group.begin(), d.group.end(), std::not_equal_to<>()) == d.group.end();
    return mean_direction(d.angle, d.weight, turn, one ? std::vector<std::size_t>{} : d.group, o.bootstrap);
  };
  strike.principal = mean(ellipses, 90);
  strike.by_arrows = mean(arrows, 180);
  const auto prefers = [](const MeanDirection& m) { return m.data > 0 && m.chance < 0.05; };
  if (prefers(strike.principal) && prefers(strike.by_arrows)) {
    const double off = std::abs(wrapped(strike.by_arrows.angle - strike.principal.angle, 180));
    strike.resolved = wrapped(strike.principal.angle + (off > 45 ? 90 : 0), 180);
  }
  return strike;
}

}  // namespace

StrikeDatum strike_datum(const PhaseTensorTable& table, std::size_t i, double rotation, const StrikeOptions& o) {
  const double angle = table.strike.value[i];
  if (!std::isfinite(angle)) return {};
  StrikeDatum datum{.use = StrikeDatum::Use::counts, .azimuth = angle + rotation};
  const double error = std::isnan(table.strike.error[i]) ? o.largest_error / 2 : table.strike.error[i];
  // The angle of a circle is that of its rounding, and the error of it is not a number.
  const bool circle = !(std::abs(table.ellipticity.value[i]) > roundness);
  if (std::abs(table.beta.value[i]) > o.largest_skew)
    datum.use = StrikeDatum::Use::too_skewed;
  else if (circle || !(error <= o.largest_error))
    datum.use = StrikeDatum::Use::too_uncertain;
  else
    datum.weight = 1 / (error * error + o.scatter * o.scatter + 1e-12);
  return datum;
}

Strike phase_tensor_strike(const Survey& survey, const StrikeOptions& options) {
  check(options);
  return strike_of(survey, rows_of(survey), options);
}

std::vector<StrikeOfBand> phase_tensor_strike_by_decade(const Survey& survey, const StrikeOptions& options) {
  check(options);
  double shortest = std::numeric_limits<double>::infinity(), longest = 0;
  for (const Site& site : survey.sites)
    for (double t : site.period)
      if (t >= options.shortest_period && t < options.longest_period)
        shortest = std::min(shortest, t), longest = std::max(longest, t);
  std::vector<StrikeOfBand> bands;
  if (longest == 0) return bands;
  const Rows rows = rows_of(survey);
  for (int decade = static_cast<int>(std::floor(std::log10(shortest) + 1e-9)); std::pow(10, decade) <= longest;
       ++decade) {
    StrikeOptions band = options;
    band.shortest_period = std::max(options.shortest_period, std::pow(10, decade));
    band.longest_period = std::min(options.longest_period, std::pow(10, decade + 1));
    if (!(band.longest_period > band.shortest_period)) continue;
    StrikeOfBand row{band.shortest_period, band.longest_period, strike_of(survey, rows, band)};
    if (row.strike.principal.data > 0 || row.strike.by_arrows.data > 0) bands.push_back(std::move(row));
  }
  return bands;
}

}  // namespace terrella::elec
