#include "core/fft.h"

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/linear.h"
#include "core/ops.h"

namespace terrella::fft {
namespace {

using graph::Aval;

Shape with_extent(Shape shape, int axis, std::int64_t extent) {
  shape[axis] = extent;
  return shape;
}

/// 1 at the elements of half a spectrum that stand for themselves, `others` at those that stand for two.
Tensor weights(const Aval& spectrum, int axis, std::int64_t n, double others) {
  const std::int64_t extent = spectrum.shape[axis];
  std::vector<double> values(static_cast<std::size_t>(extent), others);
  values.front() = 1;
  if (n % 2 == 0) values.back() = 1;
  Shape shape;
  for (int i = 0; i < spectrum.shape.rank(); ++i) shape.push_back(i == axis ? extent : 1);
  return cast(reshape(Tensor(values), shape), real_of(spectrum.dtype));
}

std::vector<int> shifted(std::vector<int> axes) {
  for (int& a : axes) ++a;
  return axes;
}

struct Fourier {
  static constexpr auto name = "fft";
  std::vector<int> axes;
  bool inverse;
  double factor;
  Aval output(const Aval& x) const { return x; }
  void apply(Backend& backend, const Array& x, Array& y) const { backend.fourier(x, axes, inverse, factor, y); }
  Tensor adjoint(const Tensor& g, const Aval&) const { return graph::linear(Fourier{axes, !inverse, factor}, g); }
  Tensor batched(const Tensor& x) const { return graph::linear(Fourier{shifted(axes), inverse, factor}, x); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool operator==(const Fourier&) const = default;
};

/// Of real numbers; half of the spectrum along the last axis. Its adjoint is RealOfFourier but for weights, and the
/// other way round.
struct FourierOfReal {
  static constexpr auto name = "rfft";
  std::vector<int> axes;
  double factor;
  Aval output(const Aval& x) const {
    return {with_extent(x.shape, axes.back(), x.shape[axes.back()] / 2 + 1),
            x.dtype == DType::f32 ? DType::c64 : DType::c128};
  }
  void apply(Backend& backend, const Array& x, Array& y) const { backend.fourier_of_real(x, axes, factor, y); }
  Tensor adjoint(const Tensor& g, const Aval& from) const;
  Tensor batched(const Tensor& x) const { return graph::linear(FourierOfReal{shifted(axes), factor}, x); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool operator==(const FourierOfReal&) const = default;
};

struct RealOfFourier {
  static constexpr auto name = "irfft";
  std::vector<int> axes;
  std::int64_t n;
  double factor;
  Aval output(const Aval& x) const { return {with_extent(x.shape, axes.back(), n), real_of(x.dtype)}; }
  void apply(Backend& backend, const Array& x, Array& y) const { backend.real_of_fourier(x, axes, factor, y); }
  Tensor adjoint(const Tensor& g, const Aval& from) const {
    return weights(from, axes.back(), n, 2) * graph::linear(FourierOfReal{axes, factor}, g);
  }
  Tensor batched(const Tensor& x) const { return graph::linear(RealOfFourier{shifted(axes), n, factor}, x); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool operator==(const RealOfFourier&) const = default;
};

Tensor FourierOfReal::adjoint(const Tensor& g, const Aval& from) const {
  const std::int64_t n = from.shape[axes.back()];
  return graph::linear(RealOfFourier{axes, n, factor}, weights(graph::aval(g), axes.back(), n, 0.5) * g);
}

Tensor complex(const Tensor& x) {
  if (is_complex(x.dtype())) return x;
  return cast(x, x.dtype() == DType::f32 ? DType::c64 : DType::c128);
}

/// Zeros behind, or the first n.
Tensor resized(const char* operation, const Tensor& x, int axis, std::int64_t n) {
  if (n < 1) fail(operation, ": a transform of ", n, " elements; it must be 1 or more");
  const std::int64_t extent = x.shape()[axis];
  if (n < extent) return slice(x, axis, {0, n});
  if (n == extent) return x;
  std::vector<std::pair<std::int64_t, std::int64_t>> widths(static_cast<std::size_t>(x.rank()));
  widths[static_cast<std::size_t>(axis)].second = n - extent;
  return pad(x, widths);
}

/// Axes as given, and the length along each; `half`: the last is of a spectrum that stands for twice as many.
struct Plan {
  std::vector<int> axes;
  Lengths lengths;
  double factor;  ///< of the direction that `norm` and `inverse` tell

