#include "core/transform.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops.h"
#include "tests/core/sanitized.h"

using namespace terrella;

TEST(Transform, GradientOfASumOfSines) {
  const Tensor x = {0.1, 0.2, 0.3};
  const Tensor g = grad([](const Tensor& t) { return sum(sin(t) * t); })(x);
  for (int i = 0; i < 3; ++i) {
    const double v = 0.1 * (i + 1);
    EXPECT_NEAR(g.data<double>()[static_cast<std::size_t>(i)], std::sin(v) + v * std::cos(v), 1e-15);
  }
}

TEST(Transform, NestsInAnyOrder) {
  const auto f = [](const Tensor& t) { return sin(t) * exp(t); };  // f'' = 2 cos(t) exp(t)
  const double t = 0.7, expected = 2 * std::cos(t) * std::exp(t);
  const auto d_reverse = [&](const Tensor& x) { return grad(f)(x); };
  const auto d_forward = [&](const Tensor& x) { return jvp(function(f), {x}, {ones_like(x)}).tangent[0]; };
  const Tensor x = Tensor::from(std::vector<double>{t}, {});
  EXPECT_NEAR(grad(d_reverse)(x).item(), expected, 1e-14);
  EXPECT_NEAR(grad(d_forward)(x).item(), expected, 1e-14);
  EXPECT_NEAR(jvp(function(d_reverse), {x}, {ones_like(x)}).tangent[0].item(), expected, 1e-14);
  EXPECT_NEAR(jvp(function(d_forward), {x}, {ones_like(x)}).tangent[0].item(), expected, 1e-14);
  const Tensor many = linspace(0, 1, 5);
  const Tensor batch = vmap(grad(d_reverse))(many);
  EXPECT_LT(max_abs(batch - 2.0 * cos(many) * exp(many)), 1e-14);
  const Tensor through = grad([&](const Tensor& y) { return sum(vmap(f)(y)); })(many);
  EXPECT_LT(max_abs(through - (cos(many) + sin(many)) * exp(many)), 1e-14);
}

TEST(Transform, PerturbationsAreNotConfused) {
  // d/dx (x d/dy (x + y)) = 1; a confused implementation returns 2.
  const auto f = [](const Tensor& x) {
    return x * grad([&](const Tensor& y) { return x + y; })(Tensor::from(std::vector<double>{1.0}, {}));
  };
  EXPECT_EQ(grad(f)(Tensor::from(std::vector<double>{1.0}, {})).item(), 1.0);
}

TEST(Transform, JacobianAndHessian) {
  const Tensor x = {0.5, -1.0, 2.0};
  const auto f = [](const Tensor& t) { return stack({t[0] * t[1], exp(t[2]), sum(t * t)}); };
  const Tensor expected = {{-1.0, 0.5, 0.0}, {0.0, 0.0, std::exp(2.0)}, {1.0, -2.0, 4.0}};
  EXPECT_LT(max_abs(jacobian(f, x, Mode::reverse) - expected), 1e-14);
  EXPECT_LT(max_abs(jacobian(f, x, Mode::forward) - expected), 1e-14);
  const Tensor h = hessian([](const Tensor& t) { return t[0] * t[0] * t[1] + sin(t[2]); }, x);
  const Tensor wanted = {{-2.0, 1.0, 0.0}, {1.0, 0.0, 0.0}, {0.0, 0.0, -std::sin(2.0)}};
  EXPECT_LT(max_abs(h - wanted), 1e-14);
}

TEST(Transform, CheckpointGivesTheSameDerivatives) {
  const auto f = [](const Tensor& t) { return exp(sin(t) * t); };
  const Tensor x = linspace(0, 1, 4);
  const auto plain = [&](const Tensor& t) { return sum(f(t)); };
  const auto kept = [&](const Tensor& t) { return sum(checkpoint(f)(t)); };
  EXPECT_EQ(max_abs(grad(plain)(x) - grad(kept)(x)), 0.0);
  EXPECT_LT(max_abs(hessian(plain, x) - hessian(kept, x)), 1e-14);
  EXPECT_EQ(max_abs(vmap(checkpoint(f))(x) - f(x)), 0.0);
  // A tensor of the surroundings is not lost.
  const auto closes_over = [&](const Tensor& a) { return sum(checkpoint([&](const Tensor& t) { return a * t; })(x)); };
  EXPECT_NEAR(grad(closes_over)(Tensor::from(std::vector<double>{3.0}, {})).item(), sum(x).item(), 1e-15);
}

TEST(Transform, CustomRulesAreUsedInBothModes) {
  CustomRules rules;
  rules.vjp = [](const Tensors& x, const Tensors&, const Tensors& g) { return Tensors{3.0 * x[0] * g[0]}; };
  const Function f = custom_rule_of([](const Tensors& x) { return Tensors{x[0] * x[0]}; }, rules, "mine");
  const auto one = [&](const Tensor& x) { return f({x})[0]; };
  const Tensor x = Tensor::from(std::vector<double>{2.0}, {});
  EXPECT_EQ(one(x).item(), 4.0);
  EXPECT_EQ(grad(one)(x).item(), 6.0);
  EXPECT_EQ(jvp(function(one), {x}, {ones_like(x)}).tangent[0].item(), 6.0);
  EXPECT_LT(max_abs(vmap(grad(one))(linspace(0, 1, 3)) - 3.0 * linspace(0, 1, 3)), 1e-15);
}

TEST(Transform, BranchingOnAMappedValueNamesTheWayOut) {
  const auto f = [](const Tensor& x) { return x > 0.0 ? x : -x; };
  EXPECT_EQ(grad(f)(Tensor::from(std::vector<double>{-2.0}, {})).item(), -1.0);
  try {
    vmap(f)(linspace(0, 1, 3));
    FAIL() << "branched";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("where()"), std::string::npos) << error.what();
  }
}

TEST(Transform, AMillionUpdatesNeitherGrowNorOverflow) {
  Tensor x = zeros({10});
  constexpr int length = tests::loop_length(1000000);
  for (int i = 0; i < length; ++i) x = x + 1.0;
  EXPECT_EQ(x[3].item(), length);
}

TEST(Transform, ALongChainIsDifferentiated) {
  const auto f = [](const Tensor& x) {
    Tensor y = x;
    for (int i = 0; i < 100000; ++i) y = y + x;
    return sum(y);
  };
  EXPECT_EQ(grad(f)(ones({3}))[0].item(), 100001.0);
}

TEST(Transform, HundredsOfLivePullbacksShareMarks) {
  const Tensor x = linspace(0.1, 1, 5);
  std::vector<Vjp> kept;
  for (int i = 0; i < 200; ++i)
    kept.push_back(vjp(function([i](const Tensor& t) { return sin(t) * static_cast<double>(i); }), {x}));
  for (int i = 0; i < 200; ++i)
    EXPECT_LT(max_abs(kept[static_cast<std::size_t>(i)].pullback({ones_like(x)})[0] - cos(x) * static_cast<double>(i)),
              1e-13);
  const auto f = [](const Tensor& t) { return sum(exp(t) * t); };
  EXPECT_LT(max_abs(grad([&](const Tensor& t) { return sum(grad(f)(t)); })(x) - (x + 2.0) * exp(x)), 1e-13);
  EXPECT_LT(max_abs(grad([&](const Tensor& t) { return sum(checkpoint(f)(t)); })(x) - (x + 1.0) * exp(x)), 1e-13);
  kept.erase(kept.begin(), kept.begin() + 100);
  EXPECT_LT(max_abs(kept[99].pullback({ones_like(x)})[0] - cos(x) * 199.0), 1e-13);
}
