#include "elec/mt1d/impedance_kernel.h"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <random>

#include "tests/elec/mt1d/reference.h"

using namespace terrella;
using namespace terrella::elec::mt1d;
using reference::Model;
using Complex = std::complex<double>;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double mu_0 = 4e-7 * pi;

std::vector<double> logspace(double from, double to, int count) {
  std::vector<double> x;
  for (int i = 0; i < count; ++i) x.push_back(std::pow(10, from + (to - from) * i / std::max(1, count - 1)));
  return x;
}

/// Resistivity and thickness log-uniform between powers of ten.
Model random_model(std::mt19937& random, std::size_t layers, double rho_from, double rho_to, double h_from,
                   double h_to) {
  std::uniform_real_distribution<double> rho(rho_from, rho_to), h(h_from, h_to);
  Model m;
  for (std::size_t j = 0; j < layers; ++j) m.resistivity.push_back(std::pow(10, rho(random)));
  for (std::size_t j = 0; j + 1 < layers; ++j) m.thickness.push_back(std::pow(10, h(random)));
  return m;
}

Batch one(const Model& m, const std::vector<double>& frequency) {
  return {1,
          static_cast<std::int64_t>(m.resistivity.size()),
          static_cast<std::int64_t>(frequency.size()),
          m.resistivity,
          m.thickness,
          frequency};
}

std::vector<Complex> impedance(const Batch& batch, const ImpedanceTable& table) {
  std::vector<Complex> z(batch.soundings * batch.frequencies);
  elec::mt1d::impedance(batch, z, table);
  return z;
}

struct Jacobian {
  std::vector<Complex> z, resistivity, thickness;
  bool operator==(const Jacobian&) const = default;
};
Jacobian jacobian(const Batch& batch, const ImpedanceTable& table) {
  const std::size_t values = batch.soundings * batch.frequencies;
  Jacobian j{std::vector<Complex>(values), std::vector<Complex>(values * batch.layers),
             std::vector<Complex>(values * (batch.layers - 1))};
  impedance_jacobian(batch, j.z, j.resistivity, j.thickness, table);
  return j;
}

double apparent_resistivity(Complex z, double frequency) { return std::norm(z) / (2 * pi * frequency * mu_0); }
double phase(Complex z) { return std::arg(z) * 180 / pi; }

/// Every build that this machine (or TERRELLA_ISA) allows runs every test.
class Impedance1dKernel : public testing::TestWithParam<cpu::Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > cpu::isa()) GTEST_SKIP() << "not on this machine";
  }
  const ImpedanceTable& table() const { return impedance_table(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Isa, Impedance1dKernel, testing::Values(cpu::Isa::baseline, cpu::Isa::avx2, cpu::Isa::avx512),
                         [](const auto& instance) { return cpu::name(instance.param); });

}  // namespace

TEST_P(Impedance1dKernel, PropagationIsExactToTwoUlp) {
  std::vector<double> y = {0.0};
  for (double x : logspace(-14, std::log10(340), 5000)) y.push_back(x);
  for (int n = 1; n <= 216; ++n)  // where sine or cosine vanish, and the ends of the intervals of both reductions
    for (double d : {-1e-9, 0.0, 1e-9}) y.push_back(n * pi / 2 + d), y.push_back(n * std::numbers::ln2 / 2 + d);
  std::vector<Complex> e(y.size()), m(y.size());
  table().propagation(y.size(), y.data(), reinterpret_cast<double*>(e.data()), reinterpret_cast<double*>(m.data()));
  double e_error = 0, m_error = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const reference::Real half = reference::Real(y[i]) / 2;
    const reference::Complex exact = reference::exp_minus_twice({{half, half}, {0, 0}}).value;
    e_error = std::max(e_error, reference::relative_error(e[i], exact));
    m_error = std::max(m_error, reference::relative_error(m[i], reference::Complex{1, 0} - exact));
  }
  EXPECT_LT(e_error, 4.5e-16);
  EXPECT_LT(m_error, 4.5e-16);
  EXPECT_EQ(m[0], Complex(0));
  const double tiny[] = {1e-200, 1e-17};  // below the digits of the reference: m = (1+i) y
  table().propagation(2, tiny, reinterpret_cast<double*>(e.data()), reinterpret_cast<double*>(m.data()));
  for (int i : {0, 1}) EXPECT_EQ(m[i], Complex(tiny[i], tiny[i]));
}

