#include "core/jit/memory_plan.h"

#include "core/jit/families.h"

namespace terrella::compiler {
namespace {

using Kind = graph::Lowering::Kind;

constexpr std::int64_t line = 64;

class Planner {
 public:
  explicit Planner(const Program& program)
      : program_(program),
        family_(program),
        made_(program.values.size(), -1),
        last_(program.values.size(), -1),
        escapes_(program.values.size(), false),
        size_(program.values.size(), 0),
        readers_(program.values.size(), 0) {}

  MemoryPlan run() {
    number_steps();
    live();
    plan_.slot_of.assign(program_.values.size(), -1);
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) place(program_.instructions[i], plan_.step_of[i]);
    end_operands();
    plan_.arena = pack(plan_.slots);
    measure();
    return std::move(plan_);
  }

 private:
  static std::size_t index(Value v) { return static_cast<std::size_t>(v); }
  std::int64_t bytes(Value v) const {
    const graph::Aval& a = program_.aval(v);
    return (a.shape.size() * static_cast<std::int64_t>(size_of(a.dtype)) + line - 1) / line * line;
  }

  void number_steps() {
    std::int32_t step = -1, group = -1;
    for (const Instruction& in : program_.instructions) {
      if (in.group < 0 || in.group != group) ++step;
      group = in.group;
      plan_.step_of.push_back(step);
    }
    plan_.released.resize(static_cast<std::size_t>(step) + 1);
  }

  void live() {
    std::vector<std::int32_t> last_reader(program_.values.size(), -1);
    const auto read = [&](Value v, std::int32_t step) {
      std::int32_t& readers = readers_[index(v)];
      readers = step > last_reader[index(v)] ? 1 : readers + 1;
      last_reader[index(v)] = step;
      std::int32_t& last = last_[index(family_(v))];
      last = std::max(last, step);
    };
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      const std::int32_t step = plan_.step_of[i];
      for (const Value v : program_.instructions[i].operands) read(v, step);
      for (const Value v : program_.instructions[i].results) {
        made_[index(v)] = step;
        read(v, step);
      }
    }
    for (const Value v : program_.outputs) escapes_[index(family_(v))] = true;
    for (std::size_t v = 0; v < program_.values.size(); ++v) ++size_[index(family_(static_cast<Value>(v)))];
  }

  void place(const Instruction& in, std::int32_t step) {
    const bool fills = in.tape || in.op->lowering().fills();
    for (std::size_t r = 0; r < in.results.size(); ++r) {
      const Value v = in.results[r], family = family_(v);
      if (escapes_[index(family)]) continue;
      plan_.released[index(last_[index(family)])].push_back(v);
      if (!fills || bytes(v) == 0) continue;
      std::int32_t& slot = plan_.slot_of[index(v)];
      slot = taken_over(in, r, step);
      if (slot < 0) {
        slot = static_cast<std::int32_t>(plan_.slots.size());
        plan_.slots.push_back({bytes(v), step, step, 0});
      }
      plan_.slots[index(slot)].last = last_[index(family)];
    }
  }

  /// The slot of an operand that nobody reads any more and that no other result of the tape has taken. The tape may
  /// write over it, see TapeCall; it copies tiles of it where it reads them after.
  std::int32_t taken_over(const Instruction& in, std::size_t result, std::int32_t step) {
    if (!in.tape || in.tape->outputs[result].reduction) return -1;
    const Value v = in.results[result];
    for (const Value u : in.operands) {
      const std::int32_t slot = plan_.slot_of[index(u)];
      if (slot < 0 || !(program_.aval(u) == program_.aval(v)) || last_[index(family_(u))] != step) continue;
      if (size_[index(family_(u))] != 1 || readers_[index(u)] != 1) continue;
      const bool taken = std::any_of(in.results.begin(), in.results.begin() + static_cast<std::ptrdiff_t>(result),
                                     [&](Value other) { return plan_.slot_of[index(other)] == slot; });
      if (!taken) return slot;
    }
    return -1;
  }

  /// Inputs, and what operations made in memory of their own, end with the last tape, or operation that
  /// may write over them, that reads them.
  void end_operands() {
    std::vector<bool> stays(program_.values.size(), false);
    for (const Program::Constant& c : program_.constants) stays[index(c.value)] = true;
    for (const Value v : program_.inputs) {
      const Value family = family_(v);
      if (!escapes_[index(family)] && last_[index(family)] >= 0)
        plan_.released[index(last_[index(family)])].push_back(v);
    }
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      const Instruction& in = program_.instructions[i];
      std::vector<bool>& ends = plan_.ends.emplace_back();
      if (!in.tape && !in.op->in_place()) continue;
      for (const Value v : in.operands) {
        const Value family = family_(v);
        ends.push_back(plan_.slot_of[index(v)] < 0 && !stays[index(v)] && !escapes_[index(family)] &&
                       size_[index(family)] == 1 && last_[index(family)] == plan_.step_of[i] &&
                       readers_[index(v)] == 1);
      }
    }
  }

  void measure() {
    std::vector<std::int64_t> change(plan_.released.size() + 1, 0);
    for (const Instruction& in : program_.instructions)
      for (const Value v : in.results) {
        if (plan_.slot_of[index(v)] >= 0) continue;
        if (is_view(in)) continue;
        change[index(made_[index(v)])] += bytes(v);
        if (!escapes_[index(family_(v))]) change[index(last_[index(family_(v))]) + 1] -= bytes(v);
      }
    std::int64_t now = 0, most = 0;
    for (const std::int64_t c : change) most = std::max(most, now += c);
    plan_.peak = plan_.arena + most;
  }

  const Program& program_;
  Families family_;
  std::vector<std::int32_t> made_, last_;  // steps; last_ of families
  std::vector<bool> escapes_;              // of families
  std::vector<std::int32_t> size_;         // of families
  std::vector<std::int32_t> readers_;      // of values, at the last step that reads them
  MemoryPlan plan_;
};

}  // namespace

MemoryPlan plan_memory(const Program& program) { return Planner(program).run(); }

}  // namespace terrella::compiler
