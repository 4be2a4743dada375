// Matrix products of operands as they stand in memory: transposed, cut, repeated, of one row or column; long inner
// axes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/isa.h"
#include "core/ops.h"
#include "core/random.h"
#include "tests/core/plain.h"

namespace terrella::test {
namespace {

Plain product(const Plain& x, const Plain& y) {
  const std::int64_t inner = x.shape[1];
  return build({x.shape[0], y.shape[1]}, [&](const Position& at) {
    Number sum = 0;
    for (std::int64_t p = 0; p < inner; ++p) sum += x({at[0], p}) * y({p, at[1]});
    return sum;
  });
}

Tensor values(const Shape& shape, DType dtype, std::uint64_t seed) {
  return is_floating(dtype) ? random_normal(shape, seed, dtype)
                            : cast(random_normal(shape, seed, DType::f64) * 10.0, dtype);
}

/// [rows, columns], standing in memory in several ways.
Tensors layouts(std::int64_t rows, std::int64_t columns, DType dtype, std::uint64_t seed) {
  return {values({rows, columns}, dtype, seed),
          transpose(values({columns, rows}, dtype, seed)),
          slice(values({rows, columns + 3}, dtype, seed), 1, {2, columns + 2}),
          slice(values({2 * rows, columns}, dtype, seed), 0, {0, {}, 2}),
          slice(values({rows, 2 * columns}, dtype, seed), 1, {1, {}, 2}),
          flip(values({rows, columns}, dtype, seed)),
          broadcast_to(values({1, columns}, dtype, seed), {rows, columns}),
          broadcast_to(values({rows, 1}, dtype, seed), {rows, columns}),
          transpose(slice(values({columns + 1, rows}, dtype, seed), 0, {1, {}}))};
}

TEST(Matmul, ReadsOperandsAsTheyStand) {
  for (const DType dtype : {DType::i64, DType::f32, DType::f64, DType::c64, DType::c128})
    for (const std::int64_t m : {1, 2, 19})
      for (const std::int64_t k : {1, 23})
        for (const std::int64_t n : {1, 3, 17})
          for (const Tensor& x : layouts(m, k, dtype, 1))
            for (const Tensor& y : layouts(k, n, dtype, 2))
              EXPECT_TRUE(near(matmul(x, y), product(plain(x), plain(y)), 0, 1000 * epsilon(dtype)))
                  << name(dtype) << ' ' << m << ' ' << k << ' ' << n;
}

TEST(Matmul, LongInnerAxesAreSummedInParts) {
  for (const std::int64_t k : {1023, 1024, 5001, 20000})
    for (const std::int64_t n : {1, 40}) {
      const Tensor x = transpose(values({k, 33}, DType::f64, 1)), y = values({k, n}, DType::f64, 2);
      EXPECT_TRUE(near(matmul(x, y), product(plain(x), plain(y)), 0, 1e-11)) << k;
    }
}

TEST(Matmul, BatchesOfViews) {
  const Tensor x = transpose(values({5, 6, 4}, DType::f64, 1), {0, 2, 1}), y = values({5, 6, 7}, DType::f64, 2);
  const Tensor z = matmul(x, y), w = matmul(flip(x, {0}), broadcast_to(y[0], {5, 6, 7}));
  for (std::int64_t b = 0; b < 5; ++b) {
    EXPECT_TRUE(near(z[b], product(plain(x[b]), plain(y[b])), 0, 1e-13));
    EXPECT_TRUE(near(w[b], product(plain(x[4 - b]), plain(y[0])), 0, 1e-13));
  }
}

/// An OpenBLAS older than the processor would run kernels of 2004.
TEST(Matmul, OpenBlasRunsKernelsOfThisProcessor) {
  if (cpu::isa() == cpu::Isa::baseline || std::getenv("OPENBLAS_CORETYPE")) GTEST_SKIP() << "nothing to choose";
  ASSERT_TRUE(cpu::blas_is_right());
  EXPECT_NE(std::string(openblas_get_corename()), "Prescott");
  EXPECT_EQ(std::getenv("OPENBLAS_CORETYPE"), nullptr);
}

}  // namespace
}  // namespace terrella::test
