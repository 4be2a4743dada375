#include "datasets/tensor_file.h"

#include <filesystem>

#include "core/error.h"
#include "datasets/hdf5/tensors.h"
#include "datasets/safetensors/safetensors.h"

namespace terrella::datasets {
namespace {

struct TensorFormat {
  const char* extension;
  void (*write)(const TensorFile&, const std::string&);
  TensorFile (*read)(const std::string&);
  std::map<std::string, std::string> (*metadata)(const std::string&);
};
constexpr TensorFormat tensor_formats[] = {
    {".safetensors", write_safetensors, read_safetensors, read_safetensors_metadata},
    {".h5", write_hdf5, read_hdf5_tensors, read_hdf5_metadata},
    {".hdf5", write_hdf5, read_hdf5_tensors, read_hdf5_metadata},
};

const TensorFormat& format_of(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const TensorFormat& format : tensor_formats)
    if (extension == format.extension) return format;
  fail(path, ": the extension '", extension, "' names no format for tensors; use .safetensors, or .h5 (.hdf5)");
}

}  // namespace

void save_tensors(const TensorFile& file, const std::string& path) { format_of(path).write(file, path); }

TensorFile load_tensors(const std::string& path) { return format_of(path).read(path); }

std::map<std::string, std::string> load_metadata(const std::string& path) { return format_of(path).metadata(path); }

}  // namespace terrella::datasets
