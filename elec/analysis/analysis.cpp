#include "elec/analysis/analysis.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "datasets/survey/error_floor.h"
#include "datasets/survey/units.h"

namespace terrella::elec {
namespace {

using datasets::Site;
using datasets::Survey;

double median(std::vector<double> values) {
  if (values.empty()) return datasets::not_a_number;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool known(std::complex<double> z) { return std::isfinite(z.real()) && std::isfinite(z.imag()) && z != 0.0; }

/// Leaves out what has no error; how many data are left.
std::size_t with_errors(Curve& curve) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < curve.period.size(); ++i) {
    if (!known(curve.z[i])) continue;
    if (curve.error[i] > 0 && std::isfinite(curve.error[i]))
      ++left;
    else
      curve.z[i] = {datasets::not_a_number, datasets::not_a_number};
  }
  return left;
}

LayeredTest test_of(const Curve& curve, Mode mode) {
  LayeredTest test;
  test.mode = mode;
  test.best = d_plus(curve.period, curve.z, curve.error);
  test.from_resistivity = rho_plus(curve.period, curve.z, curve.error, RhoPlusData::resistivity);
  test.from_phase = rho_plus(curve.period, curve.z, curve.error, RhoPlusData::phase);
  std::vector<double> difference;
  double squares = 0;
  for (std::size_t i = 0; i < curve.period.size(); ++i) {
    if (!known(curve.z[i])) continue;
    const double angle = std::arg(curve.z[i] / test.from_resistivity.predicted[i]);
    difference.push_back(angle * 180 / datasets::pi);
    squares += std::pow(angle * std::abs(curve.z[i]) / curve.error[i], 2);
  }
  test.phase_difference = median(difference);
  test.phase_rms = std::sqrt(squares / static_cast<double>(difference.size()));
  return test;
}

std::optional<GroomBaileyFit> decompose(const Survey& survey, const GroomBaileyOptions& options, std::string& why) {
  try {
    return groom_bailey(survey, options);
  } catch (const std::invalid_argument& error) {
    why = error.what();
    return std::nullopt;
  }
}

/// `floored` is the site with the floor on its errors.
SiteAnalysis analyze_site(const Site& site, const Site& floored, const AnalysisOptions& o, std::string& why) {
  SiteAnalysis part;
  part.phase_tensors = phase_tensor_table(site);
  part.dimensions = dimension_table(site, o.dimensions);
  part.xy = curve_of(site, Mode::xy);
  part.yx = curve_of(site, Mode::yx);
  part.determinant = curve_of(site, Mode::determinant);
  part.depths = niblett_bostick(part.determinant);
  part.outlier_xy = outlier_measure(curve_of(floored, Mode::xy));
  part.outlier_yx = outlier_measure(curve_of(floored, Mode::yx));
  for (const Mode mode : {Mode::xy, Mode::yx, Mode::determinant}) {
    Curve curve = curve_of(floored, mode);
    if (with_errors(curve) > 0) part.layered.push_back(test_of(curve, mode));
  }
  if (o.decompose) part.decomposition = decompose(Survey{"", {floored}}, o.groom_bailey, why);
  return part;
}

}  // namespace

std::vector<Flag> flags_of(const SiteAnalysis& site, std::size_t index, const AnalysisOptions& options) {
  std::vector<Flag> flags;
  for (const Mode mode : {Mode::xy, Mode::yx}) {
    const Curve& curve = mode == Mode::xy ? site.xy : site.yx;
    const auto add = [&](std::size_t i, const char* rule, double measure) {
      flags.push_back({index, curve.period[i], name_of(mode), rule, measure});
    };
    const std::vector<double>& measure = mode == Mode::xy ? site.outlier_xy : site.outlier_yx;
    const auto test =
        std::find_if(site.layered.begin(), site.layered.end(), [&](const LayeredTest& t) { return t.mode == mode; });
    for (std::size_t i = 0; i < curve.period.size(); ++i) {
      if (!known(curve.z[i])) continue;
      const double slack = std::isfinite(curve.error[i]) ? curve.error[i] : 0;
      const double outside = std::max(-curve.z[i].real(), -curve.z[i].imag());
      if (outside > slack) add(i, "phase-quadrant", outside / std::max(slack, 1e-6 * std::abs(curve.z[i])));
      if (measure[i] > options.outlier) add(i, "outlier", measure[i]);
      if (test != site.layered.end() && test->best.residual[i] > options.dplus_outlier)
        add(i, "d-plus", test->best.residual[i]);
    }
  }
  std::stable_sort(flags.begin(), flags.end(), [](const Flag& a, const Flag& b) {
    return std::tie(a.component, a.period) < std::tie(b.component, b.period);
  });
  return flags;
}

Analysis analyze(const Survey& survey, const std::vector<double>& north, const std::vector<double>& east,
                 const AnalysisOptions& o, const AnalysisProgress& progress) {
  const std::size_t n = survey.sites.size();
  if (std::none_of(survey.sites.begin(), survey.sites.end(), [](const Site& s) { return s.has_impedance(); }))
    fail("analyze: none of ", n, " sites has an impedance");
  if (!(o.error_floor >= 0) || !(o.outlier > 0) || !(o.dplus_outlier > 0))
    fail("analyze: error floor ", o.error_floor, ", outlier ", o.outlier, ", D+ outlier ", o.dplus_outlier);
  const Survey floored =
      o.error_floor > 0
          ? with_error_floor(survey, {.impedance = {o.error_floor, o.error_floor, o.error_floor, o.error_floor}})
          : survey;
  Analysis result;
  std::size_t done = 0;
  const auto step = [&](const std::string& what) {
    check_interrupt();
    if (progress) progress(++done, n + 3, what);
  };
  // Sites by themselves, some at a time, so that progress is told and Ctrl-C answered between.
  result.sites.resize(n);
  std::vector<std::string> reasons(n);
  constexpr std::size_t at_once = 8;
  for (std::size_t from = 0; from < n; from += at_once) {
    const std::size_t to = std::min(from + at_once, n);
    cpu::parallel_for(static_cast<std::int64_t>(to - from), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const std::size_t s = from + static_cast<std::size_t>(k);
        result.sites[s] = analyze_site(survey.sites[s], floored.sites[s], o, reasons[s]);
      }
    });
    for (std::size_t s = from; s < to; ++s) {
      const auto flags = flags_of(result.sites[s], s, o);
      result.flags.insert(result.flags.end(), flags.begin(), flags.end());
      step(survey.sites[s].name);
    }
  }
  std::string why;
  std::size_t not_decomposed = 0;
  for (std::size_t s = 0; s < n; ++s)
    if (!result.sites[s].decomposition) ++not_decomposed, why = reasons[s];
  if (o.decompose && not_decomposed > 0)
    result.notes.push_back(text(not_decomposed, " of ", n, " sites not decomposed; the last: ", why));
  result.strike = phase_tensor_strike(survey, o.strike);
  result.strike_by_decade = phase_tensor_strike_by_decade(survey, o.strike);
  step("strike");
  if (o.decompose) result.decomposition = decompose(floored, o.groom_bailey, why);
  if (o.decompose && !result.decomposition) result.notes.push_back("no decomposition of all sites: " + why);
  step("decomposition of all sites");
  if (north.size() == n && east.size() == n && n >= 3)
    result.static_shifts = estimate_static_shift(survey, north, east, o.static_shift);
  else
    result.notes.push_back("no static shifts: they need at least 3 sites with coordinates");
  step("static shifts");
  return result;
}

}  // namespace terrella::elec
