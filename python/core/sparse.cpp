// Sparse matrices and solves with them.
#include "core/sparse.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Numbers = std::vector<std::int64_t>;
using Blocks = std::vector<std::vector<std::optional<SparseTensor>>>;

/// Integers of any shape, row-major.
Numbers numbers(const char* what, const Operand& x) {
  if (is_floating(x.value.dtype()) && x.value.size() > 0)
    fail("sparse: ", what, " must be integers, got ", name(x.value.dtype()));
  return cast(x.value, DType::i64).to_vector<std::int64_t>();
}

MatrixKind kind_of(const std::string& kind) {
  constexpr const char* names[] = {"general", "symmetric", "hermitian", "positive_definite"};
  const auto* const at = std::find(std::begin(names), std::end(names), kind);
  if (at == std::end(names))
    fail("sparse: kind '", kind, "' does not exist; choose general, symmetric, hermitian or positive_definite");
  return static_cast<MatrixKind>(at - names);
}

Direct direct_of(const std::string& by) {
  if (by == "multifrontal") return Direct::multifrontal;
  if (by == "mumps") return Direct::mumps;
  fail("sparse: by '", by, "' does not exist; choose multifrontal or mumps");
}

Shape shape_of(const SparseTensor& a) {
  Shape shape = a.values().shape();
  shape[shape.rank() - 1] = a.rows();
  shape.push_back(a.columns());
  return shape;
}

void bind_pattern(py::module_& m) {
  py::class_<SparsePattern>(m, "SparsePattern",
                            "Where a sparse matrix may be other than zero: places sorted by rows, then columns. "
                            "Whatever depends on places only is found out once for a pattern.")
      .def_property_readonly(
          "shape", [](const SparsePattern& p) { return std::pair(p.rows(), p.columns()); }, "(rows, columns)")
      .def_property_readonly("entries", &SparsePattern::entries, "Number of places.")
      .def_property_readonly("row", &SparsePattern::row_index, "Row of every entry, int64 [entries].")
      .def_property_readonly("column", &SparsePattern::column_index, "Column of every entry, int64 [entries].")
      .def_property_readonly(
          "row_starts",
          [](const SparsePattern& p) {
            return Tensor::from(p.row_starts(), {static_cast<std::int64_t>(p.row_starts().size())});
          },
          "First entry of every row, and the number of entries: int64 [rows + 1].")
      .def(
          "__eq__", [](const SparsePattern& a, const SparsePattern& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const SparsePattern& p) {
        return text("SparsePattern(", p.rows(), " x ", p.columns(), ", ", p.entries(), " entries)");
      });
}

void bind_matrix(py::module_& m) {
  py::class_<SparseTensor> c(m, "SparseTensor", R"(Matrices of one pattern.

pattern : SparsePattern
values  : [.., entries]; leading axes are a batch of matrices
raises  : ValueError where they do not fit

A @ x, A + B, A - B, factor * A, A.T and A.H are differentiable in the values; so is everything in this module.)");
  c.def(py::init([](const SparsePattern& p, const Operand& v) { return SparseTensor(p, v.value); }), "pattern"_a,
        "values"_a)
      .def_property_readonly("pattern", &SparseTensor::pattern)
      .def_property_readonly("values", &SparseTensor::values)
      .def_property_readonly(
          "shape", [](const SparseTensor& a) { return to_tuple(shape_of(a)); }, "(.., rows, columns)")
      .def_property_readonly(
          "dtype", [](const SparseTensor& a) { return numpy_dtype(a.dtype()); }, "numpy dtype")
      .def_property_readonly("T", py::cpp_function([](const SparseTensor& a) { return transpose(a); }, Unlocked()),
                             "Transpose.")
      .def_property_readonly("H", py::cpp_function([](const SparseTensor& a) { return adjoint(a); }, Unlocked()),
                             "Conjugate transpose.")
      .def(
          "to_dense", [](const SparseTensor& a) { return to_dense(a); }, Unlocked(), "[.., rows, columns]")
      .def(
          "diagonal", [](const SparseTensor& a) { return diagonal(a); }, Unlocked(), "[.., min(rows, columns)]")
      .def(
          "__matmul__", [](const SparseTensor& a, const SparseTensor& b) { return matmul(a, b); }, Unlocked(),
          py::is_operator())
      .def(
          "__matmul__", [](const SparseTensor& a, const Operand& x) { return matmul(a, x.value); }, Unlocked(),
          py::is_operator())
      .def(
          "__add__", [](const SparseTensor& a, const SparseTensor& b) { return a + b; }, Unlocked(), py::is_operator())
      .def(
          "__sub__", [](const SparseTensor& a, const SparseTensor& b) { return a - b; }, Unlocked(), py::is_operator())
      .def("__neg__", [](const SparseTensor& a) { return -a; })
      .def(
          "__mul__", [](const SparseTensor& a, const Operand& f) { return f.value * a; }, py::is_operator())
      .def(
          "__rmul__", [](const SparseTensor& a, const Operand& f) { return f.value * a; }, py::is_operator())
      .def(
          "__truediv__", [](const SparseTensor& a, const Operand& f) { return reciprocal(f.value) * a; },
          py::is_operator())
      .def("__repr__", [](const SparseTensor& a) {
        return text("SparseTensor(shape ", py::repr(to_tuple(shape_of(a))).cast<std::string>(), ", ",
                    a.pattern().entries(), " entries, ", py::str(numpy_dtype(a.dtype())).cast<std::string>(), ")");
      });
  c.attr("__array_ufunc__") = py::none();  // numpy's arrays leave the operators to us
}

