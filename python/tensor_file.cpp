// python/tensor_file.cpp: tl.save and tl.load.
#include "datasets/tensor_file.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "python/bindings.h"
#include "python/core/convert.h"

namespace terrella::python {
namespace {

using datasets::TensorFile;

void save(const std::filesystem::path& path, const py::dict& tensors,
          const std::map<std::string, std::string>& metadata) {
  TensorFile file;
  file.metadata = metadata;
  for (const auto& [key, value] : tensors) {
    if (!py::isinstance<py::str>(key))
      throw py::type_error("save: names are texts, not " + py::repr(key).cast<std::string>());
    const auto name = key.cast<std::string>();
    const Tensor x = to_operand(value);
    if (!x.defined())
      throw py::type_error("save: '" + name + "' is a " + Py_TYPE(value.ptr())->tp_name + ", not a tensor or an array");
    file.tensors.emplace(name, x);
  }
  const py::gil_scoped_release unlocked;
  datasets::save_tensors(file, path.string());
}

std::map<std::string, Tensor> load(const std::filesystem::path& path,
                                   const std::optional<std::vector<std::string>>& names) {
  if (names && names->empty()) return {};
  return datasets::load_tensors(path.string(), names.value_or(std::vector<std::string>{})).tensors;
}

}  // namespace

void bind_tensor_file(py::module_& m) {
  m.def("save", &save, "path"_a, "tensors"_a, "metadata"_a = std::map<std::string, std::string>{},
        R"(Writes named tensors into a file, whose extension chooses the format.

path     : NAME.safetensors, or NAME.h5 (.hdf5); replaced as a whole, so that a crash leaves the old file or the new
tensors  : dict of name -> tensor or array of any shape; a '/' in a name makes a group of HDF5
metadata : dict of texts to stand beside them
raises   : ValueError for another extension or a name that the format cannot hold, TerrellaError where the place cannot
           be written, ResourceError where the disk is full

Both formats keep every bit of all dtypes. Safetensors knows no complex128: such a tensor stands there as float64 with
one more axis of 2, real and imaginary part, and comes back as it was; other programs read the pairs.

>>> import os, tempfile
>>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
>>> tl.save(path, {"weight": tl.ones((2, 3)), "bias": tl.zeros(2)}, metadata={"epoch": "3"})
>>> tl.load(path)["bias"]
tensor([0., 0.])
>>> tl.load_metadata(path)
{'epoch': '3'})");
  m.def("load", &load, "path"_a, "names"_a = py::none(), Unlocked(),
        R"(The tensors of a file, whose content tells the format.

path    : of save(), safetensors of others, HDF5 (h5py, PDEBench, MATLAB 7.3), .npy, .npz, MATLAB 5 to 7.2, .pt of
          torch.save
names   : only these; a file that also holds texts, cells or objects is refused unless the tensors are named
returns : dict of name -> tensor; "array" where there is one without a name
raises  : FormatError where the file is missing, damaged or of no known format, naming the tensor and what is wrong

Nothing in a file is trusted or executed: pickles of objects are refused, that of a .pt file is followed as far as it makes
tensors. What stands in narrower dtypes is read without loss: float16 and bfloat16 as float32, integers of 8 and 16 bits
as int32, uint32 as int64, uint64 too where it fits.)");
  m.def(
      "load_metadata", [](const std::filesystem::path& path) { return datasets::load_metadata(path.string()); },
      "path"_a, Unlocked(), "The metadata of such a file, dict of texts; the tensors are not read.");
}

}  // namespace terrella::python
