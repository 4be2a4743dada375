// Ensembles of sections: they fit, spread about as the linearised errors say, and come back after a stop.
#include "inversion/mt2d/ensemble.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <numeric>

#include "core/backend/cpu/parallel.h"
#include "inversion/checkpoint.h"
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/result_mesh.h"
#include "inversion/mt2d/section_resolution.h"
#include "inversion/sampling/posterior.h"
#include "inversion/strategy/linearized.h"
#include "tests/inversion/mt2d/line_data.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

Invert2dOptions quick() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 2, o.growth = 1.4, o.columns_between_sites = 4;
  o.ensemble = 16;
  o.tipper = false, o.static_shift = false;
  return o;
}

const tests::Line line{.y = {-1200, -500, 0, 600, 1300}, .periods = {0.02, 0.2, 2.0}, .relative = 0.05};

TEST(Ensemble2d, SpreadsAboutAsTheLinearisedErrorsSay) {
  const Result2d r = invert_2d(tests::line_data(line), quick());
  validate(r);
  ASSERT_TRUE(r.converged) << r.stopped;
  const std::size_t elements = r.model.rows * r.model.columns;
  ASSERT_EQ(r.ensemble.size(), 16 * elements);
  const SectionSpread spread = ensemble_spread(r);
  std::vector<double> ratio, away;
  for (std::size_t e = 0; e < elements; ++e) {
    ratio.push_back(spread.deviation[e] / r.model.log10_resistivity_error[e]);
    away.push_back(std::abs(spread.mean[e] - std::log10(r.model.resistivity[e])) / r.model.log10_resistivity_error[e]);
  }
  std::sort(ratio.begin(), ratio.end());
  std::sort(away.begin(), away.end());
  // 16 members know a deviation to 18 %, and the problem is not linear.
  EXPECT_GT(ratio[elements / 2], 0.75);
  EXPECT_LT(ratio[elements / 2], 1.3);
  EXPECT_GT(ratio[elements / 10], 0.5);
  EXPECT_LT(ratio[elements * 9 / 10], 1.8);
  EXPECT_LT(away[elements / 2], 0.6);  // the mean of 16 stands 0.25 deviations away, and is bent
  EXPECT_TRUE(std::any_of(r.choices.begin(), r.choices.end(),
                          [](const std::string& c) { return c.find("ensemble of 16 models") != std::string::npos; }));
}

TEST(Ensemble2d, StoppedAmidMembersGoesOnToTheSameBitsOnOneThread) {
  Invert2dOptions o = quick();
  o.ensemble = 3;
  const datasets::Observations data = tests::line_data(line);
  const Result2d whole = invert_2d(data, o);
  RunControl control;
  control.checkpoint =
      (std::filesystem::temp_directory_path() / ("ensemble_2d_" + std::to_string(::getpid()))).string();
  int members = 0;
  control.progress = [&](const Progress1d& now) { return now.site.empty() || ++members < 4; };
  const Result2d part = invert_2d(data, o, control);
  EXPECT_LT(part.ensemble.size(), whole.ensemble.size());
  control.resume = true;
  control.progress = {};
  const int before = cpu::set_threads(1);
  const Result2d resumed = invert_2d(data, o, control);
  cpu::set_threads(before);
  EXPECT_EQ(resumed.ensemble, whole.ensemble);
  EXPECT_EQ(resumed.model.resistivity, whole.model.resistivity);
  remove_checkpoint(control.checkpoint);
}

