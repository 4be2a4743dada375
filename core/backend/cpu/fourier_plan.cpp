#include "core/backend/cpu/fourier_plan.h"

#include <cmath>
#include <numbers>

#include "core/backend/cpu/fourier.h"
#include "core/backend/cpu/isa_table.h"
#include "core/backend/cpu/kept.h"

namespace terrella::cpu {
namespace {

constexpr long radices[] = {8, 4, 2, 3, 5, 7, 11, 13};

/// Largest first among the powers of two, and no 2 where 4 4 does it in as many steps as 8 2. Empty unless smooth.
std::vector<long> factors(long n) {
  std::vector<long> found;
  for (const long radix : radices)
    for (; n % radix == 0 && (radix != 8 || n % 16 != 0 || n % 32 == 0); n /= radix) found.push_back(radix);
  return n == 1 ? found : std::vector<long>{};
}

/// The length from `least` on that costs least, not beyond `most` if that can be: stages of radices to 8 take about as
/// long, and so do loading and storing together.
long quickest_from(long least, long most) {
  long best = 0, cost = 0;
  const long last = least + least / 4 + 8;
  for (long n = least; n <= (least <= most ? std::min(most, last) : last); ++n) {
    if (n % 7 == 0 || n % 11 == 0 || n % 13 == 0) continue;
    const std::vector<long> stages = factors(n);
    const long its = n * (2 + static_cast<long>(stages.size()));
    if (!stages.empty() && (best == 0 || its < cost)) {
      best = n;
      cost = its;
    }
  }
  return best;
}

template <class T>
void push(std::vector<T>& table, std::complex<double> w) {
  table.push_back(static_cast<T>(w.real()));
  table.push_back(static_cast<T>(w.imag()));
}

template <class T>
void add_stages(FourierPlan<T>& plan) {
  const std::vector<long> radix = factors(plan.smooth);
  plan.tables.reserve(2 * radix.size());  // stages point into it
  long length = plan.smooth, stride = 1;
  for (const long r : radix) {
    std::vector<T>& twiddle = plan.tables.emplace_back();
    for (long p = 0; p < length / r; ++p)
      for (long j = 1; j < r; ++j) push(twiddle, unit_root(j * p, length));
    std::vector<T>& roots = plan.tables.emplace_back();
    for (long j = 0; j < r; ++j) push(roots, unit_root(j, r));
    plan.stages.push_back({r, length, stride, twiddle.data(), roots.data()});
    length /= r;
    stride *= r;
  }
}

/// The transform of w, over its length, as the factors of a convolution with w.
template <class T>
void set_spectrum(FourierPlan<T>& plan, std::vector<std::complex<double>> w) {
  const long m = plan.smooth;
  transform_line(w.data(), m);
  for (const std::complex<double>& x : w)
    plan.spectrum.emplace_back(static_cast<T>(x.real() / static_cast<double>(m)),
                               static_cast<T>(x.imag() / static_cast<double>(m)));
}

template <class T>
void add_chirp(FourierPlan<T>& plan) {
  const long n = plan.n, m = plan.smooth;
  std::vector<std::complex<double>> conjugate(static_cast<std::size_t>(m));
  long square = 0;  // k^2 mod 2 n
  for (long k = 0; k < n; square = (square + 2 * k + 1) % (2 * n), ++k) {
    const std::complex<double> w = unit_root(square, 2 * n);
    plan.chirp.emplace_back(static_cast<T>(w.real()), static_cast<T>(w.imag()));
    conjugate[static_cast<std::size_t>(k)] = std::conj(w);
    if (k > 0) conjugate[static_cast<std::size_t>(m - k)] = std::conj(w);
  }
  set_spectrum(plan, std::move(conjugate));
}

bool is_prime(long n) {
  for (long d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return n > 1;
}

/// The powers g^0 ... g^(n-2) mod n of the least g that reaches all of 1 ... n - 1, n prime.
std::vector<long> powers_of_primitive_root(long n) {
  for (long g = 2;; ++g) {
    std::vector<long> powers = {1};
    for (long power = g % n; power != 1; power = power * g % n) powers.push_back(power);
    if (static_cast<long>(powers.size()) == n - 1) return powers;
  }
}

/// With x_k = X[g^k] and w_k = exp(-2 pi i g^-k / n), result g^-p is X[0] and element p of the cyclic convolution.
template <class T>
void add_permutation(FourierPlan<T>& plan) {
  const long n = plan.n, m = n - 1;
  plan.order = powers_of_primitive_root(n);
  plan.place.resize(static_cast<std::size_t>(n));
  plan.place[0] = m;
  std::vector<std::complex<double>> w;
  for (long k = 0; k < m; ++k) {
    const long inverse = plan.order[static_cast<std::size_t>(k == 0 ? 0 : m - k)];
    plan.place[static_cast<std::size_t>(inverse)] = k;
    w.push_back(unit_root(inverse, n));
  }
  plan.order.push_back(0);
  set_spectrum(plan, std::move(w));
}

}  // namespace

std::complex<double> unit_root(long k, long n) {
  // Within an eighth of a turn, where cos and sin are right to rounding; the rest is exact.
  k %= n;
  const long quarter = (4 * k + n / 2) / n;  // to the nearest
  const long rest = 4 * k - quarter * n;     // a quarter turn is n of them
  const double angle = 0.5 * std::numbers::pi * (static_cast<double>(rest) / static_cast<double>(n));
  const double c = std::cos(angle), s = std::sin(angle);
  switch (quarter % 4) {
    case 0:
      return {c, -s};
    case 1:
      return {-s, -c};
    case 2:
      return {-c, s};
    default:
      return {s, c};
  }
}

bool is_smooth(long n) { return n == 1 || !factors(n).empty(); }

template <class T>
long longest_in_scratch() {
  return (512L << 10) / (4 * fourier_kernels<T>().lanes * static_cast<long>(sizeof(T)));
}

template <class T>
void* FourierPlan<T>::run(void* a, void* b) const {
  const FourierKernels& kernels = fourier_kernels<T>();
  const auto transform = [&](void* from, void* other) {
    return kernels.transform(stages.data(), static_cast<long>(stages.size()), from, other);
  };
  if (!order.empty()) {
    kernels.permute(a, order.data(), n, false, b);
    void* const once = transform(b, a);
    kernels.convolve(once, spectrum.data(), n - 1, a, b);
    void* const twice = transform(once, once == a ? b : a);
    void* const other = twice == a ? b : a;
    kernels.permute(twice, place.data(), n, true, other);
    return other;
  }
  if (chirp.empty()) return transform(a, b);
  kernels.multiply(a, chirp.data(), n, false, false);
  kernels.clear(a, n, smooth);
  void* const once = transform(a, b);
  kernels.multiply(once, spectrum.data(), smooth, false, true);
  void* const twice = transform(once, once == a ? b : a);
  kernels.multiply(twice, chirp.data(), n, true, false);
  return twice;
}

template <class T>
const FourierKernels& fourier_kernels() {
  static const FourierTable table = table_for_isa(fill_fourier_baseline, fill_fourier_avx2, fill_fourier_avx512);
  if constexpr (sizeof(T) == 4)
    return table.f32;
  else
    return table.f64;
}

template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(long n) {
  if (is_smooth(n)) {
    static Kept<FourierPlan<T>> kept;
    return kept.get(n, [n] {
      FourierPlan<T> plan{n, n, {}, {}, {}, {}, {}, {}};
      if (n <= longest_in_scratch<T>()) add_stages(plan);
      return plan;
    });
  }
  if (n > longest_in_scratch<T>() || !is_smooth(n - 1) || !is_prime(n)) return chirp_plan<T>(n);
  static Kept<FourierPlan<T>> kept;
  return kept.get(n, [n] {
    FourierPlan<T> plan{n, n - 1, {}, {}, {}, {}, {}, {}};
    add_stages(plan);
    add_permutation(plan);
    return plan;
  });
}

template <class T>
std::shared_ptr<const FourierPlan<T>> chirp_plan(long n) {
  static Kept<FourierPlan<T>> kept;
  return kept.get(n, [n] {
    FourierPlan<T> plan{n, quickest_from(2 * n - 1, longest_in_scratch<T>()), {}, {}, {}, {}, {}, {}};
    if (plan.smooth <= longest_in_scratch<T>()) add_stages(plan);
    add_chirp(plan);
    return plan;
  });
}

template <class T>
std::shared_ptr<const std::vector<std::complex<T>>> half_turn(long m) {
  static Kept<std::vector<std::complex<T>>> kept;
  return kept.get(m, [m] {
    std::vector<std::complex<T>> table;
    for (long k = 0; 2 * k <= m; ++k) {
      const std::complex<double> w = unit_root(k, 2 * m);
      table.emplace_back(static_cast<T>(w.real()), static_cast<T>(w.imag()));
    }
    return table;
  });
}

long near_root(long n, long most) {
  long best = 1;
  const double root = std::sqrt(static_cast<double>(n));
  const auto far = [root](long d) { return std::abs(std::log(static_cast<double>(d) / root)); };
  for (long d = 2; d <= most && d * d <= 16 * n; ++d)
    if (n % d == 0 && d < n && far(d) < far(best)) best = d;
  return best;
}

#define INSTANTIATE(T)                                                  \
  template const FourierKernels& fourier_kernels<T>();                  \
  template long longest_in_scratch<T>();                                \
  template struct FourierPlan<T>;                                       \
  template std::shared_ptr<const FourierPlan<T>> fourier_plan<T>(long); \
  template std::shared_ptr<const FourierPlan<T>> chirp_plan<T>(long);   \
  template std::shared_ptr<const std::vector<std::complex<T>>> half_turn<T>(long);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace terrella::cpu
