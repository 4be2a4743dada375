#include "datasets/arrays/matlab.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/ops/cast.h"
#include "datasets/arrays/stored_array.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t header_bytes = 128, most_bytes = std::size_t{1} << 40, most_names = 1 << 20;
constexpr std::uint32_t mi_int8 = 1, mi_int32 = 5, mi_uint32 = 6, mi_matrix = 14, mi_compressed = 15;

std::optional<Element> element_of(std::uint32_t type) {
  switch (type) {
    case 1:
      return Element::i8;
    case 2:
      return Element::u8;
    case 3:
      return Element::i16;
    case 4:
      return Element::u16;
    case 5:
      return Element::i32;
    case 6:
      return Element::u32;
    case 7:
      return Element::f32;
    case 9:
      return Element::f64;
    case 12:
      return Element::i64;
    case 13:
      return Element::u64;
    default:
      return {};
  }
}

/// What a class of MATLAB is for us; the text where it is no array of numbers.
struct Class {
  std::optional<Element> element;
  const char* what;
};
Class class_of(std::uint32_t number) {
  switch (number) {
    case 1:
      return {{}, "a cell array"};
    case 2:
      return {{}, "a struct"};
    case 3:
      return {{}, "an object"};
    case 4:
      return {{}, "a text"};
    case 5:
      return {{}, "a sparse matrix (save full(...) of it)"};
    case 6:
      return {Element::f64, ""};
    case 7:
      return {Element::f32, ""};
    case 8:
      return {Element::i8, ""};
    case 9:
      return {Element::u8, ""};
    case 10:
      return {Element::i16, ""};
    case 11:
      return {Element::u16, ""};
    case 12:
      return {Element::i32, ""};
    case 13:
      return {Element::u32, ""};
    case 14:
      return {Element::i64, ""};
    case 15:
      return {Element::u64, ""};
    case 16:
      return {{}, "a function handle"};
    default:
      return {{}, "of an unknown class"};
  }
}

struct Part {
  std::uint32_t type = 0;
  std::string_view bytes;
};

class Reader {
 public:
  Reader(const std::string& path, bool swapped, const std::vector<std::string>& names)
      : path_(path), swapped_(swapped), names_(names) {}

  void read(std::string_view bytes) {
    while (!bytes.empty()) {
      const Part part = take(bytes, "an array");
      if (part.type == mi_compressed) {
        const std::string unpacked = inflate(part.bytes);
        std::string_view rest = unpacked;
        array(take(rest, "a packed array"));
      } else {
        array(part);
      }
    }
    for (const std::string& name : names_)
      if (!file.tensors.contains(name)) refuse("holds no array '" + printable(name) + "'");
  }

