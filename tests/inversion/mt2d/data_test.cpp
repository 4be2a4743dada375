// Data of a line as residuals: their derivatives, floors, masks, static shifts, what is refused.
#include "inversion/mt2d/data.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/ops.h"
#include "inversion/mt2d/section.h"
#include "tests/inversion/mt2d/line_data.h"

using namespace terrella;
using namespace terrella::inversion;
using datasets::Quantity;

namespace {

/// Rows of every kind, at sites that do not have the same periods.
datasets::Observations every_kind() {
  tests::Line line{.y = {-1200, 0, 900}, .periods = {0.1, 1.0}};
  datasets::Observations all = tests::line_data(line);
  line.log_phase = true;
  const datasets::Observations more = tests::line_data(line, 2);
  for (datasets::Observation row : more.rows) {
    if (row.quantity == Quantity::tzy) continue;
    all.rows.push_back(row);
    if (row.quantity == Quantity::log10_rho_te) {
      row.quantity = Quantity::rho_xy;
      row.value = std::pow(10.0, row.value.real());
      row.error = 0.1 * row.value.real();
      all.rows.push_back(row);
    }
    if (row.quantity == Quantity::phase_tm) {
      row.quantity = Quantity::phase_yx;
      row.value = row.value.real() - 180;
      all.rows.push_back(row);
      row.quantity = Quantity::real_z_tm;
      row.value = -0.002, row.error = 1e-4;
      all.rows.push_back(row);
      row.quantity = Quantity::imag_tzy;
      row.value = 0.02, row.error = 0.01;
      all.rows.push_back(row);
    }
  }
  std::erase_if(all.rows, [](const datasets::Observation& row) { return row.site == 2 && row.period == 0.1; });
  return all;
}

Invert2dOptions small_mesh() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 1.5, o.growth = 1.6, o.columns_between_sites = 2;
  return o;
}

struct Ready {
  std::shared_ptr<const Section2d> section;
  Tensor m;
  Ready(const datasets::Observations& data, const Invert2dOptions& o) {
    Data2d fitted = data_of(data, o);
    std::vector<std::string> notes;
    Mesh2d mesh = design_mesh(fitted, o, notes);
    section = std::make_shared<const Section2d>(section_of(std::move(fitted), std::move(mesh), o));
    std::vector<double> start = start_of(*section);
    for (std::size_t i = 0; i < start.size(); ++i) start[i] += 0.2 * std::sin(1.7 * static_cast<double>(i));
    m = Tensor(start);
  }
};

TEST(Data2d, DerivativesOfAllKindsWithStaticShifts) {
  Invert2dOptions o = small_mesh();
  o.static_shift = true;
  for (const bool anisotropic : {false, true}) {
    o.anisotropic = anisotropic;
    const Ready ready(every_kind(), o);
    const optimize::Term term = section_data(ready.section, o);
    EXPECT_EQ(ready.section->data.shifts.size(), 6);
    EXPECT_NEAR(check::taylor_order(term.residual, ready.m, {.step = 3e-3}), 2.0, 0.05);
    EXPECT_LT(check::dot_product_error(term.residual, ready.m), 1e-11);
    // The Jacobian by solves is that of the graph.
    const optimize::Linearization linear = term.linearize(ready.m);
    const std::vector<double> residual = term.residual(ready.m).to_vector<double>();
    const Tensor direction = random_normal(ready.m.shape(), 5, DType::f64);
    const auto moved = optimize::multiply(linear.jacobian, direction.to_vector<double>());
    const auto expected = jvp(function(term.residual), {ready.m}, {direction}).tangent[0].to_vector<double>();
    double size = 0, worst = 0;
    for (std::size_t i = 0; i < residual.size(); ++i) {
      EXPECT_NEAR(linear.residual[i], residual[i], 1e-9 * (1 + std::abs(residual[i])));
      size = std::max(size, std::abs(expected[i]));
      worst = std::max(worst, std::abs(moved[i] - expected[i]));
    }
    EXPECT_LT(worst, 1e-9 * size);
  }
}

TEST(Data2d, PredictionsAreWhatResidualsSay) {
  Invert2dOptions o = small_mesh();
  o.static_shift = true;
  const Ready ready(every_kind(), o);
  const Section2d& s = *ready.section;
  const auto response = forward_of(s)(resistivity_of(s, ready.m));
  const Tensor shift = shifts_of(s, ready.m);
  const std::vector<double> residual = residual_of(s.data, response, shift).to_vector<double>();
  const auto rows = predicted_rows(s.data, response, shift.to_vector<double>());
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const Datum2d& d = s.data.data[i];
    const datasets::Observation& row = s.data.observed.rows[d.row];
    std::complex<double> difference = rows[d.row] - row.value;
    if (d.part == Part2d::phase) difference = std::remainder(difference.real(), 360.0);
    const bool second = d.part == Part2d::imaginary && datasets::info(row.quantity).is_complex;
    EXPECT_NEAR(residual[i], (second ? difference.imag() / row.error_imaginary : difference.real() / row.error), 1e-8)
        << datasets::info(row.quantity).name;
  }
}

