// core/krylov/vectors.h: loops over the numbers of vectors, the same bits for any number of threads.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::krylov {

template <class T>
using Real = decltype(std::abs(T()));

template <class T>
T conjugate(T a) {
  if constexpr (std::is_floating_point_v<T>)
    return a;
  else
    return std::conj(a);
}
/// |a|^2.
template <class T>
Real<T> square(T a) {
  if constexpr (std::is_floating_point_v<T>)
    return a * a;
  else
    return a.real() * a.real() + a.imag() * a.imag();
}
template <class T>
bool finite(T a) {
  return std::isfinite(std::abs(a));
}
template <class T>
Real<T> real_part(T a) {
  return std::real(a);
}

/// f(i) for all i below n.
template <class F>
void each(std::int64_t n, const F& f) {
  cpu::parallel_for(n, 16384, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) f(i);
  });
}

/// The sum of f(i), which may write as well. In chunks that depend on n alone.
template <class T, class F>
T total(std::int64_t n, const F& f) {
  constexpr std::int64_t chunk = 4096;
  std::vector<T> parts(static_cast<std::size_t>((n + chunk - 1) / chunk));
  cpu::parallel_for(static_cast<std::int64_t>(parts.size()), 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t c = first; c < last; ++c) {
      const std::int64_t begin = c * chunk, end = std::min(n, begin + chunk);
      std::array<T, 4> sum{};
      std::int64_t i = begin;
      for (; i + 4 <= end; i += 4)
        for (std::int64_t j = 0; j < 4; ++j) sum[static_cast<std::size_t>(j)] += f(i + j);
      for (; i < end; ++i) sum[0] += f(i);
      parts[static_cast<std::size_t>(c)] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
  });
  for (std::size_t step = 1; step < parts.size(); step *= 2)  // pairwise
    for (std::size_t i = 0; i + step < parts.size(); i += 2 * step) parts[i] += parts[i + step];
  return parts.empty() ? T() : parts[0];
}

/// A row-major vector of its own memory.
template <class T>
class Vector {
 public:
  Vector() = default;
  explicit Vector(std::int64_t n) : Vector(cpu::empty_array(dtype_of<T>, {n})) {}
  /// In memory that is there, row-major.
  explicit Vector(Array array) : array_(std::move(array)), data_(array_.data<T>()), size_(array_.size()) {}
  std::int64_t size() const { return size_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](std::int64_t i) { return data_[i]; }
  const T& operator[](std::int64_t i) const { return data_[i]; }
  Array& array() { return array_; }
  const Array& array() const { return array_; }

 private:
  Array array_;
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

template <class T>
void fill(Vector<T>& x, T value) {
  each(x.size(), [&](std::int64_t i) { x[i] = value; });
}
template <class T>
void assign(Vector<T>& x, const Vector<T>& y) {
  each(x.size(), [&](std::int64_t i) { x[i] = y[i]; });
}
/// x += a y
template <class T>
void add(Vector<T>& x, T a, const Vector<T>& y) {
  each(x.size(), [&](std::int64_t i) { x[i] += a * y[i]; });
}
template <class T>
void scale(Vector<T>& x, T a) {
  each(x.size(), [&](std::int64_t i) { x[i] *= a; });
}
/// sum conj(x) y
template <class T>
T dot(const Vector<T>& x, const Vector<T>& y) {
  return total<T>(x.size(), [&](std::int64_t i) { return conjugate(x[i]) * y[i]; });
}
/// A power of two that brings a positive size near 1.
template <class R>
R scale_to_one(R size) {
  constexpr int most = std::numeric_limits<R>::max_exponent - 2;
  return std::ldexp(R(1), std::clamp(-std::ilogb(size), -most, most));
}
/// sqrt(sum |x|^2), also where the squares leave the range of the type.
template <class T>
Real<T> norm(const Vector<T>& x) {
  using R = Real<T>;
  const auto squares = [&](R by) { return total<R>(x.size(), [&](std::int64_t i) { return square(x[i] * by); }); };
  const R sum = squares(1);
  if (std::isnan(sum) ||
      (sum > std::numeric_limits<R>::min() / std::numeric_limits<R>::epsilon() && std::isfinite(sum)))
    return std::sqrt(sum);
  R most = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i]));
  if (most == 0 || !std::isfinite(most)) return most;
  const R by = scale_to_one(most);
  return std::sqrt(squares(by)) / by;
}

}  // namespace terrella::krylov
