// What a compiled function needs no memory for: cheap values that can be made again, results over what they are made
// of.
#include <gtest/gtest.h>

#include "core/jit.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella {
namespace {

constexpr std::int64_t n = 64, bytes = n * n * 8;  // of a matrix

double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

/// Arena in matrices, having compared the results with those of the function itself.
std::int64_t matrices(const Function& f, const Tensors& x) {
  const Jit g(f);
  const Tensors got = g(x), want = f(x);
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_LT(largest_difference(got[i], want[i]), 1e-12 * max(abs(want[i])).item()) << i << '\n' << g.report().program;
  return g.report().arena_bytes / bytes;
}

Tensor matrix(std::uint64_t seed) { return random_normal({n, n}, seed) * 0.1; }

TEST(JitMemory, CheapValuesOfArgumentsAreMadeAgain) {
  const auto f = [](const Tensors& in) {
    const Tensor cheap = in[0] * in[1] * in[2] - in[0];  // read now and behind the product
    return Tensors{sum(tanh(matmul(exp(cheap), in[1])) * cheap)};
  };
  EXPECT_EQ(matrices(f, {matrix(1), matrix(2), matrix(3)}), 2) << "exp(cheap) and the product";
}

TEST(JitMemory, CheapValuesOfWhatLivesAnywayAreMadeAgain) {
  const auto f = [](const Tensors& in) {
    const Tensor a = matmul(in[0], in[1]), b = matmul(in[1], in[0]);
    const Tensor cheap = -(a * b) * (1.0 - a * a);
    const Tensor again = cheap * a + cheap;  // of a value that is made again itself
    const Tensor c = matmul(cheap + again, in[0]);
    return Tensors{sum(c * cheap + again * c + exp(a * c) + b * c)};
  };
  EXPECT_EQ(matrices(f, {matrix(1), matrix(2)}), 4) << "a, b, cheap + again, and c";
}

TEST(JitMemory, DearValuesAndLongChainsAreKept) {
  const auto dear = [](const Tensors& in) {
    const Tensor y = exp(in[0]);
    return Tensors{sum(matmul(y * 2.0, in[0]) * y)};
  };
  EXPECT_EQ(matrices(dear, {matrix(1)}), 3);
  const auto chain = [](const Tensors& in) {
    Tensor y = in[0];
    for (int i = 0; i < 12; ++i) y = y * in[0] + in[0];
    return Tensors{sum(matmul(exp(y), in[0]) * y)};
  };
  EXPECT_EQ(matrices(chain, {matrix(1)}), 3);
}

TEST(JitMemory, SeveralResultsTakeTheMemoryOfSeveralOperands) {
  const auto f = [](const Tensors& in) {
    const Tensor a = matmul(in[0], in[1]), b = matmul(in[1], in[0]);
    const Tensor c = exp(a) * sin(b), d = c * a + b;  // each written before or while the other operands are read
    return Tensors{sum(matmul(c, d))};
  };
  EXPECT_EQ(matrices(f, {matrix(1), matrix(2)}), 3) << "two, of which one tape makes two, and their product";
}

TEST(JitMemory, ReductionsBesideResultsInPlace) {
  const auto f = [](const Tensors& in) {
    const Tensor a = matmul(in[0], in[1]), b = matmul(in[1], in[0]);
    const Tensor c = exp(a) * sin(b), d = c * a + b;
    return Tensors{sum(matmul(c, d)), sum(c, {0}), max(d, {1}), sum(a * b)};
  };
  EXPECT_LE(matrices(f, {matrix(1), matrix(2)}), 3);
}

}  // namespace
}  // namespace terrella
