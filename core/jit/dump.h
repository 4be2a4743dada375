// core/jit/dump.h: the program after each pass, for whoever wonders what became of a function.
#pragma once
#include "core/jit/program.h"

namespace terrella::compiler {

/// One line an input, constant, instruction and output.
std::string to_text(const Program& program);
/// The same as a graph for Graphviz.
std::string to_graphviz(const Program& program);

/// Writes NUMBER-0-lowered.txt and .dot, NUMBER-1-canonicalise.txt ... into the folder that the environment variable
/// TERRELLA_DUMP names; without it, nothing. NUMBER counts the programs compiled by this process.
class Dump {
 public:
  explicit Dump(const Program& lowered);
  void after(const char* pass, const Program& program) const;

 private:
  std::string prefix_;  // empty: nobody asked
  mutable int passes_ = 0;
};

}  // namespace terrella::compiler
