// NaN, infinities, zeros, empty tensors, overflow: where operations are usually wrong.
#include <gtest/gtest.h>

#include <limits>

#include "core/ops.h"
#include "core/transform.h"
#include "tests/core/plain.h"

namespace terrella {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

void expect_equal(const Tensor& got, const std::vector<double>& want) {
  test::Plain p{{static_cast<std::int64_t>(want.size())}, {}};
  for (const double v : want) p.values.emplace_back(v, 0.0L);
  EXPECT_TRUE(test::near(got, p, 0));
}

TEST(Edges, NanWinsInExtremaAtEveryPlace) {
  for (const std::int64_t n : {1, 7, 40, 9000}) {
    for (const std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
      const Tensor x = index_set(linspace(-1, 1, n), {at}, nan);
      for (const Tensor& y :
           {max(x), min(x), max(reshape(x, {n, 1}), {0})[0], sum(x), prod(x), mean(x), norm(x), logsumexp(x)})
        EXPECT_TRUE(std::isnan(y.item())) << n << " at " << at;
      EXPECT_EQ(argmax(x).item<std::int64_t>(), at);
      EXPECT_EQ(argmin(x).item<std::int64_t>(), at);
    }
  }
  expect_equal(maximum(Tensor{nan, 1, nan, 2}, Tensor{1, nan, nan, 3}), {nan, nan, nan, 3});
  expect_equal(minimum(Tensor{nan, 1, nan, 2}, Tensor{1, nan, nan, 3}), {nan, nan, nan, 2});
  expect_equal(clip(Tensor{nan, -inf, inf}, -1.0, 1.0), {nan, -1, 1});
}

TEST(Edges, PowersOfPlainNumbersAreProducts) {
  const Tensor x = {-3.0, -0.5, 0.0, 0.7, 2.0, inf, nan}, single = cast(x, DType::f32);
  for (const double p : {-1.0, 0.5, 1.0, 2.0, 3.0, 4.0, 2.5, -2.0}) {
    const auto got = pow(x, p).to_vector<double>(), want = power(x, p).to_vector<double>();
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_TRUE(std::isnan(want[i]) ? std::isnan(got[i])
                                      : got[i] == want[i] || std::abs(got[i] - want[i]) < 1e-15 * std::abs(want[i]))
          << x[static_cast<std::int64_t>(i)] << " to " << p;
    EXPECT_EQ(pow(single, p).dtype(), DType::f32);
    EXPECT_EQ(pow(Tensor::from<std::int64_t>({2, 3}, {2}), p).dtype(), DType::f64);
  }
  EXPECT_EQ(pow(Tensor{2.0}, Tensor{2.0, 3.0}).to_vector<double>(), (std::vector<double>{4, 8}));
  EXPECT_EQ(grad([](const Tensor& z) { return sum(pow(z, 2)); })(Tensor{3.0, 0.0}).to_vector<double>(),
            (std::vector<double>{6, 0}));
}

TEST(Edges, Infinities) {
  EXPECT_EQ(sum(Tensor{inf, 1}).item(), inf);
  EXPECT_TRUE(std::isnan(sum(Tensor{inf, -inf}).item()));
  EXPECT_EQ(max(Tensor{-inf, -inf}).item(), -inf);
  EXPECT_EQ(min(Tensor{inf, inf}).item(), inf);
  EXPECT_EQ(logsumexp(Tensor{-inf, -inf}).item(), -inf);
  EXPECT_EQ(logsumexp(Tensor{inf, 1}).item(), inf);
  EXPECT_EQ(norm(Tensor{inf, 1}).item(), inf);
  expect_equal(sigmoid(Tensor{-inf, -800, 800, inf}), {0, 0, 1, 1});
  expect_equal(softplus(Tensor{-inf, -800, 800, inf}), {0, 0, 800, inf});
  expect_equal(cast(isinf(Tensor{inf, -inf, nan, 1}), DType::f64), {1, 1, 0, 0});
  expect_equal(cast(isfinite(Tensor{inf, -inf, nan, 1}), DType::f64), {0, 0, 0, 1});
}

TEST(Edges, LargeNumbersDoNotOverflowOnTheWay) {
  EXPECT_DOUBLE_EQ(norm(Tensor{3e200, 4e200}).item(), 5e200);
  EXPECT_DOUBLE_EQ(norm(Tensor{3e-200, 4e-200}).item(), 5e-200);
  EXPECT_DOUBLE_EQ(logsumexp(Tensor{1000, 1000}).item(), 1000 + std::log(2.0));
  EXPECT_DOUBLE_EQ(hypot(3e200, 4e200).item(), 5e200);
  EXPECT_DOUBLE_EQ(expm1(1e-20).item(), 1e-20);
  EXPECT_DOUBLE_EQ(log1p(1e-20).item(), 1e-20);
}

TEST(Edges, DivisionFollowsPython) {
  expect_equal(remainder(Tensor{5, -5, 5, -5, 1, -1, 0, 6}, Tensor{3, 3, -3, -3, inf, inf, 3, 3}),
               {2, 1, -1, -2, 1, inf, 0, 0});
  expect_equal(floor_divide(Tensor{5, -5, 5, -5, 1, -1, 0, 6}, Tensor{3, 3, -3, -3, inf, inf, 3, 3}),
               {1, -2, -2, 1, 0, -1, 0, 2});
  // 1e17 = 3 * 33333333333333333 + 1, and 0.1 is a little above a tenth.
  expect_equal(remainder(Tensor{1e17, 1.0, 0.3}, Tensor{3, 0.1, 0.1}), {1, std::fmod(1.0, 0.1), std::fmod(0.3, 0.1)});
  expect_equal(floor_divide(Tensor{1.0, 0.3}, Tensor{0.1, 0.1}), {9, 2});
  EXPECT_TRUE(std::isnan(remainder(1.0, 0.0).item()));
  const auto integers = [](std::vector<std::int64_t> v) {
    return Tensor::from(v, {static_cast<std::int64_t>(v.size())});
  };
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const Tensor x = integers({5, -5, 5, -5, 7, least}), y = integers({3, 3, -3, -3, 0, -1});
  EXPECT_EQ(floor_divide(x, y).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, -2, -2, 1, 0, least}));
  EXPECT_EQ(remainder(x, y).to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 1, -1, -2, 0, 0}));
}

