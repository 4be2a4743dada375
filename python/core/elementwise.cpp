// Operators, and every line of elementwise.def as a function.
#include "core/ops/elementwise.h"

#include "core/ops/matmul.h"
#include "core/ops/pow.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

// "IRC" as words.
std::string kinds_text(std::string_view kinds) {
  std::string words;
  for (const auto& [letter, word] : {std::pair{'B', "bool"}, {'I', "integer"}, {'R', "real"}, {'C', "complex"}})
    if (kinds.find(letter) != kinds.npos) words += (words.empty() ? "" : ", ") + std::string(word);
  return words;
}

using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);

void unary(py::module_& m, const char* name, Unary f, const char* kinds, const char* help) {
  const std::string doc = std::string(help) + ", element by element\n\nx : tensor of any shape; " + kinds_text(kinds) +
                          "\nreturns : tensor of that shape";
  m.def(
      name, [f](const Operand& x) { return f(x.value); }, "x"_a, py::pos_only(), doc.c_str());
}

void binary(py::module_& m, const char* name, Binary f, const char* kinds, const char* help) {
  const std::string doc = std::string(help) + ", element by element\n\nx, y : tensors, broadcast against each other; " +
                          kinds_text(kinds) + "\nreturns : tensor of their common shape";
  m.def(
      name, [f](const Operand& x, const Operand& y) { return f(x.value, y.value); }, "x"_a, "y"_a, py::pos_only(),
      doc.c_str());
}

void add_operator(py::class_<Tensor>& tensor, const char* name, Binary f) {
  tensor.def(("__" + std::string(name) + "__").c_str(),
             [f](const Tensor& x, const Operand& y) { return f(x, y.value); }, "y"_a, py::is_operator());
}

/// What Python calls for an operator with a tensor on either side.
template <Binary f>
PyObject* binary_slot(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    Operand made;
    const Tensor* x = exact_tensor(a);
    const Tensor* y = exact_tensor(b);
    if (!x && !y) Py_RETURN_NOTIMPLEMENTED;
    if (!x || !y) {
      made.value = to_operand(x ? b : a);
      if (!made.value.defined()) Py_RETURN_NOTIMPLEMENTED;
    }
    return new_object(f(x ? *x : made.value, y ? *y : made.value)).ptr();
  });
}
template <Binary f>
PyObject* ternary_slot(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return binary_slot<f>(a, b);
}

/// __name__ and its reflection, for a number or array on the left. As methods they have a signature to read; Python's
/// operators call the slot of the type.
template <Binary f>
void add_operators(py::class_<Tensor>& tensor, const char* name) {
  add_operator(tensor, name, f);
  tensor.def(("__r" + std::string(name) + "__").c_str(),
             [](const Tensor& x, const Operand& y) { return f(y.value, x); }, "y"_a, py::is_operator());
}
template <Binary f>
void add_operators(py::class_<Tensor>& tensor, const char* name, binaryfunc PyNumberMethods::*slot) {
  add_operators<f>(tensor, name);
  tensor_type->tp_as_number->*slot = &binary_slot<f>;
}

}  // namespace

void bind_operators(py::class_<Tensor>& tensor) {
  add_operators<add>(tensor, "add", &PyNumberMethods::nb_add);
  add_operators<subtract>(tensor, "sub", &PyNumberMethods::nb_subtract);
  add_operators<multiply>(tensor, "mul", &PyNumberMethods::nb_multiply);
  add_operators<divide>(tensor, "truediv", &PyNumberMethods::nb_true_divide);
  add_operators<floor_divide>(tensor, "floordiv", &PyNumberMethods::nb_floor_divide);
  add_operators<remainder>(tensor, "mod", &PyNumberMethods::nb_remainder);
  add_operators<matmul>(tensor, "matmul", &PyNumberMethods::nb_matrix_multiply);
  add_operators<logical_and>(tensor, "and", &PyNumberMethods::nb_and);
  add_operators<logical_or>(tensor, "or", &PyNumberMethods::nb_or);
  add_operators<logical_xor>(tensor, "xor", &PyNumberMethods::nb_xor);
  add_operators<pow>(tensor, "pow");
  tensor_type->tp_as_number->nb_power = &ternary_slot<pow>;
  for (const auto& [name, f] : {std::pair<const char*, Binary>{"eq", &equal},
                                {"ne", &not_equal},
                                {"lt", &less},
                                {"le", &less_equal},
                                {"gt", &greater},
                                {"ge", &greater_equal}})
    add_operator(tensor, name, f);
  tensor.def("__neg__", &negative)
      .def("__pos__", [](const py::object& self) { return self; })
      .def("__abs__", &abs)
      .def("__invert__", &logical_not);
  tensor.attr("__hash__") = py::none();
}

void bind_elementwise(py::module_& m) {
#define UNARY(name, kinds, domain, body, derivative, help) unary(m, #name, &terrella::name, #kinds, help);
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) unary(m, #name, &terrella::name, #kinds, help);
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help) binary(m, #name, &terrella::name, #kinds, help);
#define COMPARE(name, kinds, body, help) binary(m, #name, &terrella::name, #kinds, help);
#include "core/ops/elementwise.def"
  m.def(
      "where",
      [](const Operand& condition, const Operand& x, const Operand& y) {
        return where(condition.value, x.value, y.value);
      },
      "condition"_a, "x"_a, "y"_a, py::pos_only(), Unlocked(),
      "x where the condition holds, else y; all three are broadcast. Derivatives flow to the chosen one only.");
  m.def(
      "clip",
      [](const Operand& x, const Operand& low, const Operand& high) { return clip(x.value, low.value, high.value); },
      "x"_a, "low"_a, "high"_a, Unlocked(), "x limited to [low, high].");
}

}  // namespace terrella::python
