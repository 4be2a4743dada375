// core/optimize/adam_op.h: a step of Adam over many tensors as one operation of the graph.
#pragma once
#include "core/backend/adam.h"
#include "core/tensor.h"

namespace terrella::optimize {

/// Tensors as AdamPlaces has them: rate, correction, keep, parameters, gradients, means, squares -> the new parameters,
/// means, squares.
Tensors adam_step(const AdamNumbers& numbers, Tensors inputs);

}  // namespace terrella::optimize
