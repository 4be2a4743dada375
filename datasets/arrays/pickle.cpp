#include "datasets/arrays/pickle.h"

#include <cstring>
#include <map>
#include <set>

#include "core/error.h"
#include "datasets/file/text.h"

namespace terrella::datasets::pickle {
namespace {

class Machine {
 public:
  Machine(std::string_view bytes, const std::function<void(const std::string&)>& refuse)
      : bytes_(bytes), refuse_(refuse) {}

  Program run() {
    for (;;) {
      const auto code = static_cast<unsigned char>(take(1)[0]);
      if (code == '.') break;
      step(code);
    }
    program_.result = pop();
    return std::move(program_);
  }

 private:
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) refuse_("holds a pickle that is cut off");
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view part = take(bytes);
    std::memcpy(&value, part.data(), bytes);
    return value;
  }
  std::string line() {
    const std::size_t end = bytes_.find('\n');
    if (end == std::string_view::npos || end > 256) refuse_("holds a damaged pickle");
    std::string word(take(end));
    take(1);
    return word;
  }

  void push(Value value) {
    program_.values.push_back(std::move(value));
    stack_.push_back(program_.values.size() - 1);
  }
  void push_integer(std::int64_t value) {
    Value made;
    made.kind = Kind::integer;
    made.integer = value;
    push(std::move(made));
  }
  void push_text(std::size_t length) {
    Value made;
    made.kind = Kind::text;
    made.text = take(length);
    push(std::move(made));
  }
  void push_items(Kind kind, std::vector<std::size_t> items = {}) {
    Value made;
    made.kind = kind;
    made.items = std::move(items);
    push(std::move(made));
  }
  std::size_t pop() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() == marks_.back())) refuse_("holds a damaged pickle");
    const std::size_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<std::size_t> pop_to_mark() {
    if (marks_.empty()) refuse_("holds a damaged pickle");
    std::vector<std::size_t> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  void tuple(std::size_t count) {
    std::vector<std::size_t> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_items(Kind::tuple, std::move(items));
  }
  Value& at(std::size_t index, Kind kind) {
    Value& value = program_.values[index];
    if (value.kind != kind) refuse_("holds a pickle that makes something else than tensors");
    return value;
  }
  /// What is on top, to which items are added.
  std::vector<std::size_t>& target(Kind kind) {
    const std::size_t top = pop();
    stack_.push_back(top);
    return at(top, kind).items;
  }
  void add(Kind kind, const std::vector<std::size_t>& items) {
    if (kind == Kind::dict && items.size() % 2 != 0) refuse_("holds a damaged pickle");
    std::vector<std::size_t>& into = target(kind);
    into.insert(into.end(), items.begin(), items.end());
  }
  void put(std::uint64_t slot) {
    const std::size_t top = pop();
    stack_.push_back(top);
    memo_[slot] = top;
  }
  void get(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) refuse_("holds a damaged pickle");
    stack_.push_back(found->second);
  }

  std::int64_t integer(std::size_t index) { return at(index, Kind::integer).integer; }
  std::vector<std::int64_t> integers(std::size_t index) {
    std::vector<std::int64_t> all;
    for (const std::size_t item : std::vector<std::size_t>(at(index, Kind::tuple).items)) all.push_back(integer(item));
    return all;
  }

  void global(const std::string& module, const std::string& name) {
    Value made;
    made.kind = Kind::global;
    made.text = module + " " + name;
    const bool storage = module == "torch" && name.ends_with("Storage");
    static const std::set<std::string> known = {"torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
                                                "collections OrderedDict"};
    if (!storage && !known.contains(made.text))
      refuse_(text("holds a pickle that asks for ", printable(module), ".", printable(name),
                   ", which is not a part of tensors; nothing of it is run. Save a dict of tensors"));
    push(std::move(made));
  }

  /// ('storage', torch.FloatStorage, key, device, count)
  void persistent() {
    const std::vector<std::size_t> items = at(pop(), Kind::tuple).items;
    if (items.size() < 5 || at(items[0], Kind::text).text != "storage")
      refuse_("holds a pickle with an unknown storage");
    Value made;
    made.kind = Kind::storage;
    const std::string type = at(items[1], Kind::global).text;
    if (!type.starts_with("torch ")) refuse_("holds a pickle with an unknown storage");
    made.text = type.substr(6) + " " + at(items[2], Kind::text).text;
    made.integer = integer(items[4]);
    push(std::move(made));
  }

  void reduce() {
    const std::vector<std::size_t> items = at(pop(), Kind::tuple).items;
    const std::string function = at(pop(), Kind::global).text;
    if (function == "collections OrderedDict" && items.empty()) {
      push_items(Kind::dict);
    } else if (function == "torch._utils _rebuild_parameter" && !items.empty()) {
      at(items[0], Kind::tensor);
      stack_.push_back(items[0]);
    } else if (function == "torch._utils _rebuild_tensor_v2" && items.size() >= 4) {
      at(items[0], Kind::storage);
      Value made;
      made.kind = Kind::tensor;
      made.storage = items[0];
      made.offset = integer(items[1]);
      made.shape = integers(items[2]);
      made.strides = integers(items[3]);
      push(std::move(made));
    } else {
      refuse_("holds a pickle that makes something else than tensors");
    }
  }

  void step(unsigned char code) {
    switch (code) {
      case 0x80:  // PROTO
        if (const auto version = number(1); version < 2 || version > 5)
          refuse_(text("holds a pickle of protocol ", version));
        return;
      case 0x95:
        take(8);
        return;  // FRAME
      case '}':
        return push_items(Kind::dict);
      case ']':
        return push_items(Kind::list);
      case ')':
        return push_items(Kind::tuple);
      case '(':
        marks_.push_back(stack_.size());
        return;
      case 't':
        return push_items(Kind::tuple, pop_to_mark());
      case 0x85:
        return tuple(1);
      case 0x86:
        return tuple(2);
      case 0x87:
        return tuple(3);
      case 'N':
        return push({});
      case 0x88:
      case 0x89: {
        Value made;
        made.kind = Kind::truth;
        made.integer = code == 0x88;
        return push(std::move(made));
      }
      case 'K':
        return push_integer(static_cast<std::int64_t>(number(1)));
      case 'M':
        return push_integer(static_cast<std::int64_t>(number(2)));
      case 'J':
        return push_integer(static_cast<std::int32_t>(number(4)));
      case 0x8A: {  // LONG1: two's complement
        const std::size_t bytes = number(1);
        if (bytes > 8) refuse_("holds a pickle with a number beyond 64 bits");
        const std::uint64_t word = bytes == 0 ? 0 : number(bytes);
        const unsigned shift = static_cast<unsigned>(64 - 8 * bytes) & 63;
        return push_integer(bytes == 0 ? 0 : static_cast<std::int64_t>(word << shift) >> shift);
      }
      case 'G': {
        take(8);
        Value made;
        made.kind = Kind::fraction;
        return push(std::move(made));
      }
      case 'X':
        return push_text(number(4));
      case 0x8C:
        return push_text(number(1));
      case 'q':
        return put(number(1));
      case 'r':
        return put(number(4));
      case 0x94:
        return put(memo_.size());
      case 'h':
        return get(number(1));
      case 'j':
        return get(number(4));
      case 'c': {
        const std::string module = line();
        return global(module, line());
      }
      case 0x93: {  // STACK_GLOBAL
        const std::string name = at(pop(), Kind::text).text;
        return global(at(pop(), Kind::text).text, name);
      }
      case 'Q':
        return persistent();
      case 'R':
        return reduce();
      case 's': {
        const std::size_t value = pop(), key = pop();
        return add(Kind::dict, {key, value});
      }
      case 'u':
        return add(Kind::dict, pop_to_mark());
      case 'a':
        return add(Kind::list, {pop()});
      case 'e':
        return add(Kind::list, pop_to_mark());
      case 'b':  // state of a dict, such as the versions of a module's weights: nothing that a tensor needs
        pop();
        target(Kind::dict);
        return;
      default:
        refuse_(text("holds a pickle with the instruction ", int{code}, ", which dicts of tensors do not need"));
    }
  }

  std::string_view bytes_;
  const std::function<void(const std::string&)>& refuse_;
  Program program_;
  std::vector<std::size_t> stack_, marks_;
  std::map<std::uint64_t, std::size_t> memo_;
};

}  // namespace

Program follow(std::string_view bytes, const std::function<void(const std::string&)>& refuse) {
  return Machine(bytes, refuse).run();
}

}  // namespace terrella::datasets::pickle
