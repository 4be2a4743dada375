// Rearranging, joining, picking, and products of matrices.
#include <variant>

#include "core/ops.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

using Numbers = std::vector<std::int64_t>;
using Operands = std::vector<Operand>;

Tensors values(const Operands& parts) {
  Tensors tensors;
  for (const Operand& part : parts) tensors.push_back(part.value);
  return tensors;
}

Tensors split_at(const Operand& x, const std::variant<std::int64_t, Numbers>& where, std::int64_t axis) {
  if (const auto* parts = std::get_if<std::int64_t>(&where)) return split(x.value, *parts, axis);
  return split(x.value, std::get<Numbers>(where), axis);
}

// x.reshape(2, 3) and x.reshape((2, 3)).
Shape shape_of(const py::args& shape) {
  return (shape.size() == 1 ? py::object(shape[0]) : py::object(shape)).cast<Extents>().value;
}

void bind_views(py::module_& m) {
  m.def(
      "reshape", [](const Operand& x, const Extents& shape) { return reshape(x.value, shape.value); }, "x"_a, "shape"_a,
      Unlocked(), "Same values in row-major order; one extent may be -1 and is computed.");
  m.def(
      "ravel", [](const Operand& x) { return ravel(x.value); }, "x"_a, Unlocked(), "All values in one axis.");
  m.def(
      "transpose", [](const Operand& x, const AxisChoice& axes) { return transpose(x.value, axes.axes); }, "x"_a,
      "axes"_a = py::none(), Unlocked(),
      "Axes in the order given: axis i of the result is axis axes[i] of x; reversed by default.");
  m.def(
      "matrix_transpose", [](const Operand& x) { return matrix_transpose(x.value); }, "x"_a, Unlocked(),
      "The last two axes swapped.");
  m.def(
      "adjoint", [](const Operand& x) { return adjoint(x.value); }, "x"_a, Unlocked(),
      "The last two axes swapped, conjugated: the Hermitian adjoint of matrices.");
  m.def(
      "swapaxes", [](const Operand& x, std::int64_t a, std::int64_t b) { return swap_axes(x.value, a, b); }, "x"_a,
      "axis1"_a, "axis2"_a, Unlocked(), "Two axes swapped.");
  m.def(
      "moveaxis", [](const Operand& x, std::int64_t from, std::int64_t to) { return move_axis(x.value, from, to); },
      "x"_a, "source"_a, "destination"_a, Unlocked(), "One axis moved to another place.");
  m.def(
      "expand_dims", [](const Operand& x, std::int64_t axis) { return expand_dims(x.value, axis); }, "x"_a, "axis"_a,
      Unlocked(), "A new axis of extent 1.");
  m.def(
      "squeeze", [](const Operand& x, std::optional<std::int64_t> axis) { return squeeze(x.value, axis); }, "x"_a,
      "axis"_a = py::none(), Unlocked(), "Without the axes of extent 1: the one named, or all.");
  m.def(
      "broadcast_to", [](const Operand& x, const Extents& shape) { return broadcast_to(x.value, shape.value); }, "x"_a,
      "shape"_a, Unlocked(), "Repeated along new axes and those of extent 1.");
  m.def(
      "sum_to", [](const Operand& x, const Extents& shape) { return sum_to(x.value, shape.value); }, "x"_a, "shape"_a,
      Unlocked(), "The adjoint of broadcast_to: sums what was repeated.");
  m.def(
      "flip", [](const Operand& x, const AxisChoice& axis) { return flip(x.value, axis.axes); }, "x"_a,
      "axis"_a = py::none(), Unlocked(), "Reversed along the axes, all by default.");
  m.def(
      "pad",
      [](const Operand& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& width) {
        return pad(x.value, width);
      },
      "x"_a, "pad_width"_a, Unlocked(), "Zeros around: pad_width [(before, after)], one pair an axis, none negative.");
  m.def(
      "astype", [](const Operand& x, DType dtype) { return cast(x.value, dtype); }, "x"_a, "dtype"_a, Unlocked(),
      "With another dtype, as in C++: complex to real takes the real part, to bool asks x != 0.");
}

