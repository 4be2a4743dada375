// Subscripts of tensors by numpy's rules, and x.at[...], which gives changed copies.
#include "core/error.h"
#include "core/ops.h"
#include "python/core/convert.h"
#include "python/core/tensor.h"

namespace terrella::python {
namespace {

std::int64_t integer(py::handle value) {
  const auto i = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!i) throw py::error_already_set();
  return i.cast<std::int64_t>();
}

Slice slice_of(py::handle entry) {
  const auto bound = [&](const char* which) -> std::optional<std::int64_t> {
    const py::object value = entry.attr(which);
    if (value.is_none()) return std::nullopt;
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!number) throw py::error_already_set();
    return PyNumber_AsSsize_t(number.ptr(), nullptr);  // clipped, as slices are
  };
  const std::optional<std::int64_t> step = bound("step");
  if (step == 0) throw py::value_error("slice step cannot be zero");
  return {bound("start"), bound("stop"), step.value_or(1)};
}

Index entry_of(py::handle entry) {
  if (entry.is_none()) return NewAxis{};
  if (entry.ptr() == Py_Ellipsis) return Ellipsis{};
  if (PySlice_Check(entry.ptr())) return slice_of(entry);
  if (PyBool_Check(entry.ptr()))
    throw py::index_error("index: a single True or False is no index; use None for a new axis, or where()");
  const bool tensor = py::isinstance<Tensor>(entry);
  if (!tensor && !py::isinstance<py::array>(entry) && PyIndex_Check(entry.ptr())) return integer(entry);
  if (!tensor && py::isinstance<py::sequence>(entry) && py::len(entry) == 0) return zeros({0}, DType::i64);
  const Tensor picked = to_operand(entry);
  if (!picked.defined() || is_floating(picked.dtype()))
    throw py::index_error(text("index: a ", Py_TYPE(entry.ptr())->tp_name,
                               " is no index; use integers, slices, ..., None, "
                               "arrays of integers or masks"));
  if (picked.dtype() == DType::boolean && picked.rank() == 0)
    throw py::index_error("index: a single bool is no index; use None for a new axis, or where()");
  return picked;
}

std::vector<Index> entries_of(const py::object& key) {
  std::vector<Index> entries;
  if (!PyTuple_Check(key.ptr())) return {entry_of(key)};
  for (const py::handle entry : py::reinterpret_borrow<py::tuple>(key)) entries.push_back(entry_of(entry));
  return entries;
}

// What is wrong with an index is an IndexError in Python.
template <class F>
Tensor indexed(const F& f) {
  try {
    const py::gil_scoped_release unlocked;
    return f();
  } catch (const std::invalid_argument& error) { throw py::index_error(error.what()); }
}

Tensor item(const Tensor& x, const py::object& key) {
  const std::vector<Index> entries = entries_of(key);
  return indexed([&] { return index(x, entries); });
}

py::list items(const Tensor& x) {
  if (x.rank() == 0) throw py::type_error("iteration over a tensor without axes");
  Tensors all;
  {
    const py::gil_scoped_release unlocked;
    for (std::int64_t i = 0; i < x.shape()[0]; ++i) all.push_back(index(x, i));
  }
  py::list list;
  for (const Tensor& item : all) list.append(item);
  return list;
}

// x.at and x.at[key].
struct At {
  Tensor x;
};
struct Place {
  Tensor x;
  std::vector<Index> entries;
};

using Change = Tensor (*)(const Tensor&, const std::vector<Index>&, const Tensor&);

Tensor changed(Change change, const Place& place, const Operand& value) {
  return change(place.x, place.entries, value.value);
}

}  // namespace

void bind_index(py::module_& m, py::class_<Tensor>& tensor) {
  py::class_<Place>(m, "Place", "x.at[index]: the elements of x that index names.")
      .def(
          "set", [](const Place& p, const Operand& value) { return changed(&index_set, p, value); }, "value"_a,
          Unlocked(), "x with these elements replaced by value, which is broadcast; x itself stays as it is.")
      .def(
          "add", [](const Place& p, const Operand& value) { return changed(&index_add, p, value); }, "value"_a,
          Unlocked(), "x with value added to these elements, to repeated ones for each time; x itself stays as it is.")
      .def(
          "get", [](const Place& p) { return indexed([&] { return index(p.x, p.entries); }); }, "x[index]");
  py::class_<At>(m, "At", "x.at[index].set(value) and .add(value): changed copies of a tensor.")
      .def("__getitem__", [](const At& at, const py::object& key) {
        return Place{at.x, entries_of(key)};
      });
  tensor
      .def("__getitem__", &item, "index"_a,
           "By numpy's rules. Out of range: IndexError, for index tensors at evaluation.")
      .def("__setitem__",
           [](const Tensor&, const py::object&, const py::object&) {
             throw py::type_error("a tensor never changes; use x = x.at[index].set(value)");
           })
      .def("__iter__", [](const Tensor& x) { return py::iter(items(x)); })
      .def("__len__",
           [](const Tensor& x) {
             if (x.rank() == 0) throw py::type_error("len() of a tensor without axes");
             return x.shape()[0];
           })
      .def_property_readonly(
          "at", [](const Tensor& x) { return At{x}; },
          R"(x.at[index].set(value), x.at[index].add(value): x with some elements changed.

>>> tl.zeros(3).at[1].add(2.0)
tensor([0., 2., 0.]))");
}

}  // namespace terrella::python
