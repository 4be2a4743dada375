// python/core/tensor.h: the parts from which the class Tensor is put together, one file each.
#pragma once
#include "python/core/convert.h"

namespace terrella::python {

void bind_operators(py::class_<Tensor>& tensor);
void bind_index(py::module_& m, py::class_<Tensor>& tensor);
void bind_dlpack(py::module_& m, py::class_<Tensor>& tensor);
void bind_reductions(py::module_& m, py::class_<Tensor>& tensor);
void bind_elementwise(py::module_& m);
void bind_shapes(py::module_& m, py::class_<Tensor>& tensor);
void bind_creation(py::module_& m);
void bind_random(py::module_& m);
void bind_linalg(py::module_& m);
void bind_fft(py::module_& m);
void bind_sparse(py::module_& m);
void bind_krylov(py::module_& m);
void bind_implicit(py::module_& m);
void bind_conv(py::module_& m);
void bind_transforms(py::module_& m);
void bind_jit(py::module_& m);
void bind_optimize(py::module_& m);
void bind_custom_rule(py::module_& m);
void bind_control(py::module_& m);
void bind_checks(py::module_& m);
void bind_debug(py::module_& m);
void bind_profile(py::module_& m);

}  // namespace terrella::python
