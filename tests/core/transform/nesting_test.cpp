// checkpoint, custom_rule and vmap in each other and in derivatives of second and third order.
#include <gtest/gtest.h>

#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

Tensor smooth(const Tensor& x) { return exp(sin(x)) * x; }

/// smooth() by checkpoint, by custom rules (vjp only, jvp only), and by both inside each other.
std::vector<std::pair<const char*, Function>> disguises() {
  const Function plain = function(smooth);
  const auto slope = [](const Tensor& x) { return exp(sin(x)) * (1.0 + x * cos(x)); };
  CustomRules back, along;
  back.vjp = [slope](const Tensors& x, const Tensors&, const Tensors& g) {
    const Tensor d = slope(x[0]);
    return Tensors{(is_complex(d.dtype()) ? conj(d) : d) * g[0]};
  };
  along.jvp = [slope](const Tensors& x, const Tensors&, const Tensors& t) { return Tensors{slope(x[0]) * t[0]}; };
  return {{"checkpoint", checkpoint_of(plain)},
          {"checkpoint of checkpoint", checkpoint_of(checkpoint_of(plain))},
          {"custom vjp", custom_rule_of(plain, back)},
          {"custom jvp", custom_rule_of(plain, along)},
          {"checkpoint of custom", checkpoint_of(custom_rule_of(plain, back))},
          {"custom of checkpoint", custom_rule_of(checkpoint_of(plain), along)},
          {"vmap of checkpoint", vmap_of(checkpoint_of(plain), {0})},
          {"checkpoint of vmap", checkpoint_of(vmap_of(plain, {0}))},
          {"vmap of custom vjp", vmap_of(custom_rule_of(plain, back), {0})},
          {"vmap of custom jvp", vmap_of(custom_rule_of(plain, along), {0})},
          {"checkpoint of vmap of custom", checkpoint_of(vmap_of(custom_rule_of(plain, along), {0}))}};
}

TEST(Nesting, EveryDisguiseHasTheDerivativesOfThePlainFunction) {
  for (const DType dtype : {DType::f64, DType::c128}) {
    const Tensor x = 0.5 * random_normal({6}, 1, dtype), v = random_normal({6}, 2, dtype),
                 u = random_normal({6}, 3, dtype);
    const auto derivatives = [&](const Function& f) {
      const Function pull = [&](const Tensors& t) { return vjp(f, t).pullback({u}); };
      const Function push = [&](const Tensors& t) { return jvp(f, t, {v}).tangent; };
      Tensors all = {f({x})[0], pull({x})[0], push({x})[0]};
      for (const Function& g : {pull, push}) {
        all.push_back(vjp(g, {x}).pullback({u})[0]);
        all.push_back(jvp(g, {x}, {v}).tangent[0]);
        all.push_back(vmap_of([&](const Tensors& t) { return vjp(g, {x}).pullback(t); }, {0})({stack({u, v})})[0]);
      }
      const Function third = [&](const Tensors& t) { return jvp(pull, t, {v}).tangent; };
      all.push_back(vjp(third, {x}).pullback({u})[0]);
      return all;
    };
    const Tensors wanted = derivatives(function(smooth));
    for (const auto& [label, f] : disguises()) {
      const Tensors got = derivatives(f);
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_LT(max_abs(got[i] - wanted[i]), 1e-12 * (1 + max_abs(wanted[i])))
            << label << ", derivative " << i << ", " << name(dtype);
    }
  }
}

TEST(Nesting, SeveralArgumentsAndResults) {
  const Function f = [](const Tensors& x) { return Tensors{x[0] * exp(x[1]), sum(x[0]) + x[2]}; };
  const Tensors x = {random_normal({3}, 1), random_normal({3}, 2), random_normal({}, 3)};
  const Function kept = checkpoint_of(f);
  const Tensors u = {random_normal({3}, 4), random_normal({}, 5)};
  for (const Tensors& seeds : {u, Tensors{u[0], Tensor::none()}, Tensors{Tensor::none(), u[1]}}) {
    const Tensors a = vjp(f, x).pullback(seeds), b = vjp(kept, x).pullback(seeds);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(max_abs(a[i] - b[i]), 0.0);
  }
  const Tensors tangents = {Tensor::none(), random_normal({3}, 6), Tensor::none()};
  const Jvp a = jvp(f, x, tangents), b = jvp(kept, x, tangents);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(max_abs(a.tangent[i] - b.tangent[i]), 0.0);
  const Tensors rows = vmap_of(kept, {0, std::nullopt, 0})({random_normal({4, 3}, 7), x[1], random_normal({4}, 8)});
  EXPECT_EQ(rows[0].shape(), (Shape{4, 3}));
  EXPECT_EQ(rows[1].shape(), Shape{4});
}

TEST(Nesting, IntegerArgumentsPassThrough) {
  const Tensor x = random_normal({5}, 1), at = random_integers({3}, 0, 5, 2);
  const Function f =
      checkpoint_of(function([](const Tensor& t, const Tensor& i) { return sum(square(gather(t, i))); }));
  const Tensors g = vjp(f, {x, at}).pullback({Tensor(1.0)});
  EXPECT_LT(max_abs(g[0] - 2.0 * x * scatter_add(ones({3}), at, 5)), 1e-15);
  EXPECT_EQ(max_abs(g[1]), 0.0);
}

TEST(Nesting, VmapOfGradOfVmapOfGrad) {
  // d/da sum_j d/dx_j (a^2 x_j^3) = sum_j 6 a x_j^2, for each of many a.
  const Tensor a = linspace(1, 2, 4), x = linspace(-1, 1, 3);
  const Tensor y = vmap(
      grad([&](const Tensor& s) { return sum(vmap(grad([&](const Tensor& t) { return s * s * t * t * t; }))(x)); }))(a);
  EXPECT_LT(max_abs(y - 6.0 * a * sum(x * x)), 1e-13);
}

TEST(Nesting, TheJacobianOfAHolomorphicFunctionIsItsDerivative) {
  const Tensor z = random_normal({3}, 1, DType::c128);
  const Tensor exact = diagonal_matrix(cos(z));
  EXPECT_LT(max_abs(jacobian([](const Tensor& t) { return sin(t); }, z, Mode::reverse) - exact), 1e-14);
  EXPECT_LT(max_abs(jacobian([](const Tensor& t) { return sin(t); }, z, Mode::forward) - exact), 1e-14);
}

TEST(Nesting, TheGradientOfARealLossFollowsTheConvention) {
  // L = |z|^2 has dL/dre + i dL/dim = 2 z; L = Re(c z) has conj(c).
  const Tensor z = random_normal({4}, 1, DType::c128);
  EXPECT_LT(max_abs(grad([](const Tensor& t) { return sum(real(t * conj(t))); })(z) - 2.0 * z), 1e-15);
  const std::complex<double> c(2, 3);
  EXPECT_EQ(max_abs(grad([&](const Tensor& t) { return sum(real(c * t)); })(z) - std::conj(c)), 0.0);
}

TEST(Nesting, ALongChainInsideCheckpointInsideGrad) {
  const auto segment = checkpoint([](const Tensor& x) {
    Tensor y = x;
    for (int i = 0; i < 1000; ++i) y = y + 1e-3 * x;
    return y;
  });
  const auto f = [&](const Tensor& x) { return sum(segment(segment(x))); };
  EXPECT_LT(max_abs(grad(f)(ones({3})) - 4.0), 1e-10);
}

}  // namespace
}  // namespace terrella
