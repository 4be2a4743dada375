// Products of matrices within fused programs: they give what the function gives, need no memory, and are told of.
#include <gtest/gtest.h>

#include "core/backend/cpu/isa.h"
#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/random.h"

namespace terrella {
namespace {

constexpr std::int64_t rows = 300;  // not a multiple of the rows of a tile

class JitProduct : public testing::Test {
 protected:
  void SetUp() override {
    if (cpu::isa() == cpu::Isa::baseline) GTEST_SKIP() << "with vectors of 16 bytes products are left to OpenBLAS";
  }
  void TearDown() override { cpu::set_threads(0); }
};

double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

/// Compares with the function itself, and returns how many products the tapes make.
int fused(const Function& f, const Tensors& x, double tolerance = 1e-13) {
  const Jit g(f);
  const Tensors got = g(x), want = f(x);
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].dtype(), want[i].dtype());
    EXPECT_LT(largest_difference(got[i], want[i]), tolerance * max(abs(want[i])).item()) << i << g.report().program;
  }
  return g.report().fused_products;
}

Tensors layer(const Tensors& in) { return {tanh(matmul(in[0], in[1]) + in[2])}; }

TEST_F(JitProduct, ALayerIsOneProgram) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::int64_t inner : {1, 2, 50, 64, 257})
      for (const std::int64_t n : {8, 20, 50, 64, 100}) {
        SCOPED_TRACE(testing::Message() << inner << " to " << n);
        const Tensors x = {random_normal({rows, inner}, 1, dtype), random_normal({inner, n}, 2, dtype) * 0.1,
                           random_normal({n}, 3, dtype)};
        const bool small = inner * n * static_cast<std::int64_t>(size_of(dtype)) <= 256 * 1024;
        EXPECT_EQ(fused(layer, x, dtype == DType::f32 ? 1e-5 : 1e-13), small);
      }
}

TEST_F(JitProduct, AccumulatesAndReduces) {
  const Tensors x = {random_normal({rows, 32}, 1), random_normal({32, 48}, 2), random_normal({rows, 48}, 3)};
  const auto accumulate = [](const Tensors& in) { return Tensors{matmul(in[0], in[1]) + in[2]}; };
  EXPECT_EQ(fused(accumulate, x), 1);
  const auto sums = [](const Tensors& in) {
    const Tensor y = exp(-square(matmul(in[0], in[1]) - in[2]));
    return Tensors{sum(y), sum(y, {0}), max(y, {1}), y};
  };
  EXPECT_EQ(fused(sums, x), 1);
}

TEST_F(JitProduct, FactorsMayStandInAnyWay) {
  const auto f = [](const Tensors& in) {
    const Tensor a = transpose(in[0]), b = transpose(in[1]);  // columns are neighbours
    const Tensor every_second = slice(in[2], 0, {{}, {}, 2});
    return Tensors{sin(matmul(a, b)) * (matmul(every_second, in[3]) + matmul(a, b))};
  };
  const Tensors x = {random_normal({24, rows}, 1), random_normal({40, 24}, 2), random_normal({2 * rows, 9}, 3),
                     random_normal({9, 40}, 4)};
  EXPECT_EQ(fused(f, x), 2);
}

TEST_F(JitProduct, ProductsThatOthersReadStandInMemory) {
  const auto f = [](const Tensors& in) {
    const Tensor y = matmul(in[0], in[1]), z = exp(y - 1.0);
    return Tensors{sum(tanh(y)), matmul(transpose(y), z)};
  };
  EXPECT_EQ(fused(f, {random_normal({rows, 16}, 1), random_normal({16, 16}, 2) * 0.1}), 0);
  const auto result = [](const Tensors& in) {
    const Tensor y = matmul(in[0], in[1]);
    return Tensors{y, tanh(y)};
  };
  EXPECT_EQ(fused(result, {random_normal({rows, 16}, 1), random_normal({16, 16}, 2)}), 0);
}

TEST_F(JitProduct, ResultsMayStandOverBothFactors) {
  constexpr std::int64_t n = 16;  // left factor and result are alike; with 300 columns right factor and result
  const auto left = [](const Tensors& in) {
    const Tensor a = tanh(in[0]), b = exp(a);
    return Tensors{sum(matmul(in[2], square(matmul(b, in[1]) + 1.0)))};
  };
  EXPECT_EQ(fused(left, {random_normal({rows, n}, 1), random_normal({n, n}, 2), random_normal({5, rows}, 3)}), 1);
  const auto right = [](const Tensors& in) {
    const Tensor w = matmul(in[1], in[2]);  // [rows, n], read by the next tape alone
    return Tensors{sum(matmul(in[3], sin(matmul(in[0], w * 0.1) + 1.0)))};
  };
  EXPECT_GE(fused(right, {random_normal({rows, rows}, 1) * 0.1, random_normal({rows, n}, 2), random_normal({n, n}, 3),
                          random_normal({5, rows}, 4)}),
            1);
}

