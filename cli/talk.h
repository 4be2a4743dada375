// cli/talk.h: what a person is told, on stderr; results go to stdout (cli/output.h).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace terrella::cli {

/// -1: warnings and errors only, 0, 1: details too. Colours appear on a terminal where NO_COLOR is not set.
void set_verbosity(int verbosity);

/// From now on nothing is said or printed, errors included: for processes of mpirun that are not the first.
void keep_silent();
bool is_silent();

void say(const std::string& text);
void detail(const std::string& text);
void warn(const std::string& text);
void complain(const std::string& text);  ///< an error

/// One line for a terminal or a message, whatever a file says: no control characters, valid UTF-8.
std::string plain(std::string_view text);

/// On a terminal a bar that is drawn over itself, at most ten times a second; otherwise one line a call.
class ProgressBar {
 public:
  ~ProgressBar();
  void update(std::size_t done, std::size_t all, const std::string& text);

 private:
  double drawn_ = 0;  // seconds of a steady clock
  bool open_ = false;
};

}  // namespace terrella::cli
