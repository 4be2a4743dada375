// datasets/tensor_file.h: named tensors in a file, such as weights, fields or intermediate results.
#pragma once
#include <map>
#include <string>
#include <vector>

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

/// The tensors of a file; only those of `names`, where there are any. Its content tells the format, whatever its name:
/// safetensors, our HDF5, HDF5 of others (datasets/arrays/hdf5_arrays.h, MATLAB 7.3 among them), .npy and .npz
/// (datasets/arrays/npy.h), MATLAB 5 to 7.2 (datasets/arrays/matlab.h), .pt of PyTorch (datasets/arrays/pytorch.h).
/// Nothing in a file is executed. Throws FormatError naming the tensor and what is wrong with it.
TensorFile load_tensors(const std::string& path, const std::vector<std::string>& names = {});
/// The metadata alone, without reading the tensors; none in formats of others that have no texts.
std::map<std::string, std::string> load_metadata(const std::string& path);

}  // namespace terrella::datasets
