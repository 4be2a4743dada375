#include "core/random.h"

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/ops/cast.h"

namespace terrella {
namespace {

using Block = std::array<std::uint32_t, 4>;
__extension__ using Wide = unsigned __int128;

/// Philox 4x32 with 10 rounds: four words for a counter under a key.
Block philox(std::uint64_t counter, std::uint64_t stream, std::uint64_t seed) {
  Block x = {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
             static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
  std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * x[0], b = std::uint64_t{0xCD9E8D57} * x[2];
    x = {static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ k1, static_cast<std::uint32_t>(a)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return x;
}

/// 53 random bits in [0, 1), two a block.
double unit(const Block& block, int half) {
  const std::uint64_t bits =
      (std::uint64_t{block[static_cast<std::size_t>(2 * half)]} << 32) | block[static_cast<std::size_t>(2 * half + 1)];
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

/// f64 numbers, two from every block by pair(u1, u2).
template <class Pair>
Tensor pairs(const Shape& shape, std::uint64_t seed, std::uint64_t stream, DType dtype, const Pair& pair) {
  check_extents("random", shape);
  const bool is_pair = is_complex(dtype);
  const std::int64_t count = shape.size() * (is_pair ? 2 : 1);
  Array a = default_backend().empty(is_pair ? DType::c128 : DType::f64, shape);
  auto* values = static_cast<double*>(a.bytes());
  for (std::int64_t i = 0; i < count; i += 2) {
    const Block block = philox(static_cast<std::uint64_t>(i / 2), stream, seed);
    const auto [first, second] = pair(unit(block, 0), unit(block, 1));
    values[i] = first;
    if (i + 1 < count) values[i + 1] = second;
  }
  return cast(Tensor::from(std::move(a)), dtype);
}

void check_floating(const char* operation, DType dtype) {
  if (!is_floating(dtype)) fail(operation, ": dtype ", name(dtype), "; use f32, f64, c64, c128 or random_integers()");
}

}  // namespace

Tensor random_uniform(const Shape& shape, std::uint64_t seed, DType dtype) {
  check_floating("random_uniform", dtype);
  // Rounding to f32 must not reach 1.
  const double limit = real_of(dtype) == DType::f32 ? 1 - 0x1p-24 : 1.0;
  return pairs(shape, seed, 0, dtype,
               [&](double u, double v) { return std::pair(std::min(u, limit), std::min(v, limit)); });
}

Tensor random_normal(const Shape& shape, std::uint64_t seed, DType dtype) {
  check_floating("random_normal", dtype);
  return pairs(shape, seed, 1, dtype, [](double u, double v) {  // Box and Muller (1958)
    const double r = std::sqrt(-2 * std::log(1 - u)), angle = 2 * std::numbers::pi * v;
    return std::pair(r * std::cos(angle), r * std::sin(angle));
  });
}

Tensor random_integers(const Shape& shape, std::int64_t low, std::int64_t high, std::uint64_t seed) {
  if (low >= high) fail("random_integers: no integer in [", low, ", ", high, ")");
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  check_extents("random_integers", shape);
  Array a = default_backend().empty(DType::i64, shape);
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    const Block b = philox(static_cast<std::uint64_t>(i), 2, seed);
    const std::uint64_t word = (std::uint64_t{b[0]} << 32) | b[1];
    const auto scaled = static_cast<std::uint64_t>((static_cast<Wide>(word) * span) >> 64);  // bias < 2^-64 span
    a.data<std::int64_t>()[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + scaled);
  }
  return Tensor::from(std::move(a));
}

Tensor random_permutation(std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(std::max<std::int64_t>(0, n)));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = n; i-- > 1;) {  // Fisher and Yates
    const Block b = philox(static_cast<std::uint64_t>(i), 3, seed);
    const std::uint64_t word = (std::uint64_t{b[0]} << 32) | b[1];
    const auto j = static_cast<std::size_t>((static_cast<Wide>(word) * static_cast<std::uint64_t>(i + 1)) >> 64);
    std::swap(order[static_cast<std::size_t>(i)], order[j]);
  }
  return Tensor::from(order, {static_cast<std::int64_t>(order.size())});
}

std::uint64_t split_seed(std::uint64_t seed, std::uint64_t index) {
  const Block b = philox(index, 4, seed);
  return (std::uint64_t{b[0]} << 32) | b[1];
}

}  // namespace terrella
