#include "core/transform/binomial.h"

#include <algorithm>
#include <bit>

namespace terrella::detail {
namespace {

/// n over k, or `limit` where that is less.
std::int64_t binomial(std::int64_t n, std::int64_t k, std::int64_t limit) {
  if (k < 0 || k > n) return 0;
  std::int64_t product = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i) {
    if (__builtin_mul_overflow(product, n - std::min(k, n - k) + i, &product)) return limit;
    product /= i;
    if (product >= limit) return limit;
  }
  return product;
}

}  // namespace

std::int64_t binomial_split(std::int64_t steps, std::int64_t free) {
  // c states, r repetitions: binomial(c + r, c) steps can be visited so that none is computed again more than r times.
  const std::int64_t c = std::min(free, steps - 1) + 1, limit = steps + 1;
  std::int64_t r = 1;
  while (binomial(c + r, c, limit) < steps) ++r;
  // The right part then keeps to c - 1 states and r repetitions, the left one to c states and r - 1.
  return std::max({binomial(c + r - 2, c, limit), steps - binomial(c + r - 1, c - 1, limit), std::int64_t{1}});
}

std::int64_t default_states(std::int64_t steps) {
  const std::int64_t log2 = std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(steps, 1)));
  return std::max<std::int64_t>(16, 2 * log2);
}

}  // namespace terrella::detail
