// core/sparse/front.h: dense elimination of a front's columns. For the files beside it.
#pragma once
#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/backend/cpu/gemm.h"
#include "core/sparse.h"

namespace terrella::sparse {

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<std::complex<T>> {
  using type = T;
};
template <class T>
using Real = typename RealOf<T>::type;

template <class T>
T conjugate(T x) {
  if constexpr (std::is_same_v<T, Real<T>>)
    return x;
  else
    return std::conj(x);
}

/// The absolute value, or for complex numbers one up to the root of 2 greater, without a root.
template <class T>
Real<T> size_of(T x) {
  return std::abs(std::real(x)) + std::abs(std::imag(x));
}

/// What an elimination met.
struct Pivoting {
  std::int32_t perturbed = 0;         ///< pivots that were too small and were replaced
  std::int32_t first_perturbed = -1;  ///< column in the front, before interchanges
  double first_size = 0;              ///< what it was
  std::int32_t not_positive = -1;     ///< column of a pivot that had to be positive
};

/// The front of `width` pivots above `below` rows.
template <class T>
struct FrontView {
  std::int64_t width, below;
  T* lower;             ///< [width + below, width] row-major
  T* upper;             ///< [below, width], of general matrices
  T* diagonal;          ///< [width]: inverse of D, of others
  T* beside;            ///< [width]: its element (k + 1, k) of 2 x 2 pivots at k, else 0
  std::int64_t* pivot;  ///< [width]: row k of the factor is row pivot[k] of the front
  T* rest;              ///< [below, below]: what is left for the parent; its lower triangle, of general ones all
};

/// Eliminates the pivots, in blocks within which rows change places, and subtracts from `rest` what they take.
/// `scratch` is grown as needed. Values of the matrix are about 1.
template <class T>
Pivoting eliminate(const FrontView<T>& front, MatrixKind kind, std::vector<T>& scratch);

}  // namespace terrella::sparse
