// Sections whose prior is a field of given correlation lengths.
#include "inversion/mt2d/covariance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/ops.h"
#include "core/random.h"
#include "inversion/mt2d/mt2d.h"
#include "tests/inversion/mt2d/line_data.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

Invert2dOptions quick() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 1.5, o.growth = 1.4, o.columns_between_sites = 3, o.cell_columns = 1;
  o.smoothing = Smoothing2d::covariance;
  return o;
}

tests::Line small_line() { return {.y = {-1200, -400, 300, 1100}, .periods = {0.02, 0.2, 2.0}}; }

std::shared_ptr<const Section2d> section_for(const datasets::Observations& observed, const Invert2dOptions& o,
                                             std::size_t held = 0) {
  Data2d data = data_of(observed, o);
  std::vector<std::string> notes;
  Mesh2d mesh = design_mesh(data, o, notes);
  if (held > 0) {
    std::vector<bool> fixed(mesh.cell.size(), false);
    for (std::size_t i = 0; i < held; ++i) fixed[i] = true;
    mesh.cell = design_cells(mesh.grid, {.width = 0.4}, fixed);
  }
  return std::make_shared<const Section2d>(section_of(std::move(data), std::move(mesh), o));
}

TEST(Covariance2d, DerivativesOfResidualsAreRight) {
  Invert2dOptions o = quick();
  o.static_shift = true;
  for (const bool anisotropic : {false, true}) {
    o.anisotropic = anisotropic;
    const auto section = section_for(tests::line_data({.y = {-800, 0, 900}, .periods = {0.1, 1.0}}), o, 3);
    const Whitening white = section_whitening(*section, o);
    const Problem problem = whitened(section_problem(section, o), white);
    const Tensor w = 0.2 * random_normal({section->parameters()}, 1);
    EXPECT_NEAR(check::taylor_order(problem.data.residual, w, {.step = 1e-3}), 2.0, 0.05);
    EXPECT_LT(check::dot_product_error(problem.data.residual, w), 1e-11);
    const Tensor v = random_normal({section->parameters()}, 2);
    const Tensor product(multiply(problem.data.linearize(w).jacobian, v.to_vector<double>()));
    const Tensor exact = jvp(function(problem.data.residual), {w}, {v}).tangent[0];
    EXPECT_LT(max(abs(product - exact)).item(), 1e-9 * max(abs(exact)).item());
    const Tensor back(white.parameters(white.model(w.to_vector<double>())));
    EXPECT_LT(max(abs(back - w)).item(), 1e-9);
  }
}

/// Covariances of directions are those of the coupling, and the reference is the middle of the prior.
TEST(Covariance2d, DirectionsAreCorrelatedByTheCoupling) {
  Invert2dOptions o = quick();
  o.anisotropic = true, o.coupling = 3, o.reference_resistivity = 700;
  const auto section = section_for(tests::line_data({.y = {0, 900}, .periods = {1.0}}), o);
  const Whitening white = section_whitening(*section, o);
  const std::int64_t n = section->cells.count;
  std::vector<double> unit(static_cast<std::size_t>(3 * n), 0.0);
  unit[5] = 1;
  const std::vector<double> row = white.root(white.root_transposed(Tensor(unit))).to_vector<double>();
  EXPECT_NEAR(row[5], 1, 1e-12);
  EXPECT_NEAR(row[static_cast<std::size_t>(n) + 5], 0.75, 1e-12);
  EXPECT_NEAR(row[static_cast<std::size_t>(2 * n) + 5], 0.75, 1e-12);
  for (std::size_t c = 0; c < static_cast<std::size_t>(3 * n); ++c)  // shifts are behind them
    EXPECT_DOUBLE_EQ(white.reference[c], std::log10(700.0));
}

