// datasets/arrays/pytorch.h: tensors in files of torch.save, without running what is in them.
//
// Such a file is a ZIP archive with the values of each storage and a pickle, which is a program that makes Python
// objects. No Python is asked here: the program is followed as far as it makes dicts, lists and tensors, and anything
// else in it is refused.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/zip.h"
#include "datasets/tensor_file.h"

namespace terrella::datasets {

/// Whether an archive is one of torch.save.
bool is_pytorch(const std::vector<ZipMember>& members);

/// The tensors of a file: those of a dict, by its keys with '/' between those of dicts within, or one tensor, named
/// "array"; only those of `names`, where there are any. Throws FormatError.
TensorFile read_pytorch(const std::string& path, const std::vector<std::string>& names = {});
TensorFile parse_pytorch(const ByteSource& source, const std::vector<std::string>& names = {});

}  // namespace terrella::datasets
