#include "inversion/mt2d/strike_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "datasets/survey/error_floor.h"
#include "elec/analysis/dimensionality.h"
#include "elec/strike/groom_bailey.h"
#include "elec/strike/phase_tensor_strike.h"

namespace terrella::inversion {
namespace {

using datasets::Survey;

constexpr double least_angle = 30, comfortable_angle = 60;  // degrees between strike and profile

// Whole degrees without a minus before 0.
double whole(double degrees) { return std::round(degrees) + 0.0; }

struct Candidate {
  double angle = datasets::not_a_number;  // or at right angles to it; NaN where the data prefer none
  bool resolved = false;                  // then it is the angle itself
  std::string words;                      // what was found
};

Candidate by_phase_tensors(const Survey& survey, const LineOptions& o) {
  const elec::Strike s = elec::phase_tensor_strike(survey, {.largest_skew = o.largest_skew});
  const elec::MeanDirection& m = s.principal;
  Candidate c;
  if (m.data == 0) {
    c.words =
        fmt::format("no phase tensor tells a strike ({} too skewed, {} too uncertain)", s.too_skewed, s.too_uncertain);
  } else if (m.chance >= 0.05) {
    c.words = fmt::format("{} phase tensors prefer no direction (chance {:.2g})", m.data, m.chance);
  } else {
    c.angle = m.angle;
    c.words = fmt::format("{:.0f} or {:.0f} +- {:.0f} degrees by {} phase tensors of {} sites", whole(m.angle),
                          whole(elec::wrapped(m.angle + 90, 180)), (m.high - m.low) / 2, m.data, survey.sites.size());
    if (std::isfinite(s.resolved)) {
      c.angle = s.resolved;
      c.resolved = true;
      c.words += fmt::format(", of which {} induction arrows, whose own strike is {:.0f}, choose {:.0f}",
                             s.by_arrows.data, whole(s.by_arrows.angle), whole(s.resolved));
    }
  }
  return c;
}

Candidate by_decomposition(const Survey& survey) {
  const elec::GroomBaileyFit fit =
      elec::groom_bailey(with_error_floor(survey, {.impedance = {0.02, 0.02, 0.02, 0.02}}));
  return {fit.strike.value, false,
          fmt::format("{:.1f} or {:.1f} +- {:.1f} degrees by decomposition (Groom and Bailey), RMS {:.1f}",
                      fit.strike.value, elec::wrapped(fit.strike.value + 90, 180), fit.strike.half, fit.rms())};
}

}  // namespace

double between_axes(double a, double b) { return std::abs(elec::wrapped(a - b, 180)); }

void describe_dimensions(const Survey& survey, const LineOptions& o, Line& line) {
  std::map<elec::Dimension, std::size_t> count;
  std::map<int, std::array<std::size_t, 2>> skewed;  // by decade: beyond the largest skew, all
  std::size_t known = 0, beyond = 0;
  for (const datasets::Site& site : survey.sites) {
    if (!site.has_impedance()) continue;
    const elec::DimensionTable table = elec::dimension_table(site, {.phase_tensor = {.skew = o.largest_skew}});
    for (std::size_t i = 0; i < site.periods(); ++i) {
      if (table.phase_tensor[i] == elec::Dimension::unknown || !std::isfinite(table.beta[i])) continue;
      ++known, ++count[table.phase_tensor[i]];
      auto& decade = skewed[static_cast<int>(std::floor(std::log10(site.period[i]) + 1e-9))];
      const bool too_skewed = std::abs(table.beta[i]) > o.largest_skew;
      decade[0] += too_skewed, ++decade[1];
      beyond += too_skewed;
    }
  }
  if (known == 0) {
    line.choices.push_back("dimensions: unknown, since no impedance is complete");
    return;
  }
  const auto percent = [&](std::size_t n, std::size_t all) {
    return 100.0 * static_cast<double>(n) / static_cast<double>(all);
  };
  std::string words = fmt::format(
      "dimensions by {} phase tensors: 1-D {:.0f} %, 2-D {:.0f} %, 3-D {:.0f} %; skew beta above {:g} "
      "degrees at {:.0f} % of the data",
      known, percent(count[elec::Dimension::one], known), percent(count[elec::Dimension::two], known),
      percent(count[elec::Dimension::three], known), o.largest_skew, percent(beyond, known));
  std::string where;
  for (const auto& [decade, n] : skewed)
    if (n[0] * 2 > n[1])
      where += fmt::format("{}{:g} to {:g} s ({:.0f} %)", where.empty() ? "" : ", ", std::pow(10, decade),
                           std::pow(10, decade + 1), percent(n[0], n[1]));
  if (beyond > 0) words += ": 3-D effects there";
  if (!where.empty()) words += ", most of all from " + where;
  line.choices.push_back(words);
  if (percent(count[elec::Dimension::three], known) > 50)
    line.warnings.push_back(fmt::format(
        "{:.0f} % of the phase tensors are three-dimensional: a two-dimensional model may fit them only by structure "
        "that is not there",
        percent(count[elec::Dimension::three], known)));
}

void choose_strike(const Survey& survey, const LineOptions& o, Line& line) {
  const double across = elec::wrapped(line.profile + 90, 180);
  const bool automatic = o.strike_from == StrikeFrom::automatic;
  std::string words;
  Candidate found;
  if (automatic || o.strike_from == StrikeFrom::phase_tensor || o.strike_from == StrikeFrom::given) {
    found = by_phase_tensors(survey, o);
    words = found.words;
  }
  if (o.strike_from == StrikeFrom::groom_bailey) {
    found = by_decomposition(survey);
    words = found.words;
  }
  if (o.strike_from == StrikeFrom::given) {
    line.strike = elec::wrapped(o.strike, 180);
    line.choices.push_back(fmt::format("strike {:g} degrees as given; the data say {}", line.strike, words));
  } else if (o.strike_from == StrikeFrom::perpendicular) {
    line.strike = across;
    line.choices.push_back(fmt::format("strike {:.1f} degrees, at right angles to the profile as asked", line.strike));
  } else if (std::isnan(found.angle)) {
    if (!automatic)
      fail("line: ", words, "; give a strike in degrees, or strike = 'perpendicular' to take that of the profile");
    line.strike = across;
    line.choices.push_back(fmt::format("strike {:.1f} degrees, at right angles to the profile: {}", across, words));
    line.warnings.push_back("the data prefer no strike; that of the profile was taken");
  } else {
    line.strike = elec::wrapped(found.angle, 180);
    if (!found.resolved && between_axes(line.strike, line.profile) < 45) {
      line.strike = elec::wrapped(line.strike + 90, 180);
    }
    line.choices.push_back(fmt::format("strike {:.1f} degrees: {}{}", line.strike, words,
                                       found.resolved ? "" : "; no arrows choose, so the one across the profile"));
  }
  const double angle = between_axes(line.strike, line.profile);
  if (angle < least_angle)
    fail("line: strike ", fmt::format("{:.1f}", line.strike), " is within ", fmt::format("{:.0f}", angle),
         " degrees of the profile at ", fmt::format("{:.1f}", line.profile), ", along which TE and TM mean nothing (",
         words.empty() ? "as asked" : words, "); give strike = 'perpendicular', or the other one, ",
         fmt::format("{:.1f}", elec::wrapped(line.strike + 90, 180)), ", or other sites");
  if (angle < comfortable_angle)
    line.warnings.push_back(
        fmt::format("strike {:.1f} and profile {:.1f} are {:.0f} degrees apart; a line across "
                    "strike would tell more",
                    line.strike, line.profile, angle));
}

}  // namespace terrella::inversion
