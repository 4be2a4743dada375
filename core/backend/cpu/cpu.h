// core/backend/cpu/cpu.h: the CPU backend. Its operations stand in the files beside this one.
#pragma once
#include <memory>
#include <span>

#include "core/backend/backend.h"

namespace terrella::cpu {

void elementwise(Elementwise operation, std::span<const Array> inputs, Array& out);
void copy(const Array& in, Array& out);
void copy_into(const Array& in, const Array& view);
void reduce(Reduction reduction, const Array& in, const bool* reduced, Array& out);
void cumulate(Cumulation cumulation, const Array& in, int axis, Array& out);
void arg_reduce(bool maximum, const Array& in, int axis, Array& out);
void gather(const Array& in, const Array& index, int axis, Array& out);
void scatter_add(const Array& in, const Array& index, int axis, Array& out);
void matmul(const Array& x, const Array& y, Array& out);
void convolve(const ConvolutionShape& shape, const Array& x, const Array& w, Array& out);
void convolve_to_input(const ConvolutionShape& shape, const Array& g, const Array& w, Array& x);
void convolve_to_kernel(const ConvolutionShape& shape, const Array& x, const Array& g, Array& w);
void adam(const AdamNumbers& numbers, std::span<const Array> inputs, std::span<Array> outputs);
bool fuses_product(DType dtype, std::int64_t m, std::int64_t k, std::int64_t n);
std::shared_ptr<const TapeProgram> compile(const Tape& tape);
void run(std::span<const TapeCall> calls);
Array zeros(DType dtype, const Shape& shape);
/// `in`, or a row-major copy of it.
Array row_major(const Array& in);

/// Row-major data seen as [outer, along, inner] around one axis.
struct AroundAxis {
  std::int64_t outer = 1, along = 1, inner = 1;
  AroundAxis(const Shape& shape, int axis) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    along = shape[axis];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

}  // namespace terrella::cpu
