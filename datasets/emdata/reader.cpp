#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/emdata/codes.h"
#include "datasets/emdata/emdata.h"
#include "datasets/file/entries.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30;

bool is_comment(std::string_view line) { return line.starts_with('!') || line.starts_with('%'); }

// Walks through the lines that say something, without the comments behind them.
class Reader {
 public:
  Reader(std::string_view text, Report& report) : lines_(text, report), size_(text.size()), report_(report) {}

  bool next(Line& line) {
    while (lines_.next(line)) {
      if (is_comment(line.text)) {
        if (!in_blocks_) comments_.push_back(std::string(trim(printable(std::string(line.text.substr(1))))));
        continue;
      }
      line.text = trim(line.text.substr(0, line.text.find_first_of("!%")));
      return true;
    }
    return false;
  }

  Line expect(std::string_view what, std::size_t done, std::size_t count) {
    Line line;
    if (!next(line)) report_.error(lines_.number(), "the file ends after ", done, " of ", count, " ", what);
    if (line.text.starts_with('#'))
      report_.error(line.number, "a new block starts after ", done, " of ", count, " ", what);
    return line;
  }

  // A count is bounded by what the file can hold: a line takes two bytes at least.
  std::size_t count(const Entry& entry) {
    in_blocks_ = true;
    return static_cast<std::size_t>(
        count_of(entry.value, entry.line, entry.key, 0, static_cast<std::int64_t>(size_ / 2 + 1), report_));
  }

  std::vector<std::string> take_comments() { return std::move(comments_); }

 private:
  Lines lines_;
  std::size_t size_;
  Report& report_;
  bool in_blocks_ = false;
  std::vector<std::string> comments_;
};

void read_frequencies(Reader& reader, std::size_t count, std::vector<double>& frequency, Report& report) {
  while (frequency.size() < count) {
    const Line line = reader.expect("frequencies", frequency.size(), count);
    for (const std::string_view word : words_of(line.text)) {
      if (frequency.size() == count) report.error(line.number, "more than ", count, " frequencies");
      frequency.push_back(number_of(word, line.number, "frequency", report));
      if (!(frequency.back() > 0)) report.error(line.number, "frequency ", frequency.back(), " is not positive");
    }
  }
}

// Lines that are kept as they stand, but for what cannot be printed: without it they must still be lines.
void read_lines(Reader& reader, std::size_t count, const char* what, std::vector<std::string>& into, Report& report) {
  while (into.size() < count) {
    const Line line = reader.expect(what, into.size(), count);
    into.emplace_back(trim(printable(std::string(line.text))));
    if (into.back().empty() || into.back().starts_with('#'))
      report.error(line.number, what, ": '", into.back().substr(0, 40), "' is left of a line that cannot be printed");
  }
}

// x y z theta alpha beta [length] [solve_static] [name]; which of them a version has.
EmReceiver read_receiver(const Line& line, std::string_view version, const Report& report) {
  const auto words = words_of(line.text);
  const bool has_static = version.ends_with("2.1") || version.ends_with("2.2"), has_length = version.ends_with("2.2");
  const std::size_t numbers = 6 + has_length + has_static;
  if (words.size() < numbers || (words.size() > numbers && !has_static))
    report.error(line.number, "a receiver of ", version, " wants ", numbers, " numbers",
                 has_static ? " and a name" : "", ", not ", words.size(), " words");
  const auto number = [&](std::size_t i, const char* what) { return number_of(words[i], line.number, what, report); };
  EmReceiver receiver;
  receiver.x = number(0, "x");
  receiver.y = number(1, "y");
  receiver.z = number(2, "z");
  receiver.theta = number(3, "theta");
  receiver.alpha = number(4, "alpha");
  receiver.beta = number(5, "beta");
  if (has_length) receiver.length = number(6, "length");
  if (has_static)
    receiver.solve_static = count_of(words[numbers - 1], line.number, "SolveStatic", -1'000'000, 1'000'000, report);
  for (std::size_t i = numbers; i < words.size(); ++i)
    receiver.name += (receiver.name.empty() ? "" : " ") + printable(std::string(words[i]));
  return receiver;
}

EmDatum read_datum(const Line& line, const EmData& data, Report& report) {
  const auto words = words_of(line.text);
  const std::size_t wanted = data.is_response ? 8 : 6;
  if (words.size() != wanted) report.error(line.number, "a datum wants ", wanted, " words, not ", words.size());
  EmDatum datum;
  const char first = words[0].front();
  if ((first >= '0' && first <= '9') || first == '-' || first == '+')
    datum.type = static_cast<std::int32_t>(count_of(words[0], line.number, "type", 1, 999, report));
  else
    datum.type = emdata::code_of(words[0]);
  if (!emdata::is_code(datum.type))
    report.error(line.number, "'", words[0].substr(0, 40), "' is no kind of data that is known");
  const bool mt = datum.type > 100, one_list = is_version_1(data);
  const auto index = [&](std::size_t word, const char* what, std::size_t least, std::size_t most) {
    return static_cast<std::uint32_t>(count_of(words[word], line.number, what, static_cast<std::int64_t>(least),
                                               static_cast<std::int64_t>(most), report));
  };
  datum.frequency = index(1, "Freq #", 1, mt || one_list ? data.frequency.size() : data.csem_frequency.size());
  datum.transmitter = index(2, "Tx #", mt ? 0 : 1, mt && !one_list ? data.receiver.size() : data.transmitter.size());
  datum.receiver = index(3, "Rx #", 1, mt || one_list ? data.receiver.size() : data.csem_receiver.size());
  datum.value = number_of(words[4], line.number, "data", report);
  datum.error = number_of(words[5], line.number, "standard error", report);
  if (datum.error < 0) report.error(line.number, "standard error ", datum.error, " is negative");
  if (data.is_response) {
    datum.response = number_of(words[6], line.number, "response", report);
    datum.residual = number_of(words[7], line.number, "residual", report);
  }
  return datum;
}