  TensorFile file;

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw FormatError(path_, 0, what); }

  std::uint32_t word(std::string_view bytes, std::size_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }

  /// The next element, which `rest` then is behind.
  Part take(std::string_view& rest, const char* what) const {
    if (rest.size() < 8) refuse(text(what, " is cut off"));
    const std::uint32_t first = word(rest, 0);
    if (first >> 16) {  // at most four bytes, within the tag
      const std::size_t bytes = first >> 16;
      if (bytes > 4) refuse(text(what, " has a damaged tag"));
      const Part part{first & 0xFFFF, rest.substr(4, bytes)};
      rest.remove_prefix(8);
      return part;
    }
    const std::size_t bytes = word(rest, 4);
    if (bytes > rest.size() - 8)
      refuse(text(what, " claims ", bytes, " bytes, ", rest.size() - 8, " follow; the file was cut off or is damaged"));
    const Part part{first, rest.substr(8, bytes)};
    const std::size_t padded = first == mi_compressed ? bytes : (bytes + 7) / 8 * 8;
    rest.remove_prefix(8 + std::min(padded, rest.size() - 8));
    return part;
  }

  /// A zlib stream, whose size nobody has written down: as much as its first tag says.
  std::string inflate(std::string_view packed) const {
    char tag[8] = {};
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), 1 << 16));
    stream.next_out = reinterpret_cast<Bytef*>(tag);
    stream.avail_out = sizeof tag;
    const int status = ::inflate(&stream, Z_SYNC_FLUSH);
    inflateEnd(&stream);
    if ((status != Z_OK && status != Z_STREAM_END) || stream.avail_out != 0)
      refuse("holds a packed array that is damaged");
    constexpr std::size_t deflate_ratio = 1032;
    const std::size_t bytes = std::size_t{8} + word({tag, sizeof tag}, 4);
    if (bytes > packed.size() * deflate_ratio + 64)
      refuse(text("holds a packed array that claims ", bytes, " bytes from ", packed.size()));
    std::string all(bytes, '\0');
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    if (libdeflate_zlib_decompress(decompressor.get(), packed.data(), packed.size(), all.data(), all.size(), nullptr) !=
        LIBDEFLATE_SUCCESS)
      refuse("holds a packed array that is damaged");
    return all;
  }

  bool wanted(const std::string& name) const {
    return names_.empty() || std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  void array(const Part& matrix) {
    if (matrix.type != mi_matrix) refuse(text("holds an element of type ", matrix.type, " where an array should be"));
    std::string_view rest = matrix.bytes;
    const Part flags = take(rest, "an array");
    if (flags.type != mi_uint32 || flags.bytes.size() != 8) refuse("holds an array with damaged flags");
    const std::uint32_t bits = word(flags.bytes, 0);
    const bool complex = (bits & 0x800) != 0, logical = (bits & 0x200) != 0;
    const Class kind = class_of(bits & 0xFF);
    if ((bits & 0xFF) == 17) {  // no extents, no name here
      if (names_.empty()) refuse("holds an object of a newer class; name the arrays that you want");
      return;
    }
    const Part extents = take(rest, "an array"), name_part = take(rest, "an array");
    if (extents.type != mi_int32 || extents.bytes.size() % 4 != 0 || extents.bytes.size() < 8)
      refuse("holds an array with damaged extents");
    if (name_part.type != mi_int8) refuse("holds an array with a damaged name");
    const std::string name(name_part.bytes.substr(0, name_part.bytes.find('\0'))), shown = "'" + printable(name) + "' ";
    if (!is_utf8(name)) refuse(shown + "is a name that is not UTF-8");
    if (!wanted(name)) return;
    if (!kind.element) refuse(text(shown, "is ", kind.what, "; name the arrays of numbers that you want"));
    std::vector<std::int64_t> shape;
    for (std::size_t at = 0; at < extents.bytes.size(); at += 4)
      shape.push_back(static_cast<std::int32_t>(word(extents.bytes, at)));
    const std::int64_t count = count_of(shape);
    if (count < 0) refuse(shown + "has a shape that is impossible, or of more axes than are read");
    Tensor x = values(take(rest, "values"), *kind.element, logical, shape, count, shown);
    if (complex && logical) refuse(shown + "is complex and logical, which contradict each other");
    if (complex) {
      if (*kind.element != Element::f64 && *kind.element != Element::f32)
        refuse(shown + "is complex of whole numbers, for which there is no dtype");
      x = make_complex(x, values(take(rest, "values"), *kind.element, false, shape, count, shown));
    }
    if (!file.tensors.emplace(name, reversed_axes(x)).second) refuse(shown + "stands twice in the file");
    if (file.tensors.size() > most_names) refuse("holds too many arrays");
  }

  /// Values in whatever type they were stored, as those of the class; axes in the order of memory.
  Tensor values(const Part& part, Element element, bool logical, std::vector<std::int64_t> shape, std::int64_t count,
                const std::string& shown) const {
    const auto stored = element_of(part.type);
    if (!stored) refuse(text(shown, "has values of the unknown type ", part.type));
    const std::size_t bytes = static_cast<std::size_t>(count) * size_of(*stored);
    if (part.bytes.size() != bytes)
      refuse(text(shown, "has ", part.bytes.size(), " bytes of values instead of ", bytes));
    std::reverse(shape.begin(), shape.end());
    const Tensor x = stored_array({logical && *stored == Element::u8 ? Element::boolean : *stored, swapped_},
                                  part.bytes, shape, false, [&](const std::string& wrong) { refuse(shown + wrong); });
    const DType dtype = logical ? DType::boolean : dtype_of(element);
    if (is_integer(dtype) && !is_integer(x.dtype())) refuse(shown + "stores whole numbers as fractions");
    return cast(x, dtype).eval();
  }

  static Tensor make_complex(const Tensor& real, const Tensor& imaginary) {
    const Array out = default_backend().empty(complex_of(real.dtype()), real.shape());
    const auto fill = [&](auto zero) {
      using T = decltype(zero);
      const auto re = real.data<T>(), im = imaginary.data<T>();
      for (std::size_t i = 0; i < re.size(); ++i) out.data<std::complex<T>>()[i] = {re[i], im[i]};
    };
    if (real.dtype() == DType::f32)
      fill(float{});
    else
      fill(double{});
    return Tensor::from(out);
  }

  const std::string& path_;
  const bool swapped_;
  const std::vector<std::string>& names_;
};

}  // namespace

bool is_matlab_5(std::string_view bytes) {
  if (bytes.size() < header_bytes) return false;
  const std::string_view end = bytes.substr(124, 4);
  return end == std::string_view("\0\1IM", 4) || end == std::string_view("\1\0MI", 4);
}

TensorFile parse_matlab_5(std::string_view bytes, const std::string& path, const std::vector<std::string>& names) {
  if (!is_matlab_5(bytes)) throw FormatError(path, 0, "is no MATLAB file of version 5 to 7.2");
  Reader reader(path, bytes.substr(126, 2) == "MI", names);
  reader.read(bytes.substr(header_bytes));
  return std::move(reader.file);
}

TensorFile read_matlab_5(const std::string& path, const std::vector<std::string>& names) {
  return parse_matlab_5(read_file(path, most_bytes), path, names);
}

}  // namespace terrella::datasets
