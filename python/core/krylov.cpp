// Iterative solves and their preconditioners.
#include "core/krylov.h"

#include "core/error.h"
#include "python/core/function.h"
#include "python/core/iterative.h"
#include "python/core/tensor.h"

namespace terrella::python {

std::function<Tensor(const Tensor&)> tensor_function(const char* what, const py::object& f) {
  return [what, f = hold(f)](const Tensor& x) {
    const py::gil_scoped_acquire gil;
    return tensor_of(what, object_of(f)(x));
  };
}

Tensor tensor_of(const char* what, const py::object& y) {
  const Tensor value = to_operand(y);
  if (!value.defined()) fail(what, ": the function must return a tensor, not a ", Py_TYPE(y.ptr())->tp_name);
  return value;
}

namespace {

constexpr const char* method_names[] = {
#define METHOD(name, title) #name,
#include "core/krylov/methods.def"
#undef METHOD
};

Preconditioner preconditioner_of(const py::object& m) {
  if (m.is_none()) return {};
  if (py::isinstance<Preconditioner>(m)) return m.cast<Preconditioner>();
  if (!PyCallable_Check(m.ptr()))
    fail("krylov_solve: preconditioner is a ", Py_TYPE(m.ptr())->tp_name,
         "; give None, one of tl.precondition, or a function of a tensor");
  return tensor_function("preconditioner", m);
}

LinearOperator operator_of(const py::object& a) {
  if (py::isinstance<SparseTensor>(a)) return a.cast<SparseTensor>();
  if (!PyCallable_Check(a.ptr()))
    fail("krylov_solve: the operator is a ", Py_TYPE(a.ptr())->tp_name,
         "; give a sparse matrix of tl.sparse, or a function of a tensor");
  return tensor_function("krylov_solve", a);
}

void bind_preconditioners(py::module_& parent) {
  py::module_ m = parent.def_submodule("precondition", "What makes Krylov methods fast, see krylov_solve.");
  py::class_<Preconditioner>(m, "Preconditioner",
                             "z = M^-1 r with M close to a matrix. A constant: no derivative flows through it. It is "
                             "made when a solve first needs it, and serves adjoint solves and derivatives, too.");
  m.def("jacobi", &precondition::jacobi, "a"_a, Unlocked(),
        "The diagonal of a sparse matrix. SolveError, in the solve, names a row where it is zero.");
  m.def(
      "ssor", &precondition::ssor, "a"_a, "relaxation"_a = 1.0, Unlocked(),
      "Symmetric successive overrelaxation, 0 < relaxation < 2; ValueError otherwise. SolveError, in the solve, names "
      "a row with zero on the diagonal.");
  m.def(
      "ilu", &precondition::ilu, "a"_a, Unlocked(),
      "Incomplete L U in the pattern of the matrix. Meijerink & van der Vorst (1977). SolveError, in the solve, names "
      "the row of a zero pivot.");
  m.def(
      "multigrid",
      [](const SparseTensor& a, double strength, std::int64_t smoothing, std::int64_t coarsest) {
        return precondition::multigrid(a, {strength, smoothing, coarsest});
      },
      "a"_a, py::kw_only(), "strength"_a = 0.08, "smoothing"_a = 2, "coarsest"_a = 200, Unlocked(),
      R"(One V-cycle of algebraic multigrid by smoothed aggregation, for matrices like those of elliptic operators.

a         : SparseTensor, Hermitian positive definite or close to it, also with a complex shift
strength  : entries tie unknowns together where |a_ij| > strength sqrt(|a_ii a_jj|)
smoothing : degree of the Chebyshev polynomial before and after each correction
coarsest  : unknowns that are solved for directly
raises    : ValueError for options; SolveError, in the solve, for a row whose diagonal is zero or not finite

Vanek, Mandel & Brezina (1996). The same bits for any number of threads.)");
}

}  // namespace

KrylovOptions krylov_options(const std::string& method, std::optional<double> tolerance,
                             std::optional<double> adjoint_tolerance, std::optional<std::int64_t> max_iterations,
                             std::int64_t restart, std::int64_t shadow, const py::object& preconditioner) {
  const auto* const at = std::find(std::begin(method_names), std::end(method_names), method);
  if (at == std::end(method_names)) {
    std::string all;
    for (const char* name : method_names) all += std::string(all.empty() ? "" : ", ") + name;
    fail("krylov_solve: method '", method, "' does not exist; choose one of ", all);
  }
  return {.method = static_cast<Krylov>(at - method_names),
          .tolerance = tolerance,
          .adjoint_tolerance = adjoint_tolerance,
          .max_iterations = max_iterations,
          .restart = restart,
          .shadow = shadow,
          .preconditioner = preconditioner_of(preconditioner)};
}

void bind_krylov(py::module_& m) {
  bind_preconditioners(m);
  m.def(
      "krylov_solve",
      [](const py::object& a, const Operand& b, const std::string& method, std::optional<double> tolerance,
         std::optional<double> adjoint_tolerance, std::optional<std::int64_t> max_iterations, std::int64_t restart,
         std::int64_t shadow, const py::object& preconditioner, const std::optional<Operand>& initial) {
        const LinearOperator operation = operator_of(a);
        KrylovOptions options =
            krylov_options(method, tolerance, adjoint_tolerance, max_iterations, restart, shadow, preconditioner);
        if (initial) options.initial = initial->value;
        const py::gil_scoped_release unlocked;
        const KrylovResult r = krylov_solve(operation, b.value, options);
        return std::tuple(r.x, r.iterations, r.residual);
      },
      "a"_a, "b"_a, "method"_a = "gmres", py::kw_only(), "tolerance"_a = py::none(), "adjoint_tolerance"_a = py::none(),
      "max_iterations"_a = py::none(), "restart"_a = 30, "shadow"_a = 4, "preconditioner"_a = py::none(),
      "initial"_a = py::none(),
      R"((x, iterations, residual) with A x = b, by iterations, differentiable to any order.

a                 : SparseTensor [.., n, n], with b [n] or [.., n, m]; or a linear function of a tensor of b's shape,
                    whatever it is, that returns one of that shape. It is called once, to be traced; derivatives flow
                    through what it uses.
method            : 'cg' for Hermitian positive definite A, 'minres' for Hermitian, 'cocg' for complex symmetric (A = A^T),
                    'gmres', 'fgmres' (the preconditioner not quite linear), 'bicgstab', 'idr' for any
tolerance         : of |b - A x| / |b|, the true residual; None: 1e-10 in double precision, 1e-5 in single
adjoint_tolerance : of solves with A^H, which grad and vjp make; None: the same
max_iterations    : None: 10 n, but 100 to 10 000
restart, shadow   : vectors that gmres keeps; s of IDR(s)
preconditioner    : None, one of tl.precondition, or a linear function z = M^-1 r. A constant for derivatives.
initial           : guess of x
returns           : x like b; iterations (int64) and |b - A x| / |b|, one for each right-hand side
raises            : SolveError, with method, iterations and residual, where the tolerance is not met, the method breaks
                    down, or A or M is not of its kind; ValueError for shapes and options

Nothing is differentiated through iterations: derivatives are solves by the same method. Under vmap each right-hand side
stops by itself.

>>> x, iterations, residual = tl.krylov_solve(lambda v: 2.0 * v, tl.tensor([2.0, 4.0]), 'cg')
>>> x
tensor([1., 2.]))");
}

}  // namespace terrella::python
