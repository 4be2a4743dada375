#include "core/backend/cpu/fourier_long.h"

#include <algorithm>
#include <cmath>

#include "core/backend/cpu/kept.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

/// exp(-2 pi i e / n) for any e, from two tables of about sqrt(n) entries.
class Roots {
 public:
  explicit Roots(long n) : n_(n), block_(1 + static_cast<long>(std::sqrt(static_cast<double>(n)))) {
    for (long e = 0; e < block_; ++e) fine_.push_back(unit_root(e, n));
    for (long e = 0; e < n; e += block_) coarse_.push_back(unit_root(e, n));
  }
  std::complex<double> operator()(long e) const {
    e %= n_;
    const std::complex<double> a = coarse_[static_cast<std::size_t>(e / block_)];
    const std::complex<double> b = fine_[static_cast<std::size_t>(e % block_)];
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }

 private:
  long n_, block_;  // entries of the fine table
  std::vector<std::complex<double>> fine_, coarse_;
};

/// Lines `apart` one after the other, as many as lanes.
struct Group {
  std::vector<long> offset;
  FourierLines lines;
  Group(long lanes, long first, long count, long apart, long step, long imaginary)
      : offset(static_cast<std::size_t>(lanes)), lines{offset.data(), count, step, imaginary} {
    for (long l = 0; l < lanes; ++l) offset[static_cast<std::size_t>(l)] = (l < count ? first + l : first) * apart;
  }
};

/// Calls body(first line, lines, scratch a, scratch b) for groups of lines, in parallel.
template <class T, class Body>
void for_groups(long lines, const FourierPlan<T>& plan, const Body& body) {
  const long lanes = fourier_kernels<T>().lanes, groups = (lines + lanes - 1) / lanes;
  const long grain = std::max(1L, 20000 / (plan.work() * lanes));
  parallel_for(groups, grain, [&](std::int64_t begin, std::int64_t end) {
    const Memory<T> a(plan.work() * 2 * lanes), b(plan.work() * 2 * lanes);
    for (std::int64_t g = begin; g < end; ++g) body(g * lanes, std::min(lanes, lines - g * lanes), a.data(), b.data());
  });
}

/// How a line is cut into rows x columns, and the factors exp(-2 pi i k j / n) between their transforms.
template <class T>
struct Cut {
  long rows, columns;
  Memory<T>
      factors;  ///< for each group of columns, coarse ones and then fine ones, as FourierKernels::twist reads them

  static constexpr long block = 32;
  long coarse() const { return (rows + block - 1) / block; }
  long group_size() const { return (coarse() + block) * 2 * fourier_kernels<T>().lanes; }

  explicit Cut(long n)
      : rows(near_root(n, longest_in_scratch<T>())),
        columns(n / rows),
        factors((columns + fourier_kernels<T>().lanes - 1) / fourier_kernels<T>().lanes * group_size()) {
    const long lanes = fourier_kernels<T>().lanes;
    const Roots roots(n);
    T* at = factors.data();
    for (long first = 0; first < columns; first += lanes)
      for (long e = 0; e < coarse() + block; ++e, at += 2 * lanes)
        for (long l = 0; l < lanes; ++l) {
          const long k = e < coarse() ? e * block : e - coarse();
          const std::complex<double> w = first + l < columns ? roots(k * (first + l)) : 1.0;
          at[l] = static_cast<T>(w.real());
          at[lanes + l] = static_cast<T>(w.imag());
        }
  }
  void twist(long first, void* scratch) const {
    const FourierKernels& kernels = fourier_kernels<T>();
    const T* coarse_table = factors.data() + first / kernels.lanes * group_size();
    kernels.twist(scratch, coarse_table, coarse_table + coarse() * 2 * kernels.lanes, block, rows);
  }
};

