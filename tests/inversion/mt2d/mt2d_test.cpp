// Sections from data of a known earth under a hill.
#include "inversion/mt2d/mt2d.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"
#include "inversion/mt2d/section.h"
#include "inversion/strategy/linearized.h"
#include "tests/inversion/mt2d/line_data.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

Invert2dOptions quick() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 2, o.growth = 1.4, o.columns_between_sites = 3, o.cell_columns = 1;
  o.static_shift = false;  // these data have none
  return o;
}

/// Mean log10 resistivity within a box below the ground.
double mean_within(const Result2d& r, double left, double right, double top, double bottom) {
  const SectionModel& m = r.model;
  double sum = 0, area = 0;
  for (std::size_t j = 0; j < m.rows; ++j)
    for (std::size_t i = 0; i < m.columns; ++i) {
      const std::size_t above = j * (m.columns + 1) + i, below = above + m.columns + 1;
      const double ground = (m.z[i] + m.z[i + 1]) / 2, upper = (m.z[above] + m.z[above + 1]) / 2 - ground,
                   lower = (m.z[below] + m.z[below + 1]) / 2 - ground, y = (m.y[i] + m.y[i + 1]) / 2;
      if (y < left || y > right || (upper + lower) / 2 < top || (upper + lower) / 2 > bottom) continue;
      const double own = (lower - upper) * (m.y[i + 1] - m.y[i]);
      sum += own * std::log10(m.resistivity[j * m.columns + i]);
      area += own;
    }
  return sum / area;
}

TEST(Invert2d, OccamFindsTheBlockUnderTheHill) {
  for (const bool log_phase : {false, true}) {
    const Result2d r = invert_2d(tests::line_data({.log_phase = log_phase}), quick());
    validate(r);
    EXPECT_TRUE(r.converged) << r.stopped;
    EXPECT_LE(r.rms, 1.0);
    EXPECT_GT(r.rms, 0.97);
    EXPECT_LT(std::pow(10, mean_within(r, -200, 600, 450, 900)), 15);     // 5 ohm m
    EXPECT_GT(std::pow(10, mean_within(r, -2000, -1300, 200, 900)), 50);  // 100 ohm m
    EXPECT_EQ(r.models.size(), r.history.size() * r.model.rows * r.model.columns);
    for (std::size_t i = 0; i < r.model.columns; ++i) {
      const double y = (r.model.y[i] + r.model.y[i + 1]) / 2;
      if (std::abs(y) < 2000) {
        EXPECT_GT(r.model.depth_of_investigation[i], 1000) << y;
        EXPECT_LT(r.model.depth_of_investigation[i], 20000) << y;
      }
    }
    // What is well seen has small errors.
    EXPECT_LT(r.model.log10_resistivity_error[r.model.columns * 2 + r.model.columns / 2], 0.3);
  }
}

TEST(Invert2d, StepsInTheSpaceOfDataAreThoseOfTheModel) {
  Invert2dOptions o = quick();
  o.cell_width = 0;
  o.static_shift = true;
  Data2d data = data_of(tests::line_data({.y = {-1200, 0, 900}, .periods = {0.1, 1.0}}), o);
  std::vector<std::string> notes;
  Mesh2d mesh = design_mesh(data, o, notes);
  const auto section = std::make_shared<const Section2d>(section_of(std::move(data), std::move(mesh), o));
  const Problem problem = section_problem(section, o);
  std::vector<double> m = start_of(*section);
  for (std::size_t i = 0; i < m.size(); ++i) m[i] += 0.1 * std::sin(static_cast<double>(i));
  const Linearized model(problem, m, Space::model), few(problem, m, Space::data);
  EXPECT_EQ(few.space(), Space::data);
  EXPECT_NEAR(model.balance(), few.balance(), 1e-10);
  for (const double lambda : {0.01, 1.0, 100.0}) {
    const auto a = model.at(lambda)->solve(model.descent(lambda)), b = few.at(lambda)->solve(few.descent(lambda));
    ASSERT_TRUE(a && b);
    double worst = 0, size = 0;
    for (std::size_t i = 0; i < a->size(); ++i) {
      worst = std::max(worst, std::abs((*a)[i] - (*b)[i]));
      size = std::max(size, std::abs((*a)[i]));
    }
    EXPECT_LT(worst, 1e-7 * size) << lambda;  // rounding times the condition of the larger matrix
    EXPECT_NEAR(model.at(lambda)->freedom(), few.at(lambda)->freedom(), 1e-6);
  }
}

