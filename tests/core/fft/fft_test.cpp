// Transforms of every kind of length against sums in long double: side by side, alone, too long for scratch memory.
#include "core/fft.h"

#include <gtest/gtest.h>

#include <numbers>

#include "core/ops.h"
#include "core/random.h"
#include "tests/core/plain.h"

namespace terrella {
namespace {

using test::Number;

/// exp(-2 pi i j / n), j < n.
std::vector<Number> roots(std::int64_t n) {
  std::vector<Number> all;
  for (std::int64_t j = 0; j < n; ++j) {
    const long double angle = 2 * std::numbers::pi_v<long double> * static_cast<long double>(j);
    all.emplace_back(std::cos(angle / static_cast<long double>(n)), -std::sin(angle / static_cast<long double>(n)));
  }
  return all;
}

/// Largest error of some elements of y, the transform of the rows of x, over sqrt(n) (the size of its elements).
double error_of(const Tensor& y, const Tensor& x, std::int64_t elements) {
  const test::Plain from = test::plain(x), got = test::plain(y);
  const std::int64_t n = x.size(-1), rows = x.size() / n, extent = y.size(-1);
  const std::vector<Number> root = roots(n);
  long double worst = 0;
  for (std::int64_t row : {std::int64_t{0}, rows / 2, rows - 1})
    for (std::int64_t e = 0; e < elements; ++e) {
      const std::int64_t k = elements >= extent ? e % extent : (e * 7919 + row) % extent;
      Number s = 0;
      for (std::int64_t j = 0; j < n; ++j)
        s += from.values[static_cast<std::size_t>(row * n + j)] * root[static_cast<std::size_t>(j * k % n)];
      worst = std::max(worst, std::abs(s - got.values[static_cast<std::size_t>(row * extent + k)]));
    }
  return static_cast<double>(worst / std::sqrt(static_cast<long double>(n)));
}

class Lengths : public testing::TestWithParam<std::int64_t> {};

TEST_P(Lengths, SideBySideAndAlone) {
  const std::int64_t n = GetParam();
  for (const DType d : {DType::c64, DType::c128}) {
    const double allowed = (d == DType::c64 ? 6e-7 : 1.2e-15) * (1 + std::log2(static_cast<double>(n)));
    for (const std::int64_t rows : {1, 3, 21}) {
      const Tensor x = random_normal({rows, n}, static_cast<std::uint64_t>(n), d), r = real(x);
      const Tensor y = fft::fft(x), half = fft::rfft(r);
      EXPECT_LT(error_of(y, x, n), allowed) << name(d) << ", " << rows << " rows";
      EXPECT_LT(error_of(half, r, n), allowed) << name(d) << ", " << rows << " real rows";
      EXPECT_LT(max_abs(fft::ifft(y) - x), 8 * allowed);
      EXPECT_LT(max_abs(fft::irfft(half, n) - r), 8 * allowed);
      // The same lines as columns, and in a layout where they are neither.
      EXPECT_LT(max_abs(transpose(fft::fft(transpose(x), {}, 0)) - y), 8 * allowed * std::sqrt(static_cast<double>(n)));
      EXPECT_LT(max_abs(transpose(fft::rfft(transpose(r), {}, 0)) - half),
                8 * allowed * std::sqrt(static_cast<double>(n)));
      EXPECT_LT(max_abs(transpose(fft::irfft(transpose(half), n, 0)) - r), 8 * allowed);
      const Tensor cube = stack({x, 2.0 * x, -x}, 2);
      EXPECT_LT(max_abs(fft::fft(cube, {}, 1) - stack({y, 2.0 * y, -y}, 2)),
                8 * allowed * std::sqrt(static_cast<double>(n)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fft, Lengths,
                         testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                         25, 26, 27, 29, 31, 32, 33, 34, 37, 48, 63, 64, 65, 67, 77, 91, 97, 100, 101,
                                         121, 127, 128, 143, 169, 210, 211, 256, 257, 360, 499, 500, 512, 1001, 1024));

class LongLengths : public testing::TestWithParam<std::int64_t> {};

TEST_P(LongLengths, OneLineAndSeveral) {
  const std::int64_t n = GetParam();
  for (const DType d : {DType::c64, DType::c128}) {
    const double allowed = (d == DType::c64 ? 6e-7 : 1.2e-15) * (1 + std::log2(static_cast<double>(n)));
    for (const std::int64_t rows : {1, 9}) {
      if (rows > 1 && n > 100000) continue;
      const Tensor x = random_normal({rows, n}, 5, d), r = real(x), y = fft::fft(x), half = fft::rfft(r);
      EXPECT_LT(error_of(y, x, 5), allowed) << name(d) << ", " << rows << " rows";
      EXPECT_LT(error_of(half, r, 5), allowed) << name(d) << ", " << rows << " real rows";
      EXPECT_LT(max_abs(fft::ifft(y) - x), 8 * allowed);
      EXPECT_LT(max_abs(fft::irfft(half, n) - r), 8 * allowed);
      EXPECT_NEAR(sum(square(abs(y))).item() / static_cast<double>(n) / sum(square(abs(x))).item(), 1, allowed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fft, LongLengths,
                         testing::Values(2047, 2048, 4096, 4099, 5000, 8191, 8192, 15015, 30030, 65536, 65537, 1000000,
                                         1000003));

TEST(Fft, LengthsBeyondTheSquareOfScratchMemory) {
  // 2^23 elements: rows are too long themselves. A wave of one frequency has one element.
  const std::int64_t n = std::int64_t{1} << 23, k = 1234567;
  const auto length = static_cast<double>(n);
  const Tensor turns = cast(arange(n) * k, DType::f64) / length;  // products below 2^53, n a power of two: exact
  const Tensor y = fft::fft(cos(2 * std::numbers::pi * (turns - floor(turns))));
  const double half = length / 2;
  EXPECT_NEAR(real(y[k]).item(), half, 1e-9 * half);
  EXPECT_NEAR(real(y[n - k]).item(), half, 1e-9 * half);
  EXPECT_LT(max_abs(concatenate({slice(y, 0, {0, k}), slice(y, 0, {k + 1, n - k})})), 1e-9 * half);
}

TEST(Fft, EmptyAndDegenerate) {
  EXPECT_EQ(fft::fft(zeros({0, 4})).shape(), (Shape{0, 4}));
  EXPECT_EQ(fft::rfft(zeros({0, 4})).shape(), (Shape{0, 3}));
  EXPECT_EQ(fft::irfft(zeros({0, 4}, DType::c64)).shape(), (Shape{0, 6}));
  EXPECT_EQ(fft::fftn(Tensor(2.0)).item<std::complex<double>>(), 2.0);
  EXPECT_EQ(fft::fft(ones({3}), 1).shape(), Shape{1});
  EXPECT_EQ(fft::fft(ones({3}, DType::f32)).dtype(), DType::c64);
  EXPECT_EQ(fft::rfft(arange(3)).dtype(), DType::c128);
  EXPECT_THROW(fft::fft(zeros({0})), std::invalid_argument);
  EXPECT_THROW(fft::irfft(zeros({1}, DType::c128)), std::invalid_argument);
  EXPECT_THROW(fft::rfft(zeros({3}, DType::c128)), std::invalid_argument);
  EXPECT_THROW(fft::fft(Tensor(1.0)), std::invalid_argument);
  EXPECT_THROW(fft::fft(ones({3}), 0), std::invalid_argument);
  EXPECT_THROW(fft::fft(ones({3}), {}, 1), std::invalid_argument);
  EXPECT_THROW(fft::fftn(ones({3, 3}), {}, {0, 0}), std::invalid_argument);
  EXPECT_THROW(fft::fftn(ones({3, 3}), {3}, {0, 1}), std::invalid_argument);
  EXPECT_THROW(fft::fftn(ones({3, 3}), {3, 3, 3}), std::invalid_argument);
}

TEST(Fft, NumbersThatAreNotFiniteStayInTheirLine) {
  Tensor x = ones({20, 8}, DType::c128);
  x = index_set(x, {std::int64_t{3}, std::int64_t{2}}, NAN);
  EXPECT_EQ(sum(isfinite(abs(fft::fft(x)))).item(), 19 * 8);
}

TEST(Fft, Frequencies) {
  EXPECT_EQ(max_abs(fft::fftfreq(5, 0.5) - Tensor({0.0, 0.4, 0.8, -0.8, -0.4})), 0);
  EXPECT_EQ(max_abs(fft::fftfreq(4) - Tensor({0.0, 0.25, -0.5, -0.25})), 0);
  EXPECT_EQ(max_abs(fft::rfftfreq(5, 0.5) - Tensor({0.0, 0.4, 0.8})), 0);
  EXPECT_EQ(max_abs(fft::ifftshift(fft::fftshift(fft::fftfreq(5))) - fft::fftfreq(5)), 0);
}

}  // namespace
}  // namespace terrella
