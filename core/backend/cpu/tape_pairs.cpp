#include "core/backend/cpu/tape_pairs.h"

#include <optional>

#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/pair_kernels.h"

namespace terrella::cpu {
namespace {

/// A step as a half of a pair: what it does to the value y, with which operand.
struct HalfStep {
  Half half;
  std::int32_t y, operand;
};

/// The step taken as a function of its operand x, or of its operand y; none where no half computes it.
std::optional<HalfStep> half_of(const TapeInstruction& in, const TapeStep& step, bool of_y) {
  const std::int32_t y = of_y ? step.y : step.x, operand = of_y ? step.x : step.y;
  switch (in.operation) {
    case Elementwise::add:
      return HalfStep{Half::add, y, operand};
    case Elementwise::multiply:
      return HalfStep{Half::multiply, y, operand};
    case Elementwise::subtract:
      return HalfStep{of_y ? Half::subtract_from : Half::subtract, y, operand};
    case Elementwise::minimum:
      if (of_y) return {};  // not the same zero where both are zeros
      return HalfStep{Half::minimum, y, operand};
    case Elementwise::maximum:
      if (of_y) return {};
      return HalfStep{Half::maximum, y, operand};
    case Elementwise::divide:
      return HalfStep{of_y ? Half::divide_into : Half::divide, y, operand};
    case Elementwise::sqrt:
      return HalfStep{Half::sqrt, y, -1};
    case Elementwise::negative:
      return HalfStep{Half::negative, y, -1};
    case Elementwise::abs:
      return HalfStep{Half::abs, y, -1};
    case Elementwise::square:
      return HalfStep{Half::square, y, -1};
    default:
      return {};
  }
}

}  // namespace

const PairTable& pair_table() {
  static const auto table = table_for_isa(fill_pairs_baseline, fill_pairs_avx2, fill_pairs_avx512);
  return table;
}

void join_pairs(const Tape& tape, const std::vector<TapeValue>& values, const std::vector<int>& uses,
                std::vector<TapeStep>& steps) {
  const auto inputs = static_cast<std::int32_t>(tape.inputs.size());
  const auto value = [&](std::int32_t v) -> const TapeValue& { return values[static_cast<std::size_t>(v)]; };
  const auto is_array = [&](std::int32_t v) {
    return v >= 0 && (value(v).varies == Varies::everywhere || value(v).varies == Varies::within);
  };
  const auto is_real = [&](std::int32_t v) { return is_real_floating(value(v).dtype); };
  const auto half = [&](const TapeStep& step, bool of_y) -> std::optional<HalfStep> {
    if (step.kind != TapeStep::Kind::unary && step.kind != TapeStep::Kind::binary) return {};
    if (of_y && step.kind == TapeStep::Kind::unary) return {};
    const auto& in = tape.instructions[static_cast<std::size_t>(step.out - inputs)];
    auto found = half_of(in, step, of_y);
    if (!found || !is_real(step.out) || !is_real(found->y) || !is_array(found->y)) return {};
    if (found->operand >= 0 && !is_array(found->operand))
      found->half = static_cast<Half>(static_cast<int>(found->half) + static_cast<int>(Half::with_number));
    return found;
  };
  std::vector<int> step_of(values.size(), -1);  // that made a value, while it may be joined
  std::vector<bool> gone(steps.size(), false);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    TapeStep& step = steps[s];
    if (step.varies != Varies::everywhere) continue;
    step_of[static_cast<std::size_t>(step.out)] = static_cast<int>(s);
    std::optional<HalfStep> second;
    int maker = -1;
    for (const bool of_y : {false, true}) {
      const auto candidate = half(step, of_y);
      if (!candidate || uses[static_cast<std::size_t>(candidate->y)] != 1) continue;
      const int made = step_of[static_cast<std::size_t>(candidate->y)];
      if (made <= maker || steps[static_cast<std::size_t>(made)].kind == TapeStep::Kind::pair) continue;
      if (!half(steps[static_cast<std::size_t>(made)], false) && !half(steps[static_cast<std::size_t>(made)], true))
        continue;
      second = candidate;
      maker = made;
    }
    if (!second) continue;
    const TapeStep& former = steps[static_cast<std::size_t>(maker)];
    auto first = half(former, false);
    if (!first) first = half(former, true);
    TapeStep pair;
    pair.kind = TapeStep::Kind::pair;
    pair.varies = step.varies;
    pair.x = first->y;
    pair.y = first->operand;
    pair.z = second->operand;
    pair.out = step.out;
    pair.pair = pair_table().pair[value(step.out).dtype == DType::f64][static_cast<std::size_t>(first->half)]
                                 [static_cast<std::size_t>(second->half)];
    step = pair;
    gone[static_cast<std::size_t>(maker)] = true;
  }
  std::size_t kept = 0;
  for (std::size_t s = 0; s < steps.size(); ++s)
    if (!gone[s]) steps[kept++] = steps[s];
  steps.resize(kept);
}

}  // namespace terrella::cpu
