// core/jit/clusters.h: which instructions may share a tape, for the files of the pass fuse().
#pragma once
#include <algorithm>
#include <vector>

#include "core/jit/program.h"

namespace terrella::compiler {

/// What fuse() knows of an instruction.
struct Part {
  enum class Role : std::uint8_t { alone, elementwise, reduction };
  Role role = Role::alone;
  std::int32_t depth = 0;
  Shape space;
  bool within = false;  ///< of a smaller shape than the space: computed in every tape that reads it
};

/// A program with its parts: what the steps of fuse() ask and change.
class Clusters {
 protected:
  using Kind = graph::Lowering::Kind;

  explicit Clusters(Program& program) : program_(program) {}

  std::size_t count() const { return program_.instructions.size(); }
  Instruction& at(std::size_t i) { return program_.instructions[i]; }
  std::int32_t maker(Value v) const { return maker_[static_cast<std::size_t>(v)]; }
  std::int64_t bytes(Value v) const {
    const graph::Aval& a = program_.aval(v);
    return a.shape.size() * static_cast<std::int64_t>(size_of(a.dtype));
  }

  void read_again() {
    readers_.assign(program_.values.size(), {});
    for (std::size_t i = 0; i < count(); ++i)
      for (const Value v : at(i).operands) readers_[static_cast<std::size_t>(v)].push_back(i);
    leaves_.assign(program_.values.size(), false);
    for (const Value v : program_.outputs) leaves_[static_cast<std::size_t>(v)] = true;
  }

  bool together(std::size_t a, std::size_t b) const {
    return parts_[a].depth == parts_[b].depth && parts_[a].role != Part::Role::alone &&
           parts_[b].role != Part::Role::alone && parts_[a].space == parts_[b].space;
  }
  /// Whether a value has to be in memory, whoever else reads it.
  bool kept(Value v) const {
    if (maker(v) < 0 || leaves_[static_cast<std::size_t>(v)]) return true;
    const auto from = static_cast<std::size_t>(maker(v));
    if (parts_[from].role != Part::Role::elementwise) return true;
    const auto& readers = readers_[static_cast<std::size_t>(v)];
    return !std::all_of(readers.begin(), readers.end(), [&](std::size_t r) { return together(from, r); });
  }

  /// Cheap instructions between kept values and several tapes are computed in each of them.
  void repeat_cheap();

  Program& program_;
  std::vector<std::int32_t> maker_;
  std::vector<Part> parts_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<bool> leaves_;

 private:
  struct Cone {  // what is computed again
    std::vector<std::size_t> members;
    std::vector<Value> sources;  ///< that it reads
    std::size_t longer = 0;      ///< sources that have to be kept longer for it
  };
  bool repeat_once();
  void insert(std::vector<std::vector<Instruction>>& added, const std::vector<std::vector<Part>>& added_parts);
  void merge_repeated();
  bool is_there(Value v, std::int32_t depth) const;
  bool may_repeat(std::size_t i, const Shape& space);
  bool collect(std::size_t i, std::size_t top, std::int32_t depth, Cone& cone);
  Value repeat(const std::vector<std::size_t>& cone, Value result, std::int32_t depth, std::vector<Instruction>& added,
               std::vector<Part>& added_parts);
};

}  // namespace terrella::compiler