TEST_P(Impedance1dKernel, ReproducesExactValues) {
  struct Row {
    double period, rho_a, phase;
  };
  const Model three = {{100, 10, 1000}, {1000, 2000}}, host = {{10, 100, 0.1}, {10000, 20000}};
  const auto check = [&](const Model& m, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      const std::vector<double> f = {1 / row.period};
      const Complex z = impedance(one(m, f), table())[0];
      EXPECT_NEAR(apparent_resistivity(z, f[0]) / row.rho_a, 1, 1e-6) << row.period << " s";
      EXPECT_NEAR(phase(z) / row.phase, 1, 1e-6) << row.period << " s";
    }
  };
  check(three, {{0.01, 102.664952, 44.17237},
                {0.1, 83.564056, 61.03951},
                {1, 23.570822, 61.65514},
                {10, 27.212102, 22.10518},
                {100, 145.419682, 17.66396},
                {1000, 463.451072, 29.03857}});
  check(host, {{100, 15.457402, 38.05348}, {1000, 7.707514, 74.85428}});  // host of COMMEMI 3D-2
}

TEST_P(Impedance1dKernel, HalfSpaceReturnsItself) {
  const std::vector<double> f = logspace(-5, 5, 41);
  for (double rho : {1e-3, 1.0, 100.0, 1e8})
    for (std::size_t layers : {1, 2, 200}) {  // a boundary between equal layers is none
      const Model m = {std::vector<double>(layers, rho), std::vector<double>(layers - 1, 25.0)};
      const std::vector<Complex> z = impedance(one(m, f), table());
      for (std::size_t i = 0; i < f.size(); ++i) {
        EXPECT_NEAR(apparent_resistivity(z[i], f[i]) / rho, 1, 1e-13);
        EXPECT_NEAR(phase(z[i]), 45, 1e-11);
      }
    }
}

TEST_P(Impedance1dKernel, AgreesWithTheTextbookFormIn32Digits) {
  struct Range {
    std::size_t layers;
    double rho_from, rho_to, h_from, h_to;
  };
  const std::vector<Range> ranges = {{1, -2, 6, 0, 0},    {2, -2, 6, -3, 6},   {3, -1, 4, 1, 4},
                                     {60, 0, 4, 0, 3.5},  {200, 0, 4, 0, 3.5},  // ordinary, many
                                     {200, -3, 8, -6, 6},  // sea water to air, micrometres to 1000 km
                                     {200, 0, 4, -9, -6},  // vanishing
                                     {200, 0, 4, 5, 9}};   // one layer is all one sees
  std::mt19937 random(3);
  const std::vector<double> f = logspace(-5, 5, 31);
  double worst = 0;
  for (const Range& r : ranges)
    for (int i = 0; i < 2; ++i) {
      const Model m = random_model(random, r.layers, r.rho_from, r.rho_to, r.h_from, r.h_to);
      const std::vector<Complex> z = impedance(one(m, f), table());
      for (std::size_t k = 0; k < f.size(); ++k)
        worst = std::max(worst, reference::relative_error(z[k], reference::impedance(m, f[k])));
    }
  EXPECT_LT(worst, 2e-14);  // errors below shrink on their way up, so that 200 layers do not add up
}

TEST_P(Impedance1dKernel, EveryDerivativeAgreesWithDualNumbersIn32Digits) {
  struct Range {
    std::size_t layers;
    double rho_from, rho_to, h_from, h_to;
  };
  const std::vector<Range> ranges = {
      {1, 0, 4, 0, 0}, {2, 0, 4, 0, 3}, {30, 0, 4, 0, 3.5}, {30, 0, 4, -6, 0}, {5, -2, 8, -3, 5}};
  std::mt19937 random(4);
  const std::vector<double> f = logspace(-5, 5, 11);
  double worst = 0;
  for (const Range& r : ranges)
    for (int i = 0; i < 3; ++i) {
      const Model m = random_model(random, r.layers, r.rho_from, r.rho_to, r.h_from, r.h_to);
      const Jacobian found = jacobian(one(m, f), table());
      EXPECT_LT(std::abs(found.z[5] - impedance(one(m, f), table())[5]), 1e-14 * std::abs(found.z[5]));
      // Each entry relative to itself, as far down as the reference has digits.
      const auto compare = [&](Complex entry, reference::Dual exact, double unit) {
        if (abs(exact.dot) * unit > 1e-18 * abs(exact.value))
          worst = std::max(worst, reference::relative_error(entry, exact.dot));
      };
      for (std::size_t k = 0; k < f.size(); ++k) {
        Model dot = reference::zero(m);
        for (std::size_t j = 0; j < r.layers; ++j) {
          dot.resistivity[j] = 1;
          compare(found.resistivity[k * r.layers + j], reference::impedance(m, f[k], dot, 0), m.resistivity[j]);
          dot.resistivity[j] = 0;
        }
        for (std::size_t j = 0; j + 1 < r.layers; ++j) {
          dot.thickness[j] = 1;
          compare(found.thickness[k * (r.layers - 1) + j], reference::impedance(m, f[k], dot, 0), m.thickness[j]);
          dot.thickness[j] = 0;
        }
      }
    }
  EXPECT_LT(worst, 2e-13);  // exp(-y) multiplies the rounding of y, which is 40 at 1e-18
}

