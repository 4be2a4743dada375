#include <map>

#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::int64_t small = 4096;  // elements; larger results cost more memory than they save time

bool is_small(const Program& program, const Instruction& in) {
  const graph::Lowering::Kind kind = in.op->lowering().kind;
  if (kind == graph::Lowering::Kind::broadcast) return true;  // a view
  for (const Value v : in.results)
    if (program.aval(v).shape.size() > small) return false;
  return true;
}

}  // namespace

void fold_constants(Program& program) {
  std::map<Value, std::size_t> known;
  for (std::size_t c = 0; c < program.constants.size(); ++c) known[program.constants[c].value] = c;
  for (Instruction& in : program.instructions) {
    const bool constant = std::all_of(in.operands.begin(), in.operands.end(), [&](Value v) { return known.count(v); });
    if (!constant || !is_small(program, in)) continue;
    std::vector<Array> operands, results;
    for (const Value v : in.operands) operands.push_back(program.constants[known.at(v)].array);
    for (const Value v : in.results) {
      Array out;
      out.dtype = program.aval(v).dtype;
      out.shape = program.aval(v).shape;
      results.push_back(out);
    }
    in.op->evaluate(default_backend(), operands, results);
    for (std::size_t k = 0; k < results.size(); ++k) {
      known[in.results[k]] = program.constants.size();
      program.constants.push_back({in.results[k], std::move(results[k])});
    }
    in.results.clear();  // dead
  }
  drop_dead(program);
}

}  // namespace terrella::compiler
