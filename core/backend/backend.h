// core/backend/backend.h: what a device must be able to do. A backend is a folder beside this file; nothing above
// names one. Inputs are strided views on the device; outputs have shape and dtype, their memory is made here.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "core/array.h"
#include "core/graph/lowering.h"  // Reduction
#include "core/ops/elementwise.h"

namespace terrella {

enum class Cumulation : std::uint8_t { sum, product };

struct AdamNumbers;       // core/backend/adam.h
struct ConvolutionShape;  // core/backend/convolution.h
struct Tape;              // core/backend/tape.h
class TapeProgram;
struct TapeCall;

class Backend {
 public:
  virtual ~Backend() = default;

  /// Row-major memory without values.
  virtual Array empty(DType dtype, const Shape& shape) = 0;
  /// The same, zero everywhere.
  virtual Array zeros(DType dtype, const Shape& shape) = 0;
  /// out = operation(inputs), inputs broadcast to out.shape. Inputs share a dtype (but for the condition of select).
  virtual void elementwise(Elementwise operation, std::span<const Array> inputs, Array& out) = 0;
  /// out = in in row-major order with a conversion of dtype: C++ rules; complex to real takes the real part, to bool
  /// asks whether it is not zero.
  virtual void copy(const Array& in, Array& out) = 0;
  /// Writes `in` over the elements that `view` sees; same shape and dtype.
  virtual void copy_into(const Array& in, const Array& view) = 0;
  /// Over the axes where reduced[axis]; out.shape lacks them. Fixed order, whatever the number of threads.
  virtual void reduce(Reduction reduction, const Array& in, const bool* reduced, Array& out) = 0;
  /// Running sum or product along an axis.
  virtual void cumulate(Cumulation cumulation, const Array& in, int axis, Array& out) = 0;
  /// First position of the extremum along an axis, i64; NaN wins as in numpy.
  virtual void arg_reduce(bool maximum, const Array& in, int axis, Array& out) = 0;
  /// out[.., i.., ..] = in[.., index[i..], ..] along `axis`; index is i64, checked: std::out_of_range names the
  /// value and the extent. Negative indices count from the end.
  virtual void gather(const Array& in, const Array& index, int axis, Array& out) = 0;
  /// out = zeros; out[.., index[i..], ..] += in[.., i.., ..], in the order of i.
  virtual void scatter_add(const Array& in, const Array& index, int axis, Array& out) = 0;
  /// out[b.., m, n] = sum_k x[b.., m, k] y[b.., k, n]; batches already equal.
  virtual void matmul(const Array& x, const Array& y, Array& out) = 0;
  /// The convolution of ConvolutionShape; and its transposes, which take x (w) out of it again, without conjugation.
  virtual void convolve(const ConvolutionShape& shape, const Array& x, const Array& w, Array& out) = 0;
  virtual void convolve_to_input(const ConvolutionShape& shape, const Array& g, const Array& w, Array& x) = 0;
  virtual void convolve_to_kernel(const ConvolutionShape& shape, const Array& x, const Array& g, Array& w) = 0;
  /// out_k = factor sum_j in_j exp(-2 pi i j k / n) over each of the axes, conjugate factors where inverse; complex.
  virtual void fourier(const Array& in, std::span<const int> axes, bool inverse, double factor, Array& out) = 0;
  /// The same of real numbers, elements 0 ... n / 2 along the last of the axes.
  virtual void fourier_of_real(const Array& in, std::span<const int> axes, double factor, Array& out) = 0;
  /// The inverse transform of a spectrum of which `in` holds that half; out tells n. Imaginary parts that a real result
  /// excludes are not looked at.
  virtual void real_of_fourier(const Array& in, std::span<const int> axes, double factor, Array& out) = 0;
  /// A step of Adam over many tensors as one job, see AdamPlaces. An output without a buffer may take the memory of an
  /// input that only `inputs` holds.
  virtual void adam(const AdamNumbers& numbers, std::span<const Array> inputs, std::span<Array> outputs) = 0;
  /// Whether a product [m, k] by [k, n] costs less within a tape (TapeInput::inner) than by itself.
  virtual bool fuses_product(DType dtype, std::int64_t m, std::int64_t k, std::int64_t n) const = 0;
  /// A fused cluster made ready. Fails naming the instruction where the tape is wrong.
  virtual std::shared_ptr<const TapeProgram> compile(const Tape& tape) = 0;
  /// All calls as one parallel job: a hundred small tensors cost one fork. Calls do not read what others write.
  virtual void run(std::span<const TapeCall> calls) = 0;
};

/// Part of an array along every axis: start, count and step in elements.
struct Range {
  std::int64_t start, count, step;
  bool operator==(const Range&) const = default;
};
/// What the ranges pick of x, without a copy.
Array view(const Array& x, std::span<const Range> ranges);

/// The backend that runs eager work; the CPU.
Backend& default_backend();

/// `in`, or a row-major copy of it.
Array row_major(Backend& backend, const Array& in);

}  // namespace terrella
