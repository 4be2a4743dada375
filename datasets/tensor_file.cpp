#include "datasets/tensor_file.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "core/error.h"
#include "datasets/arrays/hdf5_arrays.h"
#include "datasets/arrays/matlab.h"
#include "datasets/arrays/npy.h"
#include "datasets/arrays/pytorch.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/tensors.h"
#include "datasets/safetensors/header.h"
#include "datasets/safetensors/safetensors.h"

namespace terrella::datasets {
namespace {

struct TensorFormat {
  const char* extension;
  void (*write)(const TensorFile&, const std::string&);
};
constexpr TensorFormat tensor_formats[] = {
    {".safetensors", write_safetensors},
    {".h5", write_hdf5},
    {".hdf5", write_hdf5},
};

using Names = std::vector<std::string>;

/// Only the named tensors of a file that is read as a whole.
TensorFile chosen(TensorFile file, const std::string& path, const Names& names) {
  if (names.empty()) return file;
  for (const std::string& name : names)
    if (!file.tensors.contains(name)) throw FormatError(path, 0, "holds no tensor '" + printable(name) + "'");
  std::erase_if(file.tensors,
                [&](const auto& t) { return std::find(names.begin(), names.end(), t.first) == names.end(); });
  return file;
}

TensorFile read_archive(const std::string& path, const Names& names) {
  const InputFile file(path);
  const ByteSource source = source_of(file, path);
  return is_pytorch(zip_members(source)) ? parse_pytorch(source, names) : parse_npz(source, names);
}

/// A format that is read, and how its files begin. A new format adds its line to the table.
struct ReadFormat {
  bool (*recognizes)(std::string_view first_bytes);
  TensorFile (*read)(const std::string& path, const Names& names);
  std::map<std::string, std::string> (*metadata)(const std::string& path) = nullptr;
};
const ReadFormat read_formats[] = {
    {[](std::string_view bytes) { return hdf5::has_seal(bytes); },
     [](const std::string& path, const Names& names) { return chosen(read_hdf5_tensors(path), path, names); },
     read_hdf5_metadata},
    {hdf5::is_hdf5, read_hdf5_arrays},
    {is_npy, read_npy},
    {is_zip, read_archive},
    {is_matlab_5, read_matlab_5},
    {safetensors::may_begin,
     [](const std::string& path, const Names& names) { return chosen(read_safetensors(path), path, names); },
     read_safetensors_metadata},
};

const ReadFormat& format_of(const std::string& path) {
  constexpr std::size_t first_bytes = 1 << 20;  // HDF5 may begin late
  const std::string start = read_start(path, first_bytes);
  for (const ReadFormat& format : read_formats)
    if (format.recognizes(start)) return format;
  // Nothing begins like that. A reader of ours knows best what is wrong with a file that bears its name.
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".safetensors") return read_formats[std::size(read_formats) - 1];
  if (extension == ".h5" || extension == ".hdf5") return read_formats[0];
  throw FormatError(path, 0,
                    start.empty()
                        ? "is empty"
                        : "is in no format of arrays that is known: safetensors, HDF5, .npy, .npz, MATLAB 5 to "
                          "7.3, .pt of torch.save (since version 1.6)");
}

}  // namespace

void save_tensors(const TensorFile& file, const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const TensorFormat& format : tensor_formats)
    if (extension == format.extension) return format.write(file, path);
  fail(path, ": the extension '", extension, "' names no format for tensors; use .safetensors, or .h5 (.hdf5)");
}

TensorFile load_tensors(const std::string& path, const std::vector<std::string>& names) {
  return format_of(path).read(path, names);
}

std::map<std::string, std::string> load_metadata(const std::string& path) {
  const ReadFormat& format = format_of(path);
  if (!format.metadata) return {};
  return format.metadata(path);
}

}  // namespace terrella::datasets
