// datasets/hdf5/tensors.h: named tensors in an HDF5 file that h5py opens: f["tensors/encoder/weight"][()].
//
// The group "tensors" holds a dataset for each, in the dtype that h5py has for it; a '/' in a name makes a group
// within. The metadata are attributes of that group. The file is built in memory and packed, which takes a multiple of
// its size: for gigabytes choose safetensors.
#pragma once
#include <string>
#include <string_view>

#include "datasets/tensor_file.h"

namespace terrella::datasets {

/// Replaces the file `path` as a whole; equal tensors give equal bytes. Throws std::invalid_argument where a part of a
/// name between '/' is empty or ".", a name goes 32 groups deep or is that of a group, too ("a" beside "a/b"), a text
/// is not UTF-8 or has a NUL byte; Error and ResourceError as write_file does.
void write_hdf5(const TensorFile& file, const std::string& path);
/// The bytes of such a file.
std::string hdf5_bytes(const TensorFile& file);

/// All tensors of such a file. Throws FormatError naming the tensor and what is wrong where the file is not one of ours
/// or is damaged (datasets/hdf5/seal.h); objects of two names, links and other types than write_hdf5 makes are refused.
TensorFile read_hdf5_tensors(const std::string& path);
/// The same for the bytes of a file; `path` serves messages.
TensorFile read_hdf5_tensors(const std::string& path, std::string_view bytes);
/// The texts of its metadata alone.
std::map<std::string, std::string> read_hdf5_metadata(const std::string& path);

}  // namespace terrella::datasets