void bind_making(py::module_& m) {
  py::class_<Assembly>(m, "Assembly", "How contributions become the entries of a matrix; those to one place are added.")
      .def_readonly("pattern", &Assembly::pattern)
      .def(
          "values", [](const Assembly& a, const Operand& c) { return a.values(c.value); }, "contributions"_a,
          Unlocked(), "Values [.., entries] from contributions [.., contributions]; linear.")
      .def(
          "matrix", [](const Assembly& a, const Operand& c) { return SparseTensor(a.pattern, a.values(c.value)); },
          "contributions"_a, Unlocked(), "SparseTensor of those values.");
  m.def(
      "assemble",
      [](std::int64_t rows, std::int64_t columns, const Operand& row, const Operand& column) {
        return assemble(rows, columns, numbers("rows", row), numbers("columns", column));
      },
      "rows"_a, "columns"_a, "row"_a, "column"_a, Unlocked(),
      R"(Assembly of a rows x columns matrix from contributions at (row, column).

row, column : ints of one shape, one pair a contribution; pairs may repeat
raises      : ValueError naming the pair that lies outside)");
  m.def(
      "assemble_elements",
      [](std::int64_t unknowns, const Operand& nodes) {
        if (nodes.value.rank() != 2)
          fail("assemble_elements: nodes need [elements, nodes_each], got shape ", nodes.value.shape());
        return assemble_elements(unknowns, numbers("nodes", nodes), nodes.value.shape()[1]);
      },
      "unknowns"_a, "nodes"_a, Unlocked(),
      R"(Assembly of a finite-element matrix.

nodes  : ints [elements, nodes_each], unknowns of each element; -1 is a boundary value, which is left out
values of the result take element matrices [.., elements * nodes_each * nodes_each])");
  m.def(
      "diagonal_matrix", [](const Operand& d) { return sparse_diagonal(d.value); }, "d"_a,
      "d [.., n] on the diagonal.");
  m.def(
      "from_dense", [](const Operand& a) { return sparse_from_dense(a.value); }, "a"_a, Unlocked(),
      "The entries of a [n, m] that are not zero.");
  m.def(
      "block_matrix", [](const Blocks& blocks) { return block_matrix(blocks); }, "blocks"_a, Unlocked(),
      "[[A, B], [C, D]] from rows of blocks; None is zero. ValueError where sizes disagree.");
  m.def(
      "submatrix",
      [](const SparseTensor& a, const Operand& rows, const Operand& columns) {
        return submatrix(a, numbers("rows", rows), numbers("columns", columns));
      },
      "a"_a, "rows"_a, "columns"_a, Unlocked(),
      "Those rows and columns, in that order, none twice: a part, or a permutation.");
  m.def(
      "scale_rows", [](const Operand& d, const SparseTensor& a) { return scale_rows(d.value, a); }, "d"_a, "a"_a,
      "diag(d) A");
  m.def(
      "scale_columns", [](const SparseTensor& a, const Operand& d) { return scale_columns(a, d.value); }, "a"_a, "d"_a,
      "A diag(d)");
}

void bind_solve(py::module_& m) {
  m.def(
      "solve",
      [](const SparseTensor& a, const Operand& b, const std::string& kind, const std::string& by) {
        return solve(a, b.value, kind_of(kind), direct_of(by));
      },
      "a"_a, "b"_a, "kind"_a = "general", py::kw_only(), "by"_a = "multifrontal", Unlocked(),
      R"(x of A x = b for square A and b [n] or [.., n, m]; batches broadcast.

kind   : "general", "symmetric" (A = A.T, also complex), "hermitian" or "positive_definite"
by     : "multifrontal", our own, or "mumps" where it is installed: slower, but with pivots from anywhere
raises : SolveError for NaN or infinity, a matrix that is not of its kind, a singular one (names pivot and row)

A is factorised once for all right-hand sides, the adjoint solve and derivatives of every order; ordering and symbolic
analysis are shared by all matrices of a pattern, and threads work on different ones. Gradients come on the pattern,
for each entry as if it stood alone. Multifrontal L D L^T or L U over METIS's nested dissection. Rows of a general
matrix are matched to columns by places alone: leave places on the diagonal that hold zeros out of the pattern
(eliminate_zeros() in SciPy).)");
  py::class_<SparseFactor>(m, "Factor", "A matrix with its factors, for solves that come one after the other.")
      .def(py::init([](const SparseTensor& a, const std::string& kind) { return SparseFactor(a, kind_of(kind)); }),
           "a"_a, "kind"_a = "general", Unlocked(),
           "Errors as of sparse.solve, when the factors are first needed: by eval() or a solve.")
      .def(
          "solve", [](const SparseFactor& f, const Operand& b) { return f.solve(b.value); }, "b"_a, Unlocked(),
          "x of A x = b")
      .def(
          "solve_adjoint", [](const SparseFactor& f, const Operand& b) { return f.solve_adjoint(b.value); }, "b"_a,
          Unlocked(), "x of A^H x = b")
      .def(
          "eval",
          [](const SparseFactor& f) {
            f.eval();
            return f;
          },
          Unlocked(), "Factorises now.")
      .def_property_readonly("numbers", &SparseFactor::numbers, "Numbers stored for each matrix.")
      .def_property_readonly("matrix", &SparseFactor::matrix);
}

}  // namespace

void bind_sparse(py::module_& parent) {
  py::module_ m = parent.def_submodule(
      "sparse", "Sparse matrices as a pattern and values: algebra, assembly and solves, differentiable to any order.");
  bind_pattern(m);
  bind_matrix(m);
  bind_making(m);
  bind_solve(m);
}

}  // namespace terrella::python
