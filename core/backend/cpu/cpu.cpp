#include "core/backend/cpu/cpu.h"

#include <cstring>

#include "core/backend/cpu/fourier.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/tape.h"

namespace terrella {
namespace {

class Cpu final : public Backend {
 public:
  Array empty(DType dtype, const Shape& shape) override { return cpu::empty_array(dtype, shape); }
  Array zeros(DType dtype, const Shape& shape) override { return cpu::zeros(dtype, shape); }
  void elementwise(Elementwise operation, std::span<const Array> inputs, Array& out) override {
    cpu::elementwise(operation, inputs, out);
  }
  void copy(const Array& in, Array& out) override { cpu::copy(in, out); }
  void copy_into(const Array& in, const Array& view) override { cpu::copy_into(in, view); }
  void reduce(Reduction reduction, const Array& in, const bool* reduced, Array& out) override {
    cpu::reduce(reduction, in, reduced, out);
  }
  void cumulate(Cumulation cumulation, const Array& in, int axis, Array& out) override {
    cpu::cumulate(cumulation, in, axis, out);
  }
  void arg_reduce(bool maximum, const Array& in, int axis, Array& out) override {
    cpu::arg_reduce(maximum, in, axis, out);
  }
  void gather(const Array& in, const Array& index, int axis, Array& out) override { cpu::gather(in, index, axis, out); }
  void scatter_add(const Array& in, const Array& index, int axis, Array& out) override {
    cpu::scatter_add(in, index, axis, out);
  }
  void matmul(const Array& x, const Array& y, Array& out) override { cpu::matmul(x, y, out); }
  void convolve(const ConvolutionShape& shape, const Array& x, const Array& w, Array& out) override {
    cpu::convolve(shape, x, w, out);
  }
  void convolve_to_input(const ConvolutionShape& shape, const Array& g, const Array& w, Array& x) override {
    cpu::convolve_to_input(shape, g, w, x);
  }
  void convolve_to_kernel(const ConvolutionShape& shape, const Array& x, const Array& g, Array& w) override {
    cpu::convolve_to_kernel(shape, x, g, w);
  }
  void fourier(const Array& in, std::span<const int> axes, bool inverse, double factor, Array& out) override {
    cpu::fourier(in, axes, inverse, factor, out);
  }
  void fourier_of_real(const Array& in, std::span<const int> axes, double factor, Array& out) override {
    cpu::fourier_of_real(in, axes, factor, out);
  }
  void real_of_fourier(const Array& in, std::span<const int> axes, double factor, Array& out) override {
    cpu::real_of_fourier(in, axes, factor, out);
  }
  void adam(const AdamNumbers& numbers, std::span<const Array> inputs, std::span<Array> outputs) override {
    cpu::adam(numbers, inputs, outputs);
  }
  bool fuses_product(DType dtype, std::int64_t m, std::int64_t k, std::int64_t n) const override {
    return cpu::fuses_product(dtype, m, k, n);
  }
  std::shared_ptr<const TapeProgram> compile(const Tape& tape) override { return cpu::compile(tape); }
  void run(std::span<const TapeCall> calls) override { cpu::run(calls); }
};

}  // namespace

Backend& default_backend() {
  static Cpu backend;
  return backend;
}

Array row_major(Backend& backend, const Array& in) {
  if (in.contiguous()) return in;
  Array out;
  out.dtype = in.dtype;
  out.shape = in.shape;
  backend.copy(in, out);
  return out;
}

Array view(const Array& x, std::span<const Range> ranges) {
  Array y = x;
  for (int i = 0; i < x.shape.rank(); ++i) {
    const Range& r = ranges[static_cast<std::size_t>(i)];
    y.offset += r.start * x.strides[i];
    y.shape[i] = r.count;
    y.strides[i] = r.step * x.strides[i];
  }
  return y;
}

namespace cpu {

Array zeros(DType dtype, const Shape& shape) {
  Array a = empty_array(dtype, shape);
  std::memset(a.buffer->data, 0, a.buffer->bytes);
  return a;
}

Array row_major(const Array& in) { return terrella::row_major(default_backend(), in); }

}  // namespace cpu
}  // namespace terrella