TEST(Invert2d, FindsStaticShifts) {
  datasets::Observations data = tests::line_data({.tipper = false});
  for (datasets::Observation& row : data.rows)
    if (row.site == 2 && row.quantity == datasets::Quantity::zxy) {
      row.value *= std::pow(10.0, 0.15);  // 0.3 decades of apparent resistivity
      row.error *= std::pow(10.0, 0.15);
      row.error_imaginary = row.error;
    }
  Invert2dOptions o = quick();
  o.static_shift = true;
  const Result2d r = invert_2d(data, o);
  EXPECT_LE(r.rms, 1.0);
  EXPECT_NEAR(r.static_shift[4], 0.3, 0.12);
  // Two of the standard errors that are expected of a shift: over the block, where nothing else tells them apart, TM
  // gives 0.15 and 0.12 of it to its sites.
  for (std::size_t k = 0; k < r.static_shift.size(); ++k)
    if (k != 4) { EXPECT_LT(std::abs(r.static_shift[k]), 0.2) << k; }
}

TEST(Invert2d, HeldElementsStayAsGiven) {
  const datasets::Observations data = tests::line_data();
  Invert2dOptions o = quick();
  std::vector<std::string> notes;
  Mesh2d mesh = design_mesh(data_of(data, o), o, notes);
  const auto columns = static_cast<std::size_t>(mesh.grid.ny());
  std::vector<bool> held(mesh.cell.size(), false);
  for (std::size_t i = 0; i < 3; ++i) held[i] = true;
  mesh.cell = design_cells(mesh.grid, {.width = 0.4}, held);
  for (std::size_t i = 0; i < 3; ++i) mesh.resistivity[i] = 0.3;
  o.max_iterations = 2;
  const Result2d r = invert_2d(data, mesh, o);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(r.model.cell[i], -1);
    EXPECT_DOUBLE_EQ(r.model.resistivity[i], 0.3);
    EXPECT_TRUE(std::isnan(r.model.sensitivity[i]));
  }
  EXPECT_EQ(r.model.columns, columns);
}

/// Every method ends at about the same section where lambda is chosen by the same rule.
TEST(Invert2d, AllMethodsAgreeOnTheDiscrepancyModel) {
  const datasets::Observations data =
      tests::line_data({.y = {-1800, -1200, -400, 300, 1100, 1900}, .periods = {0.01, 0.03, 0.1, 0.3, 1.0, 3.0}});
  Invert2dOptions o = quick();
  o.rows_per_skin_depth = 1.5, o.resolution = o.keep_models = false;
  const Result2d occam = invert_2d(data, o);
  ASSERT_TRUE(occam.converged) << occam.stopped;
  o.lambda_choice = Lambda2d::discrepancy;
  for (const Method2d method :
       {Method2d::gauss_newton, Method2d::conjugate_gradient, Method2d::lbfgs, Method2d::nonlinear_cg}) {
    o.method = method;
    const Result2d r = invert_2d(data, o);
    EXPECT_TRUE(r.converged) << to_string(method) << ": " << r.stopped;
    EXPECT_NEAR(r.rms, 1, 0.015) << to_string(method);
    EXPECT_FALSE(r.trials.empty());
    EXPECT_LT(r.history.back().regularization, 1.1 * occam.history.back().regularization) << to_string(method);
    double worst = 0;
    for (std::size_t e = 0; e < r.model.resistivity.size(); ++e)
      worst = std::max(worst, std::abs(std::log10(r.model.resistivity[e] / occam.model.resistivity[e])));
    EXPECT_LT(worst, 0.25) << to_string(method);
  }
}

/// Rules that know nothing of the errors' size come near the RMS that the noise has.
TEST(Invert2d, LCurveAndCrossValidationFindTheNoise) {
  const datasets::Observations data =
      tests::line_data({.y = {-1800, -1200, -400, 300, 1100, 1900}, .periods = {0.01, 0.03, 0.1, 0.3, 1.0, 3.0}});
  Invert2dOptions o = quick();
  o.rows_per_skin_depth = 1.5, o.resolution = o.keep_models = false, o.method = Method2d::gauss_newton;
  for (const Lambda2d rule : {Lambda2d::l_curve, Lambda2d::gcv}) {
    o.lambda_choice = rule;
    const Result2d r = invert_2d(data, o);
    EXPECT_GT(r.rms, 0.5) << to_string(rule);
    EXPECT_LT(r.rms, 1.5) << to_string(rule);
    EXPECT_TRUE(r.converged) << r.stopped;
  }
}

