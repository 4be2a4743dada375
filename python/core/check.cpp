// Does a derivative belong to its function, a discretisation to its order?
#include "core/check.h"

#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Check = double (*)(const Function&, const Tensor&, const check::Options&);

void derivative_check(py::module_& m, const char* name, Check check, const char* help) {
  const std::string doc = std::string(help) + R"(

f    : function of one tensor (close over the others), returns a tensor
x    : tensor, float or complex
seed : of the random directions, complex for complex x; step : the largest one, relative to |x| + 1, halved `halvings` times
raises : ValueError where x is no floating tensor)";
  m.def(
      name,
      [check](const py::function& f, const Operand& x, std::uint64_t seed, double step, int halvings) {
        const Function one = function_of_one(f);
        const py::gil_scoped_release unlocked;
        return check(one, x.value, {seed, step, halvings});
      },
      "f"_a, "x"_a, py::kw_only(), "seed"_a = 1, "step"_a = 1e-2, "halvings"_a = 4, doc.c_str());
}

}  // namespace

void bind_checks(py::module_& parent) {
  py::module_ m =
      parent.def_submodule("check", "Does a derivative belong to its function, a discretisation to its order?");
  derivative_check(m, "taylor_order", &check::taylor_order,
                   "Order p of |f(x + h v) - f(x) - h J v| = O(h^p): 2 for a right derivative, 1 for a wrong one.");
  derivative_check(m, "dot_product_error", &check::dot_product_error,
                   "|<u, J v> - <J* u, v>| / (|u| |J v|): rounding only when jvp and vjp belong together.");
  derivative_check(
      m, "gradient_error", &check::gradient_error,
      "|J v - central difference| / |J v|, the difference extrapolated to fourth order; about 1e-9 in float64.");
  m.def(
      "convergence_order",
      [](const py::function& error, const std::vector<std::int64_t>& sizes) {
        return check::convergence_order([&](std::int64_t n) { return error(n).cast<double>(); }, sizes);
      },
      "error"_a, "sizes"_a, R"(Order p of error(n) = C n^-p by least squares in logarithms.

error : function of the number of cells, returns the error as a number
sizes : list of at least two ints

>>> round(tl.check.convergence_order(lambda n: 3.0 / n**2, [8, 16, 32]), 6)
2.0)");
}

}  // namespace terrella::python
