// Data of two-dimensional results as people look at them, and the pictures made of them.
#include "viz/mt2d/fitted.h"

#include <gtest/gtest.h>

#include "example_2d.h"
#include "pixels.h"
#include "viz/job.h"
#include "viz/mt2d/fit_figures.h"

namespace terrella::viz {
namespace {

using datasets::Quantity;

inversion::Result2d one_datum(
    std::initializer_list<std::tuple<Quantity, std::complex<double>, double, std::complex<double>>> rows) {
  inversion::Result2d r;
  r.data.sites.resize(1);
  r.data.sites[0].name = "A", r.data.sites[0].y = 0;
  r.data.blocks.resize(1);
  for (const auto& [quantity, value, error, predicted] : rows) {
    r.data.rows.push_back({10, value, error, error, 0, datasets::Observation::no_site, 0, quantity, false});
    r.predicted.push_back(predicted);
  }
  return r;
}

constexpr double omega_mu = 2 * M_PI / 10 * 4e-7 * M_PI;

TEST(Fitted, ImpedancesBecomeResistivitiesAndPhases) {
  // Half-spaces of 100 and 400 ohm m, error of 5 % of |Z|.
  const std::complex<double> z = std::sqrt(std::complex<double>(0, omega_mu * 100));
  for (const bool te : {true, false}) {
    const double sign = te ? 1 : -1;
    const auto r = one_datum({{te ? Quantity::zxy : Quantity::zyx, sign * z, 0.05 * std::abs(z), sign * 2.0 * z}});
    const auto rho = fitted(r, te ? Curve2d::rho_te : Curve2d::rho_tm),
               phase = fitted(r, te ? Curve2d::phase_te : Curve2d::phase_tm);
    ASSERT_EQ(rho.size(), 1u);
    EXPECT_NEAR(rho[0].observed, 100, 1e-9);
    EXPECT_NEAR(rho[0].predicted, 400, 1e-9);
    EXPECT_NEAR(rho[0].error, 0.1 / std::log(10.0), 1e-12);  // 10 % of the resistivity
    EXPECT_NEAR(rho[0].residual, std::log10(4.0) / rho[0].error, 1e-9);
    EXPECT_NEAR(phase[0].observed, 45, 1e-9);
    EXPECT_NEAR(phase[0].error, 0.05 * 180 / M_PI, 1e-12);
    EXPECT_NEAR(phase[0].residual, 0, 1e-9);
    EXPECT_TRUE(fitted(r, te ? Curve2d::rho_tm : Curve2d::rho_te).empty());
  }
  // The same in parts.
  const auto parts = one_datum({{Quantity::imag_z_tm, -z.imag(), 0.05 * std::abs(z), -z.imag()},
                                {Quantity::real_z_tm, -z.real(), 0.05 * std::abs(z), -z.real()}});
  ASSERT_EQ(fitted(parts, Curve2d::rho_tm).size(), 1u);
  EXPECT_NEAR(fitted(parts, Curve2d::rho_tm)[0].observed, 100, 1e-9);
  EXPECT_NEAR(fitted(parts, Curve2d::phase_tm)[0].observed, 45, 1e-9);
}

TEST(Fitted, OtherQuantitiesStayWhatTheyAre) {
  const auto r = one_datum({{Quantity::log10_rho_te, 2, 0.05, 2.1},
                            {Quantity::rho_tm, 50, 5, 40},
                            {Quantity::phase_yx, -130, 2, 128},  // arg Zyx; the prediction is 102 degrees off
                            {Quantity::phase_te, 179, 2, -179},
                            {Quantity::tzy, {0.1, -0.2}, 0.02, {0.14, -0.2}},
                            {Quantity::zxx, {1, 1}, 1, {0, 0}}});
  const auto only = [&](Curve2d curve) {
    const auto data = fitted(r, curve);
    EXPECT_EQ(data.size(), 1u);
    return data.at(0);
  };
  EXPECT_NEAR(only(Curve2d::rho_te).observed, 100, 1e-9);
  EXPECT_NEAR(only(Curve2d::rho_te).residual, 2, 1e-9);
  EXPECT_NEAR(only(Curve2d::rho_tm).residual, -2, 1e-9);
  EXPECT_NEAR(only(Curve2d::rho_tm).error, 0.1 / std::log(10.0), 1e-12);
  EXPECT_NEAR(only(Curve2d::phase_tm).observed, 50, 1e-9);
  EXPECT_NEAR(only(Curve2d::phase_tm).residual, -51, 1e-9);  // 258 degrees are -102
  EXPECT_NEAR(only(Curve2d::phase_te).residual, 1, 1e-9);
  EXPECT_NEAR(only(Curve2d::tipper_real).residual, 2, 1e-9);
  EXPECT_NEAR(only(Curve2d::tipper_imaginary).residual, 0, 1e-9);
}

TEST(Fitted, MaskedDataAndThoseWithoutErrorHaveNoResidual) {
  auto r = one_datum({{Quantity::phase_te, 40, 2, 44}, {Quantity::phase_te, 40, NAN, 44}});
  r.data.rows[0].masked = true;
  const auto data = fitted(r, Curve2d::phase_te);
  ASSERT_EQ(data.size(), 2u);
  EXPECT_TRUE(data[0].masked);
  EXPECT_TRUE(std::isnan(data[0].residual));
  EXPECT_TRUE(std::isnan(data[1].residual));
  EXPECT_TRUE(std::isnan(rms_of(data)));
}

TEST(FitFigures, EveryDatumIsOneCellOfThreePanels) {
  const inversion::Result2d r = example::line_2d({.sites = 5});
  const Figure figure = fit_figure(r);
  std::size_t cells = 0;
  for (const FigurePanel& panel : figure.panels)
    for (const Polygon& p : panel.polygons) cells += p.around.empty();
  std::size_t fitted_numbers = 0;
  for (const auto& row : r.data.rows)
    if (!row.masked) fitted_numbers += datasets::info(row.quantity).is_complex ? 2 : 1;
  EXPECT_EQ(cells, 3 * fitted_numbers);
  EXPECT_EQ(figure.bars.size(), 12u);  // two for each of six curves
  const Figure misfit = misfit_figure(r), convergence = convergence_figure(r);
  EXPECT_EQ(misfit.panels.size(), 4u);
  EXPECT_EQ(convergence.panels.size(), 4u);
  // All RMS are drawn: one black disc a site and one a period.
  const auto black = [](const FigurePanel& p) {
    return std::count_if(p.discs.begin(), p.discs.end(), [](const Disc& d) { return d.fill == Color{20, 20, 20}; });
  };
  EXPECT_EQ(black(misfit.panels[0]), 5);
  EXPECT_EQ(black(misfit.panels[2]), 17);
  EXPECT_EQ(convergence.panels[0].discs.size(), r.history.size());
  EXPECT_EQ(convergence.panels[2].discs.size(), r.history.size() - 1);  // the start has no roughness
  EXPECT_EQ(convergence.panels[3].discs.size(), r.trials.size() + 1);
  for (const Figure& f : {figure, misfit, convergence})
    EXPECT_EQ(to_json(Job(f)), to_json(read_job(to_json(Job(f)), "job")));
}

TEST(FitFigures, ResponsesOfChosenSites) {
  const inversion::Result2d r = example::line_2d({.sites = 14, .impedances = true});
  EXPECT_EQ(response_figures(r).size(), 2u);
  const auto one = response_figures(r, {"R104"});
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].panels.size(), 3u);
  EXPECT_EQ(one[0].panels[0].title.substr(0, 5), "R104,");
  EXPECT_EQ(one[0].panels[0].discs.size(), 34u);  // 17 periods of two modes, masked ones in grey
  try {
    response_figures(r, {"nowhere"});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 70),
              "plot response: no site 'nowhere' in the result, which has: R100, R102,");
  }
}

TEST(FitFigures, NothingToShowIsSaid) {
  EXPECT_THROW(fit_figure({}), std::invalid_argument);
  EXPECT_THROW(misfit_figure({}), std::invalid_argument);
  EXPECT_THROW(convergence_figure({}), std::invalid_argument);
  EXPECT_THROW(response_figures({}), std::invalid_argument);
  const auto diagonal = one_datum({{Quantity::zxx, {1, 1}, 1, {0, 0}}});
  EXPECT_THROW(fit_figure(diagonal), std::invalid_argument);
}

TEST(FitFigures, AreDrawn) {
#ifndef TERRELLA_RENDER_BUILT
  GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
  const inversion::Result2d r = example::line_2d({.sites = 5});
  const std::string path = testing::TempDir() + "fit_2d.png";
  for (const Figure& figure : {fit_figure(r), misfit_figure(r), convergence_figure(r), response_figures(r)[0]}) {
    write_figure(figure, path);
    const example::Picture picture = example::read_png(path);
    EXPECT_EQ(picture.height, figure.height);
    EXPECT_GT(example::find(picture, {Color{20, 20, 20}}).count, 1000);
  }
}

}  // namespace
}  // namespace terrella::viz
