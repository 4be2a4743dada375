// Of the instructions whose operands are there, the one that leaves the least memory in use is next.
#include <map>

#include "core/jit/families.h"
#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t most_units = 4096;  // beyond, the order of fuse() stays: this one takes n^2 steps
constexpr std::int64_t worth_parting =
    std::int64_t{256} * 1024;  // bytes of results of a tape that runs as well by itself

class Scheduler {
 public:
  explicit Scheduler(Program& program) : program_(program), family_(program) {}

  void run() {
    form_units();
    if (units_.size() > most_units) return;
    count();
    std::vector<Instruction> order;
    std::int32_t group = 0;
    while (!ready_.empty()) {
      const auto best = std::max_element(ready_.begin(), ready_.end(), [&](std::size_t a, std::size_t b) {
        const std::int64_t x = gain(units_[a]), y = gain(units_[b]);
        return x != y ? x < y : a > b;
      });
      const std::size_t unit = *best;
      ready_.erase(best);
      for (const std::size_t i : units_[unit].instructions) {
        order.push_back(std::move(program_.instructions[i]));
        if (order.back().tape) order.back().group = group;
      }
      ++group;
      finish(unit);
    }
    program_.instructions = std::move(order);
  }

 private:
  struct Unit {
    std::vector<std::size_t> instructions;
    std::vector<Value> reads;   // families, each once
    std::vector<Value> makes;   // families
    std::int64_t bytes = 0;     // of what it makes
    std::size_t waits_for = 0;  // units
    std::vector<std::size_t> readers;
  };
  static std::size_t index(Value v) { return static_cast<std::size_t>(v); }
  std::int64_t bytes(Value v) const {
    return program_.aval(v).shape.size() * static_cast<std::int64_t>(size_of(program_.aval(v).dtype));
  }
  std::int64_t bytes_of_results(const Instruction& in) const {
    std::int64_t sum = 0;
    for (const Value v : in.results) sum += bytes(v);
    return sum;
  }

  /// Small tapes of a group stay together: one job for many tensors.
  void form_units() {
    std::map<std::int32_t, std::size_t> unit_of_group;
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      const Instruction& in = program_.instructions[i];
      if (in.tape && bytes_of_results(in) < worth_parting) {
        const auto [unit, fresh] = unit_of_group.emplace(in.group, units_.size());
        if (fresh) units_.emplace_back();
        units_[unit->second].instructions.push_back(i);
      } else {
        units_.push_back({{i}, {}, {}, 0, 0, {}});
      }
    }
  }

  void count() {
    std::vector<std::int32_t> maker(program_.values.size(), -1);
    for (std::size_t u = 0; u < units_.size(); ++u)
      for (const std::size_t i : units_[u].instructions)
        for (const Value v : program_.instructions[i].results) maker[index(v)] = static_cast<std::int32_t>(u);
    left_.assign(program_.values.size(), 0);
    held_.assign(program_.values.size(), 0);
    for (std::size_t u = 0; u < units_.size(); ++u) {
      Unit& unit = units_[u];
      std::vector<std::size_t> before;
      for (const std::size_t i : unit.instructions) {
        const Instruction& in = program_.instructions[i];
        for (const Value v : in.operands) {
          unit.reads.push_back(family_(v));
          if (maker[index(v)] >= 0) before.push_back(static_cast<std::size_t>(maker[index(v)]));
        }
        for (const Value v : in.results) {
          unit.makes.push_back(family_(v));
          if (!is_view(in)) {
            held_[index(family_(v))] += bytes(v);
            unit.bytes += bytes(v);
          }
        }
      }
      for (auto* list : {&unit.reads, &unit.makes}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
      }
      std::sort(before.begin(), before.end());
      before.erase(std::unique(before.begin(), before.end()), before.end());
      unit.waits_for = before.size();
      for (const std::size_t b : before) units_[b].readers.push_back(u);
      for (const Value f : unit.reads) ++left_[index(f)];
      if (before.empty()) ready_.push_back(u);
    }
    constexpr std::int64_t for_ever = std::int64_t{1} << 32;
    for (const std::vector<Value>* list : {&program_.outputs, &program_.inputs})
      for (const Value v : *list) left_[index(family_(v))] += for_ever;
    for (const Program::Constant& c : program_.constants) left_[index(family_(c.value))] += for_ever;
  }

  /// Bytes that running the unit now sets free, less those that it takes.
  std::int64_t gain(const Unit& unit) const {
    std::int64_t freed = 0;
    for (const Value f : unit.reads)
      if (left_[index(f)] == 1) freed += held_[index(f)];
    return freed - unit.bytes;
  }

  void finish(std::size_t u) {
    for (const Value f : units_[u].reads) --left_[index(f)];
    for (const std::size_t reader : units_[u].readers)
      if (--units_[reader].waits_for == 0) ready_.push_back(reader);
  }

  Program& program_;
  Families family_;
  std::vector<Unit> units_;
  std::vector<std::size_t> ready_;
  std::vector<std::int64_t> left_;  // units that have yet to read a family
  std::vector<std::int64_t> held_;  // bytes of a family
};

}  // namespace

void schedule(Program& program) { Scheduler(program).run(); }

}  // namespace terrella::compiler
