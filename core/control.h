// core/control.h: choices and loops as nodes of the graph, for functions whose arguments have no values while they are
// traced (vmap, jit, checkpoint) and for loops too long to be kept node by node. All nest, and nest with the
// transforms.
//
// Branches and bodies are called once, with placeholders; they may use tensors of their surroundings, through which
// derivatives flow as through arguments.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

#include "core/transform.h"

namespace terrella {

/// f_true(operands) where the predicate holds, else f_false(operands); only the one that is taken is computed.
///
/// predicate   one element, of any dtype: not zero is true
/// returns     the results of the branch; both must agree in number, shapes and dtypes (std::invalid_argument)
///
/// Under vmap a predicate that differs between the elements of the batch becomes where(): both branches are computed
/// for all elements, so that a loop in a branch must end for operands that do not take it too.
Tensors cond(const Tensor& predicate, const Function& f_true, const Function& f_false, const Tensors& operands = {});

/// The first carry = initial, body(initial), body(body(initial)), ... for which condition(carry) does not hold.
///
/// condition   returns one element
/// body        returns a carry of the same shapes and dtypes (std::invalid_argument)
///
/// jvp works; vjp and grad are an error, since the states of a loop of unknown length cannot be stored: scan() is for
/// that. Under vmap the loop runs while the condition holds for any element of the batch; others keep their values.
Tensors while_loop(const Function& condition, const Function& body, const Tensors& initial);

/// ScanOptions::stored_states: all of them, so that nothing is computed again.
inline constexpr std::int64_t every_state = std::numeric_limits<std::int64_t>::max();

struct ScanOptions {
  /// States that the derivative in reverse mode holds at a time besides the first one; those between are computed
  /// again, as seldom as possible (binomial checkpointing). None: about 2 log2(length), at least 16. The value is a
  /// pass of its own, which stores none.
  std::optional<std::int64_t> stored_states;
  bool reverse = false;  ///< from the last x to the first
};

struct ScanStep {
  Tensors carry;  ///< for the next step, same shapes and dtypes
  Tensors y;      ///< results of this step
};
using ScanBody = std::function<ScanStep(const Tensors& carry, const Tensors& x)>;

struct ScanResult {
  Tensors carry;  ///< after the last step
  Tensors y;      ///< [length, ..]: the results of the steps, that of x[i] at i
};

/// for i: carry, y[i] = body(carry, x[i]), as one node. Its derivatives are scans again, to any order.
///
/// x        [length, ..] each; may be empty where `length` is given
/// Throws std::invalid_argument where lengths disagree or the carry changes its shapes or dtypes.
///
/// Reverse mode holds stored_states carries, not all: Griewank & Walther (2000), algorithm 799 (revolve).
ScanResult scan(const ScanBody& body, const Tensors& carry, const Tensors& x,
                std::optional<std::int64_t> length = std::nullopt, const ScanOptions& options = {});

}  // namespace terrella
