// The C++ of notebook 02, "One function, every derivative". Its cells quote lines of this file, which a test of the
// notebooks checks.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/control.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

const Tensor thickness = {1000.0, 2000.0};        // m
const Tensor period = logspace(-2, 3, 26);        // s
const Tensor model = log({100.0, 10.0, 1000.0});  // ln ohm m

// ln apparent resistivity [period] of layers, by Wait's recursion from the half-space upwards.
Tensor log_apparent_resistivity(const Tensor& m, const Tensor& t) {
  using namespace std::complex_literals;
  const double pi = std::numbers::pi, mu_0 = 4e-7 * pi;
  const Tensor iwm = 2i * pi * mu_0 / t, rho = exp(m);
  Tensor z = sqrt(iwm * rho[2]);
  for (const int layer : {1, 0}) {
    const Tensor w = sqrt(iwm * rho[layer]);
    const Tensor k = tanh(thickness[layer] * iwm / w);
    z = w * (z + w * k) / (w + z * k);
  }
  return log(square(abs(z)) * t / (2 * pi * mu_0));
}

Tensor response(const Tensor& m) { return log_apparent_resistivity(m, period); }
Tensor misfit(const Tensor& m) { return 0.5 * sum(square(response(m) - std::log(50.0))); }

double largest(const Tensor& x) { return max(abs(x)).item(); }

/// The table of exact values for 100, 10, 1000 ohm m, 1 and 2 km, at 0.01 ... 1000 s.
TEST(OneFunction, ReproducesExactValues) {
  const Tensor exact = {102.664952, 83.564056, 23.570822, 27.212102, 145.419682, 463.451072};
  EXPECT_LT(largest(exp(log_apparent_resistivity(model, logspace(-2, 3, 6))) / exact - 1.0), 1e-7);
}

TEST(OneFunction, EveryDerivative) {
  const Tensor v = {1.0, -0.5, 0.25};
  const Tensor gradient = grad(misfit)(model);
  const Jvp along = jvp(function(response), {model}, {v});
  const Tensor sensitivity = jacobian(response, model);
  const Tensor curvature = hvp(misfit, model, v);

  EXPECT_LT(largest(along.tangent[0] - matmul(sensitivity, v)), 1e-13);
  EXPECT_LT(largest(gradient - matmul(response(model) - std::log(50.0), sensitivity)), 1e-12);
  EXPECT_LT(largest(curvature - matmul(hessian(misfit, model), v)), 1e-11);
  const double h = 1e-5;
  EXPECT_LT(largest((response(model + h * v) - response(model - h * v)) / (2 * h) - along.tangent[0]), 1e-8);
}

TEST(OneFunction, BatchesAndCompiledFunctions) {
  const Tensor models = stack({model, model + 0.1, model - 0.1});
  const Tensor all = vmap(response)(models);
  const auto step = jit([](const Tensor& m) { return m - 0.01 * grad(misfit)(m); });

  EXPECT_LT(largest(all[1] - response(model + 0.1)), 1e-13);
  EXPECT_LT(largest(step(model) - (model - 0.01 * grad(misfit)(model))), 1e-13);
  EXPECT_LT(misfit(step(step(model))).item(), misfit(model).item());
}

// The same recursion as a loop in the graph, for any number of layers: carry z, one layer a step.
Tensor scanned(const Tensor& m, const Tensor& h) {
  using namespace std::complex_literals;
  const double pi = std::numbers::pi, mu_0 = 4e-7 * pi;
  const Tensor iwm = 2i * pi * mu_0 / period, rho = exp(m);
  const auto layer = [&](const Tensors& carry, const Tensors& x) {
    const Tensor w = sqrt(iwm * x[0]), k = tanh(x[1] * iwm / w);
    return ScanStep{{w * (carry[0] + w * k) / (w + carry[0] * k)}, {}};
  };
  const Tensor top = slice(rho, 0, {0, rho.size() - 1});
  ScanOptions upwards;
  upwards.reverse = true;
  const ScanResult z = scan(layer, {sqrt(iwm * rho[rho.size() - 1])}, {top, h}, {}, upwards);
  return log(square(abs(z.carry[0])) * period / (2 * pi * mu_0));
}

TEST(OneFunction, ALoopInTheGraph) {
  EXPECT_LT(largest(scanned(model, thickness) - response(model)), 1e-13);
  const auto sum_of = [](const Tensor& m) { return sum(scanned(m, thickness)); };
  EXPECT_LT(largest(grad(sum_of)(model) - sum(jacobian(response, model), {0})), 1e-12);
}

TEST(OneFunction, TaylorSeries) {
  const Tensor v = {1.0, -0.5, 0.25};
  const Jet series = jet(function(response), {model}, {{v}, {Tensor::none()}, {Tensor::none()}, {Tensor::none()}});

  const double s = 0.1;
  Tensor sum_of_terms = series.value[0];
  double factor = 1;
  for (int k = 1; k <= 4; ++k) {
    factor *= s / k;
    sum_of_terms = sum_of_terms + factor * series.series[static_cast<std::size_t>(k - 1)][0];
  }
  EXPECT_LT(largest(response(model + s * v) - sum_of_terms), 1e-5);
  EXPECT_LT(largest(series.series[0][0] - jvp(function(response), {model}, {v}).tangent[0]), 1e-13);
}

}  // namespace
}  // namespace terrella
