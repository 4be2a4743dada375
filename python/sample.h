// python/sample.h: samples of a pipeline as dicts of tensors, and back.
#pragma once
#include "datasets/pipeline/sample.h"
#include "python/core/convert.h"

namespace terrella::python {

py::dict to_dict(const datasets::Sample& sample);
/// The fields of a dict, evaluated without the interpreter lock; `what` stands in messages.
datasets::Sample to_sample(const py::handle& value, const char* what);

}  // namespace terrella::python
