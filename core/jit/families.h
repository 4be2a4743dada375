// core/jit/families.h: values of a program that may see the same memory.
#pragma once
#include <numeric>
#include <vector>

#include "core/jit/program.h"

namespace terrella::compiler {

/// Whether the instruction makes memory of its own for its results, whatever its operands.
inline bool makes_memory(const Instruction& in) {
  using Kind = graph::Lowering::Kind;
  if (in.tape) return true;
  const graph::Lowering lowering = in.op->lowering();
  const Kind kind = lowering.kind;
  return lowering.fills() || kind == Kind::elementwise || kind == Kind::convert || kind == Kind::reduce;
}

/// Whether its results are always its operand seen in another way, which takes no memory; a reshape may have to copy.
inline bool is_view(const Instruction& in) {
  using Kind = graph::Lowering::Kind;
  if (in.tape) return false;
  const Kind kind = in.op->lowering().kind;
  return kind == Kind::broadcast || kind == Kind::transpose || kind == Kind::reshape;
}

/// Sets of values, each named by one of them.
class Families {
 public:
  explicit Families(const Program& program) : parent_(program.values.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (const Instruction& in : program.instructions) {
      if (makes_memory(in)) continue;
      for (const Value result : in.results)
        for (const Value v : in.operands) join(result, v);
    }
  }
  Value operator()(Value v) {
    while (parent_[static_cast<std::size_t>(v)] != v)
      v = parent_[static_cast<std::size_t>(v)] =
          parent_[static_cast<std::size_t>(parent_[static_cast<std::size_t>(v)])];
    return v;
  }

 private:
  void join(Value a, Value b) { parent_[static_cast<std::size_t>((*this)(a))] = (*this)(b); }
  std::vector<Value> parent_;
};

}  // namespace terrella::compiler
