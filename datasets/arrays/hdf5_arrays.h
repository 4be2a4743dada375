// datasets/arrays/hdf5_arrays.h: the arrays of HDF5 files of others: h5py, PDEBench, MATLAB 7.3.
#pragma once
#include <string>
#include <vector>

#include "datasets/tensor_file.h"

namespace terrella::datasets {

/// The arrays of a file, named "group/array"; only those of `names`, where there are any. Numbers become dtype_of()
/// their element. In files of MATLAB the axes come in MATLAB's order, and what is no array of numbers is refused unless
/// the arrays that are wanted are named. Throws FormatError naming the array; the file is tried in a child process
/// first (datasets/hdf5/stored.h).
TensorFile read_hdf5_arrays(const std::string& path, const std::vector<std::string>& names = {});

}  // namespace terrella::datasets
