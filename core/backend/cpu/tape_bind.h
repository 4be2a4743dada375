// core/backend/cpu/tape_bind.h: the memory of a call bound to a compiled tape: how each tile finds its inputs and where
// its outputs go.
#pragma once
#include <forward_list>
#include <memory>
#include <span>
#include <vector>

#include "core/backend/cpu/loop.h"
#include "core/backend/cpu/tape_program.h"

namespace terrella::cpu {

struct BoundInput {
  enum class Mode : std::uint8_t { fixed, by_tile, in_place, gathered_once, gathered, product };
  Mode mode = Mode::fixed;
  const char* base = nullptr;
  Shape strides;                  // along the merged axes of the space
  std::unique_ptr<Loop<1>> loop;  // of what is gathered
  const char* right = nullptr;    // factor of a product; the left one stands at base
  std::int64_t right_row = 0;     // whose columns are neighbours
};

struct BoundOutput {
  char* base = nullptr;  // of the output, or of the copies of it that pieces add to
  BufferPointer copies;
  std::int64_t size = 0;
  bool ahead = false;  // its memory is asked for before it is written
};

inline bool same_memory(const Array& a, const Array& b) { return a.buffer && a.buffer.get() == b.buffer.get(); }

/// Fails where an array is not of the shape and dtype that the tape was compiled for.
void check_inputs(const Tape& tape, std::span<const Array> arrays);

/// Binds the inputs of a call whose outputs have their memory. What cannot be read where it stands, since an output is
/// written over it too early, is copied.
void bind_inputs(const CpuTape& program, std::span<const Array> arrays, std::span<const Array> outputs,
                 BoundInput* bound, std::forward_list<Array>& copies);

/// Makes the memory of an output where the call brings none.
void provide_output(const CpuTape& program, std::size_t o, Array& out);

}  // namespace terrella::cpu
