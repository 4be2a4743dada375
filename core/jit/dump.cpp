#include "core/jit/dump.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace terrella::compiler {
namespace {

std::string aval_text(const graph::Aval& aval) { return text(name(aval.dtype), ' ', aval.shape); }

std::string instruction_name(const Instruction& in) {
  if (!in.tape) return std::string(in.op->name());
  const std::size_t products = in.tape->products();
  return text("fused ", in.tape->instructions.size(), products > 0 ? text(" and ", products, " matmul") : "", " over ",
              in.tape->space);
}

std::string constant_text(const Array& array) {
  const std::optional<double> number = number_of(array);
  return number ? text(*number) : "array";
}

}  // namespace

std::string to_text(const Program& program) {
  std::string s;
  for (const Value v : program.inputs) s += text("%", v, " = input ", aval_text(program.aval(v)), '\n');
  for (const Program::Constant& c : program.constants)
    s += text("%", c.value, " = constant ", aval_text(program.aval(c.value)), ' ', constant_text(c.array), '\n');
  for (const Instruction& in : program.instructions) {
    for (std::size_t k = 0; k < in.results.size(); ++k) s += text(k ? ", %" : "%", in.results[k]);
    s += " = " + instruction_name(in);
    for (const Value v : in.operands) s += text(" %", v);
    for (const Value v : in.results) s += " -> " + aval_text(program.aval(v));
    if (in.group >= 0) s += text("  group ", in.group);
    if (in.origin) s += "  made at " + *in.origin;
    s += '\n';
    if (in.tape) s += to_string(*in.tape);
  }
  s += "return";
  for (const Value v : program.outputs) s += text(" %", v);
  return s + '\n';
}

std::string to_graphviz(const Program& program) {
  std::string s = "digraph program {\n  node [shape=box, fontname=monospace];\n";
  const std::vector<std::int32_t> maker = makers(program);
  const auto source = [&](Value v) {
    const std::int32_t i = maker[static_cast<std::size_t>(v)];
    return i < 0 ? text("v", v) : text("i", i);
  };
  for (const Value v : program.inputs)
    s += text("  v", v, " [shape=ellipse, label=\"input %", v, "\\n", aval_text(program.aval(v)), "\"];\n");
  for (const Program::Constant& c : program.constants)
    s += text("  v", c.value, " [shape=plain, label=\"", constant_text(c.array), "\"];\n");
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& in = program.instructions[i];
    s += text("  i", i, " [label=\"", instruction_name(in), "\"];\n");
    for (const Value v : in.operands)
      s += text("  ", source(v), " -> i", i, " [label=\"", aval_text(program.aval(v)), "\"];\n");
  }
  for (std::size_t k = 0; k < program.outputs.size(); ++k)
    s += text("  r", k, " [shape=ellipse, label=\"result ", k, "\"];\n  ", source(program.outputs[k]), " -> r", k,
              ";\n");
  return s + "}\n";
}

Dump::Dump(const Program& lowered) {
  const char* const folder = std::getenv("TERRELLA_DUMP");
  if (!folder || !*folder) return;
  static std::atomic<int> count{0};
  std::error_code wrong;
  std::filesystem::create_directories(folder, wrong);
  if (wrong) fail("TERRELLA_DUMP=", folder, ": cannot be made a folder: ", wrong.message());
  prefix_ = text(folder, '/', count++, '-');
  after("lowered", lowered);
}

void Dump::after(const char* pass, const Program& program) const {
  if (prefix_.empty()) return;
  const std::string stem = text(prefix_, passes_++, '-', pass);
  std::ofstream lines(stem + ".txt"), graph(stem + ".dot");
  lines << to_text(program);
  graph << to_graphviz(program);
  if (!lines.flush() || !graph.flush()) fail("TERRELLA_DUMP: cannot write ", stem, ".txt and .dot; is the disk full?");
}

}  // namespace terrella::compiler
