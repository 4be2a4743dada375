#include "datasets/arrays/npy.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/error.h"
#include "datasets/arrays/stored_array.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 1 << 16, most_bytes = std::size_t{1} << 40;

/// The words of the header's dict: texts in quotes, True, False, numbers, tuples of numbers.
class Header {
 public:
  Header(std::string_view text, const std::function<void(const std::string&)>& refuse) : rest_(text), refuse_(refuse) {
    expect('{');
    while (!passes('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && descr.empty())
        descr = peek() == '[' ? "records" : quoted();
      else if (key == "fortran_order" && !columns_first)
        columns_first = truth();
      else if (key == "shape" && !shape)
        shape = tuple();
      else
        wrong();
      if (!passes(',')) {
        if (descr == "records") return;  // which nobody will read
        expect('}');
        break;
      }
    }
    if (descr.empty() || !columns_first || !shape) wrong();
  }

  std::string descr;
  std::optional<bool> columns_first;
  std::optional<std::vector<std::int64_t>> shape;

 private:
  void wrong() const { refuse_("has a damaged header"); }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size())); }
  char peek() {
    skip_blanks();
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool passes(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!passes(c)) wrong();
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') wrong();
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) wrong();
    std::string word(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return word;
  }
  bool truth() {
    skip_blanks();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    wrong();
    return false;
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!passes(')')) {
      skip_blanks();
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc{} || values.size() > static_cast<std::size_t>(max_rank)) wrong();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (passes('L')) {}  // Python 2
      values.push_back(value);
      if (!passes(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  std::string_view rest_;
  const std::function<void(const std::string&)>& refuse_;
};

std::optional<StoredElement> element_of(std::string_view descr) {
  const struct {
    std::string_view code;
    Element element;
  } known[] = {{"b1", Element::boolean}, {"i1", Element::i8},   {"u1", Element::u8},  {"i2", Element::i16},
               {"u2", Element::u16},     {"i4", Element::i32},  {"u4", Element::u32}, {"i8", Element::i64},
               {"u8", Element::u64},     {"f2", Element::f16},  {"f4", Element::f32}, {"f8", Element::f64},
               {"c8", Element::c64},     {"c16", Element::c128}};
  if (descr.empty() || std::string_view("<>|=").find(descr[0]) == std::string_view::npos) return {};
  for (const auto& k : known)
    if (descr.substr(1) == k.code) return StoredElement{k.element, descr[0] == '>' && size_of(k.element) > 1};
  return {};
}

}  // namespace

bool is_npy(std::string_view first_bytes) { return first_bytes.starts_with(magic); }

Tensor parse_npy(std::string_view bytes, const std::string& path, const std::string& what) {
  const std::function<void(const std::string&)> refuse = [&](const std::string& wrong) {
    throw FormatError(path, 0, (what.empty() ? "" : "'" + printable(what) + "': ") + wrong);
  };
  if (!is_npy(bytes)) refuse("is no .npy array");
  if (bytes.size() < 12) refuse("is cut off within its header");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) refuse(text("is of the unknown .npy version ", version));
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > longest_header || length > bytes.size() - begin)
    refuse("is cut off within its header, or that is damaged");

  const Header header(bytes.substr(begin, length), refuse);
  if (header.descr == "records") refuse("holds records of several fields; save each field as an array");
  const auto element = element_of(header.descr);
  if (!element && header.descr.size() > 1 && header.descr[1] == 'O')
    refuse("holds Python objects (a pickle), which are never loaded; save numbers");
  if (!element)
    refuse(text("has dtype '", printable(header.descr),
                "'; numbers and truth values of 1 to 8 bytes and complex ones are read"));
  const std::string_view values = bytes.substr(begin + length);
  const std::int64_t count = count_of(*header.shape);
  if (count < 0) refuse("has a shape of more elements than memory can hold");
  const auto wanted = static_cast<std::size_t>(count) * size_of(element->element);
  if (wanted != values.size())
    refuse(text("has shape ", to_string(Shape(*header.shape)), " of '", header.descr, "', ", wanted,
                " bytes, but holds ", values.size()));
  return stored_array(*element, values, *header.shape, *header.columns_first, refuse);
}

TensorFile read_npy(const std::string& path, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (name != "array")
      throw FormatError(path, 0, "holds one array, called 'array', and no '" + printable(name) + "'");
  TensorFile file;
  file.tensors.emplace("array", parse_npy(read_file(path, most_bytes), path));
  return file;
}

TensorFile parse_npz(const ByteSource& source, const std::vector<std::string>& names) {
  TensorFile file;
  const std::vector<ZipMember> members = zip_members(source);
  const auto name_of = [](const ZipMember& member) {
    return member.name.ends_with(".npy") ? member.name.substr(0, member.name.size() - 4) : member.name;
  };
  for (const std::string& name : names)
    if (std::none_of(members.begin(), members.end(), [&](const ZipMember& m) { return name_of(m) == name; }))
      throw FormatError(source.path, 0, "holds no array '" + printable(name) + "'");
  for (const ZipMember& member : members) {
    const std::string name = name_of(member);
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (!is_utf8(name)) throw FormatError(source.path, 0, "has a name that is not UTF-8: " + printable(name));
    Tensor x = parse_npy(read_zip_member(source, member), source.path, name);
    if (!file.tensors.emplace(name, std::move(x)).second)
      throw FormatError(source.path, 0, "holds two arrays '" + printable(name) + "'");
  }
  return file;
}

TensorFile read_npz(const std::string& path, const std::vector<std::string>& names) {
  const InputFile file(path);
  return parse_npz(source_of(file, path), names);
}

}  // namespace terrella::datasets
