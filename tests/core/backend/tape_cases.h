// tests/core/backend/tape_cases.h: arrays for tapes, and what tapes mean: one eager operation after the other.
#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "core/backend/backend.h"
#include "core/backend/tape.h"
#include "core/backend/tape_check.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella::test {

/// Standard normal numbers (integers -4 .. 4, bool at random), row-major, in memory of their own.
inline Array numbers(DType dtype, const Shape& shape, std::uint64_t seed) {
  const Tensor t = dtype == DType::boolean ? random_uniform(shape, seed) > 0.5
                   : is_integer(dtype)     ? cast(random_integers(shape, -4, 5, seed), dtype)
                                           : random_normal(shape, seed, dtype);
  t.eval();
  Array out;
  out.dtype = dtype;
  out.shape = shape;
  with_type(dtype, [&](auto x) {
    using T = decltype(x);
    out = default_backend().empty(dtype, shape);
    if (t.size() > 0) std::memcpy(out.bytes(), t.data<T>().data(), sizeof(T) * static_cast<std::size_t>(t.size()));
  });
  return out;
}

/// The same numbers under other strides: axes stored in reverse order, the last one backwards.
inline Array strided(const Array& x) {
  const int rank = x.shape.rank();
  Array y = x;
  Shape stored;
  for (int i = rank; i-- > 0;) stored.push_back(x.shape[i]);
  y = default_backend().empty(x.dtype, stored);
  const Shape strides = y.strides;
  y.shape = x.shape;
  for (int i = 0; i < rank; ++i) y.strides[i] = strides[rank - 1 - i];
  if (rank > 0 && x.size() > 0) {
    y.offset += (y.shape[rank - 1] - 1) * y.strides[rank - 1];
    y.strides[rank - 1] = -y.strides[rank - 1];
  }
  if (x.size() > 0) default_backend().copy_into(x, y);
  return y;
}

inline std::vector<char> bytes_of(const Array& x) {
  const Array flat = row_major(default_backend(), x);
  const auto n = static_cast<std::size_t>(flat.size()) * size_of(flat.dtype);
  std::vector<char> all(n);
  if (n) std::memcpy(all.data(), flat.bytes(), n);
  return all;
}

inline Array wide(const Array& x, const Shape& space) {
  Array y = x;
  y.shape = space;
  y.strides = Shape::filled(space.rank(), 0);
  const int shift = space.rank() - x.shape.rank();
  for (int i = 0; i < x.shape.rank(); ++i) y.strides[i + shift] = x.shape[i] == 1 ? 0 : x.strides[i];
  return y;
}

/// Runs a tape by the eager operations of the backend.
inline std::vector<Array> eager(const Tape& tape, std::span<const Array> inputs) {
  Backend& backend = default_backend();
  std::vector<Array> values;
  for (const Array& x : inputs) values.push_back(row_major(backend, wide(x, tape.space)));
  for (const TapeInstruction& in : tape.instructions) {
    Array out;
    out.dtype = in.dtype;
    out.shape = tape.space;
    std::vector<Array> operands;
    for (const std::int32_t v : in.operands)
      if (v >= 0) operands.push_back(values[static_cast<std::size_t>(v)]);
    if (in.operation == Elementwise::count)
      backend.copy(operands[0], out);
    else
      backend.elementwise(in.operation, operands, out);
    values.push_back(out);
  }
  std::vector<Array> results;
  for (const TapeOutput& o : tape.outputs) {
    Array out = values[static_cast<std::size_t>(o.value)];
    if (o.reduction) {
      const Array x = out;
      out = Array();
      out.dtype = x.dtype;
      out.shape = shape_of(tape, o);
      backend.reduce(*o.reduction, x, o.reduced.data(), out);
    }
    results.push_back(out);
  }
  return results;
}

inline std::vector<Array> run(const Tape& tape, std::span<const Array> inputs) {
  const auto program = default_backend().compile(tape);
  std::vector<Array> outputs(tape.outputs.size());
  const TapeCall call{program.get(), inputs, outputs};
  default_backend().run({&call, 1});
  return outputs;
}

/// The same bits, or both NaN.
inline void expect_same(const Array& a, const Array& b, const std::string& what) {
  ASSERT_EQ(a.dtype, b.dtype) << what;
  ASSERT_EQ(a.shape, b.shape) << what;
  if (bytes_of(a) == bytes_of(b)) return;
  const Array x = row_major(default_backend(), a), y = row_major(default_backend(), b);
  with_type(real_of(a.dtype), [&](auto t) {
    using T = decltype(t);
    const std::int64_t n = a.size() * (is_complex(a.dtype) ? 2 : 1);
    const T* p = static_cast<const T*>(x.bytes());
    const T* q = static_cast<const T*>(y.bytes());
    for (std::int64_t i = 0; i < n; ++i)
      // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): it is the bits that count
      if (std::memcmp(p + i, q + i, sizeof(T)) != 0 && !(p[i] != p[i] && q[i] != q[i])) {
        ADD_FAILURE() << what << ": element " << i << " is " << +p[i] << ", not " << +q[i];
        return;
      }
  });
}

/// Equal to rounding of `terms` sums; exact for integers and bool.
inline void expect_near(const Array& a, const Array& b, double scale, const std::string& what) {
  if (!is_floating(a.dtype)) return expect_same(a, b, what);
  ASSERT_EQ(a.shape, b.shape) << what;
  if (a.size() == 0) return;
  const double unit = real_of(a.dtype) == DType::f32 ? 6e-8 : 1.2e-16;
  const Tensor x = Tensor::from(row_major(default_backend(), a)), y = Tensor::from(row_major(default_backend(), b));
  const Tensor same = where(isnan(y), isnan(x), abs(x - y) <= 40 * unit * (scale + abs(y)));
  EXPECT_TRUE(all(logical_or(same, x == y)).item<bool>()) << what << " differs by " << max_abs(x - y);
}

}  // namespace terrella::test
