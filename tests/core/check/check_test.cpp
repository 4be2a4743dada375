#include "core/check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"

using namespace terrella;

namespace {

Tensor smooth(const Tensor& x) { return exp(sin(x)) * x; }

/// Its vjp and jvp claim 1.01 times the derivative.
Tensor wrong(const Tensor& x) {
  CustomRules rules;
  rules.vjp = [](const Tensors& t, const Tensors&, const Tensors& g) { return Tensors{2.02 * t[0] * g[0]}; };
  return custom_rule_of([](const Tensors& t) { return Tensors{t[0] * t[0]}; }, rules)({x})[0];
}

}  // namespace

TEST(Check, AcceptsRightDerivatives) {
  const Tensor x = linspace(0.3, 1.2, 7);
  EXPECT_NEAR(check::taylor_order(smooth, x), 2.0, 0.05);
  EXPECT_LT(check::dot_product_error(smooth, x), 1e-14);
  EXPECT_LT(check::gradient_error(smooth, x), 1e-9);
  const Tensor z = x * std::complex<double>(1, 0.5);
  EXPECT_NEAR(check::taylor_order(smooth, z), 2.0, 0.05);
  EXPECT_LT(check::dot_product_error(smooth, z), 1e-14);
  EXPECT_LT(check::gradient_error(smooth, z), 1e-9);
}

TEST(Check, FindsWrongDerivatives) {
  const Tensor x = linspace(0.3, 1.2, 7);
  EXPECT_LT(check::taylor_order(wrong, x), 1.6);
  EXPECT_NEAR(check::gradient_error(wrong, x), 0.01, 1e-3);
  // A jvp that is not the adjoint of its vjp.
  CustomRules rules;
  rules.vjp = [](const Tensors& t, const Tensors&, const Tensors& g) { return Tensors{2.0 * t[0] * g[0]}; };
  rules.jvp = [](const Tensors& t, const Tensors&, const Tensors& d) { return Tensors{2.1 * t[0] * d[0]}; };
  const Function f = custom_rule_of([](const Tensors& t) { return Tensors{t[0] * t[0]}; }, rules);
  EXPECT_GT(check::dot_product_error(f, x), 1e-3);
}

TEST(Check, MeasuresTheOrderOfConvergence) {
  const auto error = [](std::int64_t n) { return 3.0 / static_cast<double>(n * n); };
  EXPECT_NEAR(check::convergence_order(error, {8, 16, 32}), 2.0, 1e-12);
}
