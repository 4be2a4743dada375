// datasets/survey/axes.h: tensors and vectors of components in other axes, and what becomes of their errors. For the
// files beside it.
#pragma once
#include <array>
#include <cmath>
#include <cstddef>

#include "datasets/survey/units.h"

namespace terrella::datasets {

using AxesMatrix = std::array<std::array<double, 2>, 2>;

/// (cos, sin), exact at multiples of 90 degrees, where a zero keeps components apart.
inline std::array<double, 2> unit_vector(double degrees) {
  const double turn = std::remainder(degrees, 360.0);
  const double c = std::cos(turn * pi / 180), s = std::sin(turn * pi / 180);
  if (std::remainder(turn, 90.0) == 0.0) return {std::round(c), std::round(s)};
  return {c, s};
}

inline AxesMatrix transposed(const AxesMatrix& m) { return {{{m[0][0], m[1][0]}, {m[0][1], m[1][1]}}}; }

/// Weights of values, and of squares of independent errors.
inline constexpr auto plain = [](double a) { return a; };
inline constexpr auto squared = [](double a) { return a * a; };

/// sum_kl weight(left_ik right_lj) in_kl, without the terms that do not count: 0 * NaN must not spread what is missing.
template <class Value, class Weight>
std::array<Value, 4> product(const AxesMatrix& left, const std::array<Value, 4>& in, const AxesMatrix& right,
                             Weight weight) {
  std::array<Value, 4> out{};
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t l = 0; l < 2; ++l)
          if (const double a = left[i][k] * right[l][j]; a != 0) out[2 * i + j] += weight(a) * in[2 * k + l];
  return out;
}

template <class Value, class Weight>
std::array<Value, 2> product(const std::array<Value, 2>& in, const AxesMatrix& right, Weight weight) {
  std::array<Value, 2> out{};
  for (std::size_t j = 0; j < 2; ++j)
    for (std::size_t l = 0; l < 2; ++l)
      if (right[l][j] != 0) out[j] += weight(right[l][j]) * in[l];
  return out;
}

template <std::size_t n>
std::array<double, n> square(std::array<double, n> values) {
  for (double& value : values) value *= value;
  return values;
}

template <std::size_t n>
std::array<double, n> root(std::array<double, n> values) {
  for (double& value : values) value = std::sqrt(value);
  return values;
}

}  // namespace terrella::datasets
