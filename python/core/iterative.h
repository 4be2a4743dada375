// python/core/iterative.h: Python functions of tensors and options of Krylov solves, for what iterates over them.
#pragma once
#include <functional>

#include "core/krylov.h"
#include "python/core/convert.h"

namespace terrella::python {

/// A Python function as one of tensors, on any thread; `what` begins the message where it returns something else.
std::function<Tensor(const Tensor&)> tensor_function(const char* what, const py::object& f);
Tensor tensor_of(const char* what, const py::object& y);

KrylovOptions krylov_options(const std::string& method, std::optional<double> tolerance,
                             std::optional<double> adjoint_tolerance, std::optional<std::int64_t> max_iterations,
                             std::int64_t restart, std::int64_t shadow, const py::object& preconditioner);

}  // namespace terrella::python