TEST_P(Impedance1dKernel, ProductsAreThoseOfTheJacobian) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  const std::size_t layers = 17, frequencies = 13;
  const Model m = random_model(random, layers, 0, 4, 0, 3);
  const std::vector<double> f = logspace(-3, 3, frequencies);
  const Jacobian j = jacobian(one(m, f), table());
  Model dot = reference::zero(m);
  for (std::size_t i = 0; i < layers; ++i) dot.resistivity[i] = m.resistivity[i] * normal(random);
  for (std::size_t i = 0; i + 1 < layers; ++i) dot.thickness[i] = m.thickness[i] * normal(random);
  std::vector<double> f_dot;
  for (double x : f) f_dot.push_back(x * normal(random));
  std::vector<Complex> w(frequencies), z_dot(frequencies);
  for (Complex& x : w) x = {normal(random), normal(random)};

  impedance_jvp(one(m, f), {dot.resistivity, dot.thickness, f_dot}, z_dot, table());
  for (std::size_t k = 0; k < frequencies; ++k)
    EXPECT_LT(reference::relative_error(z_dot[k], reference::impedance(m, f[k], dot, f_dot[k]).dot), 1e-13);

  std::vector<double> rho_bar(layers), h_bar(layers - 1), f_bar(frequencies);
  impedance_vjp(one(m, f), w, {rho_bar, h_bar, f_bar}, table());
  double left = 0, right = 0, size = 0;
  for (std::size_t k = 0; k < frequencies; ++k)
    left += std::real(std::conj(w[k]) * z_dot[k]), size += std::abs(w[k] * z_dot[k]);
  for (std::size_t i = 0; i < layers; ++i) right += rho_bar[i] * dot.resistivity[i];
  for (std::size_t i = 0; i + 1 < layers; ++i) right += h_bar[i] * dot.thickness[i];
  for (std::size_t k = 0; k < frequencies; ++k) right += f_bar[k] * f_dot[k];
  EXPECT_NEAR(left, right, 1e-13 * size);

  for (std::size_t i = 0; i < layers; ++i) {
    double expected = 0, terms = 0;
    for (std::size_t k = 0; k < frequencies; ++k) {
      expected += std::real(std::conj(w[k]) * j.resistivity[k * layers + i]);
      terms += std::abs(w[k] * j.resistivity[k * layers + i]);
    }
    EXPECT_NEAR(rho_bar[i], expected, 1e-13 * terms);
  }
}

TEST_P(Impedance1dKernel, TaylorRemainderIsOfSecondOrder) {
  std::mt19937 random(6);
  const Model m = random_model(random, 12, 0, 4, 1, 3), v = random_model(random, 12, -1, 0, -1, 0);
  const std::vector<double> f = logspace(-2, 2, 9);
  Model dot = reference::zero(m);
  for (std::size_t i = 0; i < 12; ++i) dot.resistivity[i] = m.resistivity[i] * v.resistivity[i];
  for (std::size_t i = 0; i < 11; ++i) dot.thickness[i] = m.thickness[i] * v.thickness[i];
  const std::vector<Complex> z = impedance(one(m, f), table());
  std::vector<Complex> z_dot(9);
  impedance_jvp(one(m, f), {dot.resistivity, dot.thickness, {}}, z_dot, table());
  const auto remainder = [&](double step) {
    Model moved = m;
    for (std::size_t i = 0; i < 12; ++i) moved.resistivity[i] += step * dot.resistivity[i];
    for (std::size_t i = 0; i < 11; ++i) moved.thickness[i] += step * dot.thickness[i];
    const std::vector<Complex> there = impedance(one(moved, f), table());
    double sum = 0;
    for (std::size_t k = 0; k < 9; ++k) sum += std::norm(there[k] - z[k] - step * z_dot[k]);
    return std::sqrt(sum);
  };
  EXPECT_NEAR(std::log2(remainder(1e-3) / remainder(5e-4)), 2, 0.02);
}

