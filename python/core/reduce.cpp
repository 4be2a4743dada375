// Sums, products, extrema: as functions and as methods.
#include "core/ops/reduce.h"

#include "core/ops/create.h"
#include "core/ops/shape.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Reduction = Tensor (*)(const Tensor&, const Axes&, bool);
using Along = Tensor (*)(const Tensor&, std::int64_t);

Tensor reduced(Reduction f, const Tensor& x, const AxisChoice& axis, bool keepdims) {
  if (!axis.all && axis.axes.empty()) return f(expand_dims(x, 0), {0}, false);  // axis=() leaves the shape, as in numpy
  return f(x, axis.axes, keepdims);
}

void reduction(py::module_& m, py::class_<Tensor>& tensor, const char* name, Reduction f, const char* help) {
  const std::string doc = std::string(help) + R"(

x        : tensor of any shape
axis     : int or several, negative ones counted from the end; None is all of them
keepdims : leaves the reduced axes with extent 1
raises   : ValueError for an axis that does not exist)";
  m.def(
      name, [f](const Operand& x, const AxisChoice& axis, bool keep) { return reduced(f, x.value, axis, keep); }, "x"_a,
      "axis"_a = py::none(), py::kw_only(), "keepdims"_a = false, Unlocked(), doc.c_str());
  tensor.def(
      name, [f](const Tensor& x, const AxisChoice& axis, bool keep) { return reduced(f, x, axis, keep); },
      "axis"_a = py::none(), py::kw_only(), "keepdims"_a = false, Unlocked(), help);
}

Tensor along(Along f, const Tensor& x, std::optional<std::int64_t> axis) { return axis ? f(x, *axis) : f(ravel(x), 0); }

void along_axis(py::module_& m, py::class_<Tensor>& tensor, const char* name, Along f, const char* help) {
  const std::string doc = std::string(help) + "\n\naxis : int; None for all elements in row-major order";
  m.def(
      name, [f](const Operand& x, std::optional<std::int64_t> axis) { return along(f, x.value, axis); }, "x"_a,
      "axis"_a = py::none(), Unlocked(), doc.c_str());
  tensor.def(
      name, [f](const Tensor& x, std::optional<std::int64_t> axis) { return along(f, x, axis); }, "axis"_a = py::none(),
      Unlocked(), doc.c_str());
}

}  // namespace

void bind_reductions(py::module_& m, py::class_<Tensor>& tensor) {
  reduction(m, tensor, "sum", &sum,
            "Sum; of bool and int32 in int64. The order is fixed, whatever the number of threads.");
  reduction(m, tensor, "mean", &mean, "Mean");
  reduction(m, tensor, "prod", &prod, "Product");
  reduction(m, tensor, "max", &max, "Largest value of real numbers; NaN wins. Equal ones share the derivative.");
  reduction(m, tensor, "min", &min, "Smallest value of real numbers; NaN wins. Equal ones share the derivative.");
  reduction(m, tensor, "any", &any, "Whether any element is true (not zero)");
  reduction(m, tensor, "all", &all, "Whether all elements are true (not zero)");
  reduction(m, tensor, "norm", &norm, "Euclidean norm, without overflow; its derivative at 0 is 0");
  reduction(m, tensor, "logsumexp", &logsumexp, "log(sum(exp(x))) of real numbers, without overflow");
  reduction(m, tensor, "var", &var, "Variance: mean of |x - mean|^2");
  along_axis(m, tensor, "argmax", &argmax, "First position of the largest value, int64");
  along_axis(m, tensor, "argmin", &argmin, "First position of the smallest value, int64");
  along_axis(m, tensor, "cumsum", &cumsum, "Running sum");
  along_axis(m, tensor, "cumprod", &cumprod, "Running product");
  m.def(
      "max_abs", [](const Operand& x) { return max_abs(x.value); }, "x"_a, Unlocked(),
      "Largest |x| as a Python float; 0 for an empty tensor. Evaluates.");
}

}  // namespace terrella::python