TEST(Edges, IntegersWrap) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         most = std::numeric_limits<std::int64_t>::max();
  const Tensor x = Tensor::from(std::vector<std::int64_t>{most}, {1}),
               y = Tensor::from(std::vector<std::int64_t>{least}, {1});
  EXPECT_EQ((x + 1)[0].item<std::int64_t>(), least);
  EXPECT_EQ((-y)[0].item<std::int64_t>(), least);
  EXPECT_EQ(abs(y)[0].item<std::int64_t>(), least);
  EXPECT_EQ((x * x)[0].item<std::int64_t>(), 1);
  EXPECT_EQ(sum(concatenate({x, x})).item<std::int64_t>(), -2);
  EXPECT_EQ(cumprod(concatenate({x, x}))[1].item<std::int64_t>(), 1);
  EXPECT_EQ(sum(full({3}, Tensor(std::int64_t{2000000000}))).item<std::int64_t>(), 6000000000);
  EXPECT_EQ(sum(cast(full({3}, 2e9, DType::f64), DType::i32)).dtype(), DType::i64);
}

TEST(Edges, CastsOfWhatDoesNotFit) {
  const Tensor x = cast(Tensor{nan, inf, -inf, 1e300, -2.9, 2.9}, DType::i64);
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{least, least, least, least, -2, 2}));
  expect_equal(cast(cast(Tensor{nan, 0, -0.0, 1e-300}, DType::boolean), DType::f64), {1, 0, 0, 1});
  expect_equal(cast(Tensor{std::complex<double>(2, 3)}, DType::f64), {2});
}

