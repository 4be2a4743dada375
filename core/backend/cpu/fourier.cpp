// Lines of an array, transformed as many at once as a vector has lanes.
#include "core/backend/cpu/fourier.h"

#include <algorithm>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/fourier_long.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

/// All lines along one axis, counted in real numbers: line i begins at (i / inner) outer_step + (i % inner) inner_step.
struct Lines {
  long inner, outer_step, inner_step, step, imaginary;
  long begin(long i) const { return (i / inner) * outer_step + (i % inner) * inner_step; }
};

/// What becomes of a line: complex numbers; real ones to half of their spectrum, and back.
enum class Kind : std::uint8_t { complex, to_half, from_half };

/// Lines of n numbers along an axis of from and to; n counts the real ones where one side is real.
template <class T>
struct Job {
  const T* from;
  Lines source;
  T* to;
  Lines target;
  long count, n;
  Kind kind;
  bool inverse;
  double factor;

  bool pairs() const { return kind != Kind::complex && n % 2 == 0; }
  /// Of the complex transform.
  long length() const { return pairs() ? n / 2 : n; }
  long elements_in() const { return kind == Kind::from_half ? n / 2 + 1 : length(); }
  long elements_out() const { return kind == Kind::to_half ? n / 2 + 1 : length(); }
  /// join() and mirror() swap parts themselves.
  bool swap_in() const { return inverse && kind == Kind::complex; }
};

template <class T>
void run_in_lanes(const Job<T>& job, const FourierPlan<T>& plan) {
  const FourierKernels& kernels = fourier_kernels<T>();
  const long lanes = kernels.lanes, elements = plan.work() + 1;  // one more for half of a spectrum
  const auto turn = job.pairs() ? half_turn<T>(job.length()) : nullptr;
  const long grain = std::max(1L, 20000 / (elements * lanes));
  parallel_for((job.count + lanes - 1) / lanes, grain, [&](std::int64_t begin, std::int64_t end) {
    const auto bytes = static_cast<std::size_t>(elements * 2 * lanes) * sizeof(T);
    const BufferPointer a = allocate(bytes), b = allocate(bytes);
    std::vector<long> offsets(static_cast<std::size_t>(2 * lanes));
    for (std::int64_t group = begin; group < end; ++group) {
      const long first = group * lanes, count = std::min(lanes, job.count - first);
      for (long l = 0; l < lanes; ++l) {
        const long line = l < count ? first + l : first;
        offsets[static_cast<std::size_t>(l)] = job.source.begin(line);
        offsets[static_cast<std::size_t>(lanes + l)] = job.target.begin(line);
      }
      const FourierLines source{offsets.data(), count, job.source.step, job.source.imaginary};
      const FourierLines target{offsets.data() + lanes, count, job.target.step, job.target.imaginary};
      kernels.load(job.from, &source, job.elements_in(), job.swap_in(), a->data);
      if (job.kind == Kind::from_half && turn) kernels.join(a->data, turn->data(), job.length());
      if (job.kind == Kind::from_half && !turn) kernels.mirror(a->data, job.n);
      void* const done = plan.run(a->data, b->data);
      if (job.kind == Kind::to_half && turn) kernels.split(done, turn->data(), job.length());
      kernels.store(done, &target, job.elements_out(), job.inverse, job.factor, job.to);
    }
  });
}

/// Line by line, each in parallel. Half of a spectrum is made and read in memory of its own.
template <class T>
void run_by_line(const Job<T>& job) {
  const FourierKernels& kernels = fourier_kernels<T>();
  const auto turn = job.pairs() ? half_turn<T>(job.length()) : nullptr;
  const BufferPointer memory =
      job.kind == Kind::complex ? BufferPointer() : allocate(static_cast<std::size_t>(2 * job.n + 2) * sizeof(T));
  T* const line = job.kind == Kind::complex ? nullptr : static_cast<T*>(memory->data);
  for (long i = 0; i < job.count; ++i) {
    const FourierLine<const T> from{job.from + job.source.begin(i), job.source.step, job.source.imaginary};
    const FourierLine<T> to{job.to + job.target.begin(i), job.target.step, job.target.imaginary};
    if (job.kind == Kind::complex) {
      transform_long<T>(from, to, job.n, job.inverse, job.inverse, job.factor);
    } else if (job.kind == Kind::to_half) {
      transform_long<T>(from, {line}, job.length(), false, false, job.factor);
      if (turn) kernels.split_line(line, turn->data(), job.length());
      for (long k = 0; k < job.elements_out(); ++k) {
        to.data[k * to.step] = line[2 * k];
        to.data[k * to.step + to.imaginary] = line[2 * k + 1];
      }
    } else {
      for (long k = 0; k < job.elements_in(); ++k) {
        line[2 * k] = from.data[k * from.step];
        line[2 * k + 1] = from.data[k * from.step + from.imaginary];
      }
      if (turn)
        kernels.join_line(line, turn->data(), job.length());
      else
        kernels.mirror_line(line, job.n);
      transform_long<T>({line}, to, job.length(), false, true, job.factor);
    }
  }
}

template <class T>
void run(const Job<T>& job) {
  if (job.count == 0 || job.n == 0) return;
  const long lanes = fourier_kernels<T>().lanes, n = job.length();
  constexpr long worth_cutting = 64;  // rather than leave lanes empty
  const auto plan = fourier_plan<T>(n);
  if (plan->smooth <= longest_in_scratch<T>() && (job.count >= lanes || n < worth_cutting))
    run_in_lanes(job, *plan);
  else
    run_by_line(job);
}

