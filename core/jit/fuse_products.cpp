// A product of matrices that one tape alone reads is made in it, tile by tile, and needs no memory.
#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t most_products = 8;  // of a tape: their right factors share a cache

class ProductFuser {
 public:
  explicit ProductFuser(Program& program)
      : program_(program), maker_(makers(program)), reads_(program.values.size(), 0) {
    for (const Instruction& in : program.instructions)
      for (const Value v : in.operands) ++reads_[index(v)];
    for (const Value v : program.outputs) ++reads_[index(v)];
  }

  void run() {
    std::vector<bool> gone(program_.instructions.size(), false);
    for (Instruction& in : program_.instructions)
      if (in.tape) take_products(in, gone);
    std::vector<Instruction> rest;
    for (std::size_t i = 0; i < gone.size(); ++i)
      if (!gone[i]) rest.push_back(std::move(program_.instructions[i]));
    program_.instructions = std::move(rest);
  }

 private:
  static std::size_t index(Value v) { return static_cast<std::size_t>(v); }

  /// The instruction that makes a value, where it is a product that a tape over this space may make for itself.
  std::int32_t product_of(Value v, const Shape& space) const {
    const std::int32_t from = maker_[index(v)];
    if (from < 0 || reads_[index(v)] != 1 || space.rank() != 2 || !(program_.aval(v).shape == space)) return -1;
    const Instruction& in = program_.instructions[static_cast<std::size_t>(from)];
    if (in.tape || in.op->lowering().kind != graph::Lowering::Kind::product) return -1;
    const std::int64_t inner = program_.aval(in.operands[0]).shape[1];
    return default_backend().fuses_product(program_.aval(v).dtype, space[0], inner, space[1]) ? from : -1;
  }

  void take_products(Instruction& in, std::vector<bool>& gone) {
    Tape tape = *in.tape;
    std::vector<Value> right;
    for (std::size_t k = 0; k < tape.inputs.size() && right.size() < most_products; ++k) {
      const std::int32_t from = product_of(in.operands[k], tape.space);
      if (from < 0) continue;
      const Instruction& product = program_.instructions[static_cast<std::size_t>(from)];
      tape.inputs[k].inner = program_.aval(product.operands[0]).shape[1];
      in.operands[k] = product.operands[0];
      right.push_back(product.operands[1]);
      gone[static_cast<std::size_t>(from)] = true;
    }
    if (right.empty()) return;
    in.operands.insert(in.operands.end(), right.begin(), right.end());
    in.tape = std::make_shared<const Tape>(std::move(tape));
  }

  Program& program_;
  std::vector<std::int32_t> maker_;
  std::vector<std::int32_t> reads_;  // of each value, outputs too
};

}  // namespace

void fuse_products(Program& program) { ProductFuser(program).run(); }

}  // namespace terrella::compiler
