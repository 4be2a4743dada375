#include <bit>
#include <cstring>
#include <functional>

#include "core/backend/backend.h"
#include "core/error.h"
#include "datasets/arrays/elements.h"
#include "datasets/file/read_file.h"
#include "datasets/safetensors/header.h"
#include "datasets/safetensors/safetensors.h"

namespace terrella::datasets {
namespace {

using namespace safetensors;
static_assert(std::endian::native == std::endian::little, "memory and file share their layout");

/// Copies the bytes from `offset` of the file on.
using Fetch = std::function<void(std::uint64_t offset, std::span<char> into)>;

template <class From, class To, class Convert>
void widen(const std::string& bytes, void* into, const Convert& convert) {
  auto* const values = static_cast<To*>(into);
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    values[i] = static_cast<To>(convert(value));
  }
}

void convert(std::string_view type, const std::string& bytes, void* into) {
  const auto same = [](auto value) { return value; };
  if (type == "F16") return widen<std::uint16_t, float>(bytes, into, from_half);
  if (type == "BF16") return widen<std::uint16_t, float>(bytes, into, from_brain);
  if (type == "I8") return widen<std::int8_t, std::int32_t>(bytes, into, same);
  if (type == "U8") return widen<std::uint8_t, std::int32_t>(bytes, into, same);
  if (type == "I16") return widen<std::int16_t, std::int32_t>(bytes, into, same);
  if (type == "U16") return widen<std::uint16_t, std::int32_t>(bytes, into, same);
  widen<std::uint32_t, std::int64_t>(bytes, into, same);
}

Tensor read_tensor(const Entry& entry, std::uint64_t data_begin, const Fetch& fetch, const std::string& path) {
  const std::span<const std::int64_t> extents(entry.shape.data(), entry.shape.size() - (entry.complex ? 1 : 0));
  const DType dtype = entry.complex ? DType::c128 : entry.element->dtype;
  const Array array = default_backend().empty(dtype, Shape(extents));
  const auto bytes = static_cast<std::size_t>(entry.end - entry.begin);
  if (bytes == 0) return Tensor::from(array);
  auto* const into = static_cast<char*>(array.bytes());
  if (entry.element->bytes == size_of(entry.element->dtype)) {
    fetch(data_begin + entry.begin, {into, bytes});
  } else {
    std::string stored(bytes, '\0');
    fetch(data_begin + entry.begin, stored);
    convert(entry.element->name, stored, into);
  }
  if (dtype == DType::boolean)
    for (std::size_t i = 0; i < bytes; ++i)
      if (into[i] != 0 && into[i] != 1)
        throw FormatError(path, 0,
                          text("tensor '", shown(entry.name), "' of dtype BOOL holds ",
                               int{static_cast<unsigned char>(into[i])}, " at position ", i));
  return Tensor::from(array);
}

TensorFile read_all(Header header, std::uint64_t data_begin, const Fetch& fetch, const std::string& path) {
  TensorFile file;
  file.metadata = std::move(header.metadata);
  for (const Entry& entry : header.entries)
    file.tensors.emplace(entry.name, read_tensor(entry, data_begin, fetch, path));
  return file;
}

}  // namespace

TensorFile parse_safetensors(std::string_view bytes, const std::string& path) {
  const std::uint64_t length = header_length(bytes, bytes.size(), path), begin = length_bytes + length;
  const Fetch fetch = [&](std::uint64_t offset, std::span<char> into) {
    std::memcpy(into.data(), bytes.data() + offset, into.size());
  };
  return read_all(parse_header(bytes.substr(length_bytes, length), bytes.size() - begin, path), begin, fetch, path);
}

namespace {

/// A file whose header was read and checked.
struct Opened {
  InputFile file;
  std::uint64_t begin = 0;  ///< of the values
  Header header;

  explicit Opened(const std::string& path) : file(path) {
    std::string start(std::min<std::uint64_t>(file.size(), length_bytes), '\0');
    read(0, start, path);
    std::string json(header_length(start, file.size(), path), '\0');
    read(length_bytes, json, path);
    begin = length_bytes + json.size();
    header = parse_header(json, file.size() - begin, path);
  }
  void read(std::uint64_t offset, std::span<char> into, const std::string& path) const {
    if (file.read(offset, into) != into.size()) throw FormatError(path, 0, "became shorter while it was read");
  }
};

}  // namespace

TensorFile read_safetensors(const std::string& path) {
  Opened opened(path);
  const Fetch fetch = [&](std::uint64_t offset, std::span<char> into) { opened.read(offset, into, path); };
  return read_all(std::move(opened.header), opened.begin, fetch, path);
}

std::map<std::string, std::string> read_safetensors_metadata(const std::string& path) {
  return Opened(path).header.metadata;
}

}  // namespace terrella::datasets
