// Discrete Fourier transforms.
#include "core/fft.h"

#include "core/error.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using fft::Norm;

Norm norm_of(const std::optional<std::string>& norm) {
  if (!norm || *norm == "backward") return Norm::backward;
  if (*norm == "ortho") return Norm::ortho;
  if (*norm == "forward") return Norm::forward;
  fail("fft: norm '", *norm, "' does not exist; choose backward, ortho or forward");
}

using Line = Tensor (*)(const Tensor&, std::optional<std::int64_t>, std::int64_t, Norm);
using Several = Tensor (*)(const Tensor&, const fft::Lengths&, const Axes&, Norm);

void along_one(py::module_& m, const char* name, Line f, const char* help) {
  const std::string doc = std::string(help) + R"(

n      : length of the transform; the axis is cut, or filled with zeros, to it
axis   : int, negative ones counted from the end
norm   : "backward" (1/n with the inverse), "ortho" (its root with both), "forward"
raises : ValueError for axes, lengths and dtypes that cannot be)";
  m.def(
      name,
      [f](const Operand& a, std::optional<std::int64_t> n, std::int64_t axis, const std::optional<std::string>& norm) {
        return f(a.value, n, axis, norm_of(norm));
      },
      "a"_a, "n"_a = py::none(), "axis"_a = -1, "norm"_a = py::none(), Unlocked(), doc.c_str());
}

void along_several(py::module_& m, const char* name, Several f, const Axes& axes, const char* help) {
  const std::string doc = std::string(help) + R"(

s      : length of the transform along each axis; axes are cut, or filled with zeros, to them
axes   : ints, negative ones counted from the end; None means all, or as many of the last as s has
norm   : "backward" (1/n with the inverse), "ortho" (its root with both), "forward"
raises : ValueError for axes, lengths and dtypes that cannot be)";
  const auto call = [f](const Operand& a, const std::optional<fft::Lengths>& s, const std::optional<Axes>& named,
                        const std::optional<std::string>& norm) {
    return f(a.value, s.value_or(fft::Lengths{}), named.value_or(Axes{}), norm_of(norm));
  };
  const py::object by_default = axes.empty() ? py::object(py::none()) : py::object(py::make_tuple(axes[0], axes[1]));
  m.def(name, call, "a"_a, "s"_a = py::none(), "axes"_a = by_default, "norm"_a = py::none(), Unlocked(), doc.c_str());
}

}  // namespace

void bind_fft(py::module_& parent) {
  py::module_ m = parent.def_submodule(
      "fft",
      "Discrete Fourier transforms of any length, numpy's conventions; differentiable to any order. float32 gives "
      "complex64, all else complex128.");
  along_one(m, "fft", &fft::fft, "sum_j a_j exp(-2 pi i j k / n) along an axis.");
  along_one(m, "ifft", &fft::ifft, "The inverse of fft().");
  along_one(m, "rfft", &fft::rfft, "Elements 0 ... n // 2 of the transform of real numbers.");
  along_one(m, "irfft", &fft::irfft, "The n real numbers with that half of a spectrum; 2 (extent - 1) unless told.");
  along_several(m, "fft2", &fft::fftn, {-2, -1}, "fft() along two axes.");
  along_several(m, "ifft2", &fft::ifftn, {-2, -1}, "The inverse of fft2().");
  along_several(m, "rfft2", &fft::rfftn, {-2, -1}, "fft2() of real numbers, half of the spectrum along the last axis.");
  along_several(m, "irfft2", &fft::irfftn, {-2, -1}, "The inverse of rfft2().");
  along_several(m, "fftn", &fft::fftn, {}, "fft() along several axes.");
  along_several(m, "ifftn", &fft::ifftn, {}, "The inverse of fftn().");
  along_several(m, "rfftn", &fft::rfftn, {}, "fftn() of real numbers, half of the spectrum along the last axis.");
  along_several(m, "irfftn", &fft::irfftn, {}, "The inverse of rfftn().");
  m.def("fftfreq", &fft::fftfreq, "n"_a, "d"_a = 1.0, Unlocked(),
        "Cycles per unit of the elements of fft(), of n samples d apart.");
  m.def("rfftfreq", &fft::rfftfreq, "n"_a, "d"_a = 1.0, Unlocked(),
        "Cycles per unit of the elements of rfft(), of n samples d apart.");
  for (const auto& [name, f, help] :
       {std::tuple("fftshift", &fft::fftshift, "Frequency zero moved to the middle of the axes, all where None."),
        std::tuple("ifftshift", &fft::ifftshift, "The inverse of fftshift().")})
    m.def(
        name, [f = f](const Operand& x, const AxisChoice& axes) { return f(x.value, axes.axes); }, "x"_a,
        "axes"_a = py::none(), Unlocked(), help);
}

}  // namespace terrella::python
