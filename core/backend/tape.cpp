#include "core/backend/tape.h"

#include "core/backend/tape_check.h"
#include "core/error.h"

namespace terrella {
namespace {

enum class Result : std::uint8_t { same, real, boolean };

struct Entry {
  std::string_view name, kinds;
  int arity;
  Result result;
};

constexpr Entry entries[] = {
#define UNARY(name, kinds, ...) {#name, #kinds, 1, Result::same},
#define UNARY_RULES(name, kinds, result, ...) {#name, #kinds, 1, Result::result},
#define BINARY(name, kinds, ...) {#name, #kinds, 2, Result::same},
#define COMPARE(name, kinds, ...) {#name, #kinds, 2, Result::boolean},
#include "core/ops/elementwise.def"
    {"select", "BIRC", 3, Result::same},
    {"convert", "BIRC", 1, Result::same},
};

const Entry& entry(Elementwise operation) { return entries[static_cast<std::size_t>(operation)]; }

char kind(DType d) { return d == DType::boolean ? 'B' : is_integer(d) ? 'I' : is_complex(d) ? 'C' : 'R'; }

std::string label(const Tape& tape, std::int32_t value) {
  const auto inputs = static_cast<std::int32_t>(tape.inputs.size());
  return value < inputs ? text("x", value) : text("v", value - inputs);
}

void check_instruction(const Tape& tape, std::size_t i) {
  const TapeInstruction& in = tape.instructions[i];
  if (in.operation > Elementwise::count)
    fail("tape: instruction v", i, " has no operation of number ", static_cast<int>(in.operation));
  const Entry& e = entry(in.operation);
  const auto place = [&] { return text("tape: instruction v", i, " (", e.name, ")"); };
  const auto known = static_cast<std::int32_t>(tape.inputs.size() + i);
  for (int k = 0; k < 3; ++k) {
    const std::int32_t v = in.operands[static_cast<std::size_t>(k)];
    if (k >= e.arity ? v != -1 : v < 0 || v >= known)
      fail(place(), ": operand ", k, " is value ", v, "; it takes ", e.arity, " of the ", known,
           " values before it, and -1 for the rest");
  }
  if (in.operation == Elementwise::count) return;
  const bool select = in.operation == Elementwise::select;
  const DType d = dtype_of_value(tape, in.operands[select ? 1 : 0]);
  if (select && dtype_of_value(tape, in.operands[0]) != DType::boolean)
    fail(place(), ": the condition is ", name(dtype_of_value(tape, in.operands[0])), ", not bool");
  if (e.kinds.find(kind(d)) == std::string_view::npos) fail(place(), ": not defined for ", name(d));
  for (std::size_t k = select ? 2 : 1; k < static_cast<std::size_t>(e.arity); ++k)
    if (dtype_of_value(tape, in.operands[k]) != d)
      fail(place(), ": operands of ", name(d), " and ", name(dtype_of_value(tape, in.operands[k])),
           "; convert one of them first");
  const DType gives = e.result == Result::same ? d : e.result == Result::real ? real_of(d) : DType::boolean;
  if (in.dtype != gives) fail(place(), ": gives ", name(gives), ", not ", name(in.dtype));
}

void check_product(const Tape& tape, std::size_t i) {
  const TapeInput& in = tape.inputs[i];
  if (in.inner < 0 || tape.space.rank() != 2 || !(in.shape == tape.space))
    fail("tape: input x", i, " of shape ", in.shape, " with ", in.inner,
         " inner elements is no product of matrices over the space ", tape.space);
  if (in.dtype != DType::f32 && in.dtype != DType::f64)
    fail("tape: input x", i, ": products within tapes are of f32 or f64, not ", name(in.dtype));
}

}  // namespace

std::string_view name(Elementwise operation) { return entry(operation).name; }
int arity(Elementwise operation) { return entry(operation).arity; }

std::string_view name(Reduction reduction) {
  constexpr std::string_view names[] = {"sum", "product", "minimum", "maximum", "any", "all"};
  return names[static_cast<std::size_t>(reduction)];
}

bool reduces(Reduction reduction, DType dtype) {
  switch (reduction) {
    case Reduction::sum:
    case Reduction::product:
      return dtype != DType::boolean;
    case Reduction::minimum:
    case Reduction::maximum:
      return !is_complex(dtype);
    case Reduction::any:
    case Reduction::all:
      return dtype == DType::boolean;
  }
  return false;
}

Shape shape_of(const Tape& tape, const TapeOutput& output) {
  if (!output.reduction) return tape.space;
  Shape shape;
  for (int axis = 0; axis < tape.space.rank(); ++axis)
    if (!output.reduced[static_cast<std::size_t>(axis)]) shape.push_back(tape.space[axis]);
  return shape;
}

void check(const Tape& tape) {
  check_extents("tape", tape.space);
  for (std::size_t i = 0; i < tape.inputs.size(); ++i) {
    const Shape& shape = tape.inputs[i].shape;
    const int shift = tape.space.rank() - shape.rank();
    bool fits = shift >= 0;
    for (int axis = 0; fits && axis < shape.rank(); ++axis)
      fits = shape[axis] == 1 || shape[axis] == tape.space[axis + shift];
    if (!fits) fail("tape: input x", i, " of shape ", shape, " does not broadcast to the space ", tape.space);
    if (tape.inputs[i].inner != 0) check_product(tape, i);
  }
  for (std::size_t i = 0; i < tape.instructions.size(); ++i) check_instruction(tape, i);
  const auto values = static_cast<std::int32_t>(tape.inputs.size() + tape.instructions.size());
  for (std::size_t i = 0; i < tape.outputs.size(); ++i) {
    const TapeOutput& out = tape.outputs[i];
    if (out.value < 0 || out.value >= values) fail("tape: output ", i, " is value ", out.value, " of ", values);
    if (out.reduction && !reduces(*out.reduction, dtype_of_value(tape, out.value)))
      fail("tape: output ", i, ": no ", name(*out.reduction), " of ", name(dtype_of_value(tape, out.value)));
    for (std::size_t axis = 0; axis < out.reduced.size(); ++axis)
      if (out.reduced[axis] && (!out.reduction || axis >= static_cast<std::size_t>(tape.space.rank())))
        fail("tape: output ", i, " is reduced over axis ", axis,
             out.reduction ? " which the space lacks" : " without a reduction");
  }
}

std::string to_string(const Tape& tape) {
  std::string s = text("tape over ", tape.space, "\n");
  for (std::size_t i = 0; i < tape.inputs.size(); ++i) {
    const TapeInput& in = tape.inputs[i];
    s += text("  x", i, in.inner ? " = product " : " = input ", name(in.dtype), " ", in.shape);
    s += in.inner ? text(" over ", in.inner, "\n") : "\n";
  }
  for (std::size_t i = 0; i < tape.instructions.size(); ++i) {
    const TapeInstruction& in = tape.instructions[i];
    s += text("  v", i, " = ", name(in.operation));
    for (const std::int32_t v : in.operands)
      if (v >= 0) s += " " + label(tape, v);
    s += text(" -> ", name(in.dtype), "\n");
  }
  for (const TapeOutput& out : tape.outputs) {
    s += "  output ";
    if (out.reduction) {
      s += text(name(*out.reduction), " over");
      for (int axis = 0; axis < tape.space.rank(); ++axis)
        if (out.reduced[static_cast<std::size_t>(axis)]) s += text(" ", axis);
      s += " of ";
    }
    s += label(tape, out.value) + "\n";
  }
  return s;
}

}  // namespace terrella
