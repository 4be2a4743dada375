// Every pair of cheap operations that a tape runs as one loop, bit for bit what the operations give one by one.
#include <limits>

#include "tests/core/backend/tape_cases.h"

namespace terrella {
namespace {

using namespace test;
using enum Elementwise;

constexpr Elementwise both[] = {add, subtract, multiply, divide, minimum, maximum},
                      alone[] = {negative, Elementwise::abs, square, Elementwise::sqrt};

/// Zeros of both signs, infinities and NaN among normal numbers.
Array special(DType dtype, const Shape& shape, std::uint64_t seed) {
  Array x = numbers(dtype, shape, seed);
  const double rare[] = {0.0,
                         -0.0,
                         1.0,
                         -1.0,
                         std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::quiet_NaN()};
  for (std::int64_t i = 0; i < x.size(); i += 2) {
    const double value = rare[(static_cast<std::uint64_t>(i) / 2 + seed + static_cast<std::uint64_t>(i) / 97) % 7];
    if (dtype == DType::f32)
      static_cast<float*>(x.bytes())[i] = static_cast<float>(value);
    else
      static_cast<double*>(x.bytes())[i] = value;
  }
  return x;
}

struct Step {
  Elementwise operation;
  std::int32_t operand;  // input 1 (an array), 2 (a number), or none
  bool first;            // the operand stands first
};

std::vector<Step> steps() {
  std::vector<Step> all;
  for (const Elementwise operation : both)
    for (const std::int32_t operand : {1, 2})
      for (const bool first : {false, true}) all.push_back({operation, operand, first});
  for (const Elementwise operation : alone) all.push_back({operation, -1, false});
  return all;
}

TEST(TapePairs, AreTheirOperationsOneByOne) {
  const Shape space = {5, 1003};
  for (const DType dtype : {DType::f32, DType::f64}) {
    const std::vector<Array> inputs = {special(dtype, space, 1), special(dtype, space, 2), numbers(dtype, {}, 3)};
    for (const Step& first : steps())
      for (const Step& second : steps()) {
        Tape tape;
        tape.space = space;
        for (const Array& x : inputs) tape.inputs.push_back({x.dtype, x.shape});
        for (const auto& [step, y] : {std::pair(first, 0), std::pair(second, 3)}) {
          TapeInstruction in{step.operation, dtype, {y, step.operand, -1}};
          if (step.first) std::swap(in.operands[0], in.operands[1]);
          tape.instructions.push_back(in);
        }
        tape.outputs.push_back({4, {}, {}});
        expect_same(run(tape, inputs)[0], eager(tape, inputs)[0], to_string(tape));
        if (HasFailure()) return;
      }
  }
}

/// What is needed twice, or leaves, is not hidden in a pair; a + b of two products, a product of equal operands.
TEST(TapePairs, KeepWhatOthersNeed) {
  Tape tape;
  const DType d = DType::f64;
  tape.space = {3000};
  tape.inputs = {{d, {3000}}, {d, {3000}}, {d, {}}};
  tape.instructions = {{multiply, d, {0, 2, -1}},  {multiply, d, {1, 2, -1}}, {add, d, {3, 4, -1}},
                       {subtract, d, {5, 4, -1}},  {multiply, d, {6, 6, -1}}, {negative, d, {7, -1, -1}},
                       {maximum, d, {8, 5, -1}},   {square, d, {9, -1, -1}},  {add, d, {2, 2, -1}},
                       {multiply, d, {11, 10, -1}}};
  for (const std::int32_t leaves : {3, 5, 8, 9, 10}) {
    tape.outputs = {{12, {}, {}}, {leaves, {}, {}}};
    const std::vector<Array> inputs = {numbers(d, {3000}, 1), numbers(d, {3000}, 2), numbers(d, {}, 3)};
    const auto found = run(tape, inputs), expected = eager(tape, inputs);
    for (std::size_t k = 0; k < 2; ++k) expect_same(found[k], expected[k], to_string(tape));
  }
}

}  // namespace
}  // namespace terrella
