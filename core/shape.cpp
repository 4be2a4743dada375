#include "core/shape.h"

#include <algorithm>
#include <ostream>
#include <sstream>

#include "core/error.h"

namespace terrella {

Shape Shape::filled(int rank, std::int64_t value) {
  Shape s;
  for (int i = 0; i < rank; ++i) s.push_back(value);
  return s;
}

void Shape::push_back(std::int64_t extent) {
  if (rank_ == max_rank) fail("shape: more than ", max_rank, " axes are not supported");
  extent_[rank_++] = extent;
}

void Shape::insert(int axis, std::int64_t extent) {
  push_back(extent);
  std::rotate(extent_ + axis, extent_ + rank_ - 1, extent_ + rank_);
}

void Shape::erase(int axis) {
  std::copy(extent_ + axis + 1, extent_ + rank_, extent_ + axis);
  --rank_;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

std::string to_string(const Shape& shape) { return text(shape); }

void check_extents(std::string_view operation, const Shape& shape) {
  std::int64_t elements = 1;
  bool too_many = false;
  for (const std::int64_t e : shape) {
    if (e < 0) fail(operation, ": negative extent in shape ", shape);
    too_many |= __builtin_mul_overflow(elements, e, &elements) || elements > std::int64_t{1} << 56;
  }
  if (too_many) fail(operation, ": shape ", shape, " has more elements than memory can hold");
}

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t step = 1;
  for (int i = shape.rank(); i-- > 0;) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

Shape broadcast_shapes(std::string_view operation, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& other = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  const int shift = longer.rank() - other.rank();
  for (int i = 0; i < other.rank(); ++i) {
    const std::int64_t x = longer[i + shift], y = other[i];
    if (x != y && x != 1 && y != 1)
      fail(operation, ": shapes ", a, " and ", b,
           " do not broadcast: extents must be equal or 1, aligned at the last axis");
    result[i + shift] = x == 1 ? y : x;
  }
  return result;
}

int normal_axis(std::string_view operation, std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank)
    fail(operation, ": axis ", axis, " is out of range for a tensor of ", rank, " axes",
         rank > 0 ? text("; use ", -rank, " to ", rank - 1) : "");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace terrella
