#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

using Kind = graph::Lowering::Kind;

bool commutes(Elementwise operation) {
  switch (operation) {
    case Elementwise::add:
    case Elementwise::multiply:
    case Elementwise::equal:
    case Elementwise::not_equal:
    case Elementwise::logical_and:
    case Elementwise::logical_or:
    case Elementwise::logical_xor:
      return true;
    default:
      return false;
  }
}

/// Whether a transpose takes back what the one before it did.
bool undoes(const Shape& later, const Shape& earlier) {
  for (int i = 0; i < later.rank(); ++i)
    if (earlier[static_cast<int>(later[i])] != i) return false;
  return true;
}

class Canonicaliser {
 public:
  explicit Canonicaliser(Program& program)
      : program_(program), now_(program), maker_(makers(program)), constant_(program.values.size(), -1) {
    for (std::size_t c = 0; c < program.constants.size(); ++c)
      constant_[static_cast<std::size_t>(program.constants[c].value)] = static_cast<std::int32_t>(c);
  }

  void run() {
    for (Instruction& in : program_.instructions) {
      now_.apply(in.operands);
      const graph::Lowering lowering = in.op->lowering();
      if (same_value(in, lowering)) continue;
      if (lowering.kind == Kind::reshape) skip(in.operands[0], Kind::reshape);
      if (lowering.kind == Kind::elementwise || lowering.kind == Kind::convert) {
        for (Value& v : in.operands) v = narrow(v);
        if (lowering.kind == Kind::elementwise && commutes(lowering.elementwise) && right_of(in)) {
          std::swap(in.operands[0], in.operands[1]);
        }
      }
    }
    now_.apply(program_.outputs);
    drop_dead(program_);
  }

 private:
  const Instruction* maker(Value v) const {
    const auto k = static_cast<std::size_t>(v);
    return k < maker_.size() && maker_[k] >= 0 ? &program_.instructions[static_cast<std::size_t>(maker_[k])] : nullptr;
  }
  bool is_constant(Value v) const {
    return static_cast<std::size_t>(v) >= constant_.size() || constant_[static_cast<std::size_t>(v)] >= 0;
  }

  /// The result is a value that is there already: that one is used from here on.
  bool same_value(const Instruction& in, const graph::Lowering& lowering) {
    const Value from = in.operands.empty() ? -1 : in.operands[0];
    const Instruction* before = from >= 0 ? maker(from) : nullptr;
    const bool alias = lowering.kind == Kind::alias ||
                       (lowering.kind >= Kind::convert && lowering.kind != Kind::reduce &&
                        lowering.kind != Kind::transpose && program_.aval(from) == program_.aval(in.results[0]));
    if (alias) {
      now_.replace(in.results[0], from);
      return true;
    }
    if (lowering.kind != Kind::transpose || !before) return false;
    const graph::Lowering earlier = before->op->lowering();
    if (earlier.kind != Kind::transpose || !undoes(lowering.axes, earlier.axes)) return false;
    now_.replace(in.results[0], before->operands[0]);
    return true;
  }

  /// Reads what an operation of this kind read, as often as one stands there.
  void skip(Value& operand, Kind kind) {
    for (const Instruction* before = maker(operand); before && before->op->lowering().kind == kind;
         before = maker(operand))
      operand = now_(before->operands[0]);
  }

  /// An operand that is broadcast anyway: without the broadcast before, and as one number where it is one.
  Value narrow(Value v) {
    skip(v, Kind::broadcast);
    if (program_.aval(v).shape.rank() == 0 || !is_constant(v)) return v;
    const Program::Constant& c = program_.constants[static_cast<std::size_t>(constant_[static_cast<std::size_t>(v)])];
    if (!holds_one_number(c.array)) return v;
    Array one = c.array;
    one.shape = one.strides = Shape();
    const Value narrower = program_.add({one.shape, one.dtype});
    constant_.resize(program_.values.size(), -1);
    constant_.back() = static_cast<std::int32_t>(program_.constants.size());
    program_.constants.push_back({narrower, one});
    return narrower;
  }

  bool right_of(const Instruction& in) const {
    const bool first = is_constant(in.operands[0]), second = is_constant(in.operands[1]);
    return first != second ? first : in.operands[0] > in.operands[1];
  }

  Program& program_;
  Substitution now_;
  std::vector<std::int32_t> maker_;
  std::vector<std::int32_t> constant_;  // number among the constants
};

}  // namespace

void canonicalise(Program& program) { Canonicaliser(program).run(); }

}  // namespace terrella::compiler
