#include "core/ops/create.h"

#include <cmath>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/ops/cast.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

/// A row-major f64 leaf whose element i is f(i), converted to dtype.
template <class F>
Tensor generated(std::string_view operation, std::int64_t count, DType dtype, F&& f) {
  if (count < 0) fail(operation, ": a negative number of elements, ", count);
  Array a = default_backend().empty(DType::f64, {count});
  for (std::int64_t i = 0; i < count; ++i) a.data<double>()[i] = f(i);
  return cast(Tensor::from(std::move(a)), dtype);
}

}  // namespace

Tensor full(const Shape& shape, const Tensor& value) {
  check_extents("full", shape);
  return broadcast_to(cast(value, value.dtype()), shape);
}

Tensor full(const Shape& shape, double value, DType dtype) {
  check_extents("full", shape);
  Array one = default_backend().empty(dtype, {});
  with_type(dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (std::is_same_v<T, bool>)
      *one.data<T>() = value != 0;
    else if constexpr (requires { t.real(); })
      *one.data<T>() = T(static_cast<typename T::value_type>(value));
    else
      *one.data<T>() = static_cast<T>(value);
  });
  one.strides = Shape::filled(shape.rank(), 0);  // one value seen everywhere
  one.shape = shape;
  return Tensor::from(std::move(one));
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0.0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1.0, dtype); }

Tensor arange(std::int64_t stop) { return arange(std::int64_t{0}, stop); }

Tensor arange(std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (step == 0) fail("arange: step is 0");
  const std::int64_t span = step > 0 ? stop - start : start - stop, by = std::abs(step);
  const std::int64_t count = span > 0 ? (span + by - 1) / by : 0;
  Array a = default_backend().empty(DType::i64, {count});
  for (std::int64_t i = 0; i < count; ++i) a.data<std::int64_t>()[i] = start + i * step;
  return Tensor::from(std::move(a));
}

Tensor arange(double start, double stop, double step, DType dtype) {
  if (!(step != 0)) fail("arange: step is ", step);
  const double count = std::ceil((stop - start) / step);
  if (!(count < 0x1p48)) fail("arange: from ", start, " to ", stop, " by ", step, " is no finite number of elements");
  return generated("arange", count > 0 ? static_cast<std::int64_t>(count) : 0, dtype,
                   [&](std::int64_t i) { return start + static_cast<double>(i) * step; });
}

Tensor linspace(double start, double stop, std::int64_t count, DType dtype) {
  const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0.0;
  return generated("linspace", count, dtype, [&](std::int64_t i) {
    return i == count - 1 && i > 0 ? stop : start + static_cast<double>(i) * step;
  });
}

Tensor logspace(double start, double stop, std::int64_t count, double base, DType dtype) {
  const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0.0;
  return generated("logspace", count, dtype, [&](std::int64_t i) {
    return std::pow(base, i == count - 1 && i > 0 ? stop : start + static_cast<double>(i) * step);
  });
}

Tensor eye(std::int64_t n, DType dtype) { return diagonal_matrix(ones({n}, dtype)); }

}  // namespace terrella
