// jet: closed forms, networks, cost in nodes, and what can be done with the result. Each operation is held against
// nested jvp by tests/core/property_taylor.cpp.
#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/control.h"
#include "core/graph/node.h"
#include "core/graph/post_order.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "tests/core/property.h"
#include "tests/core/transform/comparison.h"

namespace terrella {
namespace {

using tests::expect_message;
using tests::expect_same;

/// Derivatives 0 ... order of f along x(t) = x + t.
std::vector<double> along(const Function& f, double x, std::size_t order) {
  std::vector<Tensors> series(order, Tensors{Tensor::none()});
  if (order > 0) series[0] = {1.0};
  const Jet j = jet(f, {x}, series);
  std::vector<double> all = {j.value[0].item()};
  for (const Tensors& d : j.series) all.push_back(d[0].item());
  return all;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance = 1e-14) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], tolerance * (1 + std::abs(b[k]))) << "order " << k;
}

TEST(Jet, ClosedForms) {
  const double x = 0.7, e = std::exp(x), s = std::sin(x), c = std::cos(x), t = std::tanh(x), d = 1 - t * t;
  expect_near(along(function([](const Tensor& u) { return exp(u); }), x, 6), std::vector<double>(7, e));
  expect_near(along(function([](const Tensor& u) { return sin(u); }), x, 6), {s, c, -s, -c, s, c, -s});
  expect_near(along(function([](const Tensor& u) { return log(u); }), x, 4),
              {std::log(x), 1 / x, -1 / (x * x), 2 / std::pow(x, 3), -6 / std::pow(x, 4)});
  expect_near(along(function([](const Tensor& u) { return sqrt(u); }), x, 4),
              {std::sqrt(x), 0.5 * std::pow(x, -0.5), -0.25 * std::pow(x, -1.5), 0.375 * std::pow(x, -2.5),
               -0.9375 * std::pow(x, -3.5)});
  expect_near(along(function([](const Tensor& u) { return tanh(u); }), x, 4),
              {t, d, -2 * t * d, d * (6 * t * t - 2), d * (16 * t - 24 * t * t * t)});
  expect_near(along(function([](const Tensor& u) { return power(u, 2.5); }), x, 4),
              {std::pow(x, 2.5), 2.5 * std::pow(x, 1.5), 3.75 * std::pow(x, 0.5), 1.875 * std::pow(x, -0.5),
               -0.9375 * std::pow(x, -1.5)});
  expect_near(along(function([](const Tensor& u) { return 1.0 / (1.0 - u); }), x, 5),
              {1 / 0.3, 1 / 0.09, 2 / 0.027, 6 / 0.0081, 24 / 0.00243, 120 / 0.000729}, 1e-13);
  expect_near(along(function([](const Tensor& u) { return exp(u) * sin(u); }), x, 4),
              {e * s, e * (s + c), 2 * e * c, 2 * e * (c - s), -4 * e * s});
  // The chain rule with a second derivative of its own: d^2 exp(x^2)/dt^2 for x' = a, x'' = b.
  const double a = 0.3, b = -1.1;
  const Jet j = jet(function([](const Tensor& u) { return exp(u * u); }), {x}, {{a}, {b}});
  EXPECT_NEAR(j.series[1][0].item(), std::exp(x * x) * ((2 + 4 * x * x) * a * a + 2 * x * b), 1e-13);
  // Polynomials end, where powers meet zero as well.
  expect_near(along(function([](const Tensor& u) { return power(u, 3.0); }), 0.0, 5), {0, 0, 0, 6, 0, 0});
  expect_near(along(function([](const Tensor& u) { return square(square(u)); }), 0.0, 5), {0, 0, 0, 0, 24, 0});
}

