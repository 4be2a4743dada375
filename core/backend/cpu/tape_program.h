// core/backend/cpu/tape_program.h: a tape made ready for the CPU: compiled loops, registers, how values vary.
#pragma once
#include <cstdint>
#include <vector>

#include "core/backend/cpu/elementwise_kernels.h"
#include "core/backend/cpu/pair_kernels.h"
#include "core/backend/cpu/reduce_kernels.h"
#include "core/backend/cpu/tape_kernels.h"
#include "core/backend/cpu/tape_space.h"
#include "core/backend/tape.h"

namespace terrella::cpu {

/// Where a value differs: nowhere, from tile to tile, within a tile but alike in all of them, everywhere. What does not
/// vary in a tile is one number there; what is alike in all tiles is computed once by each worker.
enum class Varies : std::uint8_t { nowhere, by_tile, within, everywhere };

/// A value of the tape, or a copy added behind them: where it stands while a tile is run.
struct TapeValue {
  enum class Place : std::uint8_t { input, scratch, output };
  DType dtype = DType::f64;
  Varies varies = Varies::everywhere;
  Place place = Place::scratch;
  std::int64_t at = 0;  ///< number of the input or output; byte of the scratch memory
};

/// One compiled loop over a tile.
struct TapeStep {
  enum class Kind : std::uint8_t { unary, binary, select, convert, pair };
  Kind kind = Kind::unary;
  Varies varies = Varies::everywhere;
  std::int32_t x = -1, y = -1, z = -1, out = -1;  ///< values
  UnaryKernel unary = nullptr;
  BinaryKernel binary = nullptr;
  SelectKernel select = nullptr;
  ConvertKernel convert = nullptr;
  PairKernel pair = nullptr;
};

/// How the tiles of a value are reduced: one loop for each run of neighbouring axes, the last first.
struct TapeReduction {
  struct Loop {
    std::int64_t along, inner;  ///< along 0: whatever the tile has of it
  };
  ReduceKernel kernel = nullptr;
  AxisSet reduced = 0;
  std::vector<Loop> loops;
  Shape strides;            ///< of the output along the merged axes
  std::int64_t copies = 1;  ///< to which pieces add, joined at the end
};

class CpuTape final : public TapeProgram {
 public:
  explicit CpuTape(const Tape& tape);

  const Tape& tape() const { return tape_; }
  /// Arrays of a call that it reads: the inputs, then the right factors of products.
  std::size_t arrays() const { return arrays_; }
  const TapeSpace& space() const { return space_; }
  const std::vector<TapeValue>& values() const { return values_; }
  const std::vector<TapeStep>& prologue() const { return prologue_; }  ///< once by each worker
  const std::vector<TapeStep>& body() const { return body_; }          ///< for each tile
  /// The value that an output takes, its shape, and how it is reduced where it is (kernel not null).
  std::int32_t value_of(std::size_t output) const { return output_values_[output]; }
  const Shape& shape_of(std::size_t output) const { return output_shapes_[output]; }
  const TapeReduction& reduction_of(std::size_t output) const { return reductions_[output]; }
  /// Step that writes an output; last step that reads an input. The number of steps: at the end of a tile.
  std::int32_t written(std::size_t output) const { return written_[output]; }
  std::int32_t last_read(std::size_t input) const { return last_read_[input]; }
  /// Bytes of scratch memory of a worker; where in it an input is gathered and reductions have two tiles of their own.
  std::int64_t scratch() const { return scratch_; }
  std::int64_t gathered_at(std::size_t input) const { return gathered_at_[input]; }
  std::int64_t reduction_at(int which) const { return reduction_at_[which]; }
  /// Work of one element, in cheap operations.
  std::int64_t cost() const { return cost_; }

 private:
  TapeStep step_of(std::size_t instruction) const;
  TapeStep copy_of(std::int32_t value, std::int32_t to) const;
  Varies input_varies(std::size_t input) const;
  std::vector<int> uses() const;
  void place_outputs();
  void place_registers();
  TapeReduction plan_reduction(std::size_t output) const;
  std::int64_t reserve(std::int64_t bytes);

  Tape tape_;
  std::size_t arrays_;
  std::int64_t cost_;
  TapeSpace space_;
  std::vector<TapeValue> values_;
  std::vector<TapeStep> prologue_, body_;
  std::vector<std::int32_t> output_values_, written_, last_read_;
  std::vector<Shape> output_shapes_;
  std::vector<TapeReduction> reductions_;
  std::vector<std::int64_t> gathered_at_;
  std::int64_t reduction_at_[2] = {0, 0};
  std::int64_t scratch_ = 0;
};

}  // namespace terrella::cpu
