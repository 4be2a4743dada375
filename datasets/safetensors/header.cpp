#include "datasets/safetensors/header.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/shape.h"

namespace terrella::datasets::safetensors {
namespace {

constexpr std::array<Element, 13> elements = {{{"BOOL", 1, DType::boolean},
                                               {"I32", 4, DType::i32},
                                               {"I64", 8, DType::i64},
                                               {"F32", 4, DType::f32},
                                               {"F64", 8, DType::f64},
                                               {"C64", 8, DType::c64},
                                               {"F16", 2, DType::f32},
                                               {"BF16", 2, DType::f32},
                                               {"I8", 1, DType::i32},
                                               {"U8", 1, DType::i32},
                                               {"I16", 2, DType::i32},
                                               {"U16", 2, DType::i32},
                                               {"U32", 4, DType::i64}}};
constexpr std::int64_t most_elements = std::int64_t{1} << 56;  // as check_extents has it

/// Takes the header apart as it is parsed: nothing but what is asked for is kept, and nothing nests deeper than the
/// format allows.
class Parser {
 public:
  Parser(const std::string& path, Header& header) : path_(path), header_(header) {}

  bool null() { unexpected("null"); }
  bool boolean(bool) { unexpected("a truth value"); }
  bool number_integer(std::int64_t value) { unexpected(text("the negative number ", value)); }
  bool number_float(double, const std::string& as_written) {
    unexpected(text("the number ", shown(as_written), ", no integer below 2^64,"));
  }
  bool binary(nlohmann::json::binary_t&) { unexpected("binary data"); }

  bool number_unsigned(std::uint64_t value) {
    if (place_ == Place::shape) {
      if (entry().shape.size() > max_rank) refuse("has more than ", max_rank, " axes");
      if (value > static_cast<std::uint64_t>(most_elements)) refuse("has the impossible extent ", value);
      entry().shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets) {
      if (offsets_ == 2) refuse("has more than two data_offsets");
      (offsets_++ == 0 ? entry().begin : entry().end) = value;
    } else {
      unexpected(text("the number ", value));
    }
    return true;
  }

  bool string(std::string& value) {
    if (place_ == Place::metadata) {
      header_.metadata[key_] = std::move(value);
    } else if (place_ == Place::tensor && key_ == "dtype") {
      entry().element = element_of(value);
      if (!entry().element)
        refuse("has dtype '", shown(value),
               "', for which there is none here; BOOL, I8 to I64, U8 to U32, F16, BF16, F32, ", "F64 and C64 are read");
    } else {
      unexpected("a text");
    }
    return true;
  }

  bool start_object(std::size_t) {
    fields_.clear();
    if (place_ == Place::outside) {
      place_ = Place::names;
    } else if (place_ == Place::names && key_ == metadata_key) {
      place_ = Place::metadata;
    } else if (place_ == Place::names) {
      place_ = Place::tensor;
      header_.entries.emplace_back().name = key_;
    } else {
      unexpected("an object");
    }
    return true;
  }
  bool key(std::string& name) {
    std::set<std::string>& known = place_ == Place::names ? names_ : fields_;
    if (!known.insert(name).second) {
      if (place_ == Place::tensor) refuse("has '", shown(name), "' twice");
      throw FormatError(path_, 0, text("the header has the key '", shown(name), "' twice"));
    }
    if (place_ == Place::tensor && name != "dtype" && name != "shape" && name != "data_offsets")
      refuse("has the unknown field '", shown(name), "'; dtype, shape and data_offsets are known");
    key_ = std::move(name);
    return true;
  }
  bool end_object() {
    if (place_ == Place::tensor)
      for (const char* const field : {"dtype", "shape", "data_offsets"})
        if (!fields_.contains(field)) refuse("has no ", field);
    place_ = place_ == Place::names ? Place::outside : Place::names;
    return true;
  }
  bool start_array(std::size_t) {
    if (place_ != Place::tensor || key_ == "dtype") unexpected("an array");
    place_ = key_ == "shape" ? Place::shape : Place::offsets;
    offsets_ = 0;
    return true;
  }
  bool end_array() {
    if (place_ == Place::offsets && offsets_ != 2) refuse("has ", offsets_, " data_offsets instead of two");
    place_ = Place::tensor;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    throw FormatError(path_, 0, text("the header is no valid JSON at its byte ", position));
  }

 private:
  enum class Place { outside, names, metadata, tensor, shape, offsets };

  Entry& entry() { return header_.entries.back(); }
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    throw FormatError(path_, 0, text("tensor '", shown(header_.entries.back().name), "' ", parts...));
  }
  [[noreturn]] void unexpected(const std::string& what) const {
    switch (place_) {
      case Place::outside:
        throw FormatError(path_, 0, "the header is no JSON object");
      case Place::names:
        throw FormatError(path_, 0,
                          text("'", shown(key_), "' is ", what, " where dtype, shape and data_offsets belong"));
      case Place::metadata:
        throw FormatError(path_, 0, text("the metadata '", shown(key_), "' are ", what, " where a text belongs"));
      case Place::tensor:
        refuse("has ", what, " for its ", key_);
      case Place::shape:
        refuse("has ", what, " in its shape");
      case Place::offsets:
        break;
    }
    refuse("has ", what, " in its data_offsets");
  }