TEST(Data2d, FloorsMasksAndMissingErrors) {
  datasets::Observations data = every_kind();
  Invert2dOptions o = small_mesh();
  o.te_error_floor = 0.1, o.tipper_error_floor = 0.05;
  data.rows[0].masked = true;
  for (datasets::Observation& row : data.rows)
    if (row.quantity == Quantity::zxy) row.error = row.error_imaginary = datasets::not_a_number;
  const Data2d fitted = data_of(data, o);
  for (const Datum2d& d : fitted.data) {
    const datasets::Observation& row = fitted.observed.rows[d.row];
    EXPECT_NE(d.row, 0);
    if (row.quantity == Quantity::zxy) { EXPECT_DOUBLE_EQ(d.error, 0.1 * std::abs(row.value)); }
    if (row.quantity == Quantity::log10_rho_te) { EXPECT_DOUBLE_EQ(d.error, 0.2 / std::log(10.0)); }
    if (row.quantity == Quantity::phase_te) { EXPECT_NEAR(d.error, 5.73, 0.01); }
    if (row.quantity == Quantity::rho_xy) { EXPECT_DOUBLE_EQ(d.error, 0.2 * row.value.real()); }
    if (row.quantity == Quantity::tzy) { EXPECT_DOUBLE_EQ(d.error, 0.05); }
    if (row.quantity == Quantity::log10_rho_tm) { EXPECT_DOUBLE_EQ(d.error, 0.06 / std::log(10.0)); }
  }
  EXPECT_TRUE(fitted.observed.rows[0].masked);
  o.te_error_floor = 0;
  try {
    data_of(data, o);
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_NE(std::string(e.what()).find("Zxy of site 's1'"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("te_error_floor"), std::string::npos) << e.what();
  }
}

TEST(Data2d, PhasesAreComparedTheShortWayRound) {
  datasets::Observations data =
      tests::line_data({.y = {0}, .periods = {1.0}, .log_phase = true, .tipper = false, .hill = 0});
  const Invert2dOptions o;
  Data2d fitted = data_of(data, o);
  for (datasets::Observation& row : data.rows)
    if (row.quantity == Quantity::phase_te) row.value += 360;
  const Data2d turned = data_of(data, o);
  const elec::mt2d::Response response{Tensor::from(std::vector<std::complex<double>>{{1e-3, 1e-3}}, {1, 1}),
                                      Tensor::from(std::vector<std::complex<double>>{{-1e-3, -1e-3}}, {1, 1}),
                                      Tensor::none()};
  const auto a = residual_of(fitted, response, Tensor::none()).to_vector<double>();
  const auto b = residual_of(turned, response, Tensor::none()).to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-9);
}

TEST(Data2d, NearlyEqualPeriodsAreOne) {
  datasets::Observations data = tests::line_data({.y = {-500, 500}, .periods = {0.1, 1.0}, .tipper = false});
  for (datasets::Observation& row : data.rows)
    if (row.site == 1) row.period *= 1.00005;
  const Data2d fitted = data_of(data, {});
  EXPECT_EQ(fitted.period.size(), 2);
  EXPECT_EQ(fitted.data.size(), 16);
  EXPECT_EQ(fitted.notes.size(), 1);
}

TEST(Data2d, RefusesWhatItCannotFit) {
  const datasets::Observations good = tests::line_data({.y = {0, 500}, .periods = {1.0}});
  const auto expect_refusal = [](datasets::Observations data, Invert2dOptions o, const char* word) {
    try {
      data_of(data, o);
      FAIL() << word;
    } catch (const std::invalid_argument& e) {
      EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << e.what();
    }
  };
  datasets::Observations data = good;
  data.sites[1].y = datasets::not_a_number;
  expect_refusal(data, {}, "no place along the profile");
  data = good;
  data.rows[0].reference = 1;
  expect_refusal(data, {}, "magnetic field of another site");
  for (datasets::Observation& row : data.rows) row.masked = true;
  expect_refusal(data, {}, "no row of the data can be fitted");
  Invert2dOptions o;
  o.te = o.tm = false;
  data = tests::line_data({.y = {0}, .periods = {1.0}, .tipper = false});
  expect_refusal(data, o, "no row of the data can be fitted");
}

}  // namespace