/// Transforms of columns, factors, transforms of rows, read off by columns.
template <class T>
void by_columns_and_rows(FourierLine<const T> from, FourierLine<T> to, long n, bool swap_in, bool swap_out,
                         double factor) {
  static Kept<Cut<T>> kept;
  const auto cut = kept.get(n, [n] { return Cut<T>(n); });
  const long rows = cut->rows, columns = cut->columns;
  const FourierKernels& kernels = fourier_kernels<T>();
  const long lanes = kernels.lanes;
  const Memory<T> between(2 * rows * columns);
  const auto down = fourier_plan<T>(rows);
  for_groups(columns, *down, [&](long first, long count, T* a, T* b) {
    const Group source(lanes, first, count, from.step, from.step * columns, from.imaginary);
    kernels.load(from.data, &source.lines, rows, swap_in, a);
    void* const done = down->run(a, b);
    cut->twist(first, done);
    const Group target(lanes, first, count, 2, 2 * columns, 1);
    kernels.store(done, &target.lines, rows, false, 1.0, between.data());
  });
  if (columns <= longest_in_scratch<T>()) {
    const auto across = fourier_plan<T>(columns);
    for_groups(rows, *across, [&](long first, long count, T* a, T* b) {
      const Group source(lanes, first, count, 2 * columns, 2, 1);
      kernels.load(between.data(), &source.lines, columns, false, a);
      void* const done = across->run(a, b);
      const Group target(lanes, first, count, to.step, to.step * rows, to.imaginary);
      kernels.store(done, &target.lines, columns, swap_out, factor, to.data);
    });
    return;
  }
  for (long k = 0; k < rows; ++k)
    transform_long<T>({between.data() + 2 * k * columns}, {between.data() + 2 * k * columns}, columns, false, false, 1);
  parallel_for(columns, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (long j = begin; j < end; ++j)
      for (long k = 0; k < rows; ++k) {
        const T* x = between.data() + 2 * (k * columns + j);
        T* y = to.data + (k + rows * j) * to.step;
        y[0] = static_cast<T>((swap_out ? x[1] : x[0]) * factor);
        if (to.imaginary) y[to.imaginary] = static_cast<T>((swap_out ? x[0] : x[1]) * factor);
      }
  });
}

/// Alone in its lanes.
template <class T>
void in_scratch(FourierLine<const T> from, FourierLine<T> to, long n, bool swap_in, bool swap_out, double factor) {
  const auto plan = fourier_plan<T>(n);
  for_groups(1, *plan, [&](long, long, T* a, T* b) {
    const Group source(fourier_kernels<T>().lanes, 0, 1, 0, from.step, from.imaginary);
    fourier_kernels<T>().load(from.data, &source.lines, n, swap_in, a);
    void* const done = plan->run(a, b);
    const Group target(fourier_kernels<T>().lanes, 0, 1, 0, to.step, to.imaginary);
    fourier_kernels<T>().store(done, &target.lines, n, swap_out, factor, to.data);
  });
}

/// The convolution of FourierPlan, of one line in memory.
template <class T>
void by_chirp(FourierLine<const T> from, FourierLine<T> to, const FourierPlan<T>& plan, bool swap_in, bool swap_out,
              double factor) {
  const long n = plan.n, m = plan.smooth;
  const Memory<std::complex<T>> memory(m);
  std::complex<T>* const z = memory.data();
  T* const numbers = reinterpret_cast<T*>(z);
  const auto times = [](std::complex<T> a, std::complex<T> b) {
    return std::complex<T>(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
  };
  const auto swapped = [](std::complex<T> a) { return std::complex<T>(a.imag(), a.real()); };
  const auto each = [](long count, const auto& body) {
    parallel_for(count, 8192, [&](std::int64_t begin, std::int64_t end) {
      for (long k = begin; k < end; ++k) body(static_cast<std::size_t>(k));
    });
  };
  each(m, [&](std::size_t k) {
    if (static_cast<long>(k) >= n) {
      z[k] = 0;
      return;
    }
    const T* x = from.data + static_cast<long>(k) * from.step;
    const std::complex<T> value(x[0], from.imaginary ? x[from.imaginary] : T(0));
    z[k] = times(swap_in ? swapped(value) : value, plan.chirp[k]);
  });
  transform_long<T>({numbers}, {numbers}, m, false, false, 1);
  each(m, [&](std::size_t k) { z[k] = times(z[k], plan.spectrum[k]); });
  transform_long<T>({numbers}, {numbers}, m, true, true, factor);
  each(n, [&](std::size_t k) {
    const std::complex<T> value = times(z[k], plan.chirp[k]);
    T* y = to.data + static_cast<long>(k) * to.step;
    y[0] = swap_out ? value.imag() : value.real();
    if (to.imaginary) y[to.imaginary] = swap_out ? value.real() : value.imag();
  });
}

}  // namespace

template <class T>
void transform_long(FourierLine<const T> from, FourierLine<T> to, long n, bool swap_in, bool swap_out, double factor) {
  constexpr long short_enough = 64;  // to leave lanes empty
  if (n < short_enough) return in_scratch(from, to, n, swap_in, swap_out, factor);
  if (!is_smooth(n)) return by_chirp(from, to, *chirp_plan<T>(n), swap_in, swap_out, factor);
  by_columns_and_rows(from, to, n, swap_in, swap_out, factor);
}

#define INSTANTIATE(T) template void transform_long<T>(FourierLine<const T>, FourierLine<T>, long, bool, bool, double);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace terrella::cpu
