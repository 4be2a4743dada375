// datasets/tensor_file.h: named tensors in a file, such as weights, fields or intermediate results.
#pragma once
#include <map>
#include <string>

#include "core/tensor.h"

namespace terrella::datasets {

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  ///< texts beside them: what the tensors are, units, versions
};

/// Evaluates the tensors and replaces the file `path` as a whole (datasets/file/atomic_file.h). The extension chooses
/// the format: ".safetensors" (datasets/safetensors/safetensors.h), ".h5" or ".hdf5" (datasets/hdf5/tensors.h); both
/// keep every bit of every dtype. Throws std::invalid_argument for another extension and for names that the format
/// cannot hold, Error and ResourceError as write_file does.
void save_tensors(const TensorFile& file, const std::string& path);

/// What such a file holds; the extension chooses the format, as above. Throws FormatError naming the tensor and what is
/// wrong with it.
TensorFile load_tensors(const std::string& path);
/// Its metadata alone, without reading the tensors.
std::map<std::string, std::string> load_metadata(const std::string& path);

}  // namespace terrella::datasets
