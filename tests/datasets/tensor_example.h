// Tensors of every dtype and of odd shapes, with numbers that are easily lost, and their comparison bit by bit.
#pragma once
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>

#include "core/ops.h"
#include "core/random.h"
#include "datasets/tensor_file.h"

namespace terrella::tests {

inline datasets::TensorFile odd_tensors() {
  using Limits = std::numeric_limits<double>;
  const auto f = [](auto... values) { return std::vector<float>{static_cast<float>(values)...}; };
  datasets::TensorFile file;
  file.tensors = {
      {"f64", Tensor{Limits::quiet_NaN(), -Limits::infinity(), -0.0, Limits::denorm_min(), Limits::max(), 0.1}},
      {"f32", Tensor::from(f(0.1, -0.0, 1e-45, std::nan("")), {2, 2})},
      {"i64", Tensor::from(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), -1, 1}, {3, 1})},
      {"i32", Tensor::from(std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::max(), -7}, {1, 2})},
      {"bool", Tensor{1.0, -1.0, 2.0} > 0.0},
      {"c64", cast(Tensor{std::complex<double>(1, -2), std::complex<double>(-0.0, 0.5)}, DType::c64)},
      {"c128", reshape(Tensor{std::complex<double>(0.1, -0.0), std::complex<double>(Limits::infinity(), 3)}, {2, 1})},
      {"scalar", Tensor(2.5)},
      {"scalar c128", Tensor(std::complex<double>(1, 2))},
      {"empty", zeros({0, 3})},
      {"empty c128", zeros({2, 0}, DType::c128)},
      {"layer/0/weight", transpose(random_normal({5, 7}, 1, DType::f32))},
      {"layer/0/bias", random_normal({5}, 2)},
      {"twelve axes", random_normal({1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 3}, 3, DType::c128)},
      {"Erdfrüchte \"\\ 地", Tensor{1.0}},
  };
  file.metadata = {{"units", "ohm m"}, {"empty", ""}, {"quotes \"", "line\nline"}};
  return file;
}

/// What differs first, empty where nothing does.
inline std::string difference(const datasets::TensorFile& a, const datasets::TensorFile& b) {
  if (a.metadata != b.metadata) return "metadata";
  if (a.tensors.size() != b.tensors.size()) return "the number of tensors";
  for (const auto& [name, x] : a.tensors) {
    const auto found = b.tensors.find(name);
    if (found == b.tensors.end()) return name + " is missing";
    const Tensor& y = found->second;
    if (x.dtype() != y.dtype()) return "dtype of " + name;
    if (!(x.shape() == y.shape())) return "shape of " + name;
    const bool same = with_type(x.dtype(), [&, &x_ = x](auto t) {
      const auto left = x_.data<decltype(t)>(), right = y.data<decltype(t)>();
      return left.empty() || std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
    });
    if (!same) return "values of " + name;
  }
  return {};
}

}  // namespace terrella::tests
