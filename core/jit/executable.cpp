#include "core/jit/executable.h"

#include "core/backend/tape_check.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/profiled.h"
#include "core/interrupt.h"
#include "core/jit/dump.h"
#include "core/jit/passes.h"

namespace terrella::compiler {
namespace {

constexpr std::size_t frames_kept = 4;  // of an executable: as many threads run it without asking for memory

Array part_of(const BufferPointer& arena, const graph::Aval& aval, std::int64_t offset) {
  struct Part {
    Buffer buffer;  // first, so that it is found by its Buffer
    BufferPointer whole;
  };
  auto* part = new Part;
  part->whole = arena;
  part->buffer.device = arena->device;
  part->buffer.data = static_cast<char*>(arena->data) + offset;
  part->buffer.bytes = static_cast<std::size_t>(aval.shape.size()) * size_of(aval.dtype);
  part->buffer.owner = part;
  part->buffer.release = [](Buffer* buffer) { delete static_cast<Part*>(buffer->owner); };
  Array a;
  a.buffer = BufferPointer(&part->buffer);
  a.dtype = aval.dtype;
  a.shape = aval.shape;
  a.strides = row_major_strides(aval.shape);
  return a;
}

Array without_memory(const graph::Aval& aval) {
  Array a;
  a.dtype = aval.dtype;
  a.shape = aval.shape;
  return a;
}

}  // namespace

struct Executable::Frame {
  BufferPointer arena;
  std::vector<Array> values;
  std::vector<Array> arrays;  // of the calls at work
  std::vector<TapeCall> calls;

