// core/shape.h: extents of a tensor, numpy's broadcasting.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace terrella {

inline constexpr int max_rank = 12;

/// Extents (or strides, or axes) of at most 12 axes, stored in place.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const std::int64_t> extents) {
    for (const std::int64_t e : extents) push_back(e);
  }
  static Shape filled(int rank, std::int64_t value);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extent_[axis]; }
  std::int64_t& operator[](int axis) { return extent_[axis]; }
  std::int64_t back() const { return extent_[rank_ - 1]; }
  const std::int64_t* begin() const { return extent_; }
  const std::int64_t* end() const { return extent_ + rank_; }
  std::int64_t* begin() { return extent_; }
  std::int64_t* end() { return extent_ + rank_; }

  void push_back(std::int64_t extent);
  void insert(int axis, std::int64_t extent);
  void erase(int axis);

  /// Product of all extents; 1 for a scalar.
  std::int64_t size() const {
    std::int64_t n = 1;
    for (const std::int64_t e : *this) n *= e;
    return n;
  }
  bool operator==(const Shape& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if (extent_[i] != other.extent_[i]) return false;
    return true;
  }

 private:
  std::int64_t extent_[max_rank];
  int rank_ = 0;
};

/// "[2, 3]".
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Fails naming the operation where an extent is negative or the elements are too many to be addressed.
void check_extents(std::string_view operation, const Shape& shape);

/// Strides in elements of a row-major array.
Shape row_major_strides(const Shape& shape);

/// numpy's rule: aligned at the last axis, extents equal or 1. Fails naming the operation and both shapes.
Shape broadcast_shapes(std::string_view operation, const Shape& a, const Shape& b);

/// Axis from 0, negative ones counted from the end; fails naming the operation, the axis and the shape.
int normal_axis(std::string_view operation, std::int64_t axis, int rank);

}  // namespace terrella
