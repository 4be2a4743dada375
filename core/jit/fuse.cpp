// Instructions that may fuse get a depth: no less than that of what they read, more where a fused result is read by
// what cannot join it. All of one depth and one space need each other only within, so any of them may share a tape.
#include <limits>
#include <map>
#include <numeric>

#include "core/jit/clusters.h"
#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t most_arrays = 48;         // inputs and outputs of a tape
constexpr std::size_t most_instructions = 192;  // of a tape

bool broadcasts_cheaply(const Shape& shape, const Shape& space) {
  if (shape == space || shape.size() == 1) return shape.rank() <= space.rank();
  if (shape.rank() > space.rank()) return false;
  for (int i = 0; i < shape.rank(); ++i)  // the last axes of the space: alike in all tiles
    if (shape[i] != space[space.rank() - shape.rank() + i]) return false;
  return true;
}

class Fuser : private Clusters {
 public:
  explicit Fuser(Program& program) : Clusters(program) {}

  void run() {
    classify();
    for (std::size_t i = 0; i < count(); ++i) settle(i);
    sink();
    repeat_cheap();
    emit();
  }

 private:
  void classify() {
    maker_ = makers(program_);
    parts_.resize(count());
    for (std::size_t i = 0; i < count(); ++i) {
      const graph::Lowering l = at(i).op->lowering();
      Part& part = parts_[i];
      if (l.kind == Kind::reduce && reduces(l, at(i))) {
        part.role = Part::Role::reduction;
        part.space = program_.aval(at(i).operands[0]).shape;
      } else if (l.kind == Kind::elementwise || l.kind == Kind::convert) {
        part.role = Part::Role::elementwise;
        part.space = program_.aval(at(i).results[0]).shape;
      }
      if (part.space.size() == 0) part.role = Part::Role::alone;
    }
    read_again();
  }
  bool reduces(const graph::Lowering& l, const Instruction& in) const {
    return l.reduction != Reduction::product &&
           program_.aval(in.operands[0]).dtype == program_.aval(in.results[0]).dtype;
  }
  /// Whether the maker of an operand is in one tape with its reader, both at that depth.
  bool joins(std::size_t from, std::size_t to) const {
    return parts_[from].role == Part::Role::elementwise && parts_[to].role != Part::Role::alone &&
           parts_[from].space == parts_[to].space;
  }
  void settle(std::size_t i) {
    std::int32_t depth = 0;
    for (const Value v : at(i).operands) {
      if (maker(v) < 0) continue;
      const auto from = static_cast<std::size_t>(maker(v));
      depth = std::max(depth, parts_[from].depth + (parts_[from].role != Part::Role::alone && !joins(from, i)));
    }
    parts_[i].depth = depth;
  }

  /// What is read much later only is computed there, if that does not keep more in memory instead.
  void sink() {
    for (std::size_t i = count(); i-- > 0;) {
      Part& part = parts_[i];
      if (part.role == Part::Role::reduction || at(i).results.size() != 1) continue;
      const Value result = at(i).results[0];
      const auto& readers = readers_[static_cast<std::size_t>(result)];
      if (leaves_[static_cast<std::size_t>(result)] || readers.empty()) continue;
      std::int32_t depth = std::numeric_limits<std::int32_t>::max();
      for (const std::size_t r : readers) depth = std::min(depth, parts_[r].depth);
      if (part.role == Part::Role::alone) {
        const bool free =
            std::all_of(at(i).operands.begin(), at(i).operands.end(), [&](Value v) { return maker(v) < 0; });
        if (free) part.depth = depth;
        continue;
      }
      const std::size_t first = readers[0];
      const bool one_place = std::all_of(readers.begin(), readers.end(), [&](std::size_t r) {
        return parts_[r].role != Part::Role::alone && parts_[r].depth == depth &&
               parts_[r].space == parts_[first].space;
      });
      if (!one_place || together(i, first) || !broadcasts_cheaply(part.space, parts_[first].space)) continue;
      std::int64_t more = 0;
      for (const Value v : at(i).operands)
        if (!kept(v)) more += bytes(v);
      if (more > bytes(result)) continue;
      part.depth = depth;
      part.space = parts_[first].space;
      part.within = !(program_.aval(result).shape == part.space);
    }
  }

  void emit();
  void components(const std::vector<std::size_t>& members, std::vector<std::vector<std::size_t>>& pieces) const;
  Instruction tape_of(std::vector<std::size_t> members, std::int32_t group);
};