  const std::string& path_;
  Header& header_;
  Place place_ = Place::outside;
  std::string key_;
  std::set<std::string> names_, fields_;
  int offsets_ = 0;
};

void check_sizes(const Entry& entry, const std::string& path) {
  const auto refuse = [&](const auto&... parts) {
    throw FormatError(path, 0, text("tensor '", shown(entry.name), "' ", parts...));
  };
  std::int64_t count = 1;
  for (const std::int64_t extent : entry.shape)
    if (__builtin_mul_overflow(count, extent, &count) || count > most_elements)
      refuse("has a shape of more elements than memory can hold");
  if (entry.end < entry.begin) refuse("ends at byte ", entry.end, ", before it begins at ", entry.begin);
  const std::uint64_t bytes = static_cast<std::uint64_t>(count) * entry.element->bytes;
  if (entry.end - entry.begin != bytes)
    refuse("of dtype ", entry.element->name, " has ", count, " elements of ", entry.element->bytes, " bytes, but ",
           entry.end - entry.begin, " bytes in the file");
  if (entry.shape.size() > max_rank + std::size_t{entry.complex}) refuse("has more than ", max_rank, " axes");
}

/// Sorts by place; every byte after the header belongs to exactly one tensor.
void check_order(std::vector<Entry>& entries, std::uint64_t data_bytes, const std::string& path) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t reached = 0;
  const Entry* before = nullptr;
  for (const Entry& entry : entries) {
    const auto refuse = [&](const auto&... parts) {
      throw FormatError(path, 0, text("tensor '", shown(entry.name), "' ", parts...));
    };
    if (entry.end > data_bytes)
      refuse("ends at byte ", entry.end, " of the values, but the file holds ", data_bytes, "; it may be truncated");
    if (entry.begin < reached) refuse("overlaps tensor '", shown(before->name), "', which ends at byte ", reached);
    if (entry.begin > reached) refuse("begins at byte ", entry.begin, " and leaves a gap from ", reached);
    reached = entry.end;
    before = &entry;
  }
  if (reached != data_bytes)
    throw FormatError(path, 0, text("has ", data_bytes - reached, " bytes after the last tensor"));
}

/// Entries of the metadata that say what the format cannot; they are ours and leave the metadata.
void find_complex(Header& header, const std::string& path) {
  std::set<std::string_view> named;
  for (auto item = header.metadata.lower_bound(std::string(dtype_key));
       item != header.metadata.end() && item->first.starts_with(dtype_key); ++item) {
    if (item->second != "C128")
      throw FormatError(path, 0,
                        text("the metadata '", shown(item->first), "' say '", shown(item->second), "'; C128 is known"));
    named.insert(std::string_view(item->first).substr(dtype_key.size()));
  }
  for (Entry& entry : header.entries) {
    if (named.erase(entry.name) == 0) continue;
    if (entry.element->name != "F64" || entry.shape.empty() || entry.shape.back() != 2)
      throw FormatError(path, 0,
                        text("tensor '", shown(entry.name), "' is said to be C128, but does not hold pairs of F64"));
    entry.complex = true;
  }
  if (!named.empty())
    throw FormatError(path, 0,
                      text("the metadata give a dtype to tensor '", shown(*named.begin()), "', which is not there"));
  std::erase_if(header.metadata, [](const auto& item) { return item.first.starts_with(dtype_key); });
}

}  // namespace

std::string shown(std::string_view name) {
  constexpr std::size_t longest = 80;
  std::string result(name.substr(0, longest));
  if (name.size() > longest) {
    while (!result.empty() && (static_cast<unsigned char>(name[result.size()]) & 0xC0) == 0x80) result.pop_back();
    result += "...";
  }
  std::replace_if(
      result.begin(), result.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return result;
}

const Element* element_of(std::string_view name) {
  const auto* const found =
      std::find_if(elements.begin(), elements.end(), [&](const Element& element) { return element.name == name; });
  return found == elements.end() ? nullptr : found;
}

const Element& element_of(DType dtype) {
  const DType stored = dtype == DType::c128 ? DType::f64 : dtype;
  return *std::find_if(elements.begin(), elements.end(),
                       [&](const Element& element) { return element.dtype == stored; });
}

bool may_begin(std::string_view first_bytes) {
  return first_bytes.size() > length_bytes && first_bytes[length_bytes] == '{';
}

std::uint64_t header_length(std::string_view first_bytes, std::uint64_t file_bytes, const std::string& path) {
  if (file_bytes < length_bytes || first_bytes.size() < length_bytes)
    throw FormatError(path, 0, text("is no safetensors file: it holds ", file_bytes, " bytes"));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(first_bytes[i])} << (8 * i);
  if (length > longest_header)
    throw FormatError(path, 0,
                      text("is no safetensors file: its first 8 bytes speak of a header of ", length,
                           " bytes, where 100 MB are allowed"));
  if (length > file_bytes - length_bytes)
    throw FormatError(path, 0,
                      text("is truncated: a header of ", length, " bytes is announced, ", file_bytes - length_bytes,
                           " bytes follow"));
  return length;
}

Header parse_header(std::string_view json, std::uint64_t data_bytes, const std::string& path) {
  if (!json.starts_with('{')) throw FormatError(path, 0, "is no safetensors file: its header does not begin with '{'");
  if (const auto nul = json.find('\0'); nul != json.npos)  // the parser takes it for the end and forgives what follows
    throw FormatError(path, 0, text("the header is no valid JSON at its byte ", nul + 1));
  Header header;
  Parser parser(path, header);
  nlohmann::json::sax_parse(json.begin(), json.end(), &parser);
  find_complex(header, path);
  for (const Entry& entry : header.entries) check_sizes(entry, path);
  check_order(header.entries, data_bytes, path);
  return header;
}

}  // namespace terrella::datasets::safetensors
