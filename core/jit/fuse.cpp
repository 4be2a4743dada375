// Instructions that may fuse get a depth: no less than that of what they read, more where a fused result is read by
// what cannot join it. All of one depth and one space need each other only within, so any of them may share a tape.
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

using Kind = graph::Lowering::Kind;

constexpr std::size_t most_arrays = 48;          // inputs and outputs of a tape
constexpr std::size_t most_instructions = 192;   // of a tape
constexpr std::size_t most_repeated = 10;        // cheap instructions computed again instead of kept
constexpr int most_passes = 4;                   // until nothing more is repeated
constexpr std::size_t most_repeated_of_one = 4;  // where what they read is kept longer for that
constexpr std::int64_t small_part = 16;          // of a value, that of another which is no reason to keep either

struct Part {  // what fuse() knows of an instruction
  enum class Role : std::uint8_t { alone, elementwise, reduction };
  Role role = Role::alone;
  std::int32_t depth = 0;
  Shape space;
  bool within = false;  ///< of a smaller shape than the space: computed in every tape that reads it
};

bool broadcasts_cheaply(const Shape& shape, const Shape& space) {
  if (shape == space || shape.size() == 1) return shape.rank() <= space.rank();
  if (shape.rank() > space.rank()) return false;
  for (int i = 0; i < shape.rank(); ++i)  // the last axes of the space: alike in all tiles
    if (shape[i] != space[space.rank() - shape.rank() + i]) return false;
  return true;
}

bool is_cheap(const Instruction& in) {
  const graph::Lowering l = in.op->lowering();
  if (l.kind == Kind::convert) return true;
  switch (l.elementwise) {
    case Elementwise::add:
    case Elementwise::subtract:
    case Elementwise::multiply:
    case Elementwise::negative:
    case Elementwise::square:
    case Elementwise::conj:
    case Elementwise::real:
    case Elementwise::imag:
      return true;
    default:
      return false;
  }
}

class Fuser {
 public:
  explicit Fuser(Program& program) : program_(program) {}

  void run() {
    classify();
    for (std::size_t i = 0; i < count(); ++i) settle(i);
    sink();
    for (int pass = 0; pass < most_passes && repeat_cheap(); ++pass) merge_repeated();
    emit();
  }

