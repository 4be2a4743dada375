#include "elec/mt1d/impedance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/ops.h"
#include "core/transform.h"

using namespace terrella;
using elec::impedance_1d;
using elec::impedance_1d_composed;

namespace {

using Complex = std::complex<double>;

Tensor random_tensor(unsigned seed, const Shape& shape, double low, double high) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& x : values) x = uniform(random);
  return Tensor::from(values, shape);
}
Tensor random_complex(unsigned seed, const Shape& shape) {
  return random_tensor(seed, shape, -1, 1) + Tensor(Complex(0, 1)) * random_tensor(seed + 1, shape, -1, 1);
}

/// Layers that the frequencies see, each quantity of order one after division by its scale.
Tensor resistivity(unsigned seed, const Shape& shape) { return exp(random_tensor(seed, shape, 1, 7)); }
Tensor thickness(unsigned seed, const Shape& shape) { return exp(random_tensor(seed, shape, 4, 7)); }
const Tensor frequency = {0.03, 1.0, 20.0, 300.0};

/// Largest difference relative to the largest entry of b.
double difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  EXPECT_EQ(a.dtype(), b.dtype());
  return max_abs(a - b) / max_abs(b);
}

Tensors fast(const Tensors& x) { return {impedance_1d(x[0], x[1], x[2])}; }
Tensors slow(const Tensors& x) { return {impedance_1d_composed(x[0], x[1], x[2])}; }

/// A real number of all results, whose derivatives of every order differ from zero.
Function loss(const Function& f) {
  return [f](const Tensors& x) -> Tensors {
    const Tensor z = f(x)[0];
    const Tensor l = log(real(conj(z) * z));
    return {sum(l * l) + sum(real(z) * arg(z))};
  };
}

/// Models whose inputs broadcast in all ways.
std::vector<Tensors> models() {
  return {{resistivity(1, {5}), thickness(2, {4}), frequency},
          {resistivity(3, {3, 4}), thickness(4, {3}), frequency},
          {resistivity(5, {4}), thickness(6, {3, 3}), frequency * random_tensor(7, {3, 1}, 0.5, 2)},
          {resistivity(8, {2, 1, 3}), thickness(9, {3, 2}), frequency},
          {resistivity(10, {2, 1}), zeros({0}), frequency},
          {resistivity(11, {1, 3}), thickness(12, {1, 2}), frequency}};
}

/// Tangents of the inputs' own sizes.
Tensors directions(unsigned seed, const Tensors& x) {
  Tensors out;
  for (const Tensor& a : x) out.push_back(a * random_tensor(seed++, a.shape(), -1, 1));
  return out;
}

void expect_same(const Tensors& a, const Tensors& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (b[i].size() > 0) { EXPECT_LT(difference(a[i], b[i]), tolerance) << "entry " << i; }
}

}  // namespace

TEST(Impedance1d, HalfSpaceReturnsItsResistivity) {
  const Tensor z = impedance_1d({100.0}, Tensor(), frequency);
  const Tensor rho = real(conj(z) * z) / (2 * M_PI * 4e-7 * M_PI * frequency);
  EXPECT_LT(max_abs(rho - 100.0), 1e-11);
  EXPECT_LT(max_abs(arg(z) - M_PI / 4), 1e-14);
}

TEST(Impedance1d, AgreesWithTheOneOfTableOperations) {
  for (const Tensors& x : models()) expect_same(fast(x), slow(x), 1e-13);
}

TEST(Impedance1d, BroadcastsLeadingAxes) {
  const Tensors x = models()[3];
  const Tensor z = fast(x)[0];
  EXPECT_EQ(z.shape(), Shape({2, 3, 4}));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      EXPECT_EQ(max_abs(z[i][j] - impedance_1d(x[0][i][0], x[1][j], x[2])), 0);  // the same bits
}

