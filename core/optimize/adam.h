// core/optimize/adam.h: the stochastic gradient method of network training.
#pragma once
#include "core/tensor.h"

namespace terrella::optimize {

struct AdamOptions {
  Tensor learning_rate = Tensor(1e-3);  ///< a scalar; in a compiled function an argument, where it changes
  double beta1 = 0.9;                   ///< how much of the mean gradient is kept
  double beta2 = 0.999;                 ///< how much of the mean square is kept
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< of the parameters themselves, times the learning rate: Loshchilov & Hutter (2019)
};

/// What the next step needs besides the parameters.
struct AdamState {
  Tensor step = Tensor(0);  ///< finished ones, a scalar
  Tensors mean, square;     ///< of the gradients, one a parameter; not corrected for their start at 0
};

/// The state before the first step, for parameters of these shapes and dtypes.
AdamState adam_start(const Tensors& parameters);

struct AdamStep {
  Tensors parameters;
  AdamState state;
};

/// One step. All tensors together run as one fused job; options may change from step to step.
///
/// parameters, gradients  as many of each, of the same shapes; real floating
/// std::invalid_argument  otherwise, and for options that no step can have (a beta of 1, a NaN)
/// Kingma & Ba (2015), algorithm 1: x -= rate * mean / (1 - beta1^t) / (sqrt(square / (1 - beta2^t)) + epsilon)
AdamStep adam(const Tensors& parameters, const Tensors& gradients, const AdamState& state,
              const AdamOptions& options = {});

}  // namespace terrella::optimize
