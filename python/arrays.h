// python/arrays.h: memory of C++ values as numpy arrays, read-only and without a copy.
#pragma once
#include <pybind11/complex.h>
#include <pybind11/numpy.h>

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace terrella::python {

/// The elements of a vector as an array of that shape, on the memory that `owner` keeps alive. An element may be a
/// fixed-size array of T, whose dimensions then end the shape.
template <class T, class Element>
pybind11::array_t<T> view(const std::vector<Element>& values, const std::vector<pybind11::ssize_t>& shape,
                          pybind11::handle owner) {
  pybind11::array_t<T> array(shape, reinterpret_cast<const T*>(values.data()), owner);
  array.attr("setflags")(pybind11::arg("write") = false);
  return array;
}

/// An argument of which numpy makes an array of T.
template <class T>
using Array = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

/// The reverse, by copy: an array of that shape as a vector, -1 for a dimension of any size; empty where there is no
/// array. An element may be a fixed-size array of T. Throws std::invalid_argument that names the field.
template <class Element, class T>
std::vector<Element> copy(const char* field, const std::optional<Array<T>>& array,
                          const std::vector<pybind11::ssize_t>& shape) {
  if (!array) return {};
  bool fits = static_cast<std::size_t>(array->ndim()) == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i)
    fits = shape[i] < 0 || array->shape(static_cast<pybind11::ssize_t>(i)) == shape[i];
  if (!fits) {
    std::string wanted;
    for (const auto size : shape) wanted += (wanted.empty() ? "" : ", ") + (size < 0 ? "n" : std::to_string(size));
    fail(field, " must have shape (", wanted, shape.size() == 1 ? ",)" : ")", ", got ",
         pybind11::str(array->attr("shape")).cast<std::string>());
  }
  const auto* first = reinterpret_cast<const Element*>(array->data());
  return {first, first + static_cast<std::size_t>(array->nbytes()) / sizeof(Element)};
}

}  // namespace terrella::python