TEST_P(Impedance1dKernel, ScalingRelationsHold) {
  // Z depends on f rho and f h^2 / rho: f dZ/df = Z - sum rho dZ/drho = (Z + sum h dZ/dh) / 2.
  std::mt19937 random(7);
  const Model m = random_model(random, 25, 0, 4, 0, 3);
  const std::vector<double> f = logspace(-4, 4, 33);
  const Jacobian j = jacobian(one(m, f), table());
  for (std::size_t k = 0; k < f.size(); ++k) {
    Complex left = j.z[k], right = j.z[k] / 2.0;
    for (std::size_t i = 0; i < 25; ++i) left -= m.resistivity[i] * j.resistivity[k * 25 + i];
    for (std::size_t i = 0; i < 24; ++i) right += 0.5 * m.thickness[i] * j.thickness[k * 24 + i];
    EXPECT_LT(std::abs(left - right), 1e-13 * std::abs(j.z[k]));
  }
}

TEST_P(Impedance1dKernel, BatchHasTheBitsOfALoopWhateverTheThreads) {
  std::mt19937 random(8);
  const std::int64_t soundings = 300, layers = 12, frequencies = 37;
  std::vector<double> rho, h, f, w;
  std::vector<Complex> z_bar;
  for (int i = 0; i < soundings; ++i) {
    const Model m = random_model(random, layers, 0, 4, 0, 3);
    rho.insert(rho.end(), m.resistivity.begin(), m.resistivity.end());
    h.insert(h.end(), m.thickness.begin(), m.thickness.end());
    for (double x : logspace(-3, 3, frequencies)) f.push_back(x * (1 + 0.001 * i)), z_bar.emplace_back(x, i);
  }
  const Batch all = {soundings, layers, frequencies, rho, h, f};
  const auto run = [&](const Batch& b, std::span<const Complex> bar) {
    std::vector<double> products(b.soundings * (2 * layers - 1 + frequencies));
    const std::span<double> p = products;
    impedance_vjp(b, bar,
                  {p.subspan(0, b.soundings * layers), p.subspan(b.soundings * layers, b.soundings * (layers - 1)),
                   p.subspan(b.soundings * (2 * layers - 1))},
                  table());
    std::vector<Complex> z_dot(b.soundings * frequencies);
    impedance_jvp(b, {b.resistivity, b.thickness, {}}, z_dot, table());
    return std::tuple(impedance(b, table()), jacobian(b, table()), z_dot, products);
  };
  const auto whole = run(all, z_bar);
  for (int threads : {1, 2, 4}) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
    EXPECT_TRUE(whole == run(all, z_bar)) << threads;
  }
  for (std::int64_t i : {std::int64_t{0}, std::int64_t{123}, soundings - 1}) {
    const Batch single = {1,
                          layers,
                          frequencies,
                          all.resistivity.subspan(i * layers, layers),
                          all.thickness.subspan(i * (layers - 1), layers - 1),
                          all.frequency.subspan(i * frequencies, frequencies)};
    const auto [z, j, z_dot, products] = run(single, std::span(z_bar).subspan(i * frequencies, frequencies));
    for (std::int64_t k = 0; k < frequencies; ++k) {
      EXPECT_EQ(z[k], std::get<0>(whole)[i * frequencies + k]);
      EXPECT_EQ(z_dot[k], std::get<2>(whole)[i * frequencies + k]);
    }
    EXPECT_TRUE(std::equal(j.resistivity.begin(), j.resistivity.end(),
                           std::get<1>(whole).resistivity.begin() + i * frequencies * layers));
    EXPECT_TRUE(std::equal(j.thickness.begin(), j.thickness.end(),
                           std::get<1>(whole).thickness.begin() + i * frequencies * (layers - 1)));
    EXPECT_TRUE(std::equal(products.begin(), products.begin() + layers, std::get<3>(whole).begin() + i * layers));
  }
}