Tensor network(const Tensors& weights, const Tensor& x) {
  Tensor h = x;
  for (std::size_t i = 0; i + 2 < weights.size(); i += 2) h = tanh(matmul(h, weights[i]) + weights[i + 1]);
  return matmul(h, weights[weights.size() - 2]) + weights.back();
}
Tensors weights_of(const std::vector<std::int64_t>& widths) {
  Tensors w;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    w.push_back(random_normal({widths[i], widths[i + 1]}, 20 + i) / std::sqrt(static_cast<double>(widths[i])));
    w.push_back(0.1 * random_normal({widths[i + 1]}, 40 + i));
  }
  return w;
}

TEST(Jet, NetworksAsNestedJvp) {
  Tensors all = {random_normal({5, 2}, 1)};
  for (const Tensor& w : weights_of({2, 8, 8, 1})) all.push_back(w);
  test::expect_taylor_of(
      [](const Tensors& p) {
        return Tensors{network({p.begin() + 1, p.end()}, p[0])};
      },
      all, 4, 1e-12);
}

TEST(Jet, LinearAlgebraAndControlFlow) {
  const Tensor a = random_normal({4, 4}, 1), b = random_normal({4, 2}, 2);
  const Tensor s = matmul(a, matrix_transpose(a)) + 4.0 * eye(4);
  test::expect_taylor_of([](const Tensors& x) { return Tensors{solve_positive(x[0], x[1])}; }, {s, b}, 4, 1e-10);
  test::expect_taylor_of(function([](const Tensor& x) { return cholesky(x); }), {s}, 3, 1e-10);
  test::expect_taylor_of(
      [](const Tensors& x) {
        const Qr f = qr(x[0]);
        return Tensors{f.q, f.r};
      },
      {a}, 3, 1e-10);
  const Function loop = [](const Tensors& x) {
    const ScanResult r = scan(
        [&](const Tensors& c, const Tensors& y) {
          const Tensor next = sin(c[0]) * x[1] + y[0];
          return ScanStep{{next}, {next * next}};
        },
        {x[0]}, {x[2]});
    return Tensors{r.carry[0], r.y[0]};
  };
  const Tensors p = {random_normal({3}, 1), random_normal({3}, 2), random_normal({4, 3}, 3)};
  test::expect_taylor_of(loop, p, 3, 1e-11);
  test::expect_taylor_of(checkpoint_of(loop), p, 2, 1e-11);
  const Function choice = [](const Tensors& x) {
    return cond(
        sum(x[0]) > 0.0, [](const Tensors& t) { return Tensors{exp(t[0]) * t[0]}; },
        [](const Tensors& t) { return Tensors{sin(t[0])}; }, {x[0]});
  };
  test::expect_taylor_of(choice, {ones({3})}, 4, 1e-12);
  test::expect_taylor_of(choice, {-ones({3})}, 4, 1e-12);
}

/// u and its derivatives in the first coordinate by jet.
Tensors u_and_slopes(const Function& u, const Tensor& x, std::size_t order) {
  std::vector<Tensors> series(order, Tensors{Tensor::none()});
  series[0] = {broadcast_to(Tensor{1.0, 0.0}, x.shape())};
  const Jet j = jet(u, {x}, series);
  Tensors all = j.value;
  for (const Tensors& d : j.series) all.push_back(d[0]);
  return all;
}

