#include "datasets/hdf5/layout.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "core/error.h"
#include "datasets/hdf5/types.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::size_t most_chunk = std::size_t{1} << 30;
constexpr std::size_t most_elements = std::size_t{1} << 48;
constexpr std::size_t longest_text = 1 << 16;

/// The element that an atomic number is.
std::optional<StoredElement> number_of(hid_t type) {
  const struct {
    hid_t little, big;
    Element element;
  } known[] = {{H5T_STD_I8LE, H5T_STD_I8BE, Element::i8},      {H5T_STD_U8LE, H5T_STD_U8BE, Element::u8},
               {H5T_STD_I16LE, H5T_STD_I16BE, Element::i16},   {H5T_STD_U16LE, H5T_STD_U16BE, Element::u16},
               {H5T_STD_I32LE, H5T_STD_I32BE, Element::i32},   {H5T_STD_U32LE, H5T_STD_U32BE, Element::u32},
               {H5T_STD_I64LE, H5T_STD_I64BE, Element::i64},   {H5T_STD_U64LE, H5T_STD_U64BE, Element::u64},
               {H5T_IEEE_F32LE, H5T_IEEE_F32BE, Element::f32}, {H5T_IEEE_F64LE, H5T_IEEE_F64BE, Element::f64}};
  for (const auto& k : known) {
    if (H5Tequal(type, k.little) > 0) return StoredElement{k.element, false};
    if (H5Tequal(type, k.big) > 0) return StoredElement{k.element, true};
  }
  if (H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == 2) {
    std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
    if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 && sign == 15 &&
        exponent == 10 && exponent_bits == 5 && mantissa == 0 && mantissa_bits == 10 && H5Tget_ebias(type) == 15)
      return StoredElement{Element::f16, H5Tget_order(type) == H5T_ORDER_BE};
  }
  return {};
}

/// FALSE and TRUE in one byte, as h5py has it.
bool is_truth(hid_t type) {
  if (H5Tget_class(type) != H5T_ENUM || H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  signed char no = -1, yes = -1;
  return H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1;
}

/// {r, i} or {real, imag} of two equal floats without a gap.
std::optional<StoredElement> complex_of(hid_t type) {
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return {};
  const auto name = [&](unsigned i) {
    char* const text = H5Tget_member_name(type, i);
    std::string copy = text ? text : "";
    H5free_memory(text);
    return copy;
  };
  if (!(name(0) == "r" && name(1) == "i") && !(name(0) == "real" && name(1) == "imag")) return {};
  const Handle first(H5Tget_member_type(type, 0), H5Tclose), second(H5Tget_member_type(type, 1), H5Tclose);
  const auto part = number_of(first.id());
  if (!part || H5Tequal(first.id(), second.id()) <= 0 || H5Tget_member_offset(type, 0) != 0 ||
      H5Tget_member_offset(type, 1) != size_of(part->element) || H5Tget_size(type) != 2 * size_of(part->element))
    return {};
  if (part->element == Element::f32) return StoredElement{Element::c64, part->swapped};
  if (part->element == Element::f64) return StoredElement{Element::c128, part->swapped};
  return {};
}

StoredElement element_of(hid_t type, const std::function<void(const std::string&)>& refuse) {
  if (const auto number = number_of(type)) return *number;
  if (is_truth(type)) return {Element::boolean, false};
  if (const auto number = complex_of(type)) return *number;
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      refuse("holds texts, not numbers");
      break;
    case H5T_REFERENCE:
      refuse("holds references, not numbers");
      break;
    case H5T_COMPOUND:
      refuse("holds records of several fields; only complex numbers {r, i} or {real, imag} are read");
      break;
    default:
      refuse("holds elements that are no numbers or truth values of a usual size");
  }
  return {};
}

