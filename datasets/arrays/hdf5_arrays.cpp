#include "datasets/arrays/hdf5_arrays.h"

#include <algorithm>

#include "core/error.h"
#include "core/ops/cast.h"
#include "datasets/arrays/stored_array.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/stored.h"

namespace terrella::datasets {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& name, const std::string& what) {
  throw FormatError(path, 0, printable(name) + ": " + what);
}

/// An array as MATLAB shows it: HDF5 has its axes the other way round, and notes the class beside it.
Tensor matlab_array(hdf5::StoredFile& file, const std::string& name) {
  const std::string kind = file.text_of(name, "MATLAB_class");
  const hdf5::Layout& layout = file.layout(name);
  if (kind == "char" || kind == "cell" || kind == "struct" || kind == "function_handle" || kind == "string")
    refuse(file.path(), name, "is of MATLAB's class " + kind + "; name the arrays of numbers that you want");
  Tensor x = Tensor::from(file.read(layout));
  if (file.integer_of(name, "MATLAB_empty", 0) == 1) {  // its values are its extents
    std::vector<std::int64_t> shape;
    if (x.rank() != 1 || !is_integer(x.dtype())) refuse(file.path(), name, "is empty, but says no shape");
    for (const std::int64_t extent : cast(x, DType::i64).to_vector<std::int64_t>()) shape.push_back(extent);
    if (count_of(shape) != 0) refuse(file.path(), name, "is called empty, but its shape is not");
    x = Tensor::from(default_backend().zeros(DType::f64, Shape(shape)));
  } else {
    x = reversed_axes(x);
  }
  if (kind != "logical") return x;
  if (is_integer(x.dtype()))
    for (const std::int64_t value : cast(x, DType::i64).to_vector<std::int64_t>())
      if (value != 0 && value != 1) refuse(file.path(), name, "is called logical, but holds more than 0 and 1");
  return cast(x, DType::boolean);
}

}  // namespace

TensorFile read_hdf5_arrays(const std::string& path, const std::vector<std::string>& names) {
  hdf5::try_stored({path}, names);
  const bool matlab = read_start(path, 128).starts_with("MATLAB 7.3 MAT-file");
  hdf5::StoredFile file(path);
  TensorFile result;
  for (const std::string& name : names.empty() ? file.names() : names) {
    if (!is_utf8(name)) refuse(path, name, "is a name that is not UTF-8");
    if (names.empty() && matlab && (name.starts_with("#refs#/") || name.starts_with("#subsystem#/")))
      refuse(path, name, "belongs to a cell array or an object; name the arrays of numbers that you want");
    if (matlab) {
      const std::size_t end = name.rfind('/');
      if (end != std::string::npos && file.integer_of(name.substr(0, end), "MATLAB_sparse", -1) >= 0)
        refuse(path, name.substr(0, end), "is a sparse matrix (save full(...) of it); name the arrays that you want");
    }
    try {
      result.tensors.emplace(name, matlab ? matlab_array(file, name) : Tensor::from(file.read(file.layout(name))));
    } catch (const FormatError& error) {
      if (!names.empty() || std::string_view(error.what()).find("name the arrays") != std::string_view::npos) throw;
      throw FormatError(
          path, 0,
          std::string(error.what()).substr(path.size() + 2) + "; name the arrays that you want, if it is none of them");
    }
  }
  return result;
}

}  // namespace terrella::datasets
