// python/core/tree.h: nests of tuples, lists and dicts with tensors in them, as the core's flat lists of tensors.
#pragma once
#include "python/core/convert.h"

namespace terrella::python {

/// What counts as a tensor in a nest besides tensors and arrays; the rest passes through untouched.
enum class Leaves : std::uint8_t { arrays, floats, numbers };

/// Appends the tensors of a nest, in order, to `leaves`; returns the nest with a mark in place of each.
py::object flatten(py::handle nest, Leaves kind, Tensors& leaves);
/// The reverse: the nest with leaves[next...] in place of the marks; `next` moves on. Where `others` is given it
/// replaces what passed through.
py::object rebuild(py::handle skeleton, const Tensors& leaves, std::size_t& next,
                   const std::optional<py::object>& others = {});
/// Whether two skeletons are one: built alike, keys in the same order, what passed through equal and of one type.
bool same_skeleton(py::handle a, py::handle b);
/// Tensors of a nest that must be built like the skeleton; none() where it holds None. Fails naming `what` and the
/// place.
void match(py::handle skeleton, py::handle nest, const std::string& what, Tensors& leaves);
/// For each mark of the skeleton the axis that `spec` gives it: an int or None for everything below, or a nest of such.
void axes_of(py::handle skeleton, py::handle spec, const std::string& what, std::vector<std::optional<int>>& axes);

}  // namespace terrella::python
