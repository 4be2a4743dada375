// core/random.h: random numbers from a counter: the same seed gives the same numbers on every device, whatever the
// number of threads. Philox 4x32-10, Salmon et al. (2011).
#pragma once
#include <cstdint>

#include "core/tensor.h"

namespace terrella {

/// Uniform in [0, 1). Complex dtypes: both parts.
Tensor random_uniform(const Shape& shape, std::uint64_t seed, DType dtype = DType::f64);
/// Standard normal. Complex dtypes: both parts, so that E|x|^2 = 2.
Tensor random_normal(const Shape& shape, std::uint64_t seed, DType dtype = DType::f64);
/// Integers in [low, high), i64.
Tensor random_integers(const Shape& shape, std::int64_t low, std::int64_t high, std::uint64_t seed);
/// 0 .. n-1 in random order, i64.
Tensor random_permutation(std::int64_t n, std::uint64_t seed);
/// A seed for stream `index`, unrelated to the seeds of other streams.
std::uint64_t split_seed(std::uint64_t seed, std::uint64_t index);

}  // namespace terrella