TEST(Jet, ResidualsOfNetworksAreDifferentiatedByTheirWeights) {
  const Tensors w = weights_of({2, 6, 6, 1});
  const Tensor x = random_normal({7, 2}, 3);
  // u u_x - u_xx, by jet and by nested jvp.
  const Function loss = [&](const Tensors& p) {
    const Tensors u = u_and_slopes([&](const Tensors& at) { return Tensors{network(p, at[0])}; }, x, 2);
    return Tensors{mean(square(u[0] * u[1] - u[2]))};
  };
  const Function nested = [&](const Tensors& p) {
    const auto u = [&](const Tensor& at) { return network(p, at); };
    const Tensor v = broadcast_to(Tensor{1.0, 0.0}, x.shape());
    const auto u_x = [&](const Tensor& at) { return jvp(function(u), {at}, {v}).tangent[0]; };
    return Tensors{mean(square(u(x) * u_x(x) - jvp(function(u_x), {x}, {v}).tangent[0]))};
  };
  expect_same(loss(w), nested(w), 1e-13, "loss");
  const std::vector<int> all = {0, 1, 2, 3, 4, 5};
  expect_same(grad_of(loss, all)(w), grad_of(nested, all)(w), 1e-12, "gradient");
  tests::expect_same_transforms(loss, nested, w);
  const Function of_first = [&](const Tensors& p) {
    Tensors q = w;
    q[0] = p[0];
    return loss(q);
  };
  EXPECT_LT(check::gradient_error(of_first, w[0]), 1e-8);
  // One point at a time, by vmap.
  const Function u = [&](const Tensors& at) {
    return u_and_slopes([&](const Tensors& t) { return Tensors{network(w, t[0])}; }, at[0], 4);
  };
  expect_same(vmap_of(u, {0})({x}), u({x}), 1e-13, "vmap");
  // jet of jet, and of a gradient: mixed derivatives.
  const Function mixed = [&](const Tensors& at) {
    return Tensors{jet(
                       [&](const Tensors& t) {
                         return Tensors{
                             grad_of([&](const Tensors& q) { return Tensors{sum(network(w, q[0]))}; })(t)[0]};
                       },
                       at, {{ones_like(at[0])}})
                       .series[0][0]};
  };
  const Function hessian_product = [&](const Tensors& at) {
    return Tensors{hvp([&](const Tensor& t) { return sum(network(w, t)); }, at[0], ones_like(at[0]))};
  };
  expect_same(mixed({x}), hessian_product({x}), 1e-13, "jet of grad");
}

/// Operations that compute arrays below y: no views, no scalars.
std::size_t nodes_of(const Tensors& y) {
  std::size_t count = 0;
  graph::post_order(
      y, [](const graph::Node& n) { return !n.done(); },
      [&](const Tensor& x) {
        if (x.node()->projection >= 0 || x.rank() == 0) return;
        const std::string_view name = x.node()->op->name();
        count += name != "identity" && name != "broadcast_to";
      });
  return count;
}

TEST(Jet, CostsWhatDerivativesByHandCost) {
  const Tensors w = weights_of({2, 6, 6, 1});
  const Tensor x = random_normal({7, 2}, 3), v = broadcast_to(Tensor{1.0, 0.0}, {7, 2});
  eval(w);
  eval(Tensors{x, v});
  const Function u = [&](const Tensors& t) { return Tensors{network(w, t[0])}; };
  // h = tanh(a): h_x = (1 - h^2) a_x, h_xx = (1 - h^2) a_xx - 2 h h_x a_x.
  const auto by_hand = [&] {
    Tensor h = x, h_x = v, h_xx = Tensor::none();
    for (std::size_t i = 0; i + 2 < w.size(); i += 2) {
      const Tensor a_x = matmul(h_x, w[i]), a_xx = h_xx.defined() ? matmul(h_xx, w[i]) : h_xx;
      h = tanh(matmul(h, w[i]) + w[i + 1]);
      const Tensor slope = 1.0 - h * h;
      h_x = slope * a_x;
      const Tensor bend = 2.0 * (h * h_x * a_x);
      h_xx = a_xx.defined() ? slope * a_xx - bend : -bend;
    }
    return Tensors{matmul(h, w[4]) + w[5], matmul(h_x, w[4]), matmul(h_xx, w[4])};
  };
  expect_same(u_and_slopes(u, x, 2), by_hand(), 1e-14, "by hand");
  const auto count = [&](std::size_t order) { return nodes_of(u_and_slopes(u, x, order)); };
  const auto nested = [&](std::size_t order) {  // the highest derivative alone
    Function f = u;
    for (std::size_t k = 0; k < order; ++k) f = [f, v](const Tensors& t) { return jvp(f, t, {v}).tangent; };
    return nodes_of(f({x}));
  };
  const std::size_t hand = nodes_of(by_hand());
  std::cout << "  network of two tanh layers, u, u_x, u_xx: " << hand << " operations by hand\n";
  for (std::size_t k = 1; k <= 4; ++k)
    std::cout << "  order " << k << ": " << count(k) << " operations by jet, " << nested(k)
              << " by nested jvp for the last\n";
  EXPECT_LE(count(2), hand + 2);
  EXPECT_LE(count(4), 3 * count(2));
}

