// python/core/function.h: a call of a Python function as the core's transforms see it: tensors in, tensors out.
#pragma once
#include <memory>

#include "core/transform.h"
#include "python/core/tree.h"

namespace terrella::python {

/// A Python object that C++ may copy and destroy on any thread, with or without the interpreter lock.
using Held = std::shared_ptr<PyObject>;
Held hold(py::object object);
inline py::object object_of(const Held& held) { return py::reinterpret_borrow<py::object>(held.get()); }

/// A function with the arguments of one call, some of which are followed: their tensors are the arguments of
/// function(), everything else is fixed. The nests of arguments and result are remembered.
class Call {
 public:
  /// Follows the tensors of the arguments `followed` (all where empty).
  Call(const py::function& f, const py::args& args, const py::kwargs& kwargs, Leaves kind,
       std::vector<std::size_t> followed = {});

  const Tensors& leaves() const { return leaves_; }
  Function function() const;
  /// With has_aux the function returns (value, aux), of which aux is kept aside, as it is.
  void set_has_aux(const char* operation);
  /// The function must return one tensor, no nest: fails naming the operation.
  void set_single(const char* operation);

  /// Followed argument i, or the result of the last call, with other tensors.
  py::object argument(std::size_t i, const Tensors& leaves) const;
  py::object value(const Tensors& leaves) const;
  py::object aux() const;
  /// Derivatives of the followed arguments, one nest each; None where no tensor is.
  py::list derivatives(const Tensors& leaves) const;
  std::size_t arguments() const;

  /// Tensors of a nest like the result of the last call, or of nests like the followed arguments.
  Tensors match_value(py::handle nest, const std::string& what) const;
  Tensors match_arguments(py::handle nests, const std::string& what) const;
  /// Axes for the tensors of the result, or of the arguments.
  std::vector<std::optional<int>> value_axes(py::handle spec) const;
  std::vector<std::optional<int>> argument_axes(py::handle spec) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  Tensors leaves_;
};

/// A Function of a Python function of one tensor, for checks.
Function function_of_one(const py::function& f);

}  // namespace terrella::python