TEST(Edges, EmptyTensors) {
  const Tensor none = zeros({0, 3});
  EXPECT_EQ(sum(none).item(), 0.0);
  expect_equal(sum(none, {0}), {0, 0, 0});
  expect_equal(sum(none, {1}), {});
  expect_equal(prod(none, {0}), {1, 1, 1});
  EXPECT_EQ(norm(none).item(), 0.0);
  EXPECT_EQ(logsumexp(none).item(), -inf);
  EXPECT_FALSE(static_cast<bool>(any(none)));
  EXPECT_TRUE(static_cast<bool>(all(none)));
  EXPECT_EQ(cumsum(none, 0).shape(), none.shape());
  EXPECT_EQ(concatenate({none, none}).shape(), (Shape{0, 3}));
  EXPECT_EQ(matmul(none, zeros({3, 2})).eval().shape(), (Shape{0, 2}));
  expect_equal(ravel(matmul(transpose(none), none)), {0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(gather(none, Tensor::from(std::vector<std::int64_t>{}, {0})).eval().shape(), (Shape{0, 3}));
  EXPECT_EQ(vmap([](const Tensor& t) { return sum(t); })(none).eval().shape(), Shape{0});
  EXPECT_EQ(grad([](const Tensor& t) { return sum(t * t); })(none).eval().shape(), (Shape{0, 3}));
  EXPECT_EQ(jacobian([](const Tensor& t) { return t * t; }, zeros({0})).eval().shape(), (Shape{0, 0}));
  EXPECT_EQ(max_abs(none), 0.0);
  EXPECT_EQ(Tensor().shape(), Shape{0});
}

TEST(Edges, DerivativesAtSpecialPoints) {
  const auto slope = [](const std::function<Tensor(const Tensor&)>& f, double at) {
    return grad([&](const Tensor& x) { return f(x); })(Tensor::from(std::vector<double>{at}, {})).item();
  };
  EXPECT_EQ(slope([](const Tensor& x) { return abs(x); }, 0.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return norm(stack({x, 0.0 * x})); }, 0.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return power(x, 2.0); }, 0.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return power(x, 1.0); }, 0.0), 1.0);
  EXPECT_EQ(slope([](const Tensor& x) { return power(x, 0.0); }, 0.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return power(x, 3.0); }, -2.0), 12.0);
  EXPECT_EQ(slope([](const Tensor& y) { return power(0.0, y); }, 2.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return maximum(x, 1.0); }, 1.0), 0.5);
  EXPECT_EQ(slope([](const Tensor& x) { return max(stack({x, x, 0.0 * x})); }, 1.0), 1.0);
  EXPECT_EQ(slope([](const Tensor& x) { return where(x > 0.0, sqrt(where(x > 0.0, x, 1.0)), 0.0); }, -1.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return prod(stack({x, x, 3.0 + x})); }, 0.0), 0.0);
  EXPECT_EQ(slope([](const Tensor& x) { return stop_gradient(x) * x; }, 3.0), 3.0);
  EXPECT_EQ(power(std::complex<double>(0), std::complex<double>(0)).item<std::complex<double>>(), 1.0);
}

TEST(Edges, WeakScalarsAdoptTheOthersPrecision) {
  const Tensor x = ones({2}, DType::f32), z = ones({2}, DType::c64), n = arange(2);
  EXPECT_EQ((2.0 * x).dtype(), DType::f32);
  EXPECT_EQ((x / 3).dtype(), DType::f32);
  EXPECT_EQ((std::complex<double>(0, 1) * x).dtype(), DType::c64);
  EXPECT_EQ((z * 2.0).dtype(), DType::c64);
  EXPECT_EQ((n + 1).dtype(), DType::i64);
  EXPECT_EQ((n * 0.5).dtype(), DType::f64);
  EXPECT_EQ((n / 2).dtype(), DType::f64);
  EXPECT_EQ((sqrt(2.0) * x).dtype(), DType::f32);
  EXPECT_EQ(where(x > 0.0f, x, 0.0).dtype(), DType::f32);
  EXPECT_EQ(clip(x, 0.0, 1.0).dtype(), DType::f32);
  EXPECT_EQ((x + ones({})).dtype(), DType::f64);
  EXPECT_EQ((z + ones({2})).dtype(), DType::c128);
  EXPECT_EQ((x + n).dtype(), DType::f32);
}

TEST(Edges, WeakScalarsAdoptTheOthersPrecisionWhereTheyAreJoined) {
  const Tensor x = Tensor(3.0), f = cast(x, DType::f32), z = cast(x, DType::c64), n = cast(x, DType::i32);
  EXPECT_EQ(stack({1.0, f, 2}).dtype(), DType::f32);
  EXPECT_EQ(stack({f, 1.0, std::complex<double>(0, 1)}).dtype(), DType::c64);
  EXPECT_EQ(stack({z, 0.5}).dtype(), DType::c64);
  EXPECT_EQ(stack({1, n}).dtype(), DType::i32);
  EXPECT_EQ(stack({0.5, n}).dtype(), DType::f64);
  EXPECT_EQ(stack({1.0, f, cast(x, DType::f64)}).dtype(), DType::f64);
  EXPECT_EQ(stack({1.0, 2}).dtype(), DType::f64);
  EXPECT_EQ(stack({1, 2}).dtype(), DType::i64);
  EXPECT_EQ((ones({2}, DType::f32) + stack({1.0, 2.0})).dtype(),
            DType::f64);  // numbers alone make a tensor like others
  EXPECT_EQ(stack({1.0, f, 2}).to_vector<float>(), (std::vector<float>{1, 3, 2}));
  EXPECT_EQ(concatenate({ones({2}, DType::f32), ones({1}, DType::c64)}).dtype(), DType::c64);
}

}  // namespace
}  // namespace terrella