TEST_F(JitProduct, DonatedFactorsAreWrittenOver) {
  constexpr std::int64_t n = 24;
  const auto f = [](const Tensors& in) { return Tensors{tanh(matmul(in[0], in[1]) + in[0])}; };
  const auto given = [&](std::uint64_t seed, const Shape& shape) { return random_normal(shape, seed).eval(); };
  const Tensors want = f({given(1, {rows, n}), given(2, {n, n})});
  const Jit g(f, {{0, 1}});
  Tensors x;
  x.push_back(given(1, {rows, n}));
  x.push_back(given(2, {n, n}));
  EXPECT_LT(largest_difference(g(std::move(x))[0], want[0]), 1e-13);
  const auto alone = [](const Tensors& in) { return Tensors{matmul(in[0], in[1]) + 1.0}; };
  const Jit over(alone, {{0}});
  Tensors y;
  y.push_back(given(1, {rows, n}));
  y.push_back(given(2, {n, n}));
  EXPECT_LT(largest_difference(over(std::move(y))[0], alone({given(1, {rows, n}), given(2, {n, n})})[0]), 1e-13);
  EXPECT_EQ(over.report().fused_products, 1);
}

TEST_F(JitProduct, TheSameBitsWithAnyNumberOfThreads) {
  const Tensors x = {random_normal({5000, 64}, 1), random_normal({64, 64}, 2), random_normal({64}, 3)};
  const Jit g([](const Tensors& in) {
    const Tensor y = layer(in)[0];
    return Tensors{y, sum(y), sum(y * y, {0})};
  });
  cpu::set_threads(1);
  const Tensors want = g(x);
  for (const Tensor& y : want) y.eval();
  for (const int threads : {2, 3, 4}) {
    cpu::set_threads(threads);
    const Tensors got = g(x);
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(largest_difference(got[i], want[i]), 0) << threads;
  }
  EXPECT_EQ(g.report().fused_products, 1);
}

TEST_F(JitProduct, DerivativesOfAndWithin) {
  const Tensor w = random_normal({16, 24}, 2) * 0.2, b = random_normal({24}, 3);
  const auto f = [=](const Tensor& x) { return tanh(matmul(x, w) + b); };
  const auto loss = [=](const Tensor& x) { return sum(square(f(x))); };
  const Tensor x = random_normal({rows, 16}, 1);
  EXPECT_LT(check::dot_product_error([g = jit(f)](const Tensor& y) { return g(y); }, x), 1e-13);
  EXPECT_NEAR(check::taylor_order([g = jit(f)](const Tensor& y) { return g(y); }, x), 2.0, 0.1);
  const Tensor want = grad(loss)(x).eval();
  EXPECT_LT(largest_difference(grad(jit(loss))(x), want), 1e-13);
  EXPECT_LT(largest_difference(jit(grad(loss))(x), want), 1e-13);
  const auto second = [=](const Tensor& y) { return sum(sin(grad(loss)(y))); };
  EXPECT_LT(largest_difference(jit(grad(second))(x), grad(second)(x)), 1e-11);
}

TEST_F(JitProduct, NeedsNoMemoryAndIsToldOf) {
  const Jit g{Function([](const Tensors& in) { return Tensors{sum(layer(in)[0])}; })};
  const Tensors x = {random_normal({rows, 64}, 1).eval(), random_normal({64, 64}, 2).eval(),
                     random_normal({64}, 3).eval()};
  profile::Recording recording;
  g(x)[0].eval();
  const JitReport report = g.report();
  EXPECT_EQ(report.operations, 0) << report.program;
  EXPECT_EQ(report.arena_bytes, 0) << report.program;
  EXPECT_NE(report.program.find("fused 2 and 1 matmul over [300, 64]"), std::string::npos) << report.program;
  EXPECT_NE(report.program.find("x1 = product f64 [300, 64] over 64"), std::string::npos) << report.program;
  recording.end();
  const std::string table = to_text(recording.profile());
  EXPECT_NE(table.find("fused matmul add tanh sum"), std::string::npos) << table;
}

}  // namespace
}  // namespace terrella