TEST_P(Impedance1dKernel, LanesDoNotKnowTheirNeighbours) {
  std::mt19937 random(9);
  const Model m = random_model(random, 9, 0, 4, 0, 3);
  const std::vector<double> f = logspace(-3, 3, 35);
  const Jacobian all = jacobian(one(m, f), table());
  const std::vector<Complex> values = impedance(one(m, f), table());
  for (std::size_t count = 0; count <= 35; ++count)
    for (std::size_t from : {std::size_t{0}, 35 - count}) {
      const std::vector<double> part(f.begin() + from, f.begin() + from + count);
      const Jacobian some = jacobian(one(m, part), table());
      const std::vector<Complex> z = impedance(one(m, part), table());
      EXPECT_TRUE(std::equal(z.begin(), z.end(), values.begin() + from));
      EXPECT_TRUE(std::equal(some.resistivity.begin(), some.resistivity.end(), all.resistivity.begin() + from * 9));
      EXPECT_TRUE(std::equal(some.thickness.begin(), some.thickness.end(), all.thickness.begin() + from * 8));
    }
}

TEST_P(Impedance1dKernel, SharedRowsAreRepeatedRows) {
  std::mt19937 random(10);
  const Model a = random_model(random, 4, 0, 4, 0, 3), b = random_model(random, 4, 0, 4, 0, 3);
  const std::vector<double> f = logspace(-1, 1, 6);
  std::vector<double> rho = a.resistivity;
  rho.insert(rho.end(), b.resistivity.begin(), b.resistivity.end());
  const std::vector<Complex> z = impedance({2, 4, 6, rho, a.thickness, f}, table());
  const std::vector<Complex> second = impedance(one({b.resistivity, a.thickness}, f), table());
  EXPECT_TRUE(std::equal(second.begin(), second.end(), z.begin() + 6));
}

TEST_P(Impedance1dKernel, WhatIsNotPositiveGivesNaN) {
  const std::vector<double> f = {0.1, -1.0, 10.0};
  const auto nan = [](Complex z) { return std::isnan(z.real()) && std::isnan(z.imag()); };
  const std::vector<Complex> z = impedance(one({{10, 100}, {500}}, f), table());
  EXPECT_FALSE(nan(z[0]));
  EXPECT_TRUE(nan(z[1]));
  EXPECT_FALSE(nan(z[2]));
  EXPECT_TRUE(nan(impedance(one({{10, -100}, {500}}, f), table())[0]));
  EXPECT_TRUE(nan(impedance(one({{-10, 100}, {500}}, f), table())[0]));
  EXPECT_TRUE(nan(impedance(one({{10, 100}, {-500}}, f), table())[0]));
  EXPECT_TRUE(nan(impedance(one({{10, 100}, {std::nan("")}}, f), table())[0]));
}

TEST(Impedance1dBuilds, AgreeWithEachOther) {
  std::mt19937 random(11);
  const Model m = random_model(random, 40, 0, 4, 0, 3.5);
  const std::vector<double> f = logspace(-5, 5, 40);
  const Jacobian baseline = jacobian(one(m, f), impedance_table_baseline);
  for (cpu::Isa isa : {cpu::Isa::avx2, cpu::Isa::avx512}) {
    if (isa > cpu::isa()) continue;
    const Jacobian other = jacobian(one(m, f), impedance_table(isa));
    for (std::size_t k = 0; k < f.size(); ++k) {
      EXPECT_LT(std::abs(baseline.z[k] - other.z[k]), 1e-14 * std::abs(other.z[k]));
      for (std::size_t i = k * 40; i < (k + 1) * 40; ++i)
        EXPECT_LT(std::abs(baseline.resistivity[i] - other.resistivity[i]),
                  1e-12 * std::abs(other.resistivity[i]) + 1e-60);
    }
  }
}

TEST(Impedance1dBuilds, RefuseSizesThatDisagree) {
  const std::vector<double> rho = {10, 100}, h = {500, 600}, f = {1};
  std::vector<Complex> z(1);
  try {
    elec::mt1d::impedance({1, 2, 1, rho, h, f}, z);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "impedance_1d: thickness has 2 entries; 1 soundings of 1 need 1, or 1 to share");
  }
  EXPECT_THROW(elec::mt1d::impedance({1, 2, 1, rho, std::span(h).first(1), f}, std::span(z).first(0)),
               std::invalid_argument);
  EXPECT_THROW(elec::mt1d::impedance({1, 0, 1, {}, {}, f}, z), std::invalid_argument);
}
