#include "core/backend/cpu/tape_program.h"

#include <algorithm>
#include <map>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/product.h"
#include "core/backend/cpu/tape_pairs.h"
#include "core/backend/tape_check.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t cache = 24 * 1024;  // bytes of a tile's registers, inputs and outputs: most of an L1 cache
constexpr std::int64_t smallest_tile = 512, largest_tile = 4096;

Varies joined(Varies a, Varies b) {
  if (a == Varies::nowhere || a == b) return b;
  return b == Varies::nowhere ? a : Varies::everywhere;
}

/// Cheap operations that one of these takes the time of.
std::int64_t cost(Elementwise operation) {
  switch (operation) {
    case Elementwise::add:
    case Elementwise::subtract:
    case Elementwise::multiply:
    case Elementwise::minimum:
    case Elementwise::maximum:
    case Elementwise::negative:
    case Elementwise::square:
    case Elementwise::abs:
    case Elementwise::select:
    case Elementwise::count:
    case Elementwise::real:
    case Elementwise::imag:
    case Elementwise::conj:
    case Elementwise::equal:
    case Elementwise::less:
    case Elementwise::greater:
      return 1;
    case Elementwise::divide:
    case Elementwise::sqrt:
    case Elementwise::reciprocal:
    case Elementwise::rsqrt:
      return 4;
    default:
      return 8;
  }
}

std::int64_t cost(const Tape& tape) {
  constexpr std::int64_t products_at_once = 8;
  std::int64_t sum = 1;
  for (const TapeInput& in : tape.inputs) sum += (in.inner + products_at_once - 1) / products_at_once;
  for (const TapeInstruction& in : tape.instructions) sum += cost(in.operation);
  return sum;
}

/// Elements of a tile whose values fit the cache: those alive together, and the memory they come from and go to.
std::int64_t tile_for(const Tape& tape) {
  const std::size_t inputs = tape.inputs.size(), values = inputs + tape.instructions.size();
  std::vector<std::size_t> last(values, 0);
  for (std::size_t i = 0; i < tape.instructions.size(); ++i)
    for (const std::int32_t v : tape.instructions[i].operands)
      if (v >= 0) last[static_cast<std::size_t>(v)] = i;
  for (const TapeOutput& out : tape.outputs) last[static_cast<std::size_t>(out.value)] = tape.instructions.size();
  std::int64_t fixed = 0, alive = 0, most = 0;
  std::vector<std::int64_t> ending(tape.instructions.size() + 1, 0);  // bytes whose last reader an instruction is
  for (const TapeInput& in : tape.inputs)
    if (in.shape.size() > 1) fixed += static_cast<std::int64_t>(size_of(in.dtype));
  for (std::size_t i = 0; i < tape.instructions.size(); ++i) {
    const std::size_t end = last[inputs + i];
    if (end >= i) {
      const auto bytes = static_cast<std::int64_t>(size_of(tape.instructions[i].dtype));
      alive += bytes;
      ending[end] += bytes;
    }
    most = std::max(most, alive);
    alive -= ending[i];
  }
  std::int64_t tile = largest_tile;
  while (tile > smallest_tile && tile * std::max<std::int64_t>(1, fixed + most) > cache) tile /= 2;
  return tape.products() > 0 ? std::max(tile, product_rows * tape.space[1]) : tile;
}

std::int64_t checked_cost(const Tape& tape) {
  check(tape);
  return cost(tape);
}

std::int64_t bytes_of(const TapeValue& value, std::int64_t count) {
  return static_cast<std::int64_t>(size_of(value.dtype)) * count;
}

}  // namespace

/// Rows have to fit a tile, several of them, and there have to be enough for all threads.
bool fuses_product(DType dtype, std::int64_t m, std::int64_t k, std::int64_t n) {
  constexpr std::int64_t narrowest = 8, shortest = 256;
  return is_small_product(dtype, k, n) && k > 0 && m >= shortest && n >= narrowest && n * product_rows <= largest_tile;
}

const TapeTable& tape_table() {
  static const auto table = table_for_isa(fill_tape_baseline, fill_tape_avx2, fill_tape_avx512);
  return table;
}

