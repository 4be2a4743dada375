// tests/core/ops/table.h: the operations that are not elementwise, each with sample inputs and a reference by loops.
#pragma once
#include <initializer_list>

#include "tests/core/property.h"

namespace terrella::test {

/// Makes standard normal inputs of these shapes (integers -4 .. 4; bool at random).
std::function<Tensors(DType, std::uint64_t)> normal(std::vector<Shape> shapes);

std::vector<Case> shape_cases();
std::vector<Case> reduce_cases();
std::vector<Case> index_cases();
std::vector<Case> matmul_cases();
std::vector<Case> fft_cases();
std::vector<Case> conv_cases();

}  // namespace terrella::test