/// Calls body with the real type of a complex or real dtype.
template <class Body>
void with_real(DType dtype, const Body& body) {
  if (real_of(dtype) == DType::f32)
    body(float{});
  else
    body(double{});
}

template <class T>
T* numbers(const Array& x) {
  if (is_complex(x.dtype)) return reinterpret_cast<T*>(x.data<std::complex<T>>());
  return x.data<T>();
}

Lines complex_lines(const AroundAxis& a) { return {a.inner, 2 * a.along * a.inner, 2, 2 * a.inner, 1}; }
Lines real_lines(const AroundAxis& a) {
  const bool pairs = a.along % 2 == 0;
  return {a.inner, a.along * a.inner, 1, pairs ? 2 * a.inner : a.inner, pairs ? a.inner : 0};
}

}  // namespace

namespace {

/// The axes before the first one that is transformed are counted together: images of the rest, which are dealt with
/// some at a time, so that what one axis wrote is still in the cache for the next.
struct Images {
  std::int64_t count = 1, together;
  Shape each;             ///< of an image
  std::vector<int> axes;  ///< counted from there; one more stands in front of them
  Images(const Shape& shape, std::span<const int> wanted) {
    const int first = *std::min_element(wanted.begin(), wanted.end());
    for (int i = 0; i < first; ++i) count *= shape[i];
    for (int i = first; i < shape.rank(); ++i) each.push_back(shape[i]);
    for (const int axis : wanted) axes.push_back(axis - first + 1);
    constexpr std::int64_t cached = 1 << 16;
    together = wanted.size() == 1 ? count
                                  : std::clamp<std::int64_t>(cached / std::max<std::int64_t>(1, each.size()), 1, count);
  }
  Shape block(std::int64_t images) const {
    Shape shape{images};
    for (const std::int64_t extent : each) shape.push_back(extent);
    return shape;
  }
  template <class Body>
  void run(const Body& body) const {
    if (count == 0) return;
    parallel_for((count + together - 1) / together, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) body(i * together, std::min(together, count - i * together));
    });
  }
};

/// Complex numbers along the axes, the last one first.
template <class T>
void along(const T* from, T* to, const Shape& shape, std::span<const int> axes, bool inverse, double factor) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    const AroundAxis around(shape, axes[i]);
    const Lines lines = complex_lines(around);
    run(Job<T>{from, lines, to, lines, around.outer * around.inner, around.along, Kind::complex, inverse,
               i == 0 ? factor : 1.0});
    from = to;
  }
}

}  // namespace

void fourier(const Array& in, std::span<const int> axes, bool inverse, double factor, Array& out) {
  provide(out);
  const Array x = row_major(in);
  const Images images(out.shape, axes);
  with_real(out.dtype, [&](auto t) {
    using T = decltype(t);
    images.run([&](std::int64_t first, std::int64_t count) {
      const std::int64_t at = 2 * first * images.each.size();
      along(numbers<T>(x) + at, numbers<T>(out) + at, images.block(count), images.axes, inverse, factor);
    });
  });
}

void fourier_of_real(const Array& in, std::span<const int> axes, double factor, Array& out) {
  provide(out);
  const Array x = row_major(in);
  const Images real(in.shape, axes), half(out.shape, axes);
  const int axis = real.axes.back();
  const std::span<const int> others(real.axes.data(), real.axes.size() - 1);
  with_real(out.dtype, [&](auto t) {
    using T = decltype(t);
    real.run([&](std::int64_t first, std::int64_t count) {
      const AroundAxis from(real.block(count), axis), to(half.block(count), axis);
      T* const spectrum = numbers<T>(out) + 2 * first * half.each.size();
      run(Job<T>{numbers<T>(x) + first * real.each.size(), real_lines(from), spectrum, complex_lines(to),
                 from.outer * from.inner, from.along, Kind::to_half, false, others.empty() ? factor : 1.0});
      along(static_cast<const T*>(spectrum), spectrum, half.block(count), others, false, factor);
    });
  });
}

void real_of_fourier(const Array& in, std::span<const int> axes, double factor, Array& out) {
  provide(out);
  const Array x = row_major(in);
  const Images real(out.shape, axes), half(in.shape, axes);
  const int axis = real.axes.back();
  const std::span<const int> others(real.axes.data(), real.axes.size() - 1);
  with_real(out.dtype, [&](auto t) {
    using T = decltype(t);
    real.run([&](std::int64_t first, std::int64_t count) {
      const T* spectrum = numbers<T>(x) + 2 * first * half.each.size();
      BufferPointer between;
      if (!others.empty()) {
        between = allocate(static_cast<std::size_t>(2 * count * half.each.size()) * sizeof(T));
        T* const to = static_cast<T*>(between->data);
        along(spectrum, to, half.block(count), others, true, 1.0);
        spectrum = to;
      }
      const AroundAxis from(half.block(count), axis), to(real.block(count), axis);
      run(Job<T>{spectrum, complex_lines(from), numbers<T>(out) + first * real.each.size(), real_lines(to),
                 to.outer * to.inner, to.along, Kind::from_half, true, factor});
    });
  });
}

void transform_line(std::complex<double>* line, long n) {
  double* const numbers = reinterpret_cast<double*>(line);
  transform_long<double>({numbers}, {numbers}, n, false, false, 1.0);
}

}  // namespace terrella::cpu
