#include "python/core/tree.h"

#include <bit>
#include <cstdint>

#include "core/error.h"

namespace terrella::python {
namespace {

// Stands for a tensor in a skeleton: an object that nobody else has.
py::handle mark() {
  static const py::handle unique = py::module_::import("builtins").attr("object")().release();
  return unique;
}
bool is_mark(py::handle x) { return x.is(mark()); }

bool is_leaf(py::handle x, Leaves kind) {
  if (as_tensor(x) || py::isinstance<py::array>(x)) return true;
  if (kind == Leaves::arrays || PyBool_Check(x.ptr())) return kind == Leaves::numbers && PyBool_Check(x.ptr());
  if (PyFloat_Check(x.ptr()) || PyComplex_Check(x.ptr())) return true;
  return kind == Leaves::numbers && PyIndex_Check(x.ptr());
}

// One level of a nest, counted as Python counts calls: a list that holds itself ends in RecursionError.
class Level {
 public:
  Level() {
    if (Py_EnterRecursiveCall(" in a nest of tensors") != 0) throw py::error_already_set();
  }
  ~Level() { Py_LeaveRecursiveCall(); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
};

// An entry of a nest, named only when a message needs it: a nest has thousands.
struct Key {
  py::handle of_dict;  // none: number
  std::size_t number = 0;
  std::string text() const {
    return "[" + (of_dict ? py::repr(of_dict).cast<std::string>() : std::to_string(number)) + "]";
  }
};
struct Place {
  const std::string& what;
  const Place* above = nullptr;
  Key key{};
  std::string text() const { return above ? above->text() + key.text() : what; }
};

// The nest with f(item, its Key) in place of its items; no value where x is no nest.
template <class F>
std::optional<py::object> mapped(py::handle x, const F& f) {
  const Level level;
  if (PyDict_Check(x.ptr())) {
    const py::object copy = x.attr("copy")();  // keeps the type, of an OrderedDict for example
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(x)) copy[key] = f(value, Key{key});
    return copy;
  }
  if (!PyTuple_Check(x.ptr()) && !PyList_Check(x.ptr())) return std::nullopt;
  py::list items;
  for (const py::handle item : py::reinterpret_borrow<py::sequence>(x)) items.append(f(item, Key{{}, items.size()}));
  if (PyList_Check(x.ptr())) return items;
  if (py::hasattr(x, "_fields")) return py::type::of(x)(*items);  // a named tuple
  return py::tuple(items);
}

std::string type_name(py::handle x) { return Py_TYPE(x.ptr())->tp_name; }

// The item of `nest` that belongs to an item of the skeleton, after a check that both are built alike.
void check_like(py::handle skeleton, py::handle nest, const Place& place) {
  const bool dict = PyDict_Check(skeleton.ptr());
  const bool same = dict                            ? PyDict_Check(nest.ptr())
                    : PyTuple_Check(skeleton.ptr()) ? PyTuple_Check(nest.ptr())
                                                    : PyList_Check(nest.ptr());
  if (!same) fail(place.text(), " is a ", type_name(nest), " where a ", type_name(skeleton), " belongs");
  if (py::len(nest) != py::len(skeleton))
    fail(place.text(), " has ", py::len(nest), " entries where ", py::len(skeleton), " belong");
}

// Calls f(part of skeleton, part of nest, Place) for each entry.
template <class F>
void walk_both(py::handle skeleton, py::handle nest, const Place& place, const F& f) {
  if (PyDict_Check(skeleton.ptr())) {
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(skeleton)) {
      const Place here{place.what, &place, {key}};
      if (!nest.contains(key)) fail(here.text(), " is missing");
      f(value, py::object(nest[key]), here);
    }
    return;
  }
  const auto parts = py::reinterpret_borrow<py::sequence>(skeleton), given = py::reinterpret_borrow<py::sequence>(nest);
  for (std::size_t i = 0; i < parts.size(); ++i)
    f(py::object(parts[i]), py::object(given[i]), Place{place.what, &place, {{}, i}});
}

bool is_nest(py::handle x) { return PyDict_Check(x.ptr()) || PyTuple_Check(x.ptr()) || PyList_Check(x.ptr()); }

void match(py::handle skeleton, py::handle nest, const Place& place, Tensors& leaves) {
  if (is_mark(skeleton)) {
    const Tensor x = nest.is_none() ? Tensor::none() : to_operand(nest);
    if (!x.defined() && !nest.is_none()) fail(place.text(), " is a ", type_name(nest), " where a tensor belongs");
    leaves.push_back(x);
    return;
  }
  if (!is_nest(skeleton)) return;
  check_like(skeleton, nest, place);
  walk_both(skeleton, nest, place,
            [&](py::handle part, py::handle given, const Place& here) { match(part, given, here, leaves); });
}

void axes_of(py::handle skeleton, py::handle spec, const Place& place, std::vector<std::optional<int>>& axes) {
  if (is_mark(skeleton)) {
    if (!spec.is_none() && !PyIndex_Check(spec.ptr()))
      fail(place.text(), " is a ", type_name(spec), " where an axis (int or None) belongs");
    axes.push_back(spec.cast<std::optional<int>>());
    return;
  }
  if (!is_nest(skeleton)) return;
  if (is_nest(spec)) {
    check_like(skeleton, spec, place);
    walk_both(skeleton, spec, place,
              [&](py::handle part, py::handle given, const Place& here) { axes_of(part, given, here, axes); });
    return;
  }
  mapped(skeleton, [&](py::handle item, const Key& key) {
    axes_of(item, spec, Place{place.what, &place, key}, axes);
    return py::none();
  });
}

}  // namespace