CpuTape::CpuTape(const Tape& tape)
    : tape_(tape),
      arrays_(tape.inputs.size() + tape.products()),
      cost_(checked_cost(tape)),
      space_(tape, tile_for(tape), std::clamp<std::int64_t>(131072 / cost_, 8192, 65536)) {
  for (std::size_t i = 0; i < tape_.inputs.size(); ++i)
    values_.push_back({tape_.inputs[i].dtype, input_varies(i), TapeValue::Place::input, static_cast<std::int64_t>(i)});
  for (std::size_t i = 0; i < tape_.instructions.size(); ++i) {
    TapeValue value;
    value.dtype = tape_.instructions[i].dtype;
    value.varies = Varies::nowhere;
    for (const std::int32_t v : tape_.instructions[i].operands)
      if (v >= 0) value.varies = joined(value.varies, values_[static_cast<std::size_t>(v)].varies);
    values_.push_back(value);
    const bool once = value.varies == Varies::nowhere || value.varies == Varies::within;
    (once ? prologue_ : body_).push_back(step_of(i));
  }
  join_pairs(tape_, values_, uses(), body_);
  place_outputs();
  place_registers();
  for (std::size_t i = 0; i < tape_.outputs.size(); ++i) {
    output_shapes_.push_back(terrella::shape_of(tape_, tape_.outputs[i]));
    reductions_.push_back(plan_reduction(i));
  }
}

std::vector<int> CpuTape::uses() const {
  std::vector<int> all(values_.size(), 0);
  for (const TapeInstruction& in : tape_.instructions)
    for (const std::int32_t v : in.operands)
      if (v >= 0) ++all[static_cast<std::size_t>(v)];
  for (const TapeOutput& out : tape_.outputs) ++all[static_cast<std::size_t>(out.value)];
  return all;
}

Varies CpuTape::input_varies(std::size_t input) const {
  const AxisSet present = space_.present(input), suffix = ~((AxisSet{2} << space_.split()) - 1);
  if (present == 0) return Varies::nowhere;
  if ((present & space_.inside()) == 0) return Varies::by_tile;
  return (present & ~suffix) == 0 ? Varies::within : Varies::everywhere;
}

TapeStep CpuTape::step_of(std::size_t instruction) const {
  const TapeInstruction& in = tape_.instructions[instruction];
  TapeStep step;
  step.x = in.operands[0];
  step.y = in.operands[1];
  step.z = in.operands[2];
  step.out = static_cast<std::int32_t>(tape_.inputs.size() + instruction);
  step.varies = values_[static_cast<std::size_t>(step.out)].varies;
  const auto from = static_cast<std::size_t>(dtype_of_value(tape_, in.operands[0])),
             to = static_cast<std::size_t>(in.dtype);
  const auto code = static_cast<std::size_t>(in.operation);
  if (in.operation == Elementwise::count) {
    step.kind = TapeStep::Kind::convert;
    step.convert = tape_table().convert[from][to];
  } else if (in.operation == Elementwise::select) {
    step.kind = TapeStep::Kind::select;
    step.select = tape_table().select[to];
  } else if (arity(in.operation) == 1) {
    step.kind = TapeStep::Kind::unary;
    step.unary = elementwise_table().unary[code][from];
  } else {
    step.kind = TapeStep::Kind::binary;
    step.binary = elementwise_table().binary[code][from];
  }
  return step;
}

TapeStep CpuTape::copy_of(std::int32_t value, std::int32_t to) const {
  const auto d = static_cast<std::size_t>(values_[static_cast<std::size_t>(value)].dtype);
  TapeStep step;
  step.kind = TapeStep::Kind::convert;
  step.x = value;
  step.out = to;
  step.convert = tape_table().convert[d][d];
  return step;
}

/// What leaves as it is is written by the step that computes it, once; other outputs need a copy, reductions a whole
/// tile.
void CpuTape::place_outputs() {
  for (std::size_t i = 0; i < tape_.outputs.size(); ++i) {
    std::int32_t v = tape_.outputs[i].value;
    const bool reduced = tape_.outputs[i].reduction.has_value();
    const TapeValue& value = values_[static_cast<std::size_t>(v)];
    const bool everywhere = value.varies == Varies::everywhere;
    if (reduced ? !everywhere && value.varies != Varies::within
                : !everywhere || value.place != TapeValue::Place::scratch) {
      values_.push_back({value.dtype, Varies::everywhere, TapeValue::Place::scratch, 0});
      const auto copy = static_cast<std::int32_t>(values_.size() - 1);
      body_.push_back(copy_of(v, copy));
      v = copy;
    }
    if (!reduced) {
      values_[static_cast<std::size_t>(v)].place = TapeValue::Place::output;
      values_[static_cast<std::size_t>(v)].at = static_cast<std::int64_t>(i);
    }
    output_values_.push_back(v);
  }
}

