// core/backend/tape_check.h: whether a tape means something. Every backend asks before it compiles one.
#pragma once
#include <string_view>

#include "core/backend/tape.h"

namespace terrella {

/// Name of the operation of an instruction; "convert" for a conversion.
std::string_view name(Elementwise operation);
/// Number of its operands.
int arity(Elementwise operation);

/// Fails naming the input, instruction or output that is wrong: an operand not yet computed, a shape that does not
/// broadcast to the space, dtypes that the operation does not take or give.
void check(const Tape& tape);

/// dtype of a value: inputs first, then instructions.
inline DType dtype_of_value(const Tape& tape, std::int32_t value) {
  const auto v = static_cast<std::size_t>(value), inputs = tape.inputs.size();
  return v < inputs ? tape.inputs[v].dtype : tape.instructions[v - inputs].dtype;
}

/// Shape of an output: the space, without the axes that are reduced.
Shape shape_of(const Tape& tape, const TapeOutput& output);

/// Whether a reduction is defined for a dtype: order for real numbers, any and all for bool, no sums of bool.
bool reduces(Reduction reduction, DType dtype);
std::string_view name(Reduction reduction);

}  // namespace terrella
