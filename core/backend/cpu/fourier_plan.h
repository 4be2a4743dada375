// core/backend/cpu/fourier_plan.h: what the Fourier transforms of one length need, made once and kept.
#pragma once
#include <algorithm>
#include <complex>
#include <memory>
#include <vector>

#include "core/backend/cpu/fourier_kernels.h"

namespace terrella::cpu {

/// The kernels of float or double, for this machine.
template <class T>
const FourierKernels& fourier_kernels();

/// Elements whose scratch memory, twice, stays in the second cache.
template <class T>
long longest_in_scratch();

/// exp(-2 pi i k / n), to rounding.
std::complex<double> unit_root(long k, long n);

/// Transforms of lines in scratch memory, of a length n whose factors are 2 to 13. A prime n for which n - 1 has only
/// those is a cyclic convolution of length n - 1 (Rader 1968), any other a convolution with a chirp of a length with
/// only those (Bluestein 1970).
template <class T>
struct FourierPlan {
  long n;                                 ///< length of the lines
  long smooth;                            ///< n, or the length of the convolution
  std::vector<FourierStage> stages;       ///< of smooth; none where that does not fit into scratch memory
  std::vector<std::vector<T>> tables;     ///< that stages point to
  std::vector<std::complex<T>> chirp;     ///< [n] exp(-pi i k^2 / n); none where n is smooth
  std::vector<std::complex<T>> spectrum;  ///< [smooth] of what is convolved with, over smooth
  std::vector<long> order;  ///< [n] powers g^k mod n of a primitive root, then 0; only for Rader's convolution
  std::vector<long> place;  ///< [n] where each result is found: n - 1, then the k for which g^-k is its index

  /// Elements of scratch memory that a line needs.
  long work() const { return std::max(n, smooth); }
  /// Transforms the lines in `a`, using `b`; returns where they stand.
  void* run(void* a, void* b) const;
};
template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(long n);
/// By a chirp though n - 1 be smooth; n itself is not.
template <class T>
std::shared_ptr<const FourierPlan<T>> chirp_plan(long n);

/// [m / 2 + 1] exp(-pi i k / m), for real lines of length 2 m.
template <class T>
std::shared_ptr<const std::vector<std::complex<T>>> half_turn(long m);

/// Whether all prime factors are 13 or less.
bool is_smooth(long n);

/// The divisor of a smooth length next to its square root, at most `most`; 1 for a prime.
long near_root(long n, long most);

}  // namespace terrella::cpu
