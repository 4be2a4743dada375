// core/jit/executable.h: a compiled program, ready to run on data.
#pragma once
#include <mutex>

#include "core/jit/memory_plan.h"
#include "core/jit/program.h"

namespace terrella::compiler {

/// Immutable but for the memory that it keeps between runs; several threads may run it at once.
class Executable {
 public:
  /// Of a program that all passes have seen.
  explicit Executable(Program program);

  /// The results for these inputs: arguments, then what the function captured. Inputs whose memory nobody else can see
  /// are let go when they have been read for the last time, or become results.
  std::vector<Array> run(std::vector<Array> inputs) const;

  const Program& program() const { return program_; }
  const MemoryPlan& memory() const { return memory_; }

 private:
  struct Frame;  // memory of one run
  std::unique_ptr<Frame> take() const;
  void step(Frame& frame, std::size_t first, std::size_t end) const;
  void pass(Frame& frame, std::size_t instruction) const;
  void run_operation(Frame& frame, std::size_t instruction) const;
  std::string fused_name(std::size_t first, std::size_t end) const;
  void run_tapes(Frame& frame, std::size_t first, std::size_t end) const;

  Program program_;
  MemoryPlan memory_;
  std::vector<std::shared_ptr<const TapeProgram>> tapes_;  // of each instruction
  struct Frames;
  std::shared_ptr<Frames> frames_;
};

/// Lowers, passes and plans.
std::shared_ptr<const Executable> compile(const graph::Subgraph& subgraph);

}  // namespace terrella::compiler
