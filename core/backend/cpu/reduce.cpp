// Reductions by a tree that depends on the shape alone, so that the number of threads does not change a bit.
#include <algorithm>
#include <complex>
#include <limits>
#include <vector>

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"

namespace terrella::cpu {
namespace {

constexpr std::int64_t chunk_size = 4096;  // elements that one leaf of the tree reduces
constexpr int lanes = 16;                  // independent accumulators inside a leaf

template <class T>
inline constexpr bool ordered = !requires(T t) {
  t.real();
};

struct SumOf {
  template <class T>
  static T identity() {
    return T(0);
  }
  template <class T>
  static T combine(T a, T b) {
    return a + b;
  }
};
struct ProductOf {
  template <class T>
  static T identity() {
    return T(1);
  }
  template <class T>
  static T combine(T a, T b) {
    return a * b;
  }
};
struct SmallestOf {
  template <class T>
  static T identity() {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  }
  template <class T>
  static T combine(T a, T b) {
    return a < b || a != a ? a : b;
  }  // NaN wins
};
struct LargestOf {
  template <class T>
  static T identity() {
    return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::lowest();
  }
  template <class T>
  static T combine(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
struct AnyOf {
  template <class T>
  static T identity() {
    return T(0);
  }
  template <class T>
  static T combine(T a, T b) {
    return a != T(0) ? a : b;
  }
};
struct AllOf {
  template <class T>
  static T identity() {
    return T(1);
  }
  template <class T>
  static T combine(T a, T b) {
    return a == T(0) ? a : b;
  }
};

/// Pairwise over `count` rows of `width`, in place; the result is in the first row.
template <class Op, class T>
void combine_rows(T* rows, std::int64_t count, std::int64_t width) {
  for (std::int64_t step = 1; step < count; step *= 2)
    for (std::int64_t r = 0; r + step < count; r += 2 * step)
      for (std::int64_t i = 0; i < width; ++i)
        rows[r * width + i] = Op::combine(rows[r * width + i], rows[(r + step) * width + i]);
}

template <class Op, class T>
T leaf(const T* x, std::int64_t n) {
  T lane[lanes];
  std::fill(lane, lane + lanes, Op::template identity<T>());
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int k = 0; k < lanes; ++k) lane[k] = Op::combine(lane[k], x[i + k]);
  for (int k = 0; i < n; ++i, ++k) lane[k] = Op::combine(lane[k], x[i]);
  combine_rows<Op>(lane, lanes, 1);
  return lane[0];
}

/// x [outer, along, inner] -> y [outer, inner].
template <class Op, class T>
void reduce_middle(const T* x, std::int64_t outer, std::int64_t along, std::int64_t inner, T* y) {
  if (along == 0) return std::fill(y, y + outer * inner, Op::template identity<T>());
  const std::int64_t rows = std::max<std::int64_t>(1, chunk_size / inner);  // of `along` in one leaf
  const std::int64_t chunks = (along + rows - 1) / rows;
  std::vector<T> partial;
  if constexpr (!std::is_same_v<T, bool>)
    partial.resize(static_cast<std::size_t>(chunks > 1 ? outer * chunks * inner : 0));
  T* to = chunks > 1 ? reinterpret_cast<T*>(partial.data()) : y;
  const std::int64_t grain =
      std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, std::min(rows, along) * inner));
  parallel_for(outer * chunks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      const std::int64_t first = (c % chunks) * rows, count = std::min(rows, along - first);
      const T* from = x + ((c / chunks) * along + first) * inner;
      T* out = to + c * inner;
      if (inner == 1) {
        *out = leaf<Op>(from, count);
      } else {
        std::copy(from, from + inner, out);
        for (std::int64_t r = 1; r < count; ++r)
          for (std::int64_t i = 0; i < inner; ++i) out[i] = Op::combine(out[i], from[r * inner + i]);
      }
    }
  });
  if (chunks == 1) return;
  for (std::int64_t o = 0; o < outer; ++o) {
    combine_rows<Op>(to + o * chunks * inner, chunks, inner);
    std::copy(to + o * chunks * inner, to + (o * chunks + 1) * inner, y + o * inner);
  }
}

