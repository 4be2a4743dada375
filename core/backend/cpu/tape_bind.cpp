#include "core/backend/cpu/tape_bind.h"

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/error.h"

namespace terrella::cpu {
namespace {

/// Row-major within a tile?
bool in_place(const TapeSpace& space, const Shape& strides) {
  std::int64_t step = 1;
  for (int axis = space.rank() - 1; axis > space.split(); --axis) {
    if (strides[axis] != step) return false;
    step *= space.axes()[axis];
  }
  return space.chunk() == 1 || strides[space.split()] == step;
}

void check_input(std::size_t i, const Array& array, DType dtype, const Shape& shape) {
  if (!(array.shape == shape) || array.dtype != dtype)
    fail("tape: input ", i, " is ", name(array.dtype), " ", array.shape, ", compiled for ", name(dtype), " ", shape);
}

/// A row-major copy that lives as long as the job.
const Array& copied(const Array& array, std::forward_list<Array>& copies) {
  Array& to = copies.emplace_front();
  to.dtype = array.dtype;
  to.shape = array.shape;
  copy(array, to);
  return to;
}

/// An output may be written over the left factor where the rows of both are the same bytes: each tile reads its own
/// first.
BoundInput bind_product(const Array& left, const Array& right, std::span<const Array> outputs,
                        std::forward_list<Array>& copies) {
  bool left_written = false, right_written = false;
  for (const Array& out : outputs) {
    left_written |= same_memory(left, out) && !(left.shape == out.shape && left.contiguous());
    right_written |= same_memory(right, out);
  }
  const Array& x = left_written ? copied(left, copies) : left;
  const Array& y = right_written || right.strides[1] != 1 ? copied(right, copies) : right;
  BoundInput in;
  in.mode = BoundInput::Mode::product;
  in.base = static_cast<const char*>(x.bytes());
  in.strides = x.strides;
  in.right = static_cast<const char*>(y.bytes());
  in.right_row = y.strides[0];
  return in;
}

BoundInput bind_input(const CpuTape& program, std::size_t i, const Array& array, std::span<const Array> outputs,
                      std::forward_list<Array>& copies) {
  const TapeSpace& space = program.space();
  BoundInput in;
  in.base = static_cast<const char*>(array.bytes());
  const Varies varies = program.values()[i].varies;
  bool overwritten = false;  // before it is read for the last time; reduced outputs are then joined aside
  for (std::size_t o = 0; o < outputs.size(); ++o)
    overwritten |= same_memory(array, outputs[o]) && !program.reduction_of(o).kernel &&
                   (varies != Varies::everywhere || program.written(o) < program.last_read(i));
  if (varies == Varies::everywhere) {
    if (!overwritten && space.merged_strides(array.shape, array.strides, in.strides) && in_place(space, in.strides)) {
      in.mode = BoundInput::Mode::in_place;
      return in;
    }
    in.mode = BoundInput::Mode::gathered;
    in.loop = std::make_unique<Loop<1>>(make_loop<1>(program.tape().space, {&array}));
    return in;
  }
  if (varies == Varies::nowhere && !overwritten) return in;
  const Array* source = &array;
  if (overwritten || !space.merged_strides(array.shape, array.strides, in.strides)) {
    source = &copied(array, copies);
    in.base = static_cast<const char*>(source->bytes());
    space.merged_strides(source->shape, source->strides, in.strides);
  }
  if (varies == Varies::within) {
    in.mode = BoundInput::Mode::gathered_once;
    in.loop = std::make_unique<Loop<1>>(make_loop<1>(program.tape().space, {source}));
  } else if (varies == Varies::by_tile) {
    in.mode = BoundInput::Mode::by_tile;
  }
  return in;
}

}  // namespace

void check_inputs(const Tape& tape, std::span<const Array> arrays) {
  std::size_t right = tape.inputs.size();
  for (std::size_t i = 0; i < tape.inputs.size(); ++i) {
    const TapeInput& wanted = tape.inputs[i];
    if (wanted.inner == 0) {
      check_input(i, arrays[i], wanted.dtype, wanted.shape);
      continue;
    }
    check_input(i, arrays[i], wanted.dtype, {wanted.shape[0], wanted.inner});
    check_input(right, arrays[right], wanted.dtype, {wanted.inner, wanted.shape[1]});
    ++right;
  }
}

void bind_inputs(const CpuTape& program, std::span<const Array> arrays, std::span<const Array> outputs,
                 BoundInput* bound, std::forward_list<Array>& copies) {
  const std::vector<TapeInput>& inputs = program.tape().inputs;
  for (std::size_t i = 0, right = inputs.size(); i < inputs.size(); ++i)
    bound[i] = inputs[i].inner == 0 ? bind_input(program, i, arrays[i], outputs, copies)
                                    : bind_product(arrays[i], arrays[right++], outputs, copies);
}

void provide_output(const CpuTape& program, std::size_t o, Array& out) {
  const Shape& shape = program.shape_of(o);
  const DType dtype = program.values()[static_cast<std::size_t>(program.value_of(o))].dtype;
  if (!out.buffer) {
    out = empty_array(dtype, shape);
  } else if (!(out.shape == shape) || out.dtype != dtype || !out.contiguous()) {
    fail("tape: output ", o, " is ", name(out.dtype), " ", out.shape, out.contiguous() ? "" : ", not row-major",
         "; the tape gives ", name(dtype), " ", shape);
  }
}

}  // namespace terrella::cpu
