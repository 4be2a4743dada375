// Cheap values that several tapes read are computed in each of them instead of kept.
#include <algorithm>
#include <map>
#include <tuple>

#include "core/jit/cheap.h"
#include "core/jit/clusters.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t most_repeated = 10;        // cheap instructions computed again instead of kept
constexpr int most_passes = 4;                   // until nothing more is repeated
constexpr std::size_t most_repeated_of_one = 4;  // where what they read is kept longer for that
constexpr std::int64_t small_part = 16;          // of a value, that of another which is no reason to keep either

/// Of so many instructions that read so many values, some of which have to be kept longer for it.
bool is_worthwhile(std::size_t members, std::size_t sources, std::size_t longer) {
  return longer == 0 || (sources == 1 && longer == 1 && members <= most_repeated_of_one);
}

}  // namespace

void Clusters::repeat_cheap() {
  for (int pass = 0; pass < most_passes && repeat_once(); ++pass) merge_repeated();
}

/// One pass. Whether something changed.
bool Clusters::repeat_once() {
  const std::size_t before = count();
  std::vector<std::vector<Instruction>> added(before);
  std::vector<std::vector<Part>> added_parts(before);
  bool changed = false;
  for (std::size_t i = before; i-- > 0;) {
    if (parts_[i].role != Part::Role::elementwise || !is_cheap(at(i).op->lowering())) continue;
    const Value result = at(i).results[0];
    if (leaves_[static_cast<std::size_t>(result)] || !kept(result)) continue;
    const std::vector<std::size_t> readers = readers_[static_cast<std::size_t>(result)];
    std::map<std::int32_t, Cone> cones;  // by depth
    const bool everywhere = std::all_of(readers.begin(), readers.end(), [&](std::size_t r) {
      if (parts_[r].role == Part::Role::alone || !(parts_[r].space == parts_[i].space)) return false;
      if (parts_[r].depth == parts_[i].depth) return true;
      const auto [cone, fresh] = cones.try_emplace(parts_[r].depth);
      return !fresh || (collect(i, i, parts_[r].depth, cone->second) &&
                        is_worthwhile(cone->second.members.size(), cone->second.sources.size(), cone->second.longer));
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
  if (changed) insert(added, added_parts);
  return changed;
}

/// What has been added before each instruction becomes part of the program.
void Clusters::insert(std::vector<std::vector<Instruction>>& added, const std::vector<std::vector<Part>>& added_parts) {
  std::vector<Instruction> all;
  std::vector<Part> parts;
  std::vector<bool> read = leaves_;  // backwards, without what only copies are read of now
  const auto keep = [&](Instruction& in, const Part& part) {
    if (std::none_of(in.results.begin(), in.results.end(), [&](Value v) { return read[static_cast<std::size_t>(v)]; }))
      return;
    for (const Value v : in.operands) read[static_cast<std::size_t>(v)] = true;
    all.push_back(std::move(in));
    parts.push_back(part);
  };
  read.resize(program_.values.size(), false);
  for (std::size_t i = added.size(); i-- > 0;) {
    keep(at(i), parts_[i]);
    for (std::size_t k = added[i].size(); k-- > 0;) keep(added[i][k], added_parts[i][k]);
  }
  std::reverse(all.begin(), all.end());
  std::reverse(parts.begin(), parts.end());
  program_.instructions = std::move(all);
  parts_ = std::move(parts);
  maker_ = makers(program_);
  read_again();
}

/// Whether a value is in memory at this depth whatever becomes of one of its readers.
bool Clusters::is_there(Value v, std::int32_t depth) const {
  if (maker(v) < 0 || leaves_[static_cast<std::size_t>(v)]) return true;
  const auto& readers = readers_[static_cast<std::size_t>(v)];
  return std::any_of(readers.begin(), readers.end(), [&](std::size_t r) { return parts_[r].depth >= depth; });
}
bool Clusters::may_repeat(std::size_t i, const Shape& space) {
  return parts_[i].role == Part::Role::elementwise && parts_[i].space == space && !parts_[i].within &&
         is_cheap(at(i).op->lowering());
}

/// The cheap instructions between instruction i and values that are there at that depth; false where they are many.
bool Clusters::collect(std::size_t i, std::size_t top, std::int32_t depth, Cone& cone) {
  if (std::find(cone.members.begin(), cone.members.end(), i) != cone.members.end()) return true;
  if (!may_repeat(i, parts_[top].space) || cone.members.size() == most_repeated) return false;
  cone.members.push_back(i);
  for (const Value v : at(i).operands) {
    const bool in_memory = kept(v);
    if (in_memory && (program_.aval(v).shape.size() == 1 || bytes(v) * small_part <= bytes(at(top).results[0])))
      continue;
    const bool there = in_memory && is_there(v, depth);
    if (!in_memory || (!there && maker(v) >= 0 && may_repeat(static_cast<std::size_t>(maker(v)), parts_[top].space))) {
      if (!collect(static_cast<std::size_t>(maker(v)), top, depth, cone)) return false;
    } else if (std::find(cone.sources.begin(), cone.sources.end(), v) == cone.sources.end()) {
      cone.sources.push_back(v);
      cone.longer += !there;
    }
  }
  return true;
}

Value Clusters::repeat(const std::vector<std::size_t>& cone, Value result, std::int32_t depth,
                       std::vector<Instruction>& added, std::vector<Part>& added_parts) {
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
void Clusters::merge_repeated() {
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

}  // namespace terrella::compiler
