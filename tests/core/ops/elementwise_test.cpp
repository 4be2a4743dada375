// The tests of every line of core/ops/elementwise.def, made by including it: values, dtypes, derivatives, vmap. A new
// line is tested without a change here; its value is compared with its body in long double, and with the function of
// the same name of elementwise_reference.h where there is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string_view>

#include "core/check.h"
#include "tests/core/ops/elementwise_reference.h"
#include "tests/core/property.h"

namespace terrella::test {
namespace reference {

Number number(bool x) { return {x ? 1.0L : 0.0L, 0.0L}; }
Number number(Integer x) { return {static_cast<Real>(x), 0.0L}; }
Number number(Real x) { return {x, 0.0L}; }
Number number(const Complex& z) { return z.v; }

/// A scalar function of one or two numbers, by type of its arguments; null where it takes no such numbers.
struct Scalar {
  Number (*boolean)(bool, bool) = nullptr;
  Number (*integer)(Integer, Integer) = nullptr;
  Number (*real)(Real, Real) = nullptr;
  Number (*complex)(Complex, Complex) = nullptr;
};

constexpr bool has(std::string_view kinds, char kind) { return kinds.find(kind) != std::string_view::npos; }

/// F::body for the kinds that the line names.
template <class F>
Scalar by_body() {
  Scalar s;
  if constexpr (has(F::kinds, 'B')) s.boolean = [](bool x, bool y) { return number(F::body(x, y)); };
  if constexpr (has(F::kinds, 'I')) s.integer = [](Integer x, Integer y) { return number(F::body(x, y)); };
  if constexpr (has(F::kinds, 'R')) s.real = [](Real x, Real y) { return number(F::body(x, y)); };
  if constexpr (has(F::kinds, 'C')) s.complex = [](Complex x, Complex y) { return number(F::body(x, y)); };
  return s;
}

template <class F, class T>
constexpr bool has_name = requires(T x, T y) {
  F::named(x, y);
};

/// The reference function of the operation's own name, where there is one.
template <class F>
Scalar by_name() {
  Scalar s;
  if constexpr (has(F::kinds, 'R') && has_name<F, Real>) s.real = [](Real x, Real y) { return number(F::named(x, y)); };
  if constexpr (has(F::kinds, 'C') && has_name<F, Complex>)
    s.complex = [](Complex x, Complex y) { return number(F::named(x, y)); };
  return s;
}

struct Line {
  const char* name;
  std::string_view kinds, result, domain_x, domain_y;  // no domain_y: one argument
  Function f;
  Scalar body, named;
  bool binary() const { return !domain_y.empty(); }
};

std::ostream& operator<<(std::ostream& out, const Line& line) { return out << line.name; }

#define TERRELLA_LINE_1(line, of_kinds, expression)      \
  struct Line_##line {                                   \
    static constexpr std::string_view kinds = #of_kinds; \
    template <class T>                                   \
    static auto body(T x, [[maybe_unused]] T y) {        \
      return expression;                                 \
    }                                                    \
    template <class T>                                   \
    static auto named(T x, T) requires requires {        \
      line(x);                                           \
    }                                                    \
    { return line(x); }                                  \
  };
#define TERRELLA_LINE_2(line, of_kinds, expression)      \
  struct Line_##line {                                   \
    static constexpr std::string_view kinds = #of_kinds; \
    template <class T>                                   \
    static auto body(T x, T y) {                         \
      return expression;                                 \
    }                                                    \
    template <class T>                                   \
    static auto named(T x, T y) requires requires {      \
      line(x, y);                                        \
    }                                                    \
    { return line(x, y); }                               \
  };
#define UNARY(name, kinds, domain, body, derivative, help) TERRELLA_LINE_1(name, kinds, body)
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) TERRELLA_LINE_1(name, kinds, body)
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help) TERRELLA_LINE_2(name, kinds, body)
#define COMPARE(name, kinds, body, help) TERRELLA_LINE_2(name, kinds, body)
#include "core/ops/elementwise.def"

