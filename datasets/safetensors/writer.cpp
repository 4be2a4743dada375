#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/safetensors/header.h"
#include "datasets/safetensors/safetensors.h"

namespace terrella::datasets {
namespace {

using namespace safetensors;

std::string_view bytes_of(const Tensor& x) {
  return with_type(x.dtype(), [&](auto t) -> std::string_view {
    const auto values = x.data<decltype(t)>();
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
  });
}

/// Large elements first, so that all stand at multiples of their size: the header is padded to a multiple of 8.
std::vector<const std::pair<const std::string, Tensor>*> in_order(const TensorFile& file) {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  for (const auto& item : file.tensors) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return element_of(a->second.dtype()).bytes > element_of(b->second.dtype()).bytes;
  });
  return order;
}

std::string dumped(const nlohmann::json& header) {
  try {
    return header.dump();
  } catch (const nlohmann::json::type_error&) {
    fail("safetensors: a name or text of the metadata is not valid UTF-8");
  }
}

struct Parts {
  std::string header;                    ///< with its length before it
  std::vector<std::string_view> values;  ///< of each tensor, where they are

  std::vector<std::string_view> all() const {
    std::vector<std::string_view> views{header};
    views.insert(views.end(), values.begin(), values.end());
    return views;
  }
};

Parts parts_of(const TensorFile& file) {
  Parts parts;
  nlohmann::json header = nlohmann::json::object(), metadata = nlohmann::json::object();
  for (const auto& [key, value] : file.metadata) {
    if (key.starts_with(dtype_key))
      fail("safetensors: the key '", shown(key), "' of the metadata is not free; choose one that does not begin with ",
           dtype_key);
    metadata[key] = value;
  }
  std::uint64_t end = 0;
  for (const auto* const item : in_order(file)) {
    const auto& [name, x] = *item;
    if (name == metadata_key) fail("safetensors: no tensor can be named ", metadata_key, "; choose another name");
    if (!x.defined()) fail("safetensors: '", shown(name), "' is no tensor");
    std::vector<std::int64_t> shape(x.shape().begin(), x.shape().end());
    if (x.dtype() == DType::c128) {
      shape.push_back(2);
      metadata[std::string(dtype_key) + name] = "C128";
    }
    parts.values.push_back(bytes_of(x));
    const std::uint64_t begin = end;
    end += parts.values.back().size();
    header[name] = {{"dtype", element_of(x.dtype()).name}, {"shape", shape}, {"data_offsets", {begin, end}}};
  }
  if (!metadata.empty()) header[std::string(metadata_key)] = std::move(metadata);
  std::string json = dumped(header);
  json.resize((json.size() + 7) / 8 * 8, ' ');
  if (json.size() > longest_header)
    fail("safetensors: names and metadata take ", json.size(), " bytes; at most 100 MB are allowed");
  for (std::size_t i = 0; i < length_bytes; ++i) parts.header += static_cast<char>(json.size() >> (8 * i) & 255u);
  parts.header += json;
  return parts;
}

}  // namespace

void write_safetensors(const TensorFile& file, const std::string& path) { write_file(path, parts_of(file).all()); }

std::string safetensors_bytes(const TensorFile& file) {
  const Parts parts = parts_of(file);
  std::string bytes;
  for (const std::string_view part : parts.all()) bytes += part;
  return bytes;
}

}  // namespace terrella::datasets