TEST(Jet, WorkIsPolynomialInTheOrder) {
  for (const auto& f : {Function(function([](const Tensor& x) { return tanh(x); })),
                        Function(function([](const Tensor& x) { return sin(x) * cos(x); })),
                        Function(function([](const Tensor& x) { return erf(x); })),
                        Function(function([](const Tensor& x) { return power(x, 0.3); })),
                        Function(function([](const Tensor& x) { return atan(x) / (1.0 + exp(x)); }))}) {
    const Tensor x = linspace(0.1, 0.9, 3), v = ones({3});
    eval(Tensors{x, v});
    const auto count = [&](std::size_t order) {
      std::vector<Tensors> series(order, Tensors{v});
      const Jet j = jet(f, {x}, series);
      Tensors all = j.value;
      for (const Tensors& d : j.series) all.push_back(d[0]);
      return static_cast<double>(nodes_of(all));
    };
    // Quadratic growth for those closed under a few series; power has one series more an order, hence cubic.
    EXPECT_LT(count(8), 9 * count(4));
  }
}

TEST(Jet, ArgumentsThatDoNotMoveAndIntegers) {
  const Tensor x = random_normal({5}, 1), y = random_normal({5}, 2), at = random_integers({3}, 0, 5, 3);
  const Function f = [](const Tensors& t) {
    return Tensors{gather(t[0] * t[1], t[2]), t[2] + 1, t[1], stop_gradient(t[0]) * t[0]};
  };
  const Tensors none(3, Tensor::none());
  const Jet still = jet(f, {x, y, at}, {none, none});
  for (const Tensors& d : still.series)
    for (const Tensor& t : d) EXPECT_EQ(max_abs(t), 0.0);
  // x' = 0 but x'' is not.
  const Jet late = jet(f, {x, y, at}, {{none[0], ones({5}), none[2]}, {ones({5}), none[1], none[2]}});
  EXPECT_LT(max_abs(late.series[0][0] - gather(x, at)), 1e-15);
  EXPECT_LT(max_abs(late.series[1][0] - gather(y, at)), 1e-15);
  EXPECT_EQ(max_abs(late.series[0][3]), 0.0);
  EXPECT_LT(max_abs(late.series[1][3] - x), 1e-15);
  EXPECT_EQ(late.series[1][1].dtype(), DType::i64);
  EXPECT_EQ(jet(f, {x, y, at}, {}).value[0].shape(), Shape{3});
}

TEST(Jet, SameBitsForAnyNumberOfThreads) {
  const Tensors w = weights_of({2, 64, 64, 1});
  const Tensor x = random_normal({4000, 2}, 3);
  const auto bits = [&](int threads) {
    cpu::set_threads(threads);
    std::vector<std::vector<double>> all;
    for (const Tensor& t : u_and_slopes([&](const Tensors& at) { return Tensors{network(w, at[0])}; }, x, 3))
      all.push_back(t.to_vector<double>());
    return all;
  };
  const auto alone = bits(1);
  EXPECT_EQ(bits(2), alone);
  EXPECT_EQ(bits(4), alone);
  cpu::set_threads(0);
}

TEST(Jet, Errors) {
  const Function f = function([](const Tensor& x) { return exp(x); });
  expect_message([&] { jet(f, {ones({2})}, {{ones({2})}, {}}); }, "jet: 0 derivatives of order 2 for 1 arguments");
  expect_message([&] { jet(f, {ones({2})}, {{ones({3})}}); },
                 "jet: derivative of argument 0 is f64 [3], but must be f64 [2]");
}

}  // namespace
}  // namespace terrella
