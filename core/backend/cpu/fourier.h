// core/backend/cpu/fourier.h: discrete Fourier transforms on this machine.
#pragma once
#include <complex>
#include <span>

#include "core/array.h"

namespace terrella::cpu {

/// As Backend has them.
void fourier(const Array& in, std::span<const int> axes, bool inverse, double factor, Array& out);
void fourier_of_real(const Array& in, std::span<const int> axes, double factor, Array& out);
void real_of_fourier(const Array& in, std::span<const int> axes, double factor, Array& out);

/// One contiguous line in its place, without a factor.
void transform_line(std::complex<double>* line, long n);

}  // namespace terrella::cpu
