// core/transform/scan.h: the loop of scan(), and its tangent, pullback and batch as loops again.
//
// With S the scan and S'(x, t) = (S(x), J t) its tangent scan, the pullback R(x, g) = J* g needs no rules of its own
// kind:
//   J w                      is in S'(x, w)
//   d<w, R(x, g)>/dx         is what S' pulls back from (0, g) at (x, w)
//   dR along (t, h)          is what S' pulls back from (h, g) at (x, t)
// so that derivatives of any order are scans and pullbacks of scans.
#pragma once
#include <memory>

#include "core/transform/steady.h"

namespace terrella::detail {

/// Inputs of a loop: the first carries, x [length, ..], constants. Results: the last carries, y [length, ..].
struct ScanLoop {
  std::shared_ptr<const graph::Subgraph> step;  ///< (carries, one x each, constants) -> (carries, one y each)
  std::size_t carries = 0, xs = 0;
  std::int64_t length = 0;
  std::int64_t stored_states = 0;
  bool reverse = false;

  std::size_t inputs() const { return step->placeholders.size() + step->captured.size(); }
  std::size_t constants_begin() const { return carries + xs; }
  bool is_x(std::size_t input) const { return input >= carries && input < constants_begin(); }
  std::vector<graph::Aval> results() const;
  /// Which x belongs to step i.
  std::int64_t place(std::int64_t i) const { return reverse ? length - 1 - i : i; }
};

/// The loop as a node.
Tensors run_scan(const ScanLoop& loop, const Tensors& inputs);

/// The loop with tangents of the inputs `moves`, to which those carries are added that come to move.
struct TangentLoop {
  TangentLoop(const ScanLoop& base, Which moves);
  ScanLoop loop;
  Which moves, moved;  ///< of the base's inputs and results
  /// The loop's inputs from those of the base and their tangents, none() for zero.
  Tensors inputs(std::span<const Tensor> x, std::span<const Tensor> tangents) const;
  /// Where in the loop's inputs (results) the base's input (result) i stands; its tangent is the next but i's own kind.
  std::vector<std::size_t> input_place, input_tangent_place, result_place, result_tangent_place;
};

/// Cotangents of the inputs `needed` from those of the results, none() for zero; one node that holds few states.
Tensors pull_back_scan(const ScanLoop& loop, const Tensors& inputs, std::span<const Tensor> cotangents,
                       const Which& needed);

/// The loop over a batch of the inputs `batched`, to which those carries are added that come to differ.
struct BatchedLoop {
  BatchedLoop(const ScanLoop& base, Which batched, std::int64_t size);
  ScanLoop loop;
  Which batched;
  std::int64_t size;
  /// The loop's inputs from those of the base, of which `has` have the batch on their first axis.
  Tensors inputs(std::span<const Tensor> x, const Which& has) const;
};

}  // namespace terrella::detail
