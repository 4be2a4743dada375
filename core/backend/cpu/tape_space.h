// core/backend/cpu/tape_space.h: how the space of a tape is cut: axes merged, tiles for the cache, pieces for threads.
// All of it depends on the tape alone, so that results do not depend on threads or strides.
#pragma once
#include <cstdint>
#include <vector>

#include "core/backend/tape.h"

namespace terrella::cpu {

/// Tiles with products are multiples of so many rows: the blocks of 6 or 4 that fill the registers of a product.
inline constexpr std::int64_t product_rows = 12;

/// A set of merged axes, one bit each.
using AxisSet = std::uint32_t;

class TapeSpace {
 public:
  /// tile: elements that a tile should have at most; piece: elements that a thread takes at once.
  TapeSpace(const Tape& tape, std::int64_t tile, std::int64_t piece);

  /// Axes of more than one index, neighbours merged where all inputs and outputs agree on them; at least one.
  const Shape& axes() const { return axes_; }
  int rank() const { return axes_.rank(); }
  /// A tile is `chunk` indices of the axis `split` (fewer at its end), all of the axes behind it: neighbours in
  /// row-major order.
  int split() const { return split_; }
  std::int64_t chunk() const { return chunk_; }
  std::int64_t suffix() const { return suffix_; }
  std::int64_t tile() const { return chunk_ * suffix_; }
  std::int64_t pieces() const { return pieces_; }

  /// Merged axes along which an input has more than one value.
  AxisSet present(std::size_t input) const { return present_[input]; }
  /// Merged axes over which an output is reduced.
  AxisSet reduced(std::size_t output) const { return reduced_[output]; }
  /// Bits of the axes within a tile: split and behind, or only behind where a tile has one index of split.
  AxisSet inside() const;

  /// Strides of an input along the merged axes; false where they cannot be told by one number an axis.
  bool merged_strides(const Shape& shape, const Shape& strides, Shape& merged) const;

  /// Pieces that share each element of an output, whose parts are joined afterwards.
  std::int64_t copies(std::size_t output) const;

  /// Walks the tiles of one piece.
  class Walk {
   public:
    Walk(const TapeSpace& space, std::int64_t piece);
    bool done() const { return done_; }
    void next();
    /// First element, in row-major order of the space, and count.
    std::int64_t begin() const;
    std::int64_t count() const;
    /// Offset of the tile under strides along the merged axes.
    std::int64_t offset(const Shape& strides) const;
    /// Whether an output meets these elements for the first time in this piece.
    bool first(AxisSet reduced) const;
    /// Which of the copies of an output the piece adds to.
    std::int64_t copy(AxisSet reduced) const;

   private:
    const TapeSpace& space_;
    std::int64_t index_[max_rank], from_[max_rank], to_[max_rank];  // by axis, of the tiles
    bool done_ = false;
  };

 private:
  Shape axes_;
  std::vector<int> merged_of_;  // of each axis of the tape; -1 where it has one index
  std::vector<AxisSet> present_, reduced_;
  int split_ = 0;
  std::int64_t chunk_ = 1, suffix_ = 1;
  Shape tiles_;             // along the axes 0 .. split
  std::vector<int> order_;  // of these axes, the last runs fastest
  int cut_ = 0;             // pieces are one index of the axes before order_[cut_], cut_chunk_ of it, all behind
  std::int64_t cut_chunk_ = 1, cut_count_ = 1, pieces_ = 1;
};

}  // namespace terrella::cpu
