// core/backend/adam.h: one step of Adam over many tensors as one job, for backends.
#pragma once
#include <array>
#include <cstddef>

namespace terrella {

/// The numbers of a step that are the same for all its tensors and not differentiated.
struct AdamNumbers {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  bool operator==(const AdamNumbers&) const = default;
};

/// Where the arrays of n tensors stand among the inputs and the outputs of a step.
///
/// inputs   rate, correction, keep: f64, one number each, or one for each index of the first axes of all tensors; then
///          n parameters x, gradients g, means m, squares s: f32 or f64, those of a tensor of one shape
/// outputs  n of each: m' = beta1 m + (1 - beta1) g, s' = beta2 s + (1 - beta2) g g,
///          x' = keep x - m' / (sqrt(s') correction + epsilon) rate
struct AdamPlaces {
  static constexpr std::size_t numbers = 3;
  std::size_t tensors;

  static AdamPlaces of_inputs(std::size_t count) { return {(count - numbers) / 4}; }
  std::size_t inputs() const { return numbers + 4 * tensors; }
  /// Of tensor i: x, g, m, s among the inputs; x', m', s' among the outputs.
  std::array<std::size_t, 4> read(std::size_t i) const {
    return {numbers + i, numbers + tensors + i, numbers + 2 * tensors + i, numbers + 3 * tensors + i};
  }
  std::array<std::size_t, 3> written(std::size_t i) const { return {i, tensors + i, 2 * tensors + i}; }
};

}  // namespace terrella
