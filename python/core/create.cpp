// New tensors: constant, counted, random.
#include "core/ops/create.h"

#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using MaybeDType = std::optional<DType>;

Tensor filled(const Extents& shape, const Operand& value, MaybeDType dtype) {
  const Tensor x = full(shape.value, value.value);
  return dtype ? cast(x, *dtype) : x;
}

// numpy's arange(stop), arange(start, stop, step): integers where all are, else float64.
Tensor counted(const py::object& first, const py::object& stop, const py::object& step, MaybeDType dtype) {
  const py::object start = stop.is_none() ? py::object(py::int_(0)) : first, end = stop.is_none() ? first : stop;
  const auto whole = [](const py::object& x) { return PyIndex_Check(x.ptr()) != 0 && !py::isinstance<py::array>(x); };
  if (whole(start) && whole(end) && whole(step)) {
    const Tensor x = arange(start.cast<std::int64_t>(), end.cast<std::int64_t>(), step.cast<std::int64_t>());
    return dtype ? cast(x, *dtype) : x;
  }
  const Tensor x = arange(start.cast<double>(), end.cast<double>(), step.cast<double>());
  return dtype ? cast(x, *dtype) : x;
}

DType or_f64(MaybeDType dtype) { return dtype.value_or(DType::f64); }

}  // namespace

void bind_creation(py::module_& m) {
  const py::arg_v dtype = "dtype"_a = py::none();
  m.def(
      "zeros", [](const Extents& s, MaybeDType d) { return zeros(s.value, or_f64(d)); }, "shape"_a, dtype, Unlocked(),
      "Zeros; float64 by default.");
  m.def(
      "ones", [](const Extents& s, MaybeDType d) { return ones(s.value, or_f64(d)); }, "shape"_a, dtype, Unlocked(),
      "Ones; float64 by default.");
  m.def("full", &filled, "shape"_a, "value"_a, dtype, Unlocked(), "The value everywhere, broadcast to the shape.");
  m.def(
      "zeros_like", [](const Operand& x, MaybeDType d) { return zeros(x.value.shape(), d.value_or(x.value.dtype())); },
      "x"_a, dtype, Unlocked(), "Zeros of the shape and dtype of x.");
  m.def(
      "ones_like", [](const Operand& x, MaybeDType d) { return ones(x.value.shape(), d.value_or(x.value.dtype())); },
      "x"_a, dtype, Unlocked(), "Ones of the shape and dtype of x.");
  m.def("arange", &counted, "start"_a, "stop"_a = py::none(), "step"_a = 1, dtype,
        R"(start, start + step, ... below stop (above for a negative step); arange(n) counts from 0.

int64 where all three are integers, else float64.)");
  m.def(
      "linspace", [](double a, double b, std::int64_t n, MaybeDType d) { return linspace(a, b, n, or_f64(d)); },
      "start"_a, "stop"_a, "num"_a = 50, dtype, Unlocked(), "num values from start to stop, both included.");
  m.def(
      "logspace",
      [](double a, double b, std::int64_t n, double base, MaybeDType d) { return logspace(a, b, n, base, or_f64(d)); },
      "start"_a, "stop"_a, "num"_a = 50, "base"_a = 10.0, dtype, Unlocked(),
      "base to the powers linspace(start, stop, num).");
  m.def(
      "eye", [](std::int64_t n, MaybeDType d) { return eye(n, or_f64(d)); }, "n"_a, dtype, Unlocked(),
      "Identity matrix [n, n].");
}

void bind_random(py::module_& parent) {
  py::module_ m =
      parent.def_submodule("random",
                           "Random numbers from explicit seeds. The same seed gives the same numbers, whatever "
                           "the machine and the number of threads. Philox 4x32-10, Salmon et al. (2011).");
  const py::arg_v dtype = "dtype"_a = py::none();
  m.def(
      "uniform",
      [](const Extents& s, std::uint64_t seed, MaybeDType d) { return random_uniform(s.value, seed, or_f64(d)); },
      "shape"_a, py::kw_only(), "seed"_a, dtype, Unlocked(), "Uniform in [0, 1); complex: both parts.");
  m.def(
      "normal",
      [](const Extents& s, std::uint64_t seed, MaybeDType d) { return random_normal(s.value, seed, or_f64(d)); },
      "shape"_a, py::kw_only(), "seed"_a, dtype, Unlocked(),
      "Standard normal; complex: both parts, so that E|x|^2 = 2.");
  m.def(
      "integers",
      [](const Extents& s, std::int64_t low, std::int64_t high, std::uint64_t seed) {
        return random_integers(s.value, low, high, seed);
      },
      "shape"_a, "low"_a, "high"_a, py::kw_only(), "seed"_a, Unlocked(), "Integers in [low, high), int64.");
  m.def("permutation", &random_permutation, "n"_a, py::kw_only(), "seed"_a, Unlocked(),
        "0 .. n-1 in random order, int64.");
  m.def("split_seed", &split_seed, "seed"_a, "index"_a,
        "A seed for stream `index`, unrelated to the seeds of other streams.");
}

}  // namespace terrella::python