TEST(Impedance1d, FirstDerivativesAgree) {
  unsigned seed = 20;
  for (const Tensors& x : models()) {
    const Tensors dots = directions(seed += 10, x);
    expect_same(jvp(fast, x, dots).tangent, jvp(slow, x, dots).tangent, 1e-12);
    for (int i = 0; i < 3; ++i) {  // one by one: the others have no tangent
      Tensors one = {zeros_like(x[0]), zeros_like(x[1]), zeros_like(x[2])};
      one[i] = dots[i];
      if (x[i].size() > 0) expect_same(jvp(fast, x, one).tangent, jvp(slow, x, one).tangent, 1e-12);
    }
    const Tensor bar = random_complex(seed, fast(x)[0].shape());
    expect_same(vjp(fast, x).pullback({bar}), vjp(slow, x).pullback({bar}), 1e-12);
  }
}

TEST(Impedance1d, AdjointIsTheTransposeOfTheTangent) {
  unsigned seed = 200;
  for (const Tensors& x : models()) {
    const Tensors dots = directions(seed += 10, x);
    const Tensor z_dot = jvp(fast, x, dots).tangent[0], bar = random_complex(seed, z_dot.shape());
    const Tensors bars = vjp(fast, x).pullback({bar});
    double right = 0;
    for (int i = 0; i < 3; ++i) right += sum(bars[i] * dots[i]).item();
    EXPECT_NEAR(sum(real(conj(bar) * z_dot)).item(), right, 1e-13 * norm(bar).item() * norm(z_dot).item());
  }
}

TEST(Impedance1d, SecondDerivativesAgreeInEveryOrder) {
  unsigned seed = 300;
  for (const Tensors& x : models()) {
    const Tensors u = directions(seed += 10, x), v = directions(seed += 10, x);
    const auto tangent = [](const Function& f, const Tensors& dots) -> Function {
      return [=](const Tensors& at) { return jvp(f, at, dots).tangent; };
    };
    const auto gradient = [](const Function& f) -> Function {
      return [=](const Tensors& at) { return vjp(f, at).pullback({Tensor(1.0)}); };
    };
    const auto of_logarithms = [](const Function& f) -> Function {  // so that inner tangents depend on the point too
      return [=](const Tensors& at) { return f({exp(at[0]), exp(at[1]), exp(at[2])}); };
    };
    const Tensors logs = {log(x[0]), log(x[1]), log(x[2])};
    expect_same(jvp(tangent(of_logarithms(fast), u), logs, v).tangent,
                jvp(tangent(of_logarithms(slow), u), logs, v).tangent, 1e-11);
    // forward over forward, reverse over forward, forward over reverse, reverse over reverse
    expect_same(jvp(tangent(fast, u), x, v).tangent, jvp(tangent(slow, u), x, v).tangent, 1e-11);
    const Tensor bar = random_complex(seed, fast(x)[0].shape());
    expect_same(vjp(tangent(fast, u), x).pullback({bar}), vjp(tangent(slow, u), x).pullback({bar}), 1e-11);
    expect_same(jvp(gradient(loss(fast)), x, v).tangent, jvp(gradient(loss(slow)), x, v).tangent, 1e-11);
    expect_same(vjp(gradient(loss(fast)), x).pullback(v), vjp(gradient(loss(slow)), x).pullback(v), 1e-11);
  }
}

TEST(Impedance1d, ThirdDerivativesAgree) {
  const Tensors x = models()[0];
  const Tensors u = directions(500, x), v = directions(510, x), w = directions(520, x);
  const auto third = [&](const Function& f) {
    const Function first = [&](const Tensors& at) { return vjp(f, at).pullback({Tensor(1.0)}); };
    const Function second = [&](const Tensors& at) { return jvp(first, at, u).tangent; };
    return jvp(second, x, v).tangent;
  };
  expect_same(third(loss(fast)), third(loss(slow)), 1e-10);
}

