#include "datasets/arrays/pytorch.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/backend/backend.h"
#include "core/error.h"
#include "datasets/arrays/elements.h"
#include "datasets/arrays/pickle.h"
#include "datasets/arrays/stored_array.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

using pickle::Kind;
using pickle::Value;
constexpr int deepest = 32;
constexpr std::size_t most_tensors = 1 << 20;

std::optional<Element> element_of(std::string_view storage) {
  const struct {
    std::string_view name;
    Element element;
  } known[] = {{"BoolStorage", Element::boolean},     {"CharStorage", Element::i8},
               {"ByteStorage", Element::u8},          {"ShortStorage", Element::i16},
               {"IntStorage", Element::i32},          {"LongStorage", Element::i64},
               {"HalfStorage", Element::f16},         {"BFloat16Storage", Element::bf16},
               {"FloatStorage", Element::f32},        {"DoubleStorage", Element::f64},
               {"ComplexFloatStorage", Element::c64}, {"ComplexDoubleStorage", Element::c128}};
  for (const auto& k : known)
    if (k.name == storage) return k.element;
  return {};
}

/// The folder within the archive, "archive/", if it is one of torch.save.
std::optional<std::string> folder_of(const std::vector<ZipMember>& members) {
  for (const ZipMember& member : members)
    if (member.name == "data.pkl" || member.name.ends_with("/data.pkl"))
      return member.name.substr(0, member.name.size() - 8);
  return {};
}

class Reader {
 public:
  Reader(const ByteSource& source, const std::vector<std::string>& names)
      : source_(source), names_(names), members_(zip_members(source)) {}

  TensorFile read() {
    const auto folder = folder_of(members_);
    if (!folder) refuse("is no archive of torch.save: it has no data.pkl");
    folder_ = *folder;
    if (const ZipMember* order = find("byteorder")) {
      const std::string word = read_zip_member(source_, *order);
      if (word != "little" && word != "big") refuse("has the unknown byte order '" + printable(word) + "'");
      swapped_ = word == "big";
    }
    program_ =
        pickle::follow(read_zip_member(source_, *find("data.pkl")), [&](const std::string& what) { refuse(what); });
    const Value& result = program_.values[program_.result];
    if (result.kind == Kind::tensor)
      add("array", result);
    else if (result.kind == Kind::dict)
      walk(result, "", 0);
    else
      refuse("holds neither a tensor nor a dict of tensors");
    for (const std::string& name : names_)
      if (!file_.tensors.contains(name)) refuse("holds no tensor '" + printable(name) + "'");
    return std::move(file_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw FormatError(source_.path, 0, what); }

  const ZipMember* find(const std::string& name) const {
    for (const ZipMember& member : members_)
      if (member.name == folder_ + name) return &member;
    return nullptr;
  }

  void walk(const Value& dict, const std::string& prefix, int depth) {
    if (depth > deepest) refuse("holds dicts in dicts, too deep");
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
      const Value &key = program_.values[dict.items[i]], &value = program_.values[dict.items[i + 1]];
      if (key.kind != Kind::text || !is_utf8(key.text)) refuse("holds a dict whose keys are no texts");
      const std::string name = prefix + key.text;
      if (value.kind == Kind::tensor)
        add(name, value);
      else if (value.kind == Kind::dict)
        walk(value, name + "/", depth + 1);
      else if (names_.empty())
        refuse("'" + printable(name) + "' is no tensor; name the tensors that you want");
    }
  }

  void add(const std::string& name, const Value& tensor) {
    if (!names_.empty() && std::find(names_.begin(), names_.end(), name) == names_.end()) return;
    if (file_.tensors.size() == most_tensors) refuse("holds too many tensors");
    const std::string shown = "'" + printable(name) + "' ";
    const Array& storage = values(program_.values[tensor.storage], shown);
    const std::int64_t count = count_of(tensor.shape);
    if (count < 0 || tensor.shape.size() != tensor.strides.size()) refuse(shown + "has an impossible shape");
    std::int64_t last = tensor.offset;
    for (std::size_t k = 0; k < tensor.shape.size(); ++k) {
      std::int64_t step = 0;
      if (tensor.strides[k] < 0 ||
          __builtin_mul_overflow(tensor.strides[k], std::max<std::int64_t>(tensor.shape[k] - 1, 0), &step) ||
          __builtin_add_overflow(last, step, &last))
        refuse(shown + "has impossible strides");
    }
    if (tensor.offset < 0 || (count > 0 && last >= storage.size())) refuse(shown + "reaches beyond its storage");
    Array view = storage;
    view.shape = Shape(tensor.shape);
    view.strides = Shape(tensor.strides);
    view.offset = count > 0 ? tensor.offset : 0;
    if (!file_.tensors.emplace(name, Tensor::from(std::move(view))).second) refuse(shown + "stands twice in the file");
  }

  const Array& values(const Value& storage, const std::string& shown) {
    const auto found = storages_.find(storage.text);
    if (found != storages_.end()) return found->second;
    const std::size_t blank = storage.text.find(' ');
    const std::string type = storage.text.substr(0, blank), key = storage.text.substr(blank + 1);
    const auto element = element_of(type);
    if (!element) refuse(shown + "is of the unknown type " + printable(type));
    const ZipMember* const member = find("data/" + key);
    if (!member) refuse(shown + "has no values: data/" + printable(key) + " is missing");
    const std::string bytes = read_zip_member(source_, *member);
    if (storage.integer < 0 || static_cast<std::uint64_t>(storage.integer) != bytes.size() / size_of(*element) ||
        bytes.size() % size_of(*element) != 0)
      refuse(text(shown, "claims ", storage.integer, " values, its storage has ", bytes.size(), " bytes"));
    const Array array = default_backend().empty(dtype_of(*element), {storage.integer});
    if (const std::string wrong = convert_elements({*element, swapped_ && size_of(*element) > 1}, bytes.data(),
                                                   static_cast<std::size_t>(storage.integer), array.bytes());
        !wrong.empty())
      refuse(shown + "holds what is no value: " + wrong);
    return storages_.emplace(storage.text, array).first->second;
  }

  const ByteSource& source_;
  const std::vector<std::string>& names_;
  const std::vector<ZipMember> members_;
  std::string folder_;
  bool swapped_ = false;
  pickle::Program program_;
  std::map<std::string, Array> storages_;
  TensorFile file_;
};

}  // namespace

bool is_pytorch(const std::vector<ZipMember>& members) { return folder_of(members).has_value(); }

TensorFile parse_pytorch(const ByteSource& source, const std::vector<std::string>& names) {
  return Reader(source, names).read();
}

TensorFile read_pytorch(const std::string& path, const std::vector<std::string>& names) {
  const InputFile file(path);
  return parse_pytorch(source_of(file, path), names);
}

}  // namespace terrella::datasets
