#include "core/backend/cpu/tape_space.h"

#include <algorithm>

namespace terrella::cpu {
namespace {

constexpr std::int64_t most_pieces_reduced = 256;  // each may hold a copy of a reduced output
constexpr std::int64_t vector_block = 128;         // elements; tiles of one axis are multiples of it

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
AxisSet bit(int axis) { return AxisSet{1} << axis; }

}  // namespace

TapeSpace::TapeSpace(const Tape& tape, std::int64_t tile, std::int64_t piece) {
  const auto is_present = [&](const TapeInput& in, int axis) {
    const int own = axis - (tape.space.rank() - in.shape.rank());
    return own >= 0 && in.shape[own] != 1;
  };
  present_.resize(tape.inputs.size());
  reduced_.resize(tape.outputs.size());
  for (int axis = 0; axis < tape.space.rank(); ++axis) {
    merged_of_.push_back(-1);
    if (tape.space[axis] == 1) continue;
    const int last = axes_.rank() - 1;
    bool merges = last >= 0 && tape.products() == 0;  // whose tiles have to be rows
    for (std::size_t i = 0; merges && i < tape.inputs.size(); ++i)
      merges = is_present(tape.inputs[i], axis) == ((present_[i] & bit(last)) != 0);
    for (std::size_t i = 0; merges && i < tape.outputs.size(); ++i)
      merges = tape.outputs[i].reduced[static_cast<std::size_t>(axis)] == ((reduced_[i] & bit(last)) != 0);
    if (merges) {
      axes_[last] *= tape.space[axis];
      merged_of_.back() = last;
      continue;
    }
    axes_.push_back(tape.space[axis]);
    merged_of_.back() = last + 1;
    for (std::size_t i = 0; i < tape.inputs.size(); ++i)
      if (is_present(tape.inputs[i], axis)) present_[i] |= bit(last + 1);
    for (std::size_t i = 0; i < tape.outputs.size(); ++i)
      if (tape.outputs[i].reduced[static_cast<std::size_t>(axis)]) reduced_[i] |= bit(last + 1);
  }
  if (axes_.rank() == 0) axes_.push_back(1);

  // Tiles: as many of the last axes as fit, and a part of the one before.
  split_ = rank() - 1;
  while (split_ > 0 && suffix_ * axes_[split_] <= tile) suffix_ *= axes_[split_--];
  const std::int64_t extent = std::max<std::int64_t>(1, axes_[split_]);
  const std::int64_t most = std::max<std::int64_t>(1, tile / std::max<std::int64_t>(1, suffix_));
  chunk_ = ceil_div(extent, ceil_div(extent, most));
  if (tape.products() > 0 && chunk_ > product_rows) chunk_ -= chunk_ % product_rows;
  if (suffix_ == 1) chunk_ = std::min({extent, most, ceil_div(chunk_, vector_block) * vector_block});
  for (int i = 0; i < split_; ++i) tiles_.push_back(axes_[i]);
  tiles_.push_back(ceil_div(extent, chunk_));

  // Pieces: axes that some output is reduced over run inside, so that few pieces share an element of it.
  AxisSet any_reduced = 0;
  for (const AxisSet set : reduced_) any_reduced |= set;
  for (const bool inner : {false, true})
    for (int i = 0; i <= split_; ++i)
      if (((any_reduced & bit(i)) != 0) == inner) order_.push_back(i);
  std::int64_t wanted = std::max<std::int64_t>(1, piece / std::max<std::int64_t>(1, this->tile()));
  if (any_reduced) wanted = std::max(wanted, ceil_div(tiles_.size(), most_pieces_reduced));
  cut_ = split_;
  std::int64_t inner = 1;
  const auto along = [&](int k) { return tiles_[order_[static_cast<std::size_t>(k)]]; };
  while (cut_ > 0 && inner * along(cut_) <= wanted) inner *= along(cut_--);
  const std::int64_t n = std::max<std::int64_t>(1, along(cut_));
  cut_chunk_ = ceil_div(n, ceil_div(n, std::clamp<std::int64_t>(wanted / inner, 1, n)));
  cut_count_ = ceil_div(n, cut_chunk_);
  pieces_ = cut_count_;
  for (int k = 0; k < cut_; ++k) pieces_ *= along(k);
  if (tape.space.size() == 0) pieces_ = 0;
}

AxisSet TapeSpace::inside() const {
  const int first = chunk_ > 1 ? split_ : split_ + 1;
  return ~(bit(first) - 1);
}

bool TapeSpace::merged_strides(const Shape& shape, const Shape& strides, Shape& merged) const {
  merged = Shape::filled(rank(), 0);
  const int all = static_cast<int>(merged_of_.size());
  int last = -1;
  for (int axis = 0; axis < all; ++axis) {
    const int to = merged_of_[static_cast<std::size_t>(axis)], own = axis - (all - shape.rank());
    if (to < 0) continue;
    const bool present = own >= 0 && shape[own] != 1;
    const std::int64_t step = present ? strides[own] : 0;
    if (to == last && merged[to] != step * (present ? shape[own] : 1)) return false;
    merged[to] = step;
    last = to;
  }
  return true;
}

std::int64_t TapeSpace::copies(std::size_t output) const {
  std::int64_t n = reduced_[output] & bit(order_[static_cast<std::size_t>(cut_)]) ? cut_count_ : 1;
  for (int k = 0; k < cut_; ++k) {
    const int axis = order_[static_cast<std::size_t>(k)];
    if (reduced_[output] & bit(axis)) n *= tiles_[axis];
  }
  return n;
}

TapeSpace::Walk::Walk(const TapeSpace& space, std::int64_t piece) : space_(space) {
  for (int k = space.split_; k > space.cut_; --k) {
    const int axis = space.order_[static_cast<std::size_t>(k)];
    from_[axis] = 0;
    to_[axis] = space.tiles_[axis];
  }
  for (int k = space.cut_; k >= 0; --k) {
    const int axis = space.order_[static_cast<std::size_t>(k)];
    const std::int64_t count = k == space.cut_ ? space.cut_count_ : space.tiles_[axis];
    const std::int64_t width = k == space.cut_ ? space.cut_chunk_ : 1;
    from_[axis] = piece % count * width;
    to_[axis] = std::min(from_[axis] + width, space.tiles_[axis]);
    piece /= count;
  }
  for (int axis = 0; axis <= space.split_; ++axis) index_[axis] = from_[axis];
}

void TapeSpace::Walk::next() {
  for (int k = space_.split_; k >= space_.cut_; --k) {
    const int axis = space_.order_[static_cast<std::size_t>(k)];
    if (++index_[axis] < to_[axis]) return;
    index_[axis] = from_[axis];
  }
  done_ = true;
}

std::int64_t TapeSpace::Walk::begin() const {
  std::int64_t at = 0;
  for (int axis = 0; axis < space_.split_; ++axis) at = at * space_.axes_[axis] + index_[axis];
  return (at * space_.axes_[space_.split_] + index_[space_.split_] * space_.chunk_) * space_.suffix_;
}

std::int64_t TapeSpace::Walk::count() const {
  const std::int64_t first = index_[space_.split_] * space_.chunk_;
  return std::min(space_.chunk_, space_.axes_[space_.split_] - first) * space_.suffix_;
}

std::int64_t TapeSpace::Walk::offset(const Shape& strides) const {
  std::int64_t at = index_[space_.split_] * space_.chunk_ * strides[space_.split_];
  for (int axis = 0; axis < space_.split_; ++axis) at += index_[axis] * strides[axis];
  return at;
}

bool TapeSpace::Walk::first(AxisSet reduced) const {
  for (int axis = 0; axis <= space_.split_; ++axis)
    if (reduced & bit(axis) && index_[axis] != from_[axis]) return false;
  return true;
}

std::int64_t TapeSpace::Walk::copy(AxisSet reduced) const {
  std::int64_t n = 0;
  for (int k = 0; k <= space_.cut_; ++k) {
    const int axis = space_.order_[static_cast<std::size_t>(k)];
    if (!(reduced & bit(axis))) continue;
    n = k == space_.cut_ ? n * space_.cut_count_ + from_[axis] / space_.cut_chunk_
                         : n * space_.tiles_[axis] + from_[axis];
  }
  return n;
}

}  // namespace terrella::cpu