std::int64_t CpuTape::reserve(std::int64_t bytes) {
  const std::int64_t at = scratch_;
  scratch_ += (bytes + 63) / 64 * 64 + 128;  // apart, so that registers do not meet in the same lines of the cache
  return at;
}

void CpuTape::place_registers() {
  const auto end = static_cast<std::int32_t>(body_.size());
  std::vector<std::int32_t> last(values_.size(), -1);
  written_.assign(tape_.outputs.size(), end);
  for (std::int32_t s = 0; s < end; ++s) {
    const TapeStep& step = body_[static_cast<std::size_t>(s)];
    for (const std::int32_t v : {step.x, step.y, step.z})
      if (v >= 0) last[static_cast<std::size_t>(v)] = s;
    const TapeValue& out = values_[static_cast<std::size_t>(step.out)];
    if (out.place == TapeValue::Place::output) written_[static_cast<std::size_t>(out.at)] = s;
  }
  for (std::size_t i = 0; i < tape_.outputs.size(); ++i)
    if (tape_.outputs[i].reduction) last[static_cast<std::size_t>(output_values_[i])] = end;
  last_read_.assign(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(tape_.inputs.size()));
  for (TapeValue& value : values_)  // what is computed once, or is one number, keeps its place
    if (value.place == TapeValue::Place::scratch && value.varies != Varies::everywhere)
      value.at = reserve(bytes_of(value, value.varies == Varies::within ? space_.tile() : 1));
  std::map<std::size_t, std::vector<std::int64_t>> unused;  // by bytes of an element
  for (std::int32_t s = 0; s < end; ++s) {
    const TapeStep& step = body_[static_cast<std::size_t>(s)];
    TapeValue& out = values_[static_cast<std::size_t>(step.out)];
    const std::size_t width = size_of(out.dtype);
    const auto give_back = [&](bool same_width) {
      for (const std::int32_t v : {step.x, step.y, step.z}) {
        if (v < 0) continue;
        const TapeValue& value = values_[static_cast<std::size_t>(v)];
        const bool ours = value.place == TapeValue::Place::scratch && value.varies == Varies::everywhere;
        if (!ours || last[static_cast<std::size_t>(v)] != s || (size_of(value.dtype) == width) != same_width) continue;
        std::vector<std::int64_t>& list = unused[size_of(value.dtype)];
        if (std::find(list.begin(), list.end(), value.at) == list.end()) list.push_back(value.at);
      }
    };
    give_back(true);  // loops may write where they read, element for element
    if (out.place == TapeValue::Place::scratch && out.varies == Varies::everywhere) {
      std::vector<std::int64_t>& list = unused[width];
      if (list.empty()) {
        out.at = reserve(bytes_of(out, space_.tile()));
      } else {
        out.at = list.back();
        list.pop_back();
      }
      if (last[static_cast<std::size_t>(step.out)] < 0) unused[width].push_back(out.at);  // nobody reads it
    }
    give_back(false);
  }
  for (std::size_t i = 0; i < tape_.inputs.size(); ++i)
    gathered_at_.push_back(reserve(bytes_of(values_[i], space_.tile())));
  for (std::int64_t& at : reduction_at_) at = reserve(16 * space_.tile());
}

TapeReduction CpuTape::plan_reduction(std::size_t output) const {
  TapeReduction plan;
  const TapeOutput& out = tape_.outputs[output];
  if (!out.reduction) return plan;
  const auto dtype = static_cast<std::size_t>(dtype_of_value(tape_, out.value));
  plan.kernel = reduce_table().reduce[static_cast<std::size_t>(*out.reduction)][dtype];
  plan.reduced = space_.reduced(output);
  plan.copies = space_.copies(output);
  plan.strides = Shape::filled(space_.rank(), 0);
  std::int64_t step = 1;
  for (int axis = space_.rank(); axis-- > 0;) {
    if (plan.reduced >> axis & 1) continue;
    plan.strides[axis] = step;
    step *= space_.axes()[axis];
  }
  std::int64_t inner = 1;
  for (int axis = space_.rank() - 1; axis >= space_.split();) {
    const bool reduced = plan.reduced >> axis & 1;
    std::int64_t extent = 1;
    bool first = false;
    for (; axis >= space_.split() && ((plan.reduced >> axis & 1) != 0) == reduced; --axis) {
      extent *= space_.axes()[axis];
      first = axis == space_.split();
    }
    if (reduced)
      plan.loops.push_back({first ? 0 : extent, inner});
    else
      inner *= extent;
  }
  return plan;
}

}  // namespace terrella::cpu