const std::vector<Line>& lines() {
  static const std::vector<Line> all = {
#define TERRELLA_BOTH(name) by_body<Line_##name>(), by_name<Line_##name>()
// clang-format off
#define UNARY(name, kinds, domain, ...)                       \
  {#name, #kinds, "same", #domain, "", [](const Tensors& x) { \
     return Tensors{terrella::name(x[0])}; }, TERRELLA_BOTH(name)},
#define UNARY_RULES(name, kinds, result, domain, ...)          \
  {#name, #kinds, #result, #domain, "", [](const Tensors& x) { \
     return Tensors{terrella::name(x[0])}; }, TERRELLA_BOTH(name)},
#define BINARY(name, kinds, domain_x, domain_y, ...)                   \
  {#name, #kinds, "same", #domain_x, #domain_y, [](const Tensors& x) { \
     return Tensors{terrella::name(x[0], x[1])}; }, TERRELLA_BOTH(name)},
#define COMPARE(name, kinds, ...)                             \
  {#name, #kinds, "boolean", "any", "any", [](const Tensors& x) { \
     return Tensors{terrella::name(x[0], x[1])}; }, TERRELLA_BOTH(name)},
// clang-format on
#include "core/ops/elementwise.def"
  };
  return all;
}

}  // namespace reference

