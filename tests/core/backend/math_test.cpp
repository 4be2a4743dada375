// The elementwise functions of every instruction set that this machine has: largest errors over dense samples against
// long double, edges, and the same bits wherever a number stands.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/backend/cpu/elementwise_kernels.h"
#include "core/backend/cpu/isa.h"
#include "core/ops/elementwise.h"

namespace terrella {
namespace {

using Real = long double;
using cpu::ElementwiseTable;
using cpu::Isa;

struct Built {
  Isa isa;
  ElementwiseTable table;
};

const std::vector<Built>& tables() {
  static const std::vector<Built> all = [] {
    std::vector<Built> built;
    const auto add = [&](Isa isa, void (*fill)(ElementwiseTable*)) {
      if (isa > cpu::isa()) return;
      built.push_back({isa, {}});
      fill(&built.back().table);
    };
    add(Isa::baseline, cpu::fill_elementwise_baseline);
    add(Isa::avx2, cpu::fill_elementwise_avx2);
    add(Isa::avx512, cpu::fill_elementwise_avx512);
    return built;
  }();
  return all;
}

template <class T>
constexpr int dtype = sizeof(T) == 4 ? 3 : 4;

struct Function {
  const char* name;
  Elementwise operation;
  Real (*exact)(Real);
  double limit32 = 1, limit64 = 2;  ///< units in the last place
};

std::ostream& operator<<(std::ostream& out, const Function& f) { return out << f.name; }

Real sigmoid(Real x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
Real softplus(Real x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); }

#define TERRELLA_FUNCTION(name)                                   \
  {                                                               \
#name, Elementwise::name, [](Real x) { return std::name(x); } \
  }
const Function functions[] = {TERRELLA_FUNCTION(exp),
                              TERRELLA_FUNCTION(expm1),
                              TERRELLA_FUNCTION(log),
                              TERRELLA_FUNCTION(log1p),
                              TERRELLA_FUNCTION(log2),
                              TERRELLA_FUNCTION(log10),
                              TERRELLA_FUNCTION(sin),
                              TERRELLA_FUNCTION(cos),
                              TERRELLA_FUNCTION(tan),
                              TERRELLA_FUNCTION(asin),
                              TERRELLA_FUNCTION(acos),
                              TERRELLA_FUNCTION(atan),
                              TERRELLA_FUNCTION(sinh),
                              TERRELLA_FUNCTION(cosh),
                              TERRELLA_FUNCTION(tanh),
                              TERRELLA_FUNCTION(asinh),
                              TERRELLA_FUNCTION(acosh),
                              TERRELLA_FUNCTION(atanh),
                              TERRELLA_FUNCTION(erf),
                              TERRELLA_FUNCTION(erfc),
                              TERRELLA_FUNCTION(cbrt),
                              {"sigmoid", Elementwise::sigmoid, sigmoid},
                              {"softplus", Elementwise::softplus, softplus}};
#undef TERRELLA_FUNCTION

/// Numbers at which functions turn, overflow or lose, and their neighbours.
template <class T>
std::vector<T> edges() {
  using L = std::numeric_limits<T>;
  std::vector<T> all;
  const auto add = [&](T x) {
    for (const T y : {std::nextafter(x, T(-INFINITY)), x, std::nextafter(x, T(INFINITY))}) {
      all.push_back(y);
      all.push_back(-y);
    }
  };
  for (const T x : {T(0), L::denorm_min(), L::min(), L::max(), L::infinity(), L::epsilon(), T(1), T(2), T(0.5)}) add(x);
  all.push_back(L::quiet_NaN());
  for (const double x : {709.782712893384,
                         710.4758600739439,
                         708.3964185322641,
                         745.1332191019411,
                         744.4400719213812,
                         88.72283935546875,
                         89.41598510742188,
                         87.33654022216797,
                         103.97208404541016,
                         5.921587195794508,
                         26.543258430632,
                         27.226017111108,
                         9.010913,
                         19.0615474653984,
                         800000.0,
                         1e22,
                         0.34657359027997,
                         0.70710678118654752,
                         1.4142135623730951,
                         0x1p-14,
                         0x1p-25,
                         0x1p-54,
                         1e5,
                         1e10})
    add(static_cast<T>(x));
  for (int k = 1; k < 2000; ++k) add(static_cast<T>(k * 1.5707963267948966192L));
  for (int k = 1; k < 1200; ++k) add(static_cast<T>(k * 0.69314718055994530942L / 2));
  if (sizeof(T) == 8)
    add(static_cast<T>(std::ldexp(6381956970095103.0, 797)));  // the double nearest a multiple of pi/2
  return all;
}

template <class T>
std::vector<T> samples() {
  std::vector<T> all = edges<T>();
  std::mt19937_64 random(7);
  for (int i = 0; i < 300000; ++i) {
    const std::uint64_t bits = random();
    const double u = static_cast<double>(random() >> 11) * 0x1p-53, sign = bits & 1 ? 1 : -1;
    T any;
    std::memcpy(&any, &bits, sizeof any);
    all.push_back(i % 3 == 0 ? any : static_cast<T>(i % 3 == 1 ? sign * std::exp(18 * u - 9) : 8 * u - 4));
  }
  return all;
}

/// |found - exact| in units of the last place of T at exact; infinite where one is a limit and the other far from it.
template <class T>
double error(T found, Real exact) {
  using L = std::numeric_limits<T>;
  const T rounded = static_cast<T>(exact);
  if (std::isnan(found) || std::isnan(rounded)) return std::isnan(found) && std::isnan(rounded) ? 0 : INFINITY;
  if (std::isinf(exact) || (std::isinf(found) && std::isinf(rounded))) return found == rounded ? 0 : INFINITY;
  if (found == 0 && rounded == 0) return std::signbit(found) == std::signbit(rounded) ? 0 : INFINITY;
  const int exponent =
      exact == 0 ? L::min_exponent : std::clamp(std::ilogb(exact) + 1, L::min_exponent, L::max_exponent);
  const Real unit = std::ldexp(Real(1), exponent - L::digits);
  const Real value = std::isinf(found) ? std::copysign(std::ldexp(Real(1), L::max_exponent), Real(found)) : Real(found);
  return static_cast<double>(std::abs(value - exact) / unit);
}

template <class T>
void expect_accurate(const Function& f, double limit) {
  const std::vector<T> x = samples<T>();
  const auto n = static_cast<long>(x.size());
  std::vector<Real> exact;
  for (const T a : x) exact.push_back(f.exact(a));
  for (const Built& built : tables()) {
    std::vector<T> y(x.size());
    built.table.unary[static_cast<std::size_t>(f.operation)][dtype<T>](x.data(), y.data(), n);
    double worst = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double e = error(y[i], exact[i]); e > worst) worst = e, at = i;
    const std::string row = std::string(f.name) + (sizeof(T) == 4 ? "_f32_" : "_f64_") + name(built.isa);
    testing::Test::RecordProperty(row, std::to_string(worst));
    EXPECT_LE(worst, limit) << row << "(" << std::hexfloat << x[at] << ") = " << y[at] << ", exactly " << exact[at];
  }
}

class Mathematics : public testing::TestWithParam<Function> {};

TEST_P(Mathematics, ErrorIsAsStated) {
  expect_accurate<float>(GetParam(), GetParam().limit32);
  expect_accurate<double>(GetParam(), GetParam().limit64);
}

INSTANTIATE_TEST_SUITE_P(Table, Mathematics, testing::ValuesIn(functions),
                         [](const auto& made) { return std::string(made.param.name); });

/// All pairs of edges, and random ones.
template <class T, class Exact>
void expect_accurate(const char* label, Elementwise operation, const Exact& exact, double limit) {
  std::vector<T> few, x, y;
  const std::vector<T> all = edges<T>();
  for (std::size_t i = 0; i < all.size(); i += i < 200 ? 1 : 97) few.push_back(all[i]);
  for (const T a : few)
    for (const T b : few) x.push_back(a), y.push_back(b);
  const std::vector<T> more = samples<T>();
  for (std::size_t i = all.size(); i + 1 < more.size(); ++i) x.push_back(more[i]), y.push_back(more[i + 1]);
  for (std::size_t i = all.size(); i + 3 < more.size(); ++i) x.push_back(std::abs(more[i])), y.push_back(more[i + 3]);
  for (const Built& built : tables()) {
    std::vector<T> z(x.size());
    built.table.binary[static_cast<std::size_t>(operation)][dtype<T>](x.data(), 1, y.data(), 1, z.data(),
                                                                      static_cast<long>(x.size()));
    double worst = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double e = error(z[i], exact(Real(x[i]), Real(y[i]))); e > worst) worst = e, at = i;
    testing::Test::RecordProperty(std::string(label) + "_" + name(built.isa), std::to_string(worst));
    EXPECT_LE(worst, limit) << label << " " << name(built.isa) << "(" << std::hexfloat << x[at] << ", " << y[at]
                            << ") = " << z[at] << ", exactly " << exact(x[at], y[at]);
  }
}