template <class Op>
void dispatch(const Array& x, const AroundAxis& a, Array& y) {
  if (x.dtype == DType::boolean)
    return reduce_middle<Op>(x.data<std::uint8_t>(), a.outer, a.along, a.inner, y.data<std::uint8_t>());
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool> &&
                  (ordered<T> || std::is_same_v<Op, SumOf> || std::is_same_v<Op, ProductOf>))
      reduce_middle<Op>(x.data<T>(), a.outer, a.along, a.inner, y.data<T>());
  });
}

}  // namespace

void reduce(Reduction reduction, const Array& in, const bool* reduced, Array& out) {
  out = empty_array(out.dtype, out.shape);
  if (out.size() == 0) return;
  // Reduced axes are brought together: where they are neighbours already nothing moves.
  Array x = in;
  int first = -1, last = -1;
  bool together = true;
  for (int i = 0; i < in.shape.rank(); ++i) {
    if (!reduced[i]) continue;
    if (first < 0)
      first = i;
    else if (i != last + 1)
      together = false;
    last = i;
  }
  if (!together) {
    Shape shape, strides;
    for (const bool wanted : {false, true})
      for (int i = 0; i < in.shape.rank(); ++i)
        if (reduced[i] == wanted) {
          shape.push_back(in.shape[i]);
          strides.push_back(in.strides[i]);
        }
    x.shape = shape;
    x.strides = strides;
    first = out.shape.rank();
    last = shape.rank() - 1;
  }
  x = row_major(x);
  AroundAxis around(Shape{1}, 0);
  if (first >= 0) {
    around = AroundAxis(x.shape, first);
    for (int i = first + 1; i <= last; ++i) around.along *= x.shape[i];
    around.inner = 1;
    for (int i = last + 1; i < x.shape.rank(); ++i) around.inner *= x.shape[i];
  } else {
    around.inner = x.size();
  }
  switch (reduction) {
    case Reduction::sum:
      return dispatch<SumOf>(x, around, out);
    case Reduction::product:
      return dispatch<ProductOf>(x, around, out);
    case Reduction::minimum:
      return dispatch<SmallestOf>(x, around, out);
    case Reduction::maximum:
      return dispatch<LargestOf>(x, around, out);
    case Reduction::any:
      return dispatch<AnyOf>(x, around, out);
    case Reduction::all:
      return dispatch<AllOf>(x, around, out);
  }
}

void cumulate(Cumulation cumulation, const Array& in, int axis, Array& out) {
  out = empty_array(out.dtype, out.shape);
  const Array x = row_major(in);
  const AroundAxis a(x.shape, axis);
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_same_v<T, bool>) {
      const T* from = x.data<T>();
      T* to = out.data<T>();
      parallel_for(a.outer, std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, a.along * a.inner)),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t o = begin; o < end; ++o)
                       for (std::int64_t i = 0; i < a.along; ++i)
                         for (std::int64_t k = 0; k < a.inner; ++k) {
                           const std::int64_t at = (o * a.along + i) * a.inner + k;
                           if (i == 0)
                             to[at] = from[at];
                           else
                             to[at] = cumulation == Cumulation::sum ? to[at - a.inner] + from[at]
                                                                    : to[at - a.inner] * from[at];
                         }
                   });
    }
  });
}

void arg_reduce(bool maximum, const Array& in, int axis, Array& out) {
  out = empty_array(out.dtype, out.shape);
  const Array x = row_major(in);
  const AroundAxis a(x.shape, axis);
  with_type(x.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (ordered<T>) {
      const T* from = x.data<T>();
      std::int64_t* to = out.data<std::int64_t>();
      for (std::int64_t o = 0; o < a.outer; ++o)
        for (std::int64_t k = 0; k < a.inner; ++k) {
          std::int64_t best = 0;
          const auto value = [&](std::int64_t i) { return from[(o * a.along + i) * a.inner + k]; };
          for (std::int64_t i = 1; i < a.along; ++i) {
            const T b = value(best), v = value(i);
            if (b == b && (v != v || (maximum ? v > b : v < b))) best = i;
          }
          to[o * a.inner + k] = best;
        }
    }
  });
}

}  // namespace terrella::cpu