namespace {

using reference::Line;

double real_in(std::string_view domain, std::mt19937_64& random) {
  const auto between = [&](double low, double high) { return std::uniform_real_distribution<>(low, high)(random); };
  if (domain == "any") return between(-2, 2);
  if (domain == "positive") return between(0.2, 3);
  if (domain == "unit") return between(-0.9, 0.9);
  if (domain == "above_one") return between(1.2, 3);
  if (domain == "nonzero") return between(0.3, 2) * (random() % 2 ? 1 : -1);
  throw std::logic_error("elementwise.def: no such domain: " + std::string(domain));
}

double to_nearest_integer(double x) { return std::abs(x - std::nearbyint(x)); }

/// Whether a step of 0.02 leaves x and y on their sides of integers, halves, each other and whole multiples.
bool away_from_kinks(double x, double y) {
  return to_nearest_integer(2 * x) > 0.08 && std::abs(x - y) > 0.05 && (y == 0 || to_nearest_integer(x / y) > 0.05);
}

/// n samples of the arguments of a line. Complex ones have modulus 0.3 to 0.9, away from both axes' branch cuts.
Tensors sample(const Line& line, DType dtype, std::uint64_t seed, const Shape& shape) {
  std::mt19937_64 random(seed);
  std::vector<std::complex<double>> x, y;
  while (static_cast<std::int64_t>(x.size()) < shape.size()) {
    if (is_complex(dtype)) {
      const auto draw = [&] {
        const double modulus = std::uniform_real_distribution<>(0.3, 0.9)(random);
        const double angle = std::uniform_real_distribution<>(0.3, 2.8)(random);
        return std::polar(modulus, random() % 2 ? angle : -angle);
      };
      x.push_back(draw());
      y.push_back(draw());
    } else if (is_floating(dtype)) {
      const double a = real_in(line.domain_x, random), b = line.binary() ? real_in(line.domain_y, random) : 0;
      if (!away_from_kinks(a, b)) continue;
      x.emplace_back(a);
      y.emplace_back(b);
    } else if (dtype == DType::boolean) {
      x.emplace_back(line.domain_x == "any" ? static_cast<double>(random() % 2) : 1);
      y.emplace_back(line.domain_y == "any" ? static_cast<double>(random() % 2) : 1);
    } else {
      const auto draw = [&](std::string_view domain) {
        const double low = domain == "positive" || domain == "nonzero" ? 1 : domain == "above_one" ? 2 : -5;
        return std::floor(
                   std::uniform_real_distribution<>(domain == "unit" ? 0 : low, domain == "unit" ? 1 : 6)(random)) *
               (domain == "nonzero" && random() % 2 ? -1 : 1);
      };
      x.emplace_back(draw(line.domain_x));
      y.emplace_back(line.binary() ? draw(line.domain_y) : 0);
    }
  }
  const auto made = [&](const std::vector<std::complex<double>>& v) {
    return cast(Tensor::from(v, shape), dtype).eval();
  };
  if (!line.binary()) return {made(x)};
  return {made(x), made(y)};
}

/// The dtype that a line computes in for arguments of dtype d; none where it must refuse.
std::optional<DType> computed_in(const Line& line, DType d) {
  const auto takes = [&](char kind) { return reference::has(line.kinds, kind); };
  if (line.kinds == "B") return DType::boolean;
  if (is_complex(d)) return takes('C') ? std::optional(d) : std::nullopt;
  if (is_real_floating(d)) return d;
  if (d == DType::boolean && takes('B')) return d;
  if (takes('I')) return is_integer(d) ? d : DType::i64;
  return DType::f64;
}

Number evaluated(const reference::Scalar& s, DType d, Number x, Number y) {
  if (d == DType::boolean) return s.boolean(x != Number(0), y != Number(0));
  if (is_integer(d)) return s.integer(std::llrint(x.real()), std::llrint(y.real()));
  if (is_complex(d)) return s.complex(x, y);
  return s.real(x.real(), y.real());
}

class Elementwise : public testing::TestWithParam<Line> {
 protected:
  const Line& line = GetParam();
  Case made() const {
    Case c;
    c.name = line.name;
    c.f = line.f;
    c.sample = [this](DType d, std::uint64_t seed) { return sample(line, d, seed, {7}); };
    c.kinds = std::string(line.kinds);
    c.differentiable = line.result != "boolean";
    c.difference_tolerance = 1e-6;
    return c;
  }
};

TEST_P(Elementwise, Values) {
  for (const DType dtype : dtypes_of("BIRC")) {
    SCOPED_TRACE(name(dtype));
    const Tensors in = sample(line, dtype, 3, {200});
    const std::optional<DType> expected = computed_in(line, dtype);
    if (!expected) {
      EXPECT_THROW(line.f(in), std::invalid_argument);
      continue;
    }
    const Tensor y = line.f(in)[0];
    EXPECT_EQ(y.dtype(), line.result == "same"   ? *expected
                         : line.result == "real" ? real_of(*expected)
                                                 : DType::boolean);
    const Plain a = plain(cast(in[0], *expected)), b = plain(cast(in.back(), *expected));
    for (const bool by_name : {false, true}) {
      const reference::Scalar& scalar = by_name ? line.named : line.body;
      if (by_name && !(is_complex(*expected) ? scalar.complex != nullptr : is_floating(*expected) && scalar.real))
        continue;
      const Plain want = build(y.shape(), [&](const Position& i) { return evaluated(scalar, *expected, a(i), b(i)); });
      const double rounding = epsilon(*expected);
      EXPECT_TRUE(by_name ? near(y, want, 64 * rounding, 1e-300) : near(y, want, 64 * rounding, 64 * rounding))
          << (by_name ? "by the function of that name" : "by the body");
    }
  }
}

TEST_P(Elementwise, StridesAndBroadcasting) {
  const DType dtype = dtypes_of(std::string(line.kinds)).back();
  const Tensors in = sample(line, dtype, 4, {40, 50});
  const auto whole = [&](const Tensors& x) { return line.f(x)[0]; };
  const auto both = [&](const std::function<Tensor(const Tensor&)>& g) {
    Tensors moved;
    for (const Tensor& x : in) moved.push_back(g(x));
    EXPECT_TRUE(near(whole(moved), plain(g(whole(in))), 8 * epsilon(dtype)));
  };
  both([](const Tensor& x) { return transpose(x); });
  both([](const Tensor& x) { return flip(x); });
  both([](const Tensor& x) { return slice(x, {{1, {}, 3}, {{}, {}, 2}}); });
  both([](const Tensor& x) { return broadcast_to(slice(x, 1, {3, 4}), {40, 50}); });
  both([](const Tensor& x) { return broadcast_to(x[0], {3, 50}); });
  both([](const Tensor& x) { return x[1][2]; });
  both([](const Tensor& x) { return slice(x, 0, {0, 0}); });
  both([](const Tensor& x) { return reshape(x[0], {1, 50, 1}); });
  if (!line.binary()) return;
  const std::vector<std::pair<Tensor, Tensor>> pairs = {
      {in[0], slice(in[1], 0, {0, 1})},    {slice(in[0], 1, {2, 3}), in[1]},
      {slice(in[0], 1, {2, 3}), in[1][7]}, {transpose(in[0]), transpose(in[1])[5][3]},
      {in[0][1][2], flip(in[1])},          {slice(in[0], 0, {0, 0}), in[1][0]}};
  for (const auto& [x, y] : pairs) {
    const Shape shape = broadcast_shapes("test", x.shape(), y.shape());
    const auto full = [&](const Tensor& t) { return broadcast_to(t, shape) * 1; };  // with memory of its own
    EXPECT_TRUE(near(whole({x, y}), plain(whole({cast(full(x), dtype), cast(full(y), dtype)})), 8 * epsilon(dtype)))
        << x.shape() << " and " << y.shape();
  }
}

TEST_P(Elementwise, Derivatives) { expect_derivatives(made()); }
TEST_P(Elementwise, SinglePrecision) { expect_single_precision(made()); }
TEST_P(Elementwise, Vmap) { expect_vmap(made()); }
TEST_P(Elementwise, Jit) { expect_jit(made()); }
TEST_P(Elementwise, Taylor) { expect_taylor(made()); }

TEST_P(Elementwise, DerivativesOfBroadcastEmptyAndScalarArguments) {
  if (line.result == "boolean") {
    const Tensors in = sample(line, dtypes_of(std::string(line.kinds)).back(), 5, {4});
    if (!is_floating(in[0].dtype())) return;
    const Function f = [&](const Tensors& x) { return Tensors{sum(cast(line.f({x[0], in.back()})[0], DType::f64))}; };
    EXPECT_EQ(max_abs(grad_of(f)({in[0]})[0]), 0.0);
    return;
  }
  const DType dtype = reference::has(line.kinds, 'C') ? DType::c128 : DType::f64;
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{0}, Shape{2, 0, 3}, Shape{1, 1}}) {
    const Tensors x = sample(line, dtype, 6, shape);
    const Vjp v = vjp(line.f, x);
    EXPECT_EQ(v.value[0].shape(), shape);
    const Tensors g = v.pullback({ones_like(v.value[0])});
    for (const Tensor& t : g) EXPECT_EQ(t.shape(), shape);
    EXPECT_EQ(jvp(line.f, x, x).tangent[0].shape(), shape);
    eval(g);
  }
  if (!line.binary()) return;
  const Tensors x = sample(line, dtype, 7, {3, 4});
  const std::vector<Tensors> pairs = {
      {x[0], x[1][0]}, {slice(x[0], 1, {0, 1}), x[1]}, {x[0][0][0], x[1]}, {slice(x[0], 1, {0, 1}), x[1][2]}};
  for (const Tensors& pair : pairs) {
    const std::int64_t n = pair[0].size();
    const Function f = [&](const Tensors& flat) {
      return line.f(
          {reshape(slice(flat[0], 0, {0, n}), pair[0].shape()), reshape(slice(flat[0], 0, {n, {}}), pair[1].shape())});
    };
    EXPECT_LT(check::gradient_error(f, concatenate({ravel(pair[0]), ravel(pair[1])})), 1e-6);
    EXPECT_LT(check::dot_product_error(f, concatenate({ravel(pair[0]), ravel(pair[1])})), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Elementwise, testing::ValuesIn(reference::lines()),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace terrella::test
