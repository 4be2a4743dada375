// datasets/arrays/npy.h: arrays of NumPy, .npy and .npz.
//
// A .npy file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html) is a text that says dtype, order
// and shape as a Python dict, then the values; a .npz file is a ZIP archive of them. Values of all plain dtypes are
// read, in both byte orders and both orders of the axes, as dtype_of() their element. Objects are pickles, which are
// programs: they are refused, whatever they hold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/zip.h"
#include "datasets/tensor_file.h"

namespace terrella::datasets {

bool is_npy(std::string_view first_bytes);

/// The array of a .npy file; `what` names it in messages, empty for the file itself.
Tensor parse_npy(std::string_view bytes, const std::string& path, const std::string& what = "");

/// The one array of a .npy file, named "array". Throws FormatError.
TensorFile read_npy(const std::string& path, const std::vector<std::string>& names = {});
/// The arrays of a .npz file; only those of `names`, where there are any. Throws FormatError naming the array.
TensorFile read_npz(const std::string& path, const std::vector<std::string>& names = {});
TensorFile parse_npz(const ByteSource& source, const std::vector<std::string>& names = {});

}  // namespace terrella::datasets