TEST(Covariance2d, EveryMethodFitsTheLine) {
  const datasets::Observations data = tests::line_data(small_line());
  Invert2dOptions o = quick();
  const Result2d occam = invert_2d(data, o);
  validate(occam);
  EXPECT_TRUE(occam.converged) << occam.stopped;
  EXPECT_LE(occam.rms, 1.0);
  for (const double e : occam.model.log10_resistivity_error) {
    EXPECT_GT(e, 0);
    EXPECT_LE(e, 1.001 / std::sqrt(occam.history.back().lambda));  // never more than the prior's
  }
  o.lambda_choice = Lambda2d::discrepancy, o.resolution = o.keep_models = false;
  for (const Method2d method :
       {Method2d::gauss_newton, Method2d::conjugate_gradient, Method2d::lbfgs, Method2d::nonlinear_cg}) {
    o.method = method;
    const Result2d r = invert_2d(data, o);
    EXPECT_TRUE(r.converged) << to_string(method) << ": " << r.stopped;
    EXPECT_NEAR(r.rms, 1, 0.015) << to_string(method);
    EXPECT_LT(r.history.back().regularization, 1.1 * occam.history.back().regularization) << to_string(method);
  }
}

TEST(Covariance2d, LengthsHeldElementsAndCutsCount) {
  const datasets::Observations data = tests::line_data(small_line());
  Invert2dOptions o = quick();
  o.resolution = o.keep_models = false;
  const auto steps = [](const Result2d& r, bool along) {  // mean square of differences of neighbours, near the ground
    double sum = 0, count = 0;
    for (std::size_t j = 0; j + 1 < r.model.rows / 2; ++j)
      for (std::size_t i = 0; i + 1 < r.model.columns; ++i) {
        const std::size_t e = j * r.model.columns + i;
        sum +=
            std::pow(std::log10(r.model.resistivity[e] / r.model.resistivity[along ? e + 1 : e + r.model.columns]), 2);
        ++count;
      }
    return sum / count;
  };
  o.method = Method2d::gauss_newton, o.lambda_choice = Lambda2d::fixed, o.lambda = 5;
  o.correlation_width_share = o.correlation_height_share = 1;
  const Result2d round = invert_2d(data, o);
  o.correlation_width_share = 3;
  const Result2d wide = invert_2d(data, o);
  o.correlation_width_share = 1, o.correlation_height_share = 3;
  const Result2d tall = invert_2d(data, o);
  // Longer lengths make larger bodies cheap too: it is the shape of bodies that they say.
  const auto shape = [&](const Result2d& r) { return steps(r, true) / steps(r, false); };
  EXPECT_LT(shape(wide), 0.7 * shape(round));
  EXPECT_GT(shape(tall), 1.4 * shape(round));
  // Held elements stay as they are.
  o.max_iterations = 1;
  const auto held = section_for(data, o, 3);
  Mesh2d mesh = held->mesh;
  for (std::size_t i = 0; i < 3; ++i) mesh.resistivity[i] = 0.3;
  const Result2d with_sea = invert_2d(data, mesh, o);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(with_sea.model.resistivity[i], 0.3);
  EXPECT_GT(std::abs(std::log10(with_sea.model.resistivity[5] / mesh.resistivity[5])), 1e-3);
  // A cut along the side of a column: neither side says anything of the other.
  o = quick();
  o.cell_width = 0;
  const auto whole = section_for(data, o);
  const double middle = (whole->mesh.grid.y[static_cast<std::size_t>(whole->mesh.grid.ny() / 2)]);
  o.cuts = {{{middle, middle}, {-1e6, 1e7}}};
  const CovarianceRoot root = section_covariance(whole->mesh.grid, whole->cells, o, 50);
  std::vector<double> unit(static_cast<std::size_t>(whole->cells.count), 0.0);
  unit[0] = 1;
  const std::vector<double> row = root.multiply(root.multiply_transposed(Tensor(unit))).to_vector<double>();
  std::size_t apart = 0;
  for (std::int64_t c = 0; c < whole->cells.count; ++c)
    if (whole->cells.y[static_cast<std::size_t>(c)] > middle) {
      EXPECT_EQ(row[static_cast<std::size_t>(c)], 0.0);
      ++apart;
    }
  EXPECT_GT(apart, 10U);
}

TEST(Covariance2d, WhatMakesNoSenseIsRefused) {
  Invert2dOptions o = quick();
  o.correlation_width_share = 0;
  EXPECT_THROW(validate(o), std::invalid_argument);
  o.correlation_width = 500;
  validate(o);
  o.reference_weight = 1;
  EXPECT_THROW(validate(o), std::invalid_argument);
}

}  // namespace
