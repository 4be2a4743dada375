// Functions that are given by an equation.
#include "python/core/iterative.h"

#include "core/error.h"
#include "core/implicit.h"
#include "python/core/function.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

std::tuple<Tensor, Tensor, Tensor> parts(const ImplicitResult& r) { return {r.x, r.iterations, r.residual}; }

}  // namespace

void bind_implicit(py::module_& m) {
  m.def(
      "root",
      [](const py::function& f, const Operand& start, std::optional<double> tolerance, double absolute_tolerance,
         std::int64_t max_iterations, const std::optional<py::function>& solver) {
        RootOptions options{tolerance, absolute_tolerance, max_iterations, {}};
        if (solver)
          options.solver = [solver = hold(*solver)](const Tensor& x, const Tensor& r) {
            const py::gil_scoped_acquire gil;
            return tensor_of("root: solver", object_of(solver)(x, r));
          };
        const auto function = tensor_function("root", f);
        const py::gil_scoped_release unlocked;
        return parts(root(function, start.value, options));
      },
      "f"_a, "start"_a, py::kw_only(), "tolerance"_a = py::none(), "absolute_tolerance"_a = 0.0,
      "max_iterations"_a = 50, "solver"_a = py::none(),
      R"((x, iterations, residual) with f(x) = 0, by Newton's method with steps halved until |f| falls.

f                  : function of a tensor, returns one of its shape and dtype; holomorphic where complex. Derivatives
                     flow through what it uses.
start              : any shape
tolerance          : of the last step relative to |x|; None: 1e-10 in double precision, 1e-5 in single
absolute_tolerance : added to tolerance |x|, where x may be zero
solver             : solver(x, r) returns s with J(x) s = r, J the Jacobian of f, by a sparse solve, krylov_solve or the
                     like; None: the dense Jacobian
returns            : x like start, iterations (int64), |f(x)|
raises             : SolveError, with iterations and residual, where no step lowers |f| or the tolerance is not met;
                     ValueError for shapes and options

Derivatives of any order come by the implicit function theorem at x. Under vmap each element iterates by itself.

>>> square_root = lambda p: tl.root(lambda x: x * x - p, 1.0)[0]
>>> square_root(4.0), tl.grad(square_root)(tl.tensor(4.0))
(tensor(2.), tensor(0.25)))");
  m.def(
      "fixed_point",
      [](const py::function& g, const Operand& start, std::optional<double> tolerance, double absolute_tolerance,
         std::int64_t max_iterations, std::int64_t memory, const std::string& method,
         std::optional<double> derivative_tolerance) {
        FixedPointOptions options{tolerance, absolute_tolerance, max_iterations, memory, {}};
        options.derivative = krylov_options(method, derivative_tolerance, {}, {}, 30, 4, py::none());
        const auto function = tensor_function("fixed_point", g);
        const py::gil_scoped_release unlocked;
        return parts(fixed_point(function, start.value, options));
      },
      "g"_a, "start"_a, py::kw_only(), "tolerance"_a = py::none(), "absolute_tolerance"_a = 0.0,
      "max_iterations"_a = 1000, "memory"_a = 5, "method"_a = "gmres", "derivative_tolerance"_a = py::none(),
      R"((x, iterations, residual) with g(x) = x, by iteration with Anderson acceleration.

g                    : function of a tensor, returns one of its shape and dtype
tolerance            : of |g(x) - x| relative to |x|; None: 1e-10 in double precision, 1e-5 in single
absolute_tolerance   : added to tolerance |x|, where x may be zero
memory               : former steps that are combined; 0: plain iteration
method               : by which derivatives solve x' = g' + (dg/dx) x', see krylov_solve
derivative_tolerance : of that solve; None: as krylov_solve
returns              : x like start, iterations (int64), |g(x) - x|
raises               : SolveError, with iterations and residual, where it does not converge; ValueError for shapes and
                       options

Otherwise like root. Anderson (1965); Walker & Ni (2011).

>>> x, iterations, residual = tl.fixed_point(lambda x: tl.cos(x), 1.0)
>>> 0.7390851331 < float(x) < 0.7390851333
True)");
}

}  // namespace terrella::python
