#include "core/jit/passes.h"
#include "core/ops/elementwise_op.h"

namespace terrella::compiler {
namespace {

class Simplifier {
 public:
  explicit Simplifier(Program& program) : program_(program), now_(program), maker_(makers(program)) {
    number_.resize(program.values.size());
    for (const Program::Constant& c : program.constants)
      number_[static_cast<std::size_t>(c.value)] = number_of(c.array);
  }

  void run() {
    for (Instruction& in : program_.instructions) {
      now_.apply(in.operands);
      const graph::Lowering lowering = in.op->lowering();
      if (lowering.kind == graph::Lowering::Kind::elementwise) rewrite(in, lowering.elementwise);
    }
    now_.apply(program_.outputs);
    drop_dead(program_);
  }

 private:
  bool is(Value v, double number) const { return number_[static_cast<std::size_t>(v)] == number; }
  /// As a factor or exponent. Not of complex numbers, of which 1 * (inf + i) is inf + NaN i.
  bool acts_as(Value v, double number) const { return is(v, number) && !is_complex(program_.aval(v).dtype); }

  /// The operand of the instruction that makes v, if that is this operation and computes in the shape of its operand.
  std::optional<Value> operand_of(Value v, Elementwise operation) const {
    const std::int32_t at = maker_[static_cast<std::size_t>(v)];
    if (at < 0) return std::nullopt;
    const Instruction& in = program_.instructions[static_cast<std::size_t>(at)];
    const graph::Lowering lowering = in.op->lowering();
    if (lowering.kind != graph::Lowering::Kind::elementwise || lowering.elementwise != operation) return std::nullopt;
    return now_(in.operands[0]);
  }

  /// Uses `v` instead of the result, where it is of the same shape and dtype.
  bool become(const Instruction& in, Value v) {
    if (!(program_.aval(v) == program_.aval(in.results[0]))) return false;
    now_.replace(in.results[0], v);
    return true;
  }
  static void change(Instruction& in, Elementwise operation, std::vector<Value> operands) {
    in.op = elementwise_op(operation);
    in.operands = std::move(operands);
  }

  void rewrite(Instruction& in, Elementwise operation) {
    const Value x = in.operands[0], y = in.operands.back();
    switch (operation) {
      case Elementwise::add:
        if (is(y, 0) && become(in, x)) return;
        if (is(x, 0) && become(in, y)) return;
        if (const auto minus = operand_of(y, Elementwise::negative))
          change(in, Elementwise::subtract, {x, *minus});
        else if (const auto other = operand_of(x, Elementwise::negative))
          change(in, Elementwise::subtract, {y, *other});
        return;
      case Elementwise::subtract:
        if (is(y, 0) && become(in, x)) return;
        if (const auto minus = operand_of(y, Elementwise::negative)) change(in, Elementwise::add, {x, *minus});
        return;
      case Elementwise::multiply:
        if (acts_as(y, 1) && become(in, x)) return;
        if (acts_as(x, 1) && become(in, y)) return;
        if (acts_as(y, -1)) change(in, Elementwise::negative, {x});
        return;
      case Elementwise::divide:
        if (acts_as(y, 1)) become(in, x);
        return;
      case Elementwise::power:
        if (acts_as(y, 1) && become(in, x)) return;
        if (acts_as(y, 2)) change(in, Elementwise::square, {x});
        return;
      case Elementwise::negative:
        if (const auto twice = operand_of(x, Elementwise::negative)) become(in, *twice);
        return;
      case Elementwise::conj:
        if (!is_complex(program_.aval(x).dtype)) become(in, x);
        if (const auto twice = operand_of(x, Elementwise::conj)) become(in, *twice);
        return;
      case Elementwise::select:
        if (in.operands[1] == in.operands[2]) become(in, in.operands[1]);
        return;
      default:
        return;
    }
  }

  Program& program_;
  Substitution now_;
  std::vector<std::int32_t> maker_;
  std::vector<std::optional<double>> number_;
};

}  // namespace

void simplify(Program& program) { Simplifier(program).run(); }

}  // namespace terrella::compiler