/// An open attribute, or none.
Handle attribute_of(hid_t file, const std::string& name, const std::string& attribute) {
  if (H5Aexists_by_name(file, name.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return {};
  return {H5Aopen_by_name(file, name.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose};
}

bool is_single(hid_t attribute) {
  const Handle space(H5Aget_space(attribute), H5Sclose);
  return space.id() >= 0 && H5Sget_simple_extent_npoints(space.id()) == 1;
}

}  // namespace

Layout read_layout(std::int64_t dataset, const std::string& name, std::size_t file_bytes,
                   const std::function<void(const std::string&)>& refuse) {
  Layout layout;
  layout.name = name;
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (type.id() < 0 || space.id() < 0 || properties.id() < 0) refuse("cannot be opened");
  layout.element = element_of(type.id(), refuse);
  const std::size_t element = size_of(layout.element.element);

  const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
  const int rank = kind == H5S_SCALAR ? 0 : H5Sget_simple_extent_ndims(space.id());
  if (kind != H5S_SCALAR && kind != H5S_SIMPLE) refuse("is empty: it has no shape");
  if (rank < 0 || rank > max_rank) refuse(text("has ", rank, " axes; at most ", max_rank, " are read"));
  hsize_t extents[H5S_MAX_RANK] = {};
  if (rank > 0 && H5Sget_simple_extent_dims(space.id(), extents, nullptr) < 0) refuse("has no shape");
  std::size_t count = 1;
  for (int k = 0; k < rank; ++k) {
    if (extents[k] > most_elements || __builtin_mul_overflow(count, std::max<hsize_t>(extents[k], 1), &count) ||
        count > most_elements)
      refuse("has a shape of more elements than memory can hold");
    layout.shape.push_back(static_cast<std::int64_t>(extents[k]));
  }
  if (std::find(layout.shape.begin(), layout.shape.end(), 0) != layout.shape.end()) count = 0;

  if (H5Pget_external_count(properties.id()) != 0) refuse("keeps its data in another file; none is opened");
  std::string names;
  const int filters = H5Pget_nfilters(properties.id());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    char label[64] = "";
    const H5Z_filter_t filter = H5Pget_filter2(properties.id(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                               sizeof label - 1, label, &config);
    if (filter == H5Z_FILTER_SHUFFLE)
      layout.filters.push_back(Filter::shuffle);
    else if (filter == H5Z_FILTER_DEFLATE)
      layout.filters.push_back(Filter::deflate);
    else
      refuse(text("is packed with filter ", filter, " (", label,
                  "); shuffle and deflate (gzip) are read: h5repack -f GZIP=4"));
  }
  using F = std::vector<Filter>;
  if (layout.filters != F{} && layout.filters != F{Filter::shuffle} && layout.filters != F{Filter::deflate} &&
      layout.filters != F{Filter::shuffle, Filter::deflate})
    refuse("is packed with filters in an order that is not read; shuffle, then deflate, is");

  layout.fill.assign(element, '\0');
  H5D_fill_value_t filled = H5D_FILL_VALUE_UNDEFINED;
  if (H5Pfill_value_defined(properties.id(), &filled) >= 0 && filled == H5D_FILL_VALUE_USER_DEFINED &&
      H5Pget_fill_value(properties.id(), type.id(), layout.fill.data()) < 0)
    refuse("has a fill value that cannot be read");

  switch (H5Pget_layout(properties.id())) {
    case H5D_COMPACT:
      layout.compact.assign(count * element, '\0');
      if (count * element > (1 << 16)) refuse("claims more bytes than a header holds");
      if (count > 0 && H5Dread(dataset, type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, layout.compact.data()) < 0)
        refuse("cannot be read");
      break;
    case H5D_CONTIGUOUS: {
      const haddr_t offset = H5Dget_storage_size(dataset) == 0 ? HADDR_UNDEF : H5Dget_offset(dataset);
      if (count == 0 || offset == HADDR_UNDEF) break;
      if (offset > file_bytes || count * element > file_bytes - offset)
        refuse(text("claims ", count, " values, which end behind the end of the file"));
      layout.offset = static_cast<std::int64_t>(offset);
      break;
    }
    case H5D_CHUNKED: {
      hsize_t chunk[H5S_MAX_RANK] = {};
      if (rank == 0 || H5Pget_chunk(properties.id(), rank, chunk) != rank) refuse("has chunks of an impossible shape");
      std::size_t bytes = element;
      for (int k = 0; k < rank; ++k) {
        if (chunk[k] == 0 || chunk[k] > most_chunk || __builtin_mul_overflow(bytes, chunk[k], &bytes) ||
            bytes > most_chunk)
          refuse("has chunks of more than 1 GiB");
        layout.chunk.push_back(static_cast<std::int64_t>(chunk[k]));
      }
      unsigned options = 0;
      if (H5Pget_chunk_opts(properties.id(), &options) < 0 || options != 0)
        refuse("leaves the chunks at its edges unpacked, which is not read; copy it by h5repack");
      break;
    }
    default:
      refuse("is a virtual dataset: its values lie in other files, none of which is opened");
  }
  // What was never written takes no bytes, but nobody means more of it than deflate could pack.
  constexpr std::size_t deflate_ratio = 1032;
  if (count > 0 && count > file_bytes * deflate_ratio / element)
    refuse(text("claims ", count, " values in a file of ", file_bytes, " bytes"));
  return layout;
}

std::string attribute_text(std::int64_t file, const std::string& name, const std::string& attribute) {
  const Handle found = attribute_of(file, name, attribute);
  if (found.id() < 0 || !is_single(found.id())) return {};
  const Handle type(H5Aget_type(found.id()), H5Tclose);
  if (H5Tget_class(type.id()) != H5T_STRING) return {};
  if (H5Tis_variable_str(type.id()) > 0) {
    char* value = nullptr;
    if (H5Aread(found.id(), type.id(), &value) < 0) return {};
    const std::unique_ptr<char, int (*)(void*)> owner(value, [](void* memory) { return H5free_memory(memory); });
    return value ? std::string(value).substr(0, longest_text) : std::string();
  }
  const std::size_t bytes = H5Tget_size(type.id());
  if (bytes == 0 || bytes > longest_text) return {};
  std::string value(bytes, '\0');
  if (H5Aread(found.id(), type.id(), value.data()) < 0) return {};
  return value.substr(0, value.find('\0'));
}

std::int64_t attribute_integer(std::int64_t file, const std::string& name, const std::string& attribute,
                               std::int64_t otherwise) {
  const Handle found = attribute_of(file, name, attribute);
  if (found.id() < 0 || !is_single(found.id())) return otherwise;
  const Handle type(H5Aget_type(found.id()), H5Tclose);
  std::int64_t value = otherwise;
  if (H5Tget_class(type.id()) == H5T_INTEGER && H5Aread(found.id(), H5T_NATIVE_INT64, &value) < 0) return otherwise;
  return value;
}

}  // namespace terrella::datasets::hdf5
