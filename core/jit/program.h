// core/jit/program.h: a closed piece of graph as numbered values and instructions, the form in which passes change it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/backend/tape.h"
#include "core/graph/origin.h"
#include "core/graph/subgraph.h"

namespace terrella::compiler {

/// Number of a value of a program.
using Value = std::int32_t;

/// Computes `results` of `operands`, by an operation of the graph or by a fused tape.
struct Instruction {
  graph::OpPointer op;               ///< none where it is fused
  std::shared_ptr<const Tape> tape;  ///< none where it is not
  std::vector<Value> operands;
  std::vector<Value> results;
  graph::Origin origin = nullptr;
  std::int32_t group = -1;  ///< fused instructions of a group do not need each other and run as one job
};

struct Program {
  std::vector<graph::Aval> values;
  std::vector<Value> inputs;  ///< arguments, then what the function captured
  struct Constant {
    Value value;
    Array array;
  };
  std::vector<Constant> constants;
  std::vector<Instruction> instructions;  ///< operands before their readers
  std::vector<Value> outputs;

  const graph::Aval& aval(Value v) const { return values[static_cast<std::size_t>(v)]; }
  Value add(const graph::Aval& aval) {
    values.push_back(aval);
    return static_cast<Value>(values.size() - 1);
  }
};

/// Tensors from outside that no transform follows become constants; they are evaluated.
Program lower(const graph::Subgraph& subgraph);

/// What a pass has decided to use instead of other values, followed to the end.
class Substitution {
 public:
  explicit Substitution(const Program& program) : to_(program.values.size()) {
    for (std::size_t v = 0; v < to_.size(); ++v) to_[v] = static_cast<Value>(v);
  }
  void replace(Value from, Value to) {
    while (static_cast<std::size_t>(std::max(from, to)) >= to_.size()) to_.push_back(static_cast<Value>(to_.size()));
    to_[static_cast<std::size_t>(from)] = (*this)(to);
  }
  Value operator()(Value v) const {
    while (static_cast<std::size_t>(v) < to_.size() && to_[static_cast<std::size_t>(v)] != v)
      v = to_[static_cast<std::size_t>(v)];
    return v;
  }
  void apply(std::vector<Value>& values) const {
    for (Value& v : values) v = (*this)(v);
  }

 private:
  std::vector<Value> to_;
};

/// Where a value comes from: number of the instruction, or -1 for inputs and constants.
std::vector<std::int32_t> makers(const Program& program);

/// Whether all elements are one number in memory.
bool holds_one_number(const Array& array);
/// That number where it is real.
std::optional<double> number_of(const Array& array);

}  // namespace terrella::compiler