TEST(Impedance1d, SecondDerivativeAgreesWithDifferences) {  // independent of the composed one
  const Tensor h = {300.0, 900.0}, m = {4.0, 2.0, 6.0}, v = {0.3, -0.5, 0.2};
  const auto misfit = [&](const Tensor& log_rho) {
    const Tensor z = impedance_1d(exp(log_rho), h, frequency);
    return sum(log(real(conj(z) * z)) * arg(z));
  };
  const double step = 1e-5;
  const Tensor differences = (grad(misfit)(m + step * v) - grad(misfit)(m - step * v)) / (2 * step);
  EXPECT_LT(difference(hvp(misfit, m, v), differences), 1e-8);  // step^2 and rounding / step
}

TEST(Impedance1d, VmapIsALoop) {
  const Tensor rho = resistivity(600, {3, 4}), h = thickness(601, {3, 3}), f = random_tensor(602, {3, 5}, 0.1, 10);
  const auto check = [&](const Function& map, const std::function<Tensor(int)>& loop, const Tensors& x) {
    const Tensor all = map(x)[0];
    for (int i = 0; i < 3; ++i) EXPECT_EQ(max_abs(all[i] - loop(i)), 0) << i;
  };
  using Axes = std::vector<std::optional<int>>;
  check(vmap_of(fast, Axes{0, 0, 0}), [&](int i) { return impedance_1d(rho[i], h[i], f[i]); }, {rho, h, f});
  check(vmap_of(fast, Axes{0, {}, {}}), [&](int i) { return impedance_1d(rho[i], h[0], frequency); },
        {rho, h[0], frequency});
  check(vmap_of(fast, Axes{{}, {}, 0}), [&](int i) { return impedance_1d(rho[0], h[0], f[i]); }, {rho[0], h[0], f});
  // the mapped axis stands before the soundings' own
  check(vmap_of(fast, Axes{{}, 0, {}}), [&](int i) { return impedance_1d(rho, h[i], frequency); }, {rho, h, frequency});
  // derivatives under vmap
  const Function gradient = [](const Tensors& x) { return vjp(loss(fast), x).pullback({Tensor(1.0)}); };
  check(vmap_of(gradient, Axes{0, 0, 0}), [&](int i) { return gradient({rho[i], h[i], f[i]})[0]; }, {rho, h, f});
  const Tensors dots = {rho * 0.1, h * 0.2, f * 0.3};
  const Function tangent = [](const Tensors& x) { return jvp(fast, {x[0], x[1], x[2]}, {x[3], x[4], x[5]}).tangent; };
  check(vmap_of(tangent, Axes{0, 0, 0, 0, 0, 0}),
        [&](int i) {
          return tangent({rho[i], h[i], f[i], dots[0][i], dots[1][i], dots[2][i]})[0];
        },
        {rho, h, f, dots[0], dots[1], dots[2]});
  check(vmap_of(tangent, Axes{{}, {}, {}, 0, {}, {}}),
        [&](int i) {
          return tangent({rho[0], h[0], f[0], dots[0][i], dots[1][0], dots[2][0]})[0];
        },
        {rho[0], h[0], f[0], dots[0], dots[1][0], dots[2][0]});
  // vmap in vmap: all pairs
  const Function inner = vmap_of(fast, Axes{{}, 0, {}});
  const Tensor pairs = vmap_of(inner, Axes{0, {}, {}})({rho, h, frequency})[0];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) EXPECT_EQ(max_abs(pairs[i][j] - impedance_1d(rho[i], h[j], frequency)), 0);
}