py::object flatten(py::handle nest, Leaves kind, Tensors& leaves) {
  if (is_leaf(nest, kind)) {
    Tensor leaf = to_operand(nest);
    // A number given as an argument is a value of its own, not a weak constant of the function.
    if (kind == Leaves::floats && !as_tensor(nest)) leaf = to_tensor(nest);
    leaves.push_back(std::move(leaf));
    return py::reinterpret_borrow<py::object>(mark());
  }
  const auto nested = mapped(nest, [&](py::handle item, const Key&) { return flatten(item, kind, leaves); });
  return nested ? *nested : py::reinterpret_borrow<py::object>(nest);
}

py::object rebuild(py::handle skeleton, const Tensors& leaves, std::size_t& next,
                   const std::optional<py::object>& others) {
  if (is_mark(skeleton)) return py::cast(leaves.at(next++));
  const auto nested =
      mapped(skeleton, [&](py::handle item, const Key&) { return rebuild(item, leaves, next, others); });
  return nested ? *nested : others ? *others : py::reinterpret_borrow<py::object>(skeleton);
}

bool same_skeleton(py::handle a, py::handle b) {
  if (a.is(b) && !is_nest(a)) return true;
  if (Py_TYPE(a.ptr()) != Py_TYPE(b.ptr()) || is_mark(a) || is_mark(b)) return false;
  if (as_tensor(a)) return false;  // equal only to itself: it never changes
  if (PyFloat_Check(a.ptr()))      // 0.0 is not -0.0, and NaN is NaN
    return std::bit_cast<std::uint64_t>(PyFloat_AS_DOUBLE(a.ptr())) ==
           std::bit_cast<std::uint64_t>(PyFloat_AS_DOUBLE(b.ptr()));
  if (!is_nest(a)) return a.equal(b);
  if (py::len(a) != py::len(b)) return false;
  const Level level;
  if (!PyDict_Check(a.ptr())) {
    const auto x = py::reinterpret_borrow<py::sequence>(a), y = py::reinterpret_borrow<py::sequence>(b);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (!same_skeleton(py::object(x[i]), py::object(y[i]))) return false;
    return true;
  }
  const auto x = py::reinterpret_borrow<py::dict>(a), y = py::reinterpret_borrow<py::dict>(b);
  for (auto i = x.begin(), k = y.begin(); i != x.end(); ++i, ++k)
    if (!same_skeleton(i->first, k->first) || !same_skeleton(i->second, k->second)) return false;
  return true;
}

void match(py::handle skeleton, py::handle nest, const std::string& what, Tensors& leaves) {
  match(skeleton, nest, Place{what}, leaves);
}

void axes_of(py::handle skeleton, py::handle spec, const std::string& what, std::vector<std::optional<int>>& axes) {
  axes_of(skeleton, spec, Place{what}, axes);
}

}  // namespace terrella::python
