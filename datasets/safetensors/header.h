// datasets/safetensors/header.h: the JSON header of a safetensors file, checked against the rules of the format.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"

namespace terrella::datasets::safetensors {

inline constexpr std::uint64_t length_bytes = 8;  ///< of the number before the header
inline constexpr std::uint64_t longest_header = 100'000'000;
inline constexpr std::string_view metadata_key = "__metadata__";
inline constexpr std::string_view dtype_key = "terrella.dtype.";  ///< in the metadata, before the name of a tensor

/// How a dtype stands in a file and what it becomes here.
struct Element {
  std::string_view name;  ///< "F32"
  std::size_t bytes;
  DType dtype;
};

/// Null where the format has no such dtype, or none here can hold it.
const Element* element_of(std::string_view name);
/// As which a tensor is written; c128 as F64.
const Element& element_of(DType dtype);

struct Entry {
  std::string name;
  const Element* element = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< of the bytes after the header
  bool complex = false;              ///< pairs of F64 that are c128
};

struct Header {
  std::vector<Entry> entries;  ///< in the order of their bytes, which follow one another without gap
  std::map<std::string, std::string> metadata;
};

/// Whether these may be the first bytes of a safetensors file: a length, then the brace of a JSON object.
bool may_begin(std::string_view first_bytes);

/// The length of the header, from the first 8 bytes of a file of `file_bytes`.
std::uint64_t header_length(std::string_view first_bytes, std::uint64_t file_bytes, const std::string& path);

/// `data_bytes` are those after the header. Throws FormatError; an entry that comes back has a size that fits its
/// bytes.
Header parse_header(std::string_view json, std::uint64_t data_bytes, const std::string& path);

/// A name as messages show it: short, without control characters.
std::string shown(std::string_view name);

}  // namespace terrella::datasets::safetensors
