// core/backend/tape.h: what a fused cluster computes: elementwise instructions over one iteration space, reductions at
// its end. Nothing here names a device: the CPU runs it over cache tiles, other devices get it rendered as a kernel.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/backend/backend.h"  // Reduction
#include "core/ops/elementwise.h"  // Elementwise

namespace terrella {

/// An operand from memory; broadcasts to the space by numpy's rule. At run time an array of this shape and dtype, with
/// any strides.
struct TapeInput {
  DType dtype = DType::f64;
  Shape shape;
  /// Where not 0, the input is a product of matrices over the whole space [m, n], made tile by tile: at run time an
  /// array [m, inner] in its place, and an array [inner, n] behind those of all inputs, in the order of the products.
  std::int64_t inner = 0;
};

/// One entry of elementwise.def, select, or (Elementwise::count) a conversion of dtype by the rules of Backend::copy.
struct TapeInstruction {
  Elementwise operation = Elementwise::count;
  DType dtype = DType::f64;                          ///< of the result
  std::array<std::int32_t, 3> operands{-1, -1, -1};  ///< values by number: inputs first, then instructions in order
};

/// A value that leaves: as it is, in the shape of the space, or reduced over some of its axes (which the shape then
/// lacks).
struct TapeOutput {
  std::int32_t value = 0;
  std::optional<Reduction> reduction;
  std::array<bool, max_rank> reduced{};  ///< axes of the space
};

struct Tape {
  Shape space;
  std::vector<TapeInput> inputs;
  std::vector<TapeInstruction> instructions;
  std::vector<TapeOutput> outputs;

  std::size_t products() const {
    return static_cast<std::size_t>(
        std::count_if(inputs.begin(), inputs.end(), [](const TapeInput& in) { return in.inner != 0; }));
  }
};

/// One line an input, instruction and output, for dumps.
std::string to_string(const Tape& tape);

/// A tape made ready by a backend; immutable, used by several threads at once.
class TapeProgram {
 public:
  virtual ~TapeProgram() = default;
};

/// One execution. Outputs with a buffer are written where they are (same shape and dtype, row-major; they may be the
/// memory of an input of the same shape and strides); without a buffer their memory is made.
struct TapeCall {
  const TapeProgram* program = nullptr;
  std::span<const Array> inputs;
  std::span<Array> outputs;
};

}  // namespace terrella