void read_version(const Line& line, EmData& data, const Report& report) {
  const auto entry = entry_of(line);
  if (!entry || !is_key(entry->key, "Format")) report.error(line.number, "does not start with 'Format:'");
  const std::string version = upper(entry->value);
  constexpr std::array known = {"EMDATA_1.0", "EMDATA_1.1", "EMDATA_2.0", "EMDATA_2.1", "EMDATA_2.2",
                                "EMRESP_1.1", "EMRESP_1.2", "EMRESP_2.0", "EMRESP_2.1", "EMRESP_2.2"};
  if (std::none_of(known.begin(), known.end(), [&](const char* name) { return version == name; }))
    report.error(line.number, "has the format '", entry->value, "'; EMData_1.1, EMData_2.0 .. 2.2 and EMResp are read");
  data.version = entry->value;
  data.is_response = version.starts_with("EMRESP");
}

bool looks_like(std::string_view bytes, std::string_view start) {
  bytes = without_byte_order_mark(bytes);
  bytes = trim(bytes);
  while (is_comment(bytes)) bytes = trim(bytes.substr(std::min(bytes.find('\n'), bytes.size())));
  const auto entry = entry_of({trim(bytes.substr(0, bytes.find('\n'))), 1});
  return entry && is_key(entry->key, "Format") && upper(entry->value).starts_with(start);
}

}  // namespace

bool is_version_1(const EmData& data) { return upper(data.version).find("_1.") != std::string::npos; }

EmData parse_emdata(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Reader reader(text, report);
  EmData data;
  data.path = path;
  Line line;
  if (!reader.next(line)) report.error(1, "is empty");
  read_version(line, data, report);
  bool has_data = false;
  std::size_t zero_errors = 0;
  std::vector<std::string> seen;
  while (reader.next(line)) {
    const auto entry = entry_of(line);
    if (!entry) report.error(line.number, "'", line.text.substr(0, 40), "' is no 'key: value'");
    if (std::find(seen.begin(), seen.end(), upper(entry->key)) != seen.end())
      report.error(line.number, "'", entry->key, "' stands twice");
    seen.push_back(upper(entry->key));
    const auto is = [&](const char* key) { return is_key(entry->key, key); };
    if (is("# MT Frequencies") || (is("# Frequencies") && is_version_1(data))) {
      read_frequencies(reader, reader.count(*entry), data.frequency, report);
    } else if (is("# CSEM Frequencies")) {
      read_frequencies(reader, reader.count(*entry), data.csem_frequency, report);
    } else if (is("# Transmitters")) {
      read_lines(reader, reader.count(*entry), "transmitters", data.transmitter, report);
    } else if (is("# CSEM Receivers")) {
      read_lines(reader, reader.count(*entry), "CSEM receivers", data.csem_receiver, report);
    } else if (is("# MT Receivers") || (is("# Receivers") && is_version_1(data))) {
      const std::size_t count = reader.count(*entry);
      while (data.receiver.size() < count)
        data.receiver.push_back(
            read_receiver(reader.expect("receivers", data.receiver.size(), count), data.version, report));
    } else if (is("# Data")) {
      const std::size_t count = reader.count(*entry);
      has_data = true;
      while (data.data.size() < count) {
        data.data.push_back(read_datum(reader.expect("data", data.data.size(), count), data, report));
        zero_errors += data.data.back().error == 0;
      }
      if (reader.next(line)) report.error(line.number, "more than ", count, " data");
    } else if (is("Phase Convention") || is("Phase")) {
      if (upper(entry->value) != "LAG" && upper(entry->value) != "LEAD")
        report.error(line.number, "the phase convention '", entry->value, "' is neither lag nor lead");
      data.phase_convention = entry->value;
    } else if (is("UTM of x,y origin (UTM zone, N, E, 2D strike)") || is("UTM") || is("Origin")) {
      data.origin = entry->value;
    } else if (is("Reciprocity Used") || is("Reciprocity")) {
      data.reciprocity = entry->value;
    } else if (is("Dipole length")) {
      data.dipole_length = entry->value;
    } else {
      report.error(line.number, "'", entry->key.substr(0, 60), "' is no key that is known");
    }
  }
  if (!has_data) report.error(0, "has no block '# Data'");
  if (zero_errors) report.repair(0, "zero-error", std::to_string(zero_errors) + " standard errors of 0 are none");
  data.comments = reader.take_comments();
  data.repairs = report.take_repairs();
  return data;
}

EmData read_emdata(const std::string& path) { return parse_emdata(read_file(path, largest_file), path); }

bool looks_like_emdata_1(std::string_view bytes) { return looks_like(bytes, "EMDATA_1"); }
bool looks_like_emresp_1(std::string_view bytes) { return looks_like(bytes, "EMRESP_1"); }
bool looks_like_emdata_2(std::string_view bytes) { return looks_like(bytes, "EMDATA_") && !looks_like_emdata_1(bytes); }
bool looks_like_emresp_2(std::string_view bytes) { return looks_like(bytes, "EMRESP_") && !looks_like_emresp_1(bytes); }

}  // namespace terrella::datasets
