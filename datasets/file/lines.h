// datasets/file/lines.h: text files read line by line and word by word; what is not there is a FormatError with the
// line.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/report.h"

namespace terrella::datasets {

/// The bytes as plain text. Byte order mark, NUL bytes, old Macintosh line ends and DOS's end-of-file mark are mended
/// and noted; UTF-16 and more than `most` bytes are FormatErrors.
std::string text_of(std::string_view bytes, std::size_t most, Report& report);

/// A name or another text of a file as UTF-8 without control characters, which become blanks. What is no UTF-8 is read
/// as Latin-1 and noted.
std::string utf8_of(std::string_view text, std::int64_t line, Report& report);

struct Line {
  std::string_view text;    ///< without blanks on both sides
  std::int64_t number = 0;  ///< from 1
};

/// Words between blanks and tabs, in order.
std::vector<std::string_view> words_of(std::string_view line);

/// The same without taking memory: fills `into` with the first words; how many there are, which may be more.
std::size_t words_of(std::string_view line, std::span<std::string_view> into);

/// A word as a number: as parse_number takes it, but NaN and decimal commas are FormatErrors, which say that `what` is
/// wrong on that line.
double number_of(std::string_view word, std::int64_t line, std::string_view what, const Report& report);

/// A word as a whole number of least .. most.
std::int64_t count_of(std::string_view word, std::int64_t line, std::string_view what, std::int64_t least,
                      std::int64_t most, const Report& report);

/// Walks through a text that outlives it. Lines without words are passed over.
class Lines {
 public:
  Lines(std::string_view text, const Report& report) : rest_(text), report_(report) {}

  /// False at the end; the line otherwise, which is then done with.
  bool next(Line& line);
  /// The same, without being done with it.
  bool peek(Line& line) const;
  /// The next line, or a FormatError that says that `what` is missing.
  Line expect(std::string_view what);
  /// The next `count` numbers from the words of as many lines as it takes; the rest of the last line must be empty. A
  /// count that the rest of the text cannot hold is a FormatError before memory is taken.
  std::vector<double> numbers(std::size_t count, std::string_view what) { return numbers(count, what, nullptr); }
  /// The same, where a word may be "NaN".
  std::vector<double> numbers_or_nan(std::size_t count, std::string_view what) {
    return numbers(count, what, nullptr, true);
  }
  /// The same; `lines` gets the line of each number.
  std::vector<double> numbers(std::size_t count, std::string_view what, std::vector<std::int64_t>* lines,
                              bool or_nan = false);
  /// Of the line that came last; of the end of the text once that was met.
  std::int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  const Report& report_;
  std::int64_t number_ = 0;
};

}  // namespace terrella::datasets
