#include "datasets/file/lines.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "datasets/file/numbers.h"

namespace terrella::datasets {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

// A word as it may stand in a message.
std::string quoted(std::string_view word) { return "'" + std::string(word.substr(0, 40)) + "'"; }

}  // namespace

std::string text_of(std::string_view bytes, std::size_t most, Report& report) {
  if (bytes.size() > most) report.error(0, "holds ", bytes.size(), " bytes; more than ", most, " are refused");
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
    report.error(1, "is UTF-16 text; save it as plain text (ASCII or UTF-8)");
  if (const std::string_view plain = without_byte_order_mark(bytes); plain.size() < bytes.size()) {
    bytes = plain;
    report.repair(1, "byte-order-mark", "UTF-8 byte order mark skipped");
  }
  std::string text(bytes);
  if (const auto nul = text.find('\0'); nul != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    const auto count = std::count(text.begin(), text.end(), '\0');
    report.repair(line, "nul-bytes", std::to_string(count) + " NUL bytes read as blanks");
    std::replace(text.begin(), text.end(), '\0', ' ');
  }
  if (text.find('\r') != std::string::npos && text.find('\n') == std::string::npos)
    std::replace(text.begin(), text.end(), '\r', '\n');  // old Macintosh line ends: the same lines
  std::replace(text.begin(), text.end(), '\x1a', ' ');   // end-of-file mark of DOS
  return text;
}

std::string utf8_of(std::string_view text, std::int64_t line, Report& report) {
  if (is_utf8(text)) return printable(std::string(text));
  std::string result = printable(utf8_of_latin_1(text));
  report.repair(line, "foreign-encoding", "'" + result + "' read as Latin-1");
  return result;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(blanks, at)) != std::string_view::npos;) {
    const std::size_t stop = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back(line.substr(at, stop - at));
    at = stop;
  }
  return words;
}

std::size_t words_of(std::string_view line, std::span<std::string_view> into) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    if (count < into.size()) into[count] = line.substr(start, at - start);
    ++count;
  }
  return count;
}

double number_of(std::string_view word, std::int64_t line, std::string_view what, const Report& report) {
  double value = 0;
  if (parse_number(word, value) != NumberKind::plain) report.error(line, what, ": ", quoted(word), " is not a number");
  return value;
}

std::int64_t count_of(std::string_view word, std::int64_t line, std::string_view what, std::int64_t least,
                      std::int64_t most, const Report& report) {
  if (word.starts_with('+')) word.remove_prefix(1);
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || stop != word.data() + word.size())
    report.error(line, what, ": ", quoted(word), " is not a whole number");
  if (value < least || value > most) report.error(line, what, ": ", value, " is not within ", least, " .. ", most);
  return value;
}

bool Lines::next(Line& line) {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find('\n');
    const std::string_view text = trim(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    if (text.empty()) continue;
    line = {text, number_};
    return true;
  }
  return false;
}

bool Lines::peek(Line& line) const {
  Lines copy = *this;
  return copy.next(line);
}

Line Lines::expect(std::string_view what) {
  Line line;
  if (!next(line)) report_.error(number_, "the file ends where ", what, " should stand");
  return line;
}

std::vector<double> Lines::numbers(std::size_t count, std::string_view what, std::vector<std::int64_t>* lines,
                                   bool or_nan) {
  if (count > rest_.size() / 2 + 1)  // a number takes two bytes at least
    report_.error(number_, what, ": ", count, " numbers are announced, but only ", rest_.size(), " bytes follow");
  std::vector<double> values;
  values.reserve(count);
  while (values.size() < count) {
    Line line;
    if (!next(line)) report_.error(number_, what, ": the file ends after ", values.size(), " of ", count, " numbers");
    for (const std::string_view word : words_of(line.text)) {
      if (values.size() == count) report_.error(line.number, what, ": more than ", count, " numbers: ", quoted(word));
      const bool is_nan = or_nan && upper(word) == "NAN";
      values.push_back(is_nan ? std::numeric_limits<double>::quiet_NaN() : number_of(word, line.number, what, report_));
      if (lines) lines->push_back(line.number);
    }
  }
  return values;
}

}  // namespace terrella::datasets