/// Members that share values or large inputs, in the order of computation.
void Fuser::components(const std::vector<std::size_t>& members, std::vector<std::vector<std::size_t>>& pieces) const {
  std::vector<std::size_t> parent(members.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto find = [&](std::size_t k) {
    while (parent[k] != k) k = parent[k] = parent[parent[k]];
    return k;
  };
  std::map<Value, std::size_t> owner;
  for (std::size_t k = 0; k < members.size(); ++k) {
    const Instruction& in = program_.instructions[members[k]];
    std::vector<Value> touched = in.results;
    for (const Value v : in.operands) {
      const bool made_here = maker(v) >= 0 && together(static_cast<std::size_t>(maker(v)), members[k]);
      if (made_here ? !parts_[static_cast<std::size_t>(maker(v))].within : program_.aval(v).shape.size() > 1)
        touched.push_back(v);
    }
    for (const Value v : touched) {
      const auto [first, fresh] = owner.emplace(v, k);
      if (!fresh) parent[find(k)] = find(first->second);
    }
  }
  std::map<std::size_t, std::size_t> number;
  for (std::size_t k = 0; k < members.size(); ++k) {
    const auto [piece, fresh] = number.emplace(find(k), pieces.size());
    if (fresh) pieces.emplace_back();
    pieces[piece->second].push_back(members[k]);
  }
}

Instruction Fuser::tape_of(std::vector<std::size_t> members, std::int32_t group) {
  for (std::size_t k = 0; k < members.size(); ++k)
    for (const Value v : at(members[k]).operands) {
      const std::int32_t from = maker(v);
      if (from < 0 || !parts_[static_cast<std::size_t>(from)].within) continue;
      if (std::find(members.begin(), members.end(), static_cast<std::size_t>(from)) == members.end())
        members.push_back(static_cast<std::size_t>(from));
    }
  std::sort(members.begin(), members.end());
  Tape tape;
  tape.space = parts_[members[0]].space;
  Instruction fused;
  fused.group = group;
  fused.origin = at(members[0]).origin;
  std::map<Value, std::int32_t> number;  // inputs first: counted before instructions are numbered
  const auto is_member = [&](std::int32_t i) {
    return i >= 0 && std::binary_search(members.begin(), members.end(), static_cast<std::size_t>(i));
  };
  for (const std::size_t i : members)
    for (const Value v : at(i).operands)
      if (!is_member(maker(v)) && number.emplace(v, static_cast<std::int32_t>(tape.inputs.size())).second) {
        tape.inputs.push_back({program_.aval(v).dtype, program_.aval(v).shape});
        fused.operands.push_back(v);
      }
  for (const std::size_t i : members) {
    if (parts_[i].role == Part::Role::reduction) continue;
    const Instruction& in = at(i);
    const graph::Lowering l = in.op->lowering();
    TapeInstruction step;
    step.operation = l.kind == Kind::convert ? Elementwise::count : l.elementwise;
    step.dtype = program_.aval(in.results[0]).dtype;
    for (std::size_t k = 0; k < in.operands.size(); ++k) step.operands[k] = number.at(in.operands[k]);
    number[in.results[0]] = static_cast<std::int32_t>(tape.inputs.size() + tape.instructions.size());
    tape.instructions.push_back(step);
  }
  for (const std::size_t i : members) {
    const Value result = at(i).results[0];
    TapeOutput out;
    if (parts_[i].role == Part::Role::reduction) {
      const graph::Lowering l = at(i).op->lowering();
      out.value = number.at(at(i).operands[0]);
      out.reduction = l.reduction;
      out.reduced = l.reduced;
    } else {
      if (parts_[i].within) continue;
      const auto& readers = readers_[static_cast<std::size_t>(result)];
      const bool inside = std::all_of(readers.begin(), readers.end(),
                                      [&](std::size_t r) { return is_member(static_cast<std::int32_t>(r)); });
      if (inside && !leaves_[static_cast<std::size_t>(result)]) continue;
      out.value = number.at(result);
    }
    tape.outputs.push_back(out);
    fused.results.push_back(result);
  }
  fused.tape = std::make_shared<const Tape>(std::move(tape));
  return fused;
}

void Fuser::emit() {
  std::map<std::int32_t, std::vector<std::size_t>> alone;
  struct BySpace {
    Shape space;
    std::vector<std::size_t> members;
  };
  std::map<std::int32_t, std::vector<BySpace>> fused;
  for (std::size_t i = 0; i < count(); ++i) {
    const Part& part = parts_[i];
    if (part.role == Part::Role::alone) {
      alone[part.depth].push_back(i);
      fused[part.depth];
      continue;
    }
    std::vector<BySpace>& list = fused[part.depth];
    auto same = std::find_if(list.begin(), list.end(), [&](const BySpace& s) { return s.space == part.space; });
    if (same == list.end()) same = list.insert(list.end(), {part.space, {}});
    if (!part.within) same->members.push_back(i);
  }
  std::vector<Instruction> result;
  std::int32_t group = 0;
  for (const auto& [depth, spaces] : fused) {
    for (const std::size_t i : alone[depth]) result.push_back(at(i));
    std::vector<std::vector<std::size_t>> pieces;
    for (const BySpace& s : spaces) components(s.members, pieces);
    // What is too much for one tape is cut; the parts then follow each other.
    for (bool more = true; more; ++group) {
      more = false;
      for (std::vector<std::size_t>& piece : pieces) {
        if (piece.empty()) continue;
        std::vector<std::size_t> now(piece.begin(),
                                     piece.begin() + std::min<std::ptrdiff_t>(most_instructions, std::ssize(piece)));
        Instruction tape = tape_of(now, group);
        while (tape.operands.size() + tape.results.size() > most_arrays && now.size() > 8) {
          now.resize(now.size() / 2);
          tape = tape_of(now, group);
        }
        result.push_back(std::move(tape));
        piece.erase(piece.begin(), piece.begin() + std::ssize(now));
        more |= !piece.empty();
      }
    }
  }
  program_.instructions = std::move(result);
}

}  // namespace

void fuse(Program& program) { Fuser(program).run(); }

}  // namespace terrella::compiler
