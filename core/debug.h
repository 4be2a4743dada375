// core/debug.h: what helps to find the line behind an error or a NaN. Off by default, and then it costs nothing.
#pragma once
#include <atomic>
#include <string>
#include <string_view>

namespace terrella {

/// What a program does for whoever looks for a mistake; each does what those before it do.
enum class Debug : int {
  off,
  origins,   ///< every operation remembers where it was made, and errors of its evaluation say so
  nan,       ///< an operation that makes a NaN of numbers is an error
  infinity,  ///< so is one that makes an infinity of finite numbers
};

/// The mode of the whole program. It begins as the environment variable TERRELLA_DEBUG says: unset or 0, 1, nan, inf;
/// throws std::invalid_argument where that is another word.
Debug debug_mode();
/// Sets the mode and returns the one before. Operations made earlier do not learn where they were made.
Debug set_debug_mode(Debug mode);

/// A name for what a block of C++ builds: errors of operations that this thread makes while the label lives bear it.
/// Labels nest, "inversion / forward"; where debug_mode() is off they do nothing.
class Label {
 public:
  explicit Label(std::string_view name);
  ~Label();
  Label(const Label&) = delete;
  Label& operator=(const Label&) = delete;

 private:
  const std::string* outer_ = nullptr;
  bool active_ = false;
};

/// How another language says where its code stands, "model.py:12 in forward"; empty where it does not know. Null for
/// none.
inline std::atomic<std::string (*)()> locate_caller{nullptr};

}  // namespace terrella
