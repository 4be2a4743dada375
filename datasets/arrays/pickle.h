// datasets/arrays/pickle.h: the few instructions of Python's pickles that make dicts of tensors, followed without
// Python.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace terrella::datasets::pickle {

enum class Kind : std::uint8_t { none, truth, integer, fraction, text, tuple, list, dict, global, storage, tensor };

/// An object that a pickle makes. Others within it are numbers of Program::values.
struct Value {
  Kind kind = Kind::none;
  std::int64_t integer = 0;        ///< truth, integer
  std::string text;                ///< text; "module name" of a global; type and key of a storage, blank between
  std::vector<std::size_t> items;  ///< of a tuple or list; key, value, key, value, ... of a dict
  /// tensor: the storage, offset, and one extent and stride an axis
  std::size_t storage = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, strides;
};

struct Program {
  std::vector<Value> values;
  std::size_t result = 0;
};

/// Follows a pickle of protocol 2 to 5. Calls refuse(what), which throws, at any other instruction or global than
/// tensors of PyTorch need.
Program follow(std::string_view bytes, const std::function<void(const std::string&)>& refuse);

}  // namespace terrella::datasets::pickle
