#include "tests/core/ops/table.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace terrella::test {

std::function<Tensors(DType, std::uint64_t)> normal(std::vector<Shape> shapes) {
  return [shapes](DType dtype, std::uint64_t seed) {
    Tensors x;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const std::uint64_t s = split_seed(seed, i);
      if (is_floating(dtype))
        x.push_back(random_normal(shapes[i], s, dtype));
      else
        x.push_back(
            cast(dtype == DType::boolean ? random_integers(shapes[i], 0, 2, s) : random_integers(shapes[i], -4, 5, s),
                 dtype));
      x.back().eval();
    }
    return x;
  };
}

namespace {

std::vector<Case> all() {
  std::vector<Case> cases;
  for (const auto& part : {shape_cases(), reduce_cases(), index_cases(), matmul_cases(), fft_cases(), conv_cases()})
    cases.insert(cases.end(), part.begin(), part.end());
  return cases;
}

class Operation : public testing::TestWithParam<Case> {};

TEST_P(Operation, Values) { expect_values(GetParam()); }
TEST_P(Operation, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(Operation, SinglePrecision) { expect_single_precision(GetParam()); }
TEST_P(Operation, Vmap) { expect_vmap(GetParam()); }
TEST_P(Operation, Jit) { expect_jit(GetParam()); }
TEST_P(Operation, Taylor) { expect_taylor(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, Operation, testing::ValuesIn(all()), [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace terrella::test