void bind_joining(py::module_& m) {
  m.def(
      "concatenate", [](const Operands& parts, std::int64_t axis) { return concatenate(values(parts), axis); },
      "parts"_a, "axis"_a = 0, Unlocked(), "Tensors joined along an axis.");
  m.def(
      "stack", [](const Operands& parts, std::int64_t axis) { return stack(values(parts), axis); }, "parts"_a,
      "axis"_a = 0, Unlocked(), "Tensors of one shape joined along a new axis.");
  m.def("split", &split_at, "x"_a, "where"_a, "axis"_a = 0, Unlocked(),
        "A list of parts along an axis: their number, which must divide the extent, or the positions where parts end.");
  m.def(
      "diagonal", [](const Operand& x) { return diagonal(x.value); }, "x"_a, Unlocked(),
      "Diagonal of the last two axes.");
  m.def(
      "diagonal_matrix", [](const Operand& x) { return diagonal_matrix(x.value); }, "x"_a, Unlocked(),
      "Matrices whose diagonals are the last axis of x.");
  m.def(
      "tril", [](const Operand& x, std::int64_t k) { return tril(x.value, k); }, "x"_a, "k"_a = 0, Unlocked(),
      "The lower triangle of the last two axes, up to diagonal k; zeros elsewhere.");
  m.def(
      "triu", [](const Operand& x, std::int64_t k) { return triu(x.value, k); }, "x"_a, "k"_a = 0, Unlocked(),
      "The upper triangle of the last two axes, from diagonal k on; zeros elsewhere.");
}

void bind_picking(py::module_& m) {
  m.def(
      "gather",
      [](const Operand& x, const Operand& index, std::int64_t axis) { return gather(x.value, index.value, axis); },
      "x"_a, "index"_a, "axis"_a = 0, Unlocked(),
      "x[.., index.., ..]: the axis is replaced by the axes of index (integers, negative ones from the end); numpy's "
      "take.");
  m.def(
      "scatter_add",
      [](const Operand& x, const Operand& index, std::int64_t size, std::int64_t axis) {
        return scatter_add(x.value, index.value, size, axis);
      },
      "x"_a, "index"_a, "size"_a, "axis"_a = 0, Unlocked(),
      "The adjoint of gather: zeros with extent `size` on the axis, to which x is added at index.");
  m.def(
      "argwhere", [](const Operand& condition) { return argwhere(condition.value); }, "condition"_a, Unlocked(),
      "Positions of what is true, int64 [count, axes]. Evaluates.");
}

void bind_products(py::module_& m) {
  m.def(
      "matmul", [](const Operand& x, const Operand& y) { return matmul(x.value, y.value); }, "x"_a, "y"_a, Unlocked(),
      "Product of matrices [.., m, k] and [.., k, n]; leading axes broadcast, a vector is a row on the left, a column "
      "on the right.");
  m.def(
      "dot", [](const Operand& x, const Operand& y) { return dot(x.value, y.value); }, "x"_a, "y"_a, Unlocked(),
      "Sum of products over the last axis of x and the first of y; without conjugation.");
  m.def(
      "inner", [](const Operand& x, const Operand& y) { return inner(x.value, y.value); }, "x"_a, "y"_a, Unlocked(),
      "Re sum conj(x) y over all elements, a real number: the inner product to which adjoints belong. Not numpy's "
      "inner.");
  m.def(
      "outer", [](const Operand& x, const Operand& y) { return outer(x.value, y.value); }, "x"_a, "y"_a, Unlocked(),
      "x_i y_j of two vectors.");
}

}  // namespace

void bind_shapes(py::module_& m, py::class_<Tensor>& tensor) {
  bind_views(m);
  bind_joining(m);
  bind_picking(m);
  bind_products(m);
  tensor
      .def(
          "reshape", [](const Tensor& x, const py::args& shape) { return reshape(x, shape_of(shape)); },
          "Same values in row-major order; one extent may be -1.")
      .def(
          "transpose", [](const Tensor& x, const AxisChoice& axes) { return transpose(x, axes.axes); },
          "axes"_a = py::none(), Unlocked(), "Axes in the order given; reversed by default.")
      .def(
          "ravel", [](const Tensor& x) { return ravel(x); }, Unlocked(), "All values in one axis.")
      .def(
          "conj", [](const Tensor& x) { return conj(x); }, Unlocked(), "Complex conjugate.");
}

}  // namespace terrella::python
