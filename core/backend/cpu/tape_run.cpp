// Runs tapes: works on their tiles by pieces, all calls as one parallel job.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/product.h"
#include "core/backend/cpu/tape_bind.h"
#include "core/backend/cpu/tape_program.h"
#include "core/error.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t worth_a_thread = 65536;  // cheap operations on elements; some 20 microseconds
constexpr std::int64_t cache_line = 64;
constexpr std::int64_t cached = 1 << 20;      // bytes that stay in a second cache from one job to the next
constexpr std::int64_t bound_by_memory = 32;  // cheap operations an element, up to which tiles wait for their outputs

struct Bound {
  const CpuTape* program = nullptr;
  std::span<const Array> arrays;
  BoundInput* inputs = nullptr;
  BoundOutput* outputs = nullptr;
  std::int64_t first_piece = 0;
  bool from_memory = false;  // the arrays of the job are more than a cache keeps
};

/// Memory of a thread that runs tiles; grows, and stays for the next tape.
class Scratch {
 public:
  char* take(std::size_t bytes) {
    if (bytes > bytes_) {
      memory_.reset(static_cast<char*>(std::aligned_alloc(64, (bytes + 4095) / 4096 * 4096)));
      bytes_ = memory_ ? bytes : 0;
      if (!memory_) throw ResourceError(text("out of memory: ", bytes, " bytes for the registers of a tape"));
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t bytes_ = 0;
};

/// Brings a line into the second cache, since the first is full of registers. Not __builtin_prefetch: GCC drops calls
/// of functions that do nothing else.
inline void ask_for(const char* line) { asm volatile("prefetcht1 (%0)" : : "r"(line)); }

/// Elements [begin, begin + count) of the space, row-major, wherever they stand.
void gather(const BoundInput& in, DType dtype, std::int64_t begin, std::int64_t count, char* to) {
  const auto d = static_cast<std::size_t>(dtype);
  const auto width = static_cast<std::int64_t>(size_of(dtype));
  const ConvertKernel copy = tape_table().convert[d][d];
  const std::int64_t inner = in.loop->inner(), stride = in.loop->inner_stride(0);
  std::int64_t row = begin / inner, column = begin % inner;
  const int outer = in.loop->shape.rank() - 1;
  std::int64_t index[max_rank], offset = 0;
  for (int axis = outer; axis-- > 0;) {
    index[axis] = row % in.loop->shape[axis];
    row /= in.loop->shape[axis];
    offset += index[axis] * in.loop->strides[0][axis];
  }
  while (count > 0) {
    const std::int64_t n = std::min(count, inner - column);
    copy(in.base + (offset + column * stride) * width, stride, to, 1, n);
    to += n * width;
    count -= n;
    column = 0;
    for (int axis = outer; axis-- > 0;) {
      offset += in.loop->strides[0][axis];
      if (++index[axis] < in.loop->shape[axis]) break;
      offset -= index[axis] * in.loop->strides[0][axis];
      index[axis] = 0;
    }
  }
}

/// The rows of a product that are elements [begin, begin + count) of the space. With `ahead`, what the next rows are
/// made of comes from memory meanwhile.
void multiply(const BoundInput& in, const TapeInput& input, std::int64_t begin, std::int64_t count, bool ahead,
              char* to) {
  const std::int64_t n = input.shape[1], first = begin / n, rows = count / n;
  const auto width = static_cast<std::int64_t>(size_of(input.dtype));
  const char* left = in.base + first * in.strides[0] * width;
  if (ahead && in.strides[1] == 1) {
    const char* next = left + rows * in.strides[0] * width;
    for (std::int64_t b = 0, bytes = rows * in.strides[0] * width; b < bytes; b += cache_line) ask_for(next + b);
  }
  small_product(input.dtype, left, in.strides[0], in.strides[1], in.right, in.right_row, 1, to, n, rows, input.inner,
                n);
}

/// A thread at work on one call.
class Worker {
 public:
  Worker(const Bound& call, char* scratch) : call_(call), program_(*call.program), scratch_(scratch) {
    const auto& values = program_.values();
    if (values.size() > few) {
      more_.resize(values.size());
      at_ = more_.data();
    }
    for (std::size_t v = 0; v < values.size(); ++v)
      if (values[v].place == TapeValue::Place::scratch) at_[v] = scratch + values[v].at;
    for (std::size_t i = 0; i < program_.tape().inputs.size(); ++i) {
      const BoundInput& in = call.inputs[i];
      if (in.mode == BoundInput::Mode::fixed) at_[i] = const_cast<char*>(in.base);
      if (in.mode < BoundInput::Mode::gathered_once) continue;
      at_[i] = scratch + program_.gathered_at(i);
      if (in.mode == BoundInput::Mode::gathered_once) gather(in, values[i].dtype, 0, program_.space().tile(), at_[i]);
    }
    for (const TapeStep& step : program_.prologue())
      run(step, step.varies == Varies::within ? program_.space().tile() : 1);
  }

  void piece(std::int64_t number) {
    const TapeSpace& space = program_.space();
    const auto& values = program_.values();
    for (TapeSpace::Walk walk(space, number); !walk.done(); walk.next()) {
      const std::int64_t begin = walk.begin(), count = walk.count();
      for (std::size_t i = 0; i < program_.tape().inputs.size(); ++i) {
        const BoundInput& in = call_.inputs[i];
        const auto width = static_cast<std::int64_t>(size_of(values[i].dtype));
        if (in.mode == BoundInput::Mode::in_place || in.mode == BoundInput::Mode::by_tile)
          at_[i] = const_cast<char*>(in.base) + walk.offset(in.strides) * width;
        else if (in.mode == BoundInput::Mode::gathered)
          gather(in, values[i].dtype, begin, count, at_[i]);
        else if (in.mode == BoundInput::Mode::product)
          multiply(in, program_.tape().inputs[i], begin, count, call_.from_memory, at_[i]);
      }
      for (std::size_t o = 0; o < program_.tape().outputs.size(); ++o) {
        const std::int32_t v = program_.value_of(o);
        const TapeValue& value = values[static_cast<std::size_t>(v)];
        if (value.place == TapeValue::Place::output && value.at == static_cast<std::int64_t>(o))
          at_[v] = call_.outputs[o].base + begin * static_cast<std::int64_t>(size_of(value.dtype));
      }
      const std::vector<TapeStep>& body = program_.body();
      for (std::size_t k = 0; k < body.size(); ++k) {
        run(body[k], body[k].varies == Varies::everywhere ? count : 1);
        if (call_.from_memory) ask_ahead(count, static_cast<std::int64_t>(k), static_cast<std::int64_t>(body.size()));
      }
      for (std::size_t o = 0; o < program_.tape().outputs.size(); ++o)
        if (program_.reduction_of(o).kernel) reduce(o, walk, count);
    }
  }

 private:
  long stride(std::int32_t v) const {
    const Varies varies = program_.values()[static_cast<std::size_t>(v)].varies;
    return varies == Varies::everywhere || varies == Varies::within ? 1 : 0;
  }

  void run(const TapeStep& step, std::int64_t n) {
    char* out = at_[step.out];
    switch (step.kind) {
      case TapeStep::Kind::unary:
        return step.unary(at_[step.x], out, n);
      case TapeStep::Kind::binary:
        return step.binary(at_[step.x], stride(step.x), at_[step.y], stride(step.y), out, n);
      case TapeStep::Kind::convert:
        return step.convert(at_[step.x], stride(step.x), out, 1, n);
      case TapeStep::Kind::pair:
        return step.pair(at_[step.x], step.y < 0 ? nullptr : at_[step.y], step.z < 0 ? nullptr : at_[step.z], out, n);
      case TapeStep::Kind::select:
        return step.select(at_[step.x], stride(step.x), at_[step.y], stride(step.y), at_[step.z], stride(step.z), out,
                           n);
    }
  }

  /// After step k: asks for a part of what the next tile, most often the neighbour in memory, will read and write, so
  /// that memory and computation overlap.
  void ask_ahead(std::int64_t count, std::int64_t k, std::int64_t steps) {
    const auto& values = program_.values();
    const std::int64_t begin = count * k / steps, end = count * (k + 1) / steps;
    const auto lines = [&](std::size_t value) {
      const auto width = static_cast<std::int64_t>(size_of(values[value].dtype));
      const char* next = at_[value] + count * width;
      for (std::int64_t b = begin * width, last = end * width; b < last; b += cache_line) ask_for(next + b);
    };
    for (std::size_t i = 0; i < program_.tape().inputs.size(); ++i)
      if (call_.inputs[i].mode == BoundInput::Mode::in_place) lines(i);
    for (std::size_t o = 0; o < program_.tape().outputs.size(); ++o)
      if (call_.outputs[o].ahead) lines(static_cast<std::size_t>(program_.value_of(o)));
  }

  void reduce(std::size_t output, const TapeSpace::Walk& walk, std::int64_t count) {
    const TapeReduction& plan = program_.reduction_of(output);
    const BoundOutput& bound = call_.outputs[output];
    const std::int32_t v = program_.value_of(output);
    const auto width = static_cast<std::int64_t>(size_of(program_.values()[static_cast<std::size_t>(v)].dtype));
    const std::int64_t offset =
        walk.offset(plan.strides) + (plan.copies > 1 ? walk.copy(plan.reduced) * bound.size : 0);
    char* to = bound.base + offset * width;
    const bool join = !walk.first(plan.reduced);
    const char* from = at_[v];
    if (plan.loops.empty()) return plan.kernel(from, 1, 1, count, count, to, join);
    for (std::size_t k = 0; k < plan.loops.size(); ++k) {
      const auto [fixed, inner] = plan.loops[k];
      const std::int64_t along = fixed ? fixed : count / inner, outer = count / (along * inner);
      const bool last = k + 1 == plan.loops.size();
      char* result = last ? to : scratch_ + program_.reduction_at(static_cast<int>(k % 2));
      plan.kernel(from, outer, along, inner, inner, result, last && join);
      from = result;
      count = outer * inner;
    }
  }

  static constexpr std::size_t few = 64;
  const Bound& call_;
  const CpuTape& program_;
  char* scratch_;
  char* here_[few];
  std::vector<char*> more_;
  char** at_ = here_;
};

/// What the calls of a job are bound to. A thread keeps the memory for its next job.
struct Job {
  std::vector<Bound> bound;
  std::vector<BoundInput> inputs;
  std::vector<BoundOutput> outputs;
  std::forward_list<Array> copies;

  class Lent {
   public:
    Lent() : job_(kept() ? std::move(kept()) : std::make_unique<Job>()) {}
    ~Lent() {
      job_->bound.clear();
      job_->inputs.clear();
      job_->outputs.clear();
      job_->copies.clear();
      kept() = std::move(job_);
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    Job* operator->() const { return job_.get(); }

   private:
    static std::unique_ptr<Job>& kept() {
      static thread_local std::unique_ptr<Job> job;
      return job;
    }
    std::unique_ptr<Job> job_;
  };
};

/// Runs pieces [begin, end) of all calls, counted one call after the other.
void run_pieces(std::span<const Bound> calls, std::int64_t begin, std::int64_t end) {
  static thread_local Scratch scratch;
  auto call = std::upper_bound(calls.begin(), calls.end(), begin,
                               [](std::int64_t piece, const Bound& b) { return piece < b.first_piece; }) -
              1;
  while (begin < end) {
    const std::int64_t pieces = call->program->space().pieces();
    if (begin < call->first_piece + pieces) {
      Worker worker(*call, scratch.take(static_cast<std::size_t>(call->program->scratch())));
      for (; begin < end && begin < call->first_piece + pieces; ++begin) worker.piece(begin - call->first_piece);
    }
    ++call;
  }
}

/// Joins the copies of reduced outputs; without elements, writes the identity.
void finish(const Bound& call, std::span<Array> outputs) {
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const TapeReduction& plan = call.program->reduction_of(o);
    if (!plan.kernel || call.outputs[o].size == 0) continue;
    if (call.program->space().pieces() == 0)
      plan.kernel(nullptr, 1, 0, call.outputs[o].size, 1, outputs[o].bytes(), false);
    else if (call.outputs[o].copies)
      plan.kernel(call.outputs[o].base, 1, plan.copies, call.outputs[o].size, call.outputs[o].size, outputs[o].bytes(),
                  false);
  }
}

}  // namespace

std::shared_ptr<const TapeProgram> compile(const Tape& tape) { return std::make_shared<CpuTape>(tape); }

void run(std::span<const TapeCall> calls) {
  std::size_t inputs = 0, outputs = 0;
  std::int64_t bytes = 0;
  for (const TapeCall& call : calls) {
    const auto& program = static_cast<const CpuTape&>(*call.program);
    if (call.inputs.size() != program.arrays() || call.outputs.size() != program.tape().outputs.size())
      fail("tape: called with ", call.inputs.size(), " inputs and ", call.outputs.size(), " outputs; it has ",
           program.arrays(), " and ", program.tape().outputs.size());
    check_inputs(program.tape(), call.inputs);
    for (const Array& in : call.inputs) bytes += in.size() * static_cast<std::int64_t>(size_of(in.dtype));
    inputs += call.inputs.size();
    outputs += call.outputs.size();
  }
  const Job::Lent job;
  std::vector<Bound>& bound = job->bound;
  bound.resize(calls.size());
  job->inputs.resize(inputs);
  job->outputs.resize(outputs);
  BoundInput* next_input = job->inputs.data();
  BoundOutput* next_output = job->outputs.data();
  std::int64_t pieces = 0, work = 0;
  bool whole = false;
  for (std::size_t c = 0; c < calls.size(); ++c) {
    const TapeCall& call = calls[c];
    const auto& program = static_cast<const CpuTape&>(*call.program);
    bound[c] = {&program, call.inputs, next_input, next_output, pieces, bytes > cached};
    for (std::size_t o = 0; o < call.outputs.size(); ++o) {
      whole |= static_cast<bool>(call.outputs[o].buffer);
      provide_output(program, o, call.outputs[o]);
    }
    if (program.space().pieces() > 0) bind_inputs(program, call.inputs, call.outputs, next_input, job->copies);
    for (std::size_t o = 0; o < call.outputs.size(); ++o) {
      BoundOutput& out = next_output[o];
      out.size = call.outputs[o].size();
      out.base = static_cast<char*>(call.outputs[o].bytes());
      const std::int64_t n = program.reduction_of(o).copies;
      bool read = false;  // by tiles to come
      for (const Array& in : call.inputs) read |= same_memory(in, call.outputs[o]);
      out.ahead = !program.reduction_of(o).kernel && !read && program.cost() <= bound_by_memory;
      if (!program.reduction_of(o).kernel || out.size == 0 || (n == 1 && !read)) continue;
      out.copies = allocate(static_cast<std::size_t>(n * out.size) * size_of(call.outputs[o].dtype));
      out.base = static_cast<char*>(out.copies->data);
    }
    next_input += call.inputs.size();
    next_output += call.outputs.size();
    pieces += program.space().pieces();
    work += program.tape().space.size() * program.cost();
  }
  if (pieces > 0) {
    if (work <= worth_a_thread)
      run_pieces(bound, 0, pieces);
    else
      parallel_for(
          pieces, std::max<std::int64_t>(1, pieces * worth_a_thread / work),
          [&](std::int64_t b, std::int64_t e) { run_pieces(bound, b, e); }, whole);
  }
  for (std::size_t c = 0; c < calls.size(); ++c) finish(bound[c], calls[c].outputs);
}

}  // namespace terrella::cpu
