// Copies between strides and dtypes.
#include <complex>
#include <type_traits>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

template <class T>
inline constexpr bool complex_type = false;
template <class T>
inline constexpr bool complex_type<std::complex<T>> = true;

template <class To, class From>
To converted(From x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (complex_type<From> && complex_type<To>) {
    return {static_cast<typename To::value_type>(x.real()), static_cast<typename To::value_type>(x.imag())};
  } else if constexpr (complex_type<From>) {
    return converted<To>(x.real());
  } else if constexpr (complex_type<To>) {
    return {static_cast<typename To::value_type>(x), 0};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // What does not fit has no defined conversion: it becomes the smallest integer, as x86 does it.
    constexpr From edge = static_cast<From>(std::uint64_t{1} << (8 * sizeof(To) - 1));
    return x >= -edge && x < edge ? static_cast<To>(x) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(x);
  }
}

template <class To, class From>
void strided(const Array& in, const Array& out) {
  const Loop<2> loop = make_loop<2>(out.shape, {&in, &out});
  const std::int64_t inner = loop.inner(), a = loop.inner_stride(0), b = loop.inner_stride(1);
  const From* from = in.data<From>();
  To* to = out.data<To>();
  const std::int64_t grain = std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, inner));
  const auto row = [&](std::int64_t begin, std::int64_t end, std::int64_t first, std::int64_t last) {
    for (std::int64_t r = begin; r < end; ++r) {
      const auto o = loop.offsets(r);
      const From* x = from + o[0];
      To* y = to + o[1];
      for (std::int64_t i = first; i < last; ++i) y[i * b] = converted<To>(x[i * a]);
    }
  };
  if (loop.rows() == 1)
    parallel_for(inner, 32768, [&](std::int64_t s, std::int64_t e) { row(0, 1, s, e); });
  else
    parallel_for(loop.rows(), grain, [&](std::int64_t s, std::int64_t e) { row(s, e, 0, inner); });
}

}  // namespace

void copy_into(const Array& in, const Array& view) {
  if (view.size() == 0) return;
  with_type(in.dtype, [&](auto from) {
    with_type(view.dtype, [&](auto to) { strided<decltype(to), decltype(from)>(in, view); });
  });
}

void copy(const Array& in, Array& out) {
  out = empty_array(out.dtype, out.shape);
  copy_into(in, out);
}

}  // namespace terrella::cpu