 private:
  std::size_t count() const { return program_.instructions.size(); }
  Instruction& at(std::size_t i) { return program_.instructions[i]; }
  std::int32_t maker(Value v) const { return maker_[static_cast<std::size_t>(v)]; }
  std::int64_t bytes(Value v) const {
    const graph::Aval& a = program_.aval(v);
    return a.shape.size() * static_cast<std::int64_t>(size_of(a.dtype));
  }

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
  void read_again() {
    readers_.assign(program_.values.size(), {});
    for (std::size_t i = 0; i < count(); ++i)
      for (const Value v : at(i).operands) readers_[static_cast<std::size_t>(v)].push_back(i);
    leaves_.assign(program_.values.size(), false);
    for (const Value v : program_.outputs) leaves_[static_cast<std::size_t>(v)] = true;
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

  /// Cheap instructions between kept values and several tapes are computed in each of them. Whether something changed.
  bool repeat_cheap() {
    const std::size_t before = count();
    std::vector<std::vector<Instruction>> added(before);
    std::vector<std::vector<Part>> added_parts(before);
    bool changed = false;
    for (std::size_t i = before; i-- > 0;) {
      if (parts_[i].role != Part::Role::elementwise || !is_cheap(at(i))) continue;
      const Value result = at(i).results[0];
      if (leaves_[static_cast<std::size_t>(result)] || !kept(result)) continue;
      const std::vector<std::size_t> readers = readers_[static_cast<std::size_t>(result)];
      std::map<std::int32_t, Cone> cones;  // by depth
      const bool everywhere = std::all_of(readers.begin(), readers.end(), [&](std::size_t r) {
        if (parts_[r].role == Part::Role::alone || !(parts_[r].space == parts_[i].space)) return false;
        if (parts_[r].depth == parts_[i].depth) return true;
        const auto [cone, fresh] = cones.try_emplace(parts_[r].depth);
        return !fresh || (collect(i, i, parts_[r].depth, cone->second) && is_worthwhile(cone->second));
      });
      if (!everywhere) continue;
      std::map<std::int32_t, Value> copies;
      for (const std::size_t r : readers) {
        const std::int32_t depth = parts_[r].depth;
        if (depth == parts_[i].depth) continue;
        auto [copy, fresh] = copies.emplace(depth, result);
        if (fresh) copy->second = repeat(cones.at(depth).members, result, depth, added[r], added_parts[r]);
        std::replace(at(r).operands.begin(), at(r).operands.end(), result, copy->second);
        changed = true;
      }
    }
    std::vector<Instruction> all;
    std::vector<Part> parts;
    std::vector<bool> read = leaves_;  // backwards, without what only copies are read of now
    const auto keep = [&](Instruction& in, const Part& part) {
      if (std::none_of(in.results.begin(), in.results.end(),
                       [&](Value v) { return read[static_cast<std::size_t>(v)]; }))
        return;
      for (const Value v : in.operands) read[static_cast<std::size_t>(v)] = true;
      all.push_back(std::move(in));
      parts.push_back(part);
    };
    read.resize(program_.values.size(), false);
    for (std::size_t i = before; i-- > 0;) {
      keep(at(i), parts_[i]);
      for (std::size_t k = added[i].size(); k-- > 0;) keep(added[i][k], added_parts[i][k]);
    }
    std::reverse(all.begin(), all.end());
    std::reverse(parts.begin(), parts.end());
    program_.instructions = std::move(all);
    parts_ = std::move(parts);
    maker_ = makers(program_);
    read_again();
    return changed;
  }
  struct Cone {  // what is computed again
    std::vector<std::size_t> members;
    std::vector<Value> sources;  ///< that it reads
    std::size_t longer = 0;      ///< sources that have to be kept longer for it
  };
  static bool is_worthwhile(const Cone& cone) {
    return cone.longer == 0 ||
           (cone.sources.size() == 1 && cone.longer == 1 && cone.members.size() <= most_repeated_of_one);
  }
  /// Whether a value is in memory at this depth whatever becomes of one of its readers.
  bool is_there(Value v, std::int32_t depth) const {
    if (maker(v) < 0 || leaves_[static_cast<std::size_t>(v)]) return true;
    const auto& readers = readers_[static_cast<std::size_t>(v)];
    return std::any_of(readers.begin(), readers.end(), [&](std::size_t r) { return parts_[r].depth >= depth; });
  }
  bool may_repeat(std::size_t i, const Shape& space) {
    return parts_[i].role == Part::Role::elementwise && parts_[i].space == space && !parts_[i].within &&
           is_cheap(at(i));
  }
  /// The cheap instructions between instruction i and values that are there at that depth; false where they are many.
  bool collect(std::size_t i, std::size_t top, std::int32_t depth, Cone& cone) {
    if (std::find(cone.members.begin(), cone.members.end(), i) != cone.members.end()) return true;
    if (!may_repeat(i, parts_[top].space) || cone.members.size() == most_repeated) return false;
    cone.members.push_back(i);
    for (const Value v : at(i).operands) {
      const bool in_memory = kept(v);
      if (in_memory && (program_.aval(v).shape.size() == 1 || bytes(v) * small_part <= bytes(at(top).results[0])))
        continue;
      const bool there = in_memory && is_there(v, depth);
      if (!in_memory ||
          (!there && maker(v) >= 0 && may_repeat(static_cast<std::size_t>(maker(v)), parts_[top].space))) {
        if (!collect(static_cast<std::size_t>(maker(v)), top, depth, cone)) return false;
      } else if (std::find(cone.sources.begin(), cone.sources.end(), v) == cone.sources.end()) {
        cone.sources.push_back(v);
        cone.longer += !there;
      }
    }
    return true;
  }
  Value repeat(const std::vector<std::size_t>& cone, Value result, std::int32_t depth, std::vector<Instruction>& added,
               std::vector<Part>& added_parts) {
    std::map<Value, Value> now;
    std::vector<std::size_t> order = cone;
    std::sort(order.begin(), order.end());
    for (const std::size_t i : order) {
      Instruction copy = at(i);
      for (Value& v : copy.operands)
        if (now.count(v)) v = now.at(v);
      copy.results = {program_.add(program_.aval(at(i).results[0]))};
      now[at(i).results[0]] = copy.results[0];
      added.push_back(copy);
      added_parts.push_back(parts_[i]);
      added_parts.back().depth = depth;
    }
    return now.at(result);
  }

  /// What is computed twice in tapes of one depth is computed once.
  void merge_repeated() {
    using Key = std::tuple<std::int32_t, Kind, Elementwise, DType, std::vector<Value>>;
    std::map<Key, std::vector<std::size_t>> known;
    Substitution now(program_);
    std::vector<Instruction> all;
    std::vector<Part> parts;
    for (std::size_t i = 0; i < count(); ++i) {
      Instruction& in = at(i);
      now.apply(in.operands);
      if (parts_[i].role == Part::Role::elementwise && !leaves_[static_cast<std::size_t>(in.results[0])]) {
        const graph::Lowering l = in.op->lowering();
        auto& same = known[{parts_[i].depth, l.kind, l.elementwise, program_.aval(in.results[0]).dtype, in.operands}];
        const auto found = std::find_if(same.begin(), same.end(), [&](std::size_t k) {
          return parts[k].space == parts_[i].space && parts[k].within == parts_[i].within &&
                 program_.aval(all[k].results[0]) == program_.aval(in.results[0]);
        });
        if (found != same.end()) {
          now.replace(in.results[0], all[*found].results[0]);
          continue;
        }
        same.push_back(all.size());
      }
      all.push_back(std::move(in));
      parts.push_back(parts_[i]);
    }
    program_.instructions = std::move(all);
    parts_ = std::move(parts);
    maker_ = makers(program_);
    read_again();
  }

  void emit();
  void components(const std::vector<std::size_t>& members, std::vector<std::vector<std::size_t>>& pieces) const;
  Instruction tape_of(std::vector<std::size_t> members, std::int32_t group);

  Program& program_;
  std::vector<std::int32_t> maker_;
  std::vector<Part> parts_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<bool> leaves_;
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