/// Where a line of the truth is given as a cut, the jump across it costs nothing.
TEST(Invert2d, CutsAndOtherNormsSharpenTheBlock) {
  const auto jump = [](const Result2d& r) {  // across the block's top, decades
    return mean_within(r, -200, 600, 100, 280) - mean_within(r, -200, 600, 320, 600);
  };
  Invert2dOptions o = quick();
  o.resolution = o.keep_models = false;
  const datasets::Observations data = tests::line_data();
  const Result2d smooth = invert_2d(data, o);
  o.cuts = {{{-400, 800}, {200, 200}}};  // under the hill the block's top lies about there
  const Result2d cut = invert_2d(data, o);
  EXPECT_LE(cut.rms, 1);
  EXPECT_GT(jump(cut), jump(smooth) + 0.03);
  o.cuts.clear();
  for (const Smoothing2d norm : {Smoothing2d::total_variation, Smoothing2d::minimum_support}) {
    o.smoothing = norm;
    const Result2d r = invert_2d(data, o);
    // Minimum support has many minima: the smallest RMS on the way is 1.02, and Occam's answer the simplest model
    // within 5 % of it.
    EXPECT_LE(r.rms, norm == Smoothing2d::total_variation ? 1.0 : 1.08) << to_string(norm) << ": " << r.stopped;
    // Neighbours are alike or differ much: the sum of root differences is smaller.
    const auto roots = [](const Result2d& of) {
      double sum = 0;
      for (std::size_t j = 0; j < of.model.rows; ++j)
        for (std::size_t i = 0; i + 1 < of.model.columns; ++i) {
          const std::size_t e = j * of.model.columns + i;
          sum += std::sqrt(std::abs(std::log10(of.model.resistivity[e] / of.model.resistivity[e + 1])));
        }
      return sum;
    };
    EXPECT_LT(roots(r), roots(smooth)) << to_string(norm);
  }
}

TEST(Invert2d, RobustLossesResistOutliers) {
  datasets::Observations data = tests::line_data();
  for (std::size_t i = 4; i < data.rows.size(); i += 40) data.rows[i].value *= 3.0;
  Invert2dOptions o = quick();
  o.resolution = o.keep_models = false;
  const double true_block = std::log10(5.0);
  o.loss = Loss1d::student_t;
  const Result2d r = invert_2d(data, o);
  EXPECT_NEAR(mean_within(r, -200, 600, 450, 900), true_block, 0.5);
}

TEST(Invert2d, AnisotropyFollowsTheCouplingPenalty) {
  Invert2dOptions o = quick();
  o.resolution = o.keep_models = false, o.anisotropic = true;
  const datasets::Observations data = tests::line_data();
  const auto difference = [](const Result2d& r) {
    double sum = 0;
    for (std::size_t e = 0; e < r.model.resistivity.size(); ++e)
      sum += std::pow(std::log10(r.model.resistivity[e] / r.model.resistivity_y[e]), 2);
    return sum / static_cast<double>(r.model.resistivity.size());
  };
  o.coupling = 1e3;
  const Result2d tied = invert_2d(data, o);
  EXPECT_LE(tied.rms, 1.0) << tied.stopped;
  o.coupling = 1e-2;
  const Result2d loose = invert_2d(data, o);
  EXPECT_LE(loose.rms, 1.0) << loose.stopped;
  EXPECT_LT(difference(tied), 1e-3);
  EXPECT_GT(difference(loose), 10 * difference(tied));
}

TEST(Invert2d, ReferenceHoldsWhatDataDoNotSee) {
  Invert2dOptions o = quick();
  o.resolution = o.keep_models = false, o.reference_resistivity = 700;
  const datasets::Observations data = tests::line_data();
  const Result2d weak = invert_2d(data, o);
  o.reference_weight = 1;
  const Result2d r = invert_2d(data, o);
  EXPECT_LE(r.rms, 1.0) << r.stopped;
  EXPECT_NEAR(std::log10(r.model.resistivity.front()), std::log10(700), 0.3);
  EXPECT_GT(std::abs(std::log10(weak.model.resistivity.front() / 700)), 0.3);
}

TEST(Invert2d, BoundsHold) {
  Invert2dOptions o = quick();
  o.lowest_resistivity = 20, o.highest_resistivity = 150, o.max_iterations = 6;
  const Result2d r = invert_2d(tests::line_data(), o);
  for (const double rho : r.model.resistivity) {
    EXPECT_GT(rho, 20);
    EXPECT_LT(rho, 150);
  }
}

TEST(Invert2d, RefusesOptionsThatMakeNoSense) {
  const datasets::Observations data = tests::line_data({.y = {0, 500}, .periods = {1.0}});
  const auto expect_refusal = [&](const char* word, auto change) {
    Invert2dOptions o = quick();
    change(o);
    try {
      invert_2d(data, o);
      FAIL() << word;
    } catch (const std::invalid_argument& e) {
      EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << e.what();
    }
  };
  expect_refusal("target_rms", [](auto& o) { o.target_rms = -1; });
  expect_refusal("order", [](auto& o) { o.order = 3; });
  expect_refusal("bounds", [](auto& o) { o.lowest_resistivity = 10; });
  expect_refusal("te, tm and tipper", [](auto& o) { o.te = o.tm = o.tipper = false; });
  expect_refusal("relax", [](auto& o) { o.relax = 0.5; });
  expect_refusal("corner", [](auto& o) { o.corner = 0; });
}

}  // namespace