TEST(Impedance1d, JacobianIsThatOfTheTransforms) {
  const Tensor rho = resistivity(700, {4}), h = thickness(701, {3});
  const auto [z, by_resistivity, by_thickness] = elec::impedance_1d_jacobian(rho, h, frequency);
  EXPECT_LT(difference(z, impedance_1d(rho, h, frequency)), 1e-14);
  const auto column = [&](int argument, std::int64_t j) {
    Tensors dots = {zeros({4}), zeros({3}), zeros({4})};
    dots[argument] = cast(arange(dots[argument].size()) == Tensor(j), DType::f64);
    return jvp(slow, {rho, h, frequency}, dots).tangent[0];
  };
  for (int j = 0; j < 4; ++j) EXPECT_LT(difference(index(by_resistivity, {Ellipsis{}, j}), column(0, j)), 1e-12);
  for (int j = 0; j < 3; ++j) EXPECT_LT(difference(index(by_thickness, {Ellipsis{}, j}), column(1, j)), 1e-12);
  const Tensor forward = jacobian_of(fast, {rho, h, frequency}, 0, Mode::forward);
  EXPECT_LT(difference(by_resistivity, forward), 1e-13);
}

TEST(Impedance1d, JacobianBroadcastsAndHasDerivatives) {
  const Tensor rho = resistivity(710, {2, 3}), h = thickness(711, {2});
  const auto j = elec::impedance_1d_jacobian(rho, h, frequency);
  EXPECT_EQ(j.by_resistivity.shape(), Shape({2, 4, 3}));
  EXPECT_EQ(j.by_thickness.shape(), Shape({2, 4, 2}));
  EXPECT_EQ(max_abs(j.by_thickness[1] - elec::impedance_1d_jacobian(rho[1], h, frequency).by_thickness), 0);

  const auto entry = [&](const Tensor& r) {
    return sum(abs(elec::impedance_1d_jacobian(r, h, frequency).by_resistivity));
  };
  const Tensor dot = rho * random_tensor(712, {2, 3}, -1, 1);
  const double step = 1e-5;
  const double differences = ((entry(rho + step * dot) - entry(rho - step * dot)) / (2 * step)).item();
  EXPECT_NEAR(sum(grad(entry)(rho) * dot).item() / differences, 1, 1e-7);
}

TEST(Impedance1d, KeepsSinglePrecisionSingle) {
  const auto f32 = [](const Tensor& x) { return cast(x, DType::f32); };
  const Tensors x = models()[0];
  const Tensor z = impedance_1d(f32(x[0]), f32(x[1]), f32(x[2]));
  EXPECT_EQ(z.dtype(), DType::c64);
  EXPECT_LT(max_abs(cast(z, DType::c128) - fast(x)[0]) / max_abs(fast(x)[0]), 1e-6);
  EXPECT_EQ(impedance_1d(f32(x[0]), x[1], x[2]).dtype(), DType::c128);
}

TEST(Impedance1d, ComposedTakesComplexResistivity) {  // a half-space of resistivity rho e^{i a} has phase 45 + a/2
  const Tensor rho = Tensor({Complex(100 * std::cos(0.2), 100 * std::sin(0.2))});
  EXPECT_LT(max_abs(arg(impedance_1d_composed(rho, Tensor(), frequency)) - (M_PI / 4 + 0.1)), 1e-14);
}

TEST(Impedance1d, RefusesWhatDoesNotFit) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "accepted";
  };
  EXPECT_EQ(message([] {
              impedance_1d({1, 2, 3}, {100, 200, 300, 400, 500}, frequency);
            }),
            "impedance_1d: 3 resistivities need 2 thicknesses, got 5; the half-space has none");
  EXPECT_EQ(message([] { impedance_1d(Tensor(), Tensor(), frequency); }),
            "impedance_1d: a model needs at least one resistivity, that of the half-space");
  EXPECT_EQ(message([] { impedance_1d(100.0, Tensor(), frequency); }),
            "impedance_1d: resistivity is a single number; give it an axis: [n]");
  EXPECT_EQ(message([] { impedance_1d(Tensor({Complex(1, 1)}), Tensor(), frequency); }),
            "impedance_1d: resistivity is c128 but must be real; impedance_1d_composed takes complex");
  EXPECT_NE(message([] {
              impedance_1d(ones({2, 3}), ones({3, 2}), frequency);
            }).find("impedance_1d"),
            std::string::npos);
}
