// core/backend/cpu/fourier_long.h: Fourier transforms of single lines: too long for scratch memory, or too few to fill
// the lanes of a vector.
#pragma once
#include "core/backend/cpu/fourier_plan.h"

namespace terrella::cpu {

/// A line of complex numbers in memory, counted in real ones. imaginary: from real to imaginary part, 0 for none.
template <class T>
struct FourierLine {
  T* data;
  long step = 2;
  long imaginary = 1;
};

/// to = factor * transform of from, which may be the same; parts swapped on the way in and out, if wanted. In parallel.
template <class T>
void transform_long(FourierLine<const T> from, FourierLine<T> to, long n, bool swap_in, bool swap_out, double factor);

}  // namespace terrella::cpu