TEST(MathematicsOfTwo, ErrorIsAsStated) {
  const auto power = [](Real x, Real y) { return std::pow(x, y); };
  const auto angle = [](Real y, Real x) { return std::atan2(y, x); };
  const auto length = [](Real x, Real y) { return std::hypot(x, y); };
  expect_accurate<float>("power_f32", Elementwise::power, power, 1);
  expect_accurate<double>("power_f64", Elementwise::power, power, 2);
  expect_accurate<float>("atan2_f32", Elementwise::atan2, angle, 1);
  expect_accurate<double>("atan2_f64", Elementwise::atan2, angle, 2);
  expect_accurate<float>("hypot_f32", Elementwise::hypot, length, 1);
  expect_accurate<double>("hypot_f64", Elementwise::hypot, length, 2);
}

/// Every unary loop over [from, from + count) of an array gives what it gives over the whole, in place too.
TEST(MathematicsOfArrays, ANumberHasTheSameBitsWhereverItStands) {
  constexpr std::size_t n = 700, widths[] = {1, 4, 8, 4, 8, 8, 16};
  std::mt19937_64 random(3);
  std::vector<float> small(4 * n);
  std::vector<double> large(2 * n);
  for (float& x : small) x = static_cast<float>(std::normal_distribution<>(0, 3)(random));
  for (double& x : large) x = std::normal_distribution<>(0, 3)(random);
  small[100] = 1e30f;  // many radians
  large[100] = 1e30;
  for (const Built& built : tables())
    for (std::size_t code = 0; code < ElementwiseTable::operations; ++code)
      for (std::size_t d = 3; d < ElementwiseTable::dtypes; ++d) {
        const cpu::UnaryKernel loop = built.table.unary[code][d];
        if (!loop) continue;
        const char* x = d == 3 || d == 5 ? reinterpret_cast<const char*>(small.data())
                                         : reinterpret_cast<const char*>(large.data());
        std::vector<char> whole(16 * n, 0), part(16 * n, 0);
        loop(x, whole.data(), n);
        // The width of the result: what one call on one element writes of two different fillings.
        std::vector<char> one(16, 1), other(16, 2);
        loop(x, one.data(), 1);
        loop(x, other.data(), 1);
        std::size_t width = 0;
        while (width < 16 && one[width] == other[width]) ++width;
        for (const std::size_t from : {0, 1, 2, 3, 7, 99})
          for (const std::size_t count : {1, 2, 3, 5, 8, 13, 16, 31, 64, 100, 256, 300, 517}) {
            loop(x + from * widths[d], part.data(), static_cast<long>(count));
            ASSERT_EQ(std::memcmp(part.data(), whole.data() + from * width, count * width), 0)
                << name(built.isa) << " operation " << code << " dtype " << d << " from " << from << " count " << count;
          }
        if (width != widths[d]) continue;
        std::vector<char> place(x, x + n * widths[d]);
        loop(place.data(), place.data(), n);
        ASSERT_EQ(std::memcmp(place.data(), whole.data(), n * width), 0) << name(built.isa) << " operation " << code;
      }
}

}  // namespace
}  // namespace terrella