  /// The memory of a value; shape and strides are written anew by who makes it.
  void let_go(Value v) { values[static_cast<std::size_t>(v)].buffer = BufferPointer(); }
};

struct Executable::Frames {
  std::mutex mutex;
  std::vector<std::unique_ptr<Frame>> free;
};

Executable::Executable(Program program)
    : program_(std::move(program)), memory_(plan_memory(program_)), frames_(std::make_shared<Frames>()) {
  for (const Instruction& in : program_.instructions)
    tapes_.push_back(in.tape ? default_backend().compile(*in.tape) : nullptr);
}

std::unique_ptr<Executable::Frame> Executable::take() const {
  {
    const std::lock_guard lock(frames_->mutex);
    if (!frames_->free.empty()) {
      std::unique_ptr<Frame> frame = std::move(frames_->free.back());
      frames_->free.pop_back();
      return frame;
    }
  }
  auto frame = std::make_unique<Frame>();
  frame->values.resize(program_.values.size());
  for (const Program::Constant& c : program_.constants) frame->values[static_cast<std::size_t>(c.value)] = c.array;
  if (memory_.arena > 0) frame->arena = default_backend().empty(DType::boolean, {memory_.arena}).buffer;
  std::vector<Array> first(memory_.slots.size());  // the array that a slot was made for
  for (std::size_t v = 0; v < program_.values.size(); ++v) {
    if (memory_.slot_of[v] < 0) continue;
    const auto slot = static_cast<std::size_t>(memory_.slot_of[v]);
    if (!first[slot].buffer) first[slot] = part_of(frame->arena, program_.values[v], memory_.slots[slot].offset);
    frame->values[v] = first[slot];
  }
  return frame;
}

std::vector<Array> Executable::run(std::vector<Array> inputs) const {
  std::unique_ptr<Frame> frame = take();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    frame->values[static_cast<std::size_t>(program_.inputs[i])] = std::move(inputs[i]);
  for (std::size_t first = 0, step_number = 0; first < program_.instructions.size(); ++step_number) {
    if (first > 0) check_interrupt();
    std::size_t end = first + 1;
    while (end < program_.instructions.size() && memory_.step_of[end] == memory_.step_of[first]) ++end;
    step(*frame, first, end);
    for (const Value v : memory_.released[step_number])
      if (memory_.slot_of[static_cast<std::size_t>(v)] < 0) frame->let_go(v);
    first = end;
  }
  std::vector<Array> results;
  results.reserve(program_.outputs.size());
  for (const Value v : program_.outputs) results.push_back(frame->values[static_cast<std::size_t>(v)]);
  for (const Value v : program_.inputs) frame->let_go(v);
  for (const Instruction& in : program_.instructions)
    for (const Value v : in.results)
      if (memory_.slot_of[static_cast<std::size_t>(v)] < 0) frame->let_go(v);
  const std::lock_guard lock(frames_->mutex);
  if (frames_->free.size() < frames_kept) frames_->free.push_back(std::move(frame));
  return results;
}

void Executable::step(Frame& frame, std::size_t first, std::size_t end) const {
  if (program_.instructions[first].tape)
    run_tapes(frame, first, end);
  else
    run_operation(frame, first);
}

void Executable::run_operation(Frame& frame, std::size_t instruction) const {
  const Instruction& in = program_.instructions[instruction];
  const std::vector<bool>& ends = memory_.ends[instruction];
  std::vector<Array> operands, results;
  operands.reserve(in.operands.size());
  results.reserve(in.results.size());
  for (std::size_t k = 0; k < in.operands.size(); ++k) {
    Array& operand = frame.values[static_cast<std::size_t>(in.operands[k])];
    if (!ends.empty() && ends[k] && operand.buffer.expendable())
      operands.push_back(std::move(operand));  // the operation may write over it
    else
      operands.push_back(operand);
  }
  for (const Value v : in.results) {
    const bool placed = memory_.slot_of[static_cast<std::size_t>(v)] >= 0;
    results.push_back(placed ? frame.values[static_cast<std::size_t>(v)] : without_memory(program_.aval(v)));
  }
  try {
    profile::Scope scope;
    if (profile::recording()) [[unlikely]]
      scope.open(in.op->name());
    in.op->evaluate(default_backend(), operands, results);
    if (scope.is_open()) [[unlikely]]
      graph::describe_arrays(scope, operands, results, in.op->in_place(), in.origin);
  } catch (...) {
    std::vector<graph::Aval> avals;
    for (const Value v : in.operands) avals.push_back(program_.aval(v));
    graph::rethrow_from(*in.op, avals, in.origin);
  }
  for (std::size_t k = 0; k < results.size(); ++k)
    frame.values[static_cast<std::size_t>(in.results[k])] = std::move(results[k]);
}

/// "fused subtract multiply tanh", of a group the operations of the first tape and how many there are.
std::string Executable::fused_name(std::size_t first, std::size_t end) const {
  constexpr std::size_t said_at_most = 6;
  const Tape& tape = *program_.instructions[first].tape;
  std::string said = "fused";
  for (std::size_t products = tape.products(); products > 0; --products) said += " matmul";
  for (std::size_t i = 0; i < std::min(said_at_most, tape.instructions.size()); ++i)
    said += text(' ', name(tape.instructions[i].operation));
  if (tape.instructions.size() > said_at_most) said += text(" and ", tape.instructions.size() - said_at_most, " more");
  for (const TapeOutput& out : tape.outputs)
    if (out.reduction) said += text(' ', name(*out.reduction));
  return end - first > 1 ? text(said, ", ", end - first, " tapes") : said;
}

/// Appends the arrays of a tape: operands, then where its results go. A result that has no place takes that of an
/// operand which is read here for the last time, if it can.
void Executable::pass(Frame& frame, std::size_t instruction) const {
  const Instruction& in = program_.instructions[instruction];
  const std::vector<bool>& ends = memory_.ends[instruction];
  const std::size_t first = frame.arrays.size();
  for (std::size_t k = 0; k < in.operands.size(); ++k) {
    Array& operand = frame.values[static_cast<std::size_t>(in.operands[k])];
    if (ends[k])
      frame.arrays.push_back(std::move(operand));
    else
      frame.arrays.push_back(operand);
  }
  for (std::size_t r = 0; r < in.results.size(); ++r) {
    const auto v = static_cast<std::size_t>(in.results[r]);
    frame.arrays.push_back(memory_.slot_of[v] >= 0 ? frame.values[v] : Array());
    if (memory_.slot_of[v] >= 0 || in.tape->outputs[r].reduction) continue;
    for (std::size_t k = 0; k < in.operands.size(); ++k) {
      const Array& operand = frame.arrays[first + k];
      if (!ends[k] || operand.dtype != program_.values[v].dtype) continue;
      if (!(operand.shape == program_.values[v].shape)) continue;
      if (!operand.contiguous() || !operand.buffer.expendable()) continue;
      frame.arrays.back() = operand;  // two hold it now: no other result takes it
      break;
    }
  }
}

void Executable::run_tapes(Frame& frame, std::size_t first, std::size_t end) const {
  std::size_t total = 0;
  for (std::size_t i = first; i < end; ++i)
    total += program_.instructions[i].operands.size() + program_.instructions[i].results.size();
  frame.arrays.clear();
  frame.arrays.reserve(total);
  frame.calls.clear();
  for (std::size_t i = first; i < end; ++i) {
    const Instruction& in = program_.instructions[i];
    Array* const inputs = frame.arrays.data() + frame.arrays.size();
    pass(frame, i);
    Array* const outputs = inputs + in.operands.size();
    frame.calls.push_back({tapes_[i].get(), {inputs, in.operands.size()}, {outputs, in.results.size()}});
  }
  profile::Scope scope;
  if (profile::recording()) [[unlikely]]
    scope.open(fused_name(first, end));
  default_backend().run(frame.calls);
  if (scope.is_open()) [[unlikely]] {
    std::vector<Array> inputs, outputs;
    for (const TapeCall& call : frame.calls) {
      inputs.insert(inputs.end(), call.inputs.begin(), call.inputs.end());
      outputs.insert(outputs.end(), call.outputs.begin(), call.outputs.end());
    }
    graph::describe_arrays(scope, inputs, outputs, true, program_.instructions[first].origin);
  }
  for (std::size_t i = first; i < end; ++i) {
    const auto& results = program_.instructions[i].results;
    for (std::size_t k = 0; k < results.size(); ++k)
      frame.values[static_cast<std::size_t>(results[k])] = std::move(frame.calls[i - first].outputs[k]);
  }
  frame.arrays.clear();
}

std::shared_ptr<const Executable> compile(const graph::Subgraph& subgraph) {
  Program program = lower(subgraph);
  const Dump dump(program);
  const auto pass = [&](const char* name, void (*change)(Program&)) {
    change(program);
    dump.after(name, program);
  };
  drop_dead(program);
  pass("canonicalise", canonicalise);
  pass("fold_constants", fold_constants);
  pass("merge_common", merge_common);
  pass("simplify", simplify);
  pass("canonicalise_again", canonicalise);  // what simplify made
  pass("merge_common_again", merge_common);
  pass("fuse", fuse);
  pass("fuse_products", fuse_products);
  pass("schedule", schedule);
  return std::make_shared<const Executable>(std::move(program));
}

}  // namespace terrella::compiler