TEST(Ensemble2d, FewDirectionsGiveTheErrorsOfASectionAndWhatItBlurs) {
  Invert2dOptions o = quick();
  o.ensemble = 0;
  const datasets::Observations data = tests::line_data(line);
  const Result2d r = invert_2d(data, o);
  std::vector<std::string> notes;
  const auto section = std::make_shared<const Section2d>(section_of_result(r, o, notes));
  const Problem problem = section_problem(section, o);
  std::vector<double> m(static_cast<std::size_t>(section->parameters()));
  for (std::size_t e = 0; e < r.model.cell.size(); ++e)
    if (r.model.cell[e] >= 0) m[static_cast<std::size_t>(r.model.cell[e])] = std::log10(r.model.resistivity[e]);
  const double lambda = r.history.back().lambda;
  ASSERT_GT(lambda, 0);
  const Posterior p = posterior(problem, Tensor(m), lambda, {.smallest = 0.01, .level_deviation = 30});
  EXPECT_LT(p.eigenvalue.size(), section->data.data.size());
  const std::vector<double> deviation = standard_deviation(p);
  for (std::size_t e = 0; e < r.model.cell.size(); ++e) {  // against the factors that invert_2d uses
    const double ratio = deviation[static_cast<std::size_t>(r.model.cell[e])] / r.model.log10_resistivity_error[e];
    EXPECT_GT(ratio, 0.995) << e;
    EXPECT_LT(ratio, 1.01) << e;
  }
  // What is below a site comes back at its place, and less sharply the deeper it lies.
  const auto cell_at = [&](double depth) {
    std::int64_t best = 0;
    const auto distance = [&](std::int64_t c) {
      const auto k = static_cast<std::size_t>(c);
      return std::abs(section->cells.y[k]) + std::abs(section->cells.depth[k] - depth);
    };
    for (std::int64_t c = 1; c < section->cells.count; ++c)
      if (distance(c) < distance(best)) best = c;
    return best;
  };
  const std::int64_t shallow = cell_at(100), deep = cell_at(5000);
  const std::vector<double> spread = point_spread(p, shallow), resolution = resolved(p);
  EXPECT_EQ(std::max_element(spread.begin(), spread.end()) - spread.begin(), shallow);
  EXPECT_GT(resolution[static_cast<std::size_t>(shallow)], 3 * resolution[static_cast<std::size_t>(deep)]);
}

TEST(Ensemble2d, QuantilesLieBetweenMembers) {
  Result2d r;
  r.model.rows = 1, r.model.columns = 2;
  r.ensemble = {3, 10, 1, 20, 2, 30};  // three members
  EXPECT_EQ(ensemble_quantile(r, 0), (std::vector<double>{1, 10}));
  EXPECT_EQ(ensemble_quantile(r, 0.5), (std::vector<double>{2, 20}));
  EXPECT_EQ(ensemble_quantile(r, 0.75), (std::vector<double>{2.5, 25}));
  EXPECT_EQ(ensemble_quantile(r, 1), (std::vector<double>{3, 30}));
  EXPECT_THROW(ensemble_quantile(r, 1.1), std::invalid_argument);
  EXPECT_THROW(ensemble_quantile(r, std::nan("")), std::invalid_argument);
}

TEST(Ensemble2d, ResolutionIsThatOfErrorsAndItsTraceTheNumberOfWhatDataDetermine) {
  Invert2dOptions o = quick();
  o.ensemble = 0, o.static_shift = true;
  const Result2d r = invert_2d(tests::line_data(line), o);
  const std::vector<double> resolution = section_resolution(r, o);
  // Independently: the trace of J H^-1 J^T W, from the linearised strategy's factors.
  std::vector<std::string> notes;
  Section2d made = section_of_result(r, o, notes);
  for (std::size_t e = 0; e < made.mesh.resistivity.size(); ++e) made.mesh.resistivity[e] = r.model.resistivity[e];
  const auto section = std::make_shared<const Section2d>(std::move(made));
  std::vector<double> m = start_of(*section);
  const std::vector<double> shift = shifts_of_result(*section, r);
  std::copy(shift.begin(), shift.end(), m.end() - static_cast<std::ptrdiff_t>(shift.size()));
  const Problem problem = section_problem(section, o);
  const Linearized linear(problem, m, Space::model);
  const double freedom = linear.at(r.history.back().lambda)->freedom();
  std::vector<double> of_cell(static_cast<std::size_t>(section->cells.count));
  for (std::size_t e = 0; e < resolution.size(); ++e) {
    EXPECT_GT(resolution[e], -0.05);  // H^-1 G is not symmetric: what is seen through its neighbours can be below 0
    EXPECT_LT(resolution[e], 1);
    of_cell[static_cast<std::size_t>(r.model.cell[e])] = resolution[e];
  }
  const double trace = std::accumulate(of_cell.begin(), of_cell.end(), 0.0);
  EXPECT_LT(trace, freedom);  // the rest are static shifts, ten at most
  EXPECT_GT(trace, freedom - 10.5);
  Result2d unweighed = r;
  unweighed.history.clear();
  EXPECT_THROW(section_resolution(unweighed, o), std::invalid_argument);
  Result2d anisotropic = r;
  anisotropic.model.resistivity_y = anisotropic.model.resistivity_z = r.model.resistivity;
  EXPECT_THROW(section_resolution(anisotropic, o), std::invalid_argument);
}

TEST(Ensemble2d, MistakesAreErrors) {
  Invert2dOptions o = quick();
  o.ensemble = 1;
  EXPECT_THROW(invert_2d(tests::line_data(line), o), std::invalid_argument);
  EXPECT_THROW(ensemble_spread(Result2d{}), std::invalid_argument);
}

}  // namespace