  Plan(const char* operation, const Tensor& x, const Lengths& wanted, const Axes& named, Norm norm, bool inverse,
       bool half = false) {
    const int rank = x.rank(), count = static_cast<int>(!named.empty()   ? named.size()
                                                        : wanted.empty() ? rank
                                                                         : wanted.size());
    if (!wanted.empty() && static_cast<int>(wanted.size()) != count)
      fail(operation, ": ", wanted.size(), " lengths for ", count, " axes; give one an axis");
    if (count > rank) fail(operation, ": ", count, " lengths for a tensor of shape ", x.shape(), "; it has fewer axes");
    for (int i = 0; i < count; ++i)
      axes.push_back(named.empty() ? rank - count + i
                                   : normal_axis(operation, named[static_cast<std::size_t>(i)], rank));
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (std::count(axes.begin(), axes.end(), axes[i]) > 1) fail(operation, ": axis ", axes[i], " is named twice");
      const std::int64_t extent = x.shape()[axes[i]];
      lengths.push_back(!wanted.empty() ? wanted[i] : half && i + 1 == axes.size() ? 2 * (extent - 1) : extent);
      if (lengths.back() < 1)
        fail(operation, ": axis ", axes[i], " of shape ", x.shape(), " makes a transform of ", lengths.back(),
             " elements; it must be 1 or more");
    }
    double product = 1;
    for (const std::int64_t n : lengths) product *= static_cast<double>(n);
    factor = norm == Norm::ortho ? 1 / std::sqrt(product) : (norm == Norm::backward) == inverse ? 1 / product : 1;
  }
  Tensor resize(const char* operation, Tensor x, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) x = resized(operation, x, axes[i], lengths[i]);
    return x;
  }
};

Tensor transformed(const char* operation, const Tensor& x, const Plan& plan, bool inverse) {
  const Tensor y = complex(plan.resize(operation, x, plan.axes.size()));
  return plan.axes.empty() ? y : graph::linear(Fourier{plan.axes, inverse, plan.factor}, y);
}

Tensor half_of(const char* operation, const Tensor& x, const Plan& plan) {
  if (is_complex(x.dtype())) fail(operation, ": takes real numbers, not ", name(x.dtype()), "; call fftn() or fft()");
  if (plan.axes.empty()) fail(operation, ": a scalar has no axis to transform along");
  const Tensor y = plan.resize(operation, is_real_floating(x.dtype()) ? x : cast(x, DType::f64), plan.axes.size());
  return graph::linear(FourierOfReal{plan.axes, plan.factor}, y);
}

Tensor real_from(const char* operation, const Tensor& x, const Plan& plan) {
  if (plan.axes.empty()) fail(operation, ": a scalar has no axis to transform along");
  const std::int64_t n = plan.lengths.back();
  Tensor y = complex(plan.resize(operation, x, plan.axes.size() - 1));
  y = resized(operation, y, plan.axes.back(), n / 2 + 1);
  return graph::linear(RealOfFourier{plan.axes, n, plan.factor}, y);
}

Lengths one(std::optional<std::int64_t> n) { return n ? Lengths{*n} : Lengths{}; }

Tensor moved(const Tensor& x, const Axes& axes, bool back) {
  Tensor y = x;
  for (int i = 0; i < x.rank(); ++i) {
    const bool named = axes.empty() || std::any_of(axes.begin(), axes.end(), [&](std::int64_t a) {
                         return normal_axis("fftshift", a, x.rank()) == i;
                       });
    const std::int64_t n = x.shape()[i], first = back ? n / 2 : n - n / 2;
    if (named && n > 1) y = concatenate({slice(y, i, {first, n}), slice(y, i, {0, first})}, i);
  }
  return y;
}

}  // namespace

Tensor fft(const Tensor& x, std::optional<std::int64_t> n, std::int64_t axis, Norm norm) {
  return transformed("fft", x, Plan("fft", x, one(n), {axis}, norm, false), false);
}
Tensor ifft(const Tensor& x, std::optional<std::int64_t> n, std::int64_t axis, Norm norm) {
  return transformed("ifft", x, Plan("ifft", x, one(n), {axis}, norm, true), true);
}
Tensor rfft(const Tensor& x, std::optional<std::int64_t> n, std::int64_t axis, Norm norm) {
  return half_of("rfft", x, Plan("rfft", x, one(n), {axis}, norm, false));
}
Tensor irfft(const Tensor& x, std::optional<std::int64_t> n, std::int64_t axis, Norm norm) {
  return real_from("irfft", x, Plan("irfft", x, one(n), {axis}, norm, true, true));
}
Tensor fftn(const Tensor& x, const Lengths& lengths, const Axes& axes, Norm norm) {
  return transformed("fftn", x, Plan("fftn", x, lengths, axes, norm, false), false);
}
Tensor ifftn(const Tensor& x, const Lengths& lengths, const Axes& axes, Norm norm) {
  return transformed("ifftn", x, Plan("ifftn", x, lengths, axes, norm, true), true);
}
Tensor rfftn(const Tensor& x, const Lengths& lengths, const Axes& axes, Norm norm) {
  return half_of("rfftn", x, Plan("rfftn", x, lengths, axes, norm, false));
}
Tensor irfftn(const Tensor& x, const Lengths& lengths, const Axes& axes, Norm norm) {
  return real_from("irfftn", x, Plan("irfftn", x, lengths, axes, norm, true, true));
}

Tensor fftfreq(std::int64_t n, double spacing) {
  if (n < 1) fail("fftfreq: ", n, " samples; there must be 1 or more");
  const Tensor k = cast(arange(n), DType::f64);
  return where(k < static_cast<double>((n + 1) / 2), k, k - static_cast<double>(n)) /
         (static_cast<double>(n) * spacing);
}
Tensor rfftfreq(std::int64_t n, double spacing) {
  if (n < 1) fail("rfftfreq: ", n, " samples; there must be 1 or more");
  return cast(arange(n / 2 + 1), DType::f64) / (static_cast<double>(n) * spacing);
}
Tensor fftshift(const Tensor& x, const Axes& axes) { return moved(x, axes, false); }
Tensor ifftshift(const Tensor& x, const Axes& axes) { return moved(x, axes, true); }

}  // namespace terrella::fft
