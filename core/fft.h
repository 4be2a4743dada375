// core/fft.h: discrete Fourier transforms of any length, differentiable to any order; numpy's conventions.
//
// X_k = sum_j x_j exp(-2 pi i j k / n), its inverse with the opposite sign and 1 / n. Real and integer numbers become
// complex, f32 c64 and all else c128. Lengths whose prime factors are 13 or less are quickest; of any other the time is
// that of a few transforms of about twice the length.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/ops/reduce.h"
#include "core/tensor.h"

namespace terrella::fft {

/// Where the factor 1 / n goes: to the inverse, as its root to both, to the forward transform.
enum class Norm : std::uint8_t { backward, ortho, forward };

/// Along one axis, which is cut or filled with zeros to `n` first, where that is given.
Tensor fft(const Tensor& x, std::optional<std::int64_t> n = {}, std::int64_t axis = -1, Norm norm = Norm::backward);
Tensor ifft(const Tensor& x, std::optional<std::int64_t> n = {}, std::int64_t axis = -1, Norm norm = Norm::backward);
/// Elements 0 ... n / 2 of the transform of real numbers: the rest are their conjugates.
Tensor rfft(const Tensor& x, std::optional<std::int64_t> n = {}, std::int64_t axis = -1, Norm norm = Norm::backward);
/// The n real numbers with that spectrum, 2 (extent - 1) of them unless told.
Tensor irfft(const Tensor& x, std::optional<std::int64_t> n = {}, std::int64_t axis = -1, Norm norm = Norm::backward);

using Lengths = std::vector<std::int64_t>;  ///< one an axis, or none

/// Along several axes: all where none are named, or the last ones where lengths are.
Tensor fftn(const Tensor& x, const Lengths& lengths = {}, const Axes& axes = {}, Norm norm = Norm::backward);
Tensor ifftn(const Tensor& x, const Lengths& lengths = {}, const Axes& axes = {}, Norm norm = Norm::backward);
/// Half of the spectrum along the last of the axes.
Tensor rfftn(const Tensor& x, const Lengths& lengths = {}, const Axes& axes = {}, Norm norm = Norm::backward);
Tensor irfftn(const Tensor& x, const Lengths& lengths = {}, const Axes& axes = {}, Norm norm = Norm::backward);

/// Cycles per unit of the elements of fft() and rfft(), of samples `spacing` apart; f64 [n] and [n / 2 + 1].
Tensor fftfreq(std::int64_t n, double spacing = 1);
Tensor rfftfreq(std::int64_t n, double spacing = 1);
/// Frequency zero moved to the middle of the axes (all when empty), and back.
Tensor fftshift(const Tensor& x, const Axes& axes = {});
Tensor ifftshift(const Tensor& x, const Axes& axes = {});

}  // namespace terrella::fft
