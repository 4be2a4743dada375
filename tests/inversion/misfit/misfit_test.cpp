#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/ops.h"
#include "inversion/misfit/complex_misfit.h"
#include "inversion/misfit/loss.h"

using namespace terrella;
using namespace terrella::inversion;
using Complex = std::complex<double>;

namespace {

const std::vector<Complex> observed = {{1, 2}, {-3, 0.5}, {0.2, -0.1}};
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

TEST(ComplexMisfit, ImpedanceResidualsByHand) {
  const ComplexMisfit misfit = impedance_misfit(observed, {0.5, 0.1, nan_value});
  EXPECT_EQ(misfit.residuals, 4);
  const auto r = misfit.residual(Tensor(std::vector<Complex>{{2, 1}, {-3.1, 0.7}, {9, 9}})).to_vector<double>();
  const std::vector<double> expected = {2, -1, -2, 2};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(r[i], expected[i], 1e-12);
}

TEST(ComplexMisfit, LogarithmAndPhaseByHand) {
  // Ten times |Z|: two decades of apparent resistivity. Phases 170 and -170 degrees are 20 apart.
  const std::vector<Complex> data = {std::polar(1.0, 170 * M_PI / 180), {1, 1}};
  const ComplexMisfit misfit = log_phase_misfit(data, {0.1, nan_value}, {5, 2});
  EXPECT_EQ(misfit.residuals, 3);
  const auto r =
      misfit.residual(Tensor(std::vector<Complex>{std::polar(10.0, -170 * M_PI / 180), {0, 7}})).to_vector<double>();
  EXPECT_NEAR(r[0], 20, 1e-12);
  EXPECT_NEAR(r[1], 4, 1e-12);
  EXPECT_NEAR(r[2], 22.5, 1e-12);
}

TEST(ComplexMisfit, ApparentResistivityItselfByHand) {
  // Twice |Z| is four times the apparent resistivity: 3 times what was observed too much, 30 errors of 10 %.
  const ComplexMisfit misfit = power_phase_misfit({{0, 2}, {1, 1}}, {0.1, nan_value}, {nan_value, 2});
  EXPECT_EQ(misfit.residuals, 2);
  const auto r = misfit.residual(Tensor(std::vector<Complex>{{4, 0}, {0, 7}})).to_vector<double>();
  EXPECT_NEAR(r[0], 30, 1e-12);
  EXPECT_NEAR(r[1], 22.5, 1e-12);
}

TEST(ComplexMisfit, RowsAreTheDerivativesOfTheResiduals) {
  const Tensor z = std::vector<Complex>{{1.2, 1.7}, {-2, 0.6}, {0.3, 0.1}},
               dz = std::vector<Complex>{{0.3, -0.4}, {1, 2}, {-0.2, 0.9}};
  for (const ComplexMisfit& misfit :
       {impedance_misfit(observed, {0.5, 0.1, 0.2}), log_phase_misfit(observed, {0.1, nan_value, 0.3}, {3, 1, 2}),
        power_phase_misfit(observed, {0.1, nan_value, 0.3}, {3, 1, 2})}) {
    const auto tangent = jvp(function(misfit.residual), {z}, {dz}).tangent[0].to_vector<double>();
    const auto rows = misfit.rows(z.data<Complex>());
    ASSERT_EQ(rows.size(), tangent.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_NEAR((rows[i].factor * dz.data<Complex>()[static_cast<std::size_t>(rows[i].datum)]).real(), tangent[i],
                  1e-12 * std::abs(tangent[i]));
    EXPECT_NEAR(check::taylor_order(misfit.residual, z), 2, 0.1);
    EXPECT_LT(check::dot_product_error(misfit.residual, z), 1e-12);
  }
}

TEST(ComplexMisfit, ErrorsMustBePositive) {
  try {
    impedance_misfit(observed, {1, 0, 1});
    ADD_FAILURE();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "impedance_misfit: the error of datum 1 is 0; errors must be positive, set an error floor");
  }
  EXPECT_THROW(log_phase_misfit(observed, {1, 1}, {1, 1, 1}), std::invalid_argument);
}

TEST(Loss, ValuesByHandAndWeightsAreDerivatives) {
  const Tensor r = {-5.0, -1.0, 0.3, 0.0, 2.0};
  EXPECT_LT(max_abs(huber(2).value(r) - Tensor{2 * (5 - 1.0), 0.5, 0.045, 0.0, 2.0}), 1e-15);
  EXPECT_NEAR(student_t(4).value(Tensor{2.0}).item(), 2.5 * std::log(2.0), 1e-15);
  EXPECT_NEAR(absolute(3).value(Tensor{4.0}).item(), 2, 1e-15);
  for (const optimize::Loss& loss : {huber(2), student_t(4), absolute(0.1)}) {
    const Tensor slope = grad([&](const Tensor& x) { return sum(loss.value(x)); })(r);
    EXPECT_LT(max_abs(loss.weight(r) * r - slope), 1e-14) << loss.name;
    EXPECT_TRUE(all(isfinite(loss.weight(r))).item<bool>()) << loss.name;
  }
  // Far out: Huber's influence is constant, Student's vanishes. Close in, all are squares (times a constant).
  const Tensor far = {1e6};
  EXPECT_NEAR((huber(2).weight(far) * far).item(), 2, 1e-9);
  EXPECT_LT((student_t(4).weight(far) * far).item(), 1e-5);
  EXPECT_THROW(huber(0), std::invalid_argument);
  EXPECT_THROW(student_t(-1), std::invalid_argument);
}

}  // namespace
