#include "datasets/jformat/blocks.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "datasets/file/numbers.h"

namespace terrella::datasets::jformat {
namespace {

constexpr std::int64_t most_rows = 100000;
constexpr double missing_mark = -999;
constexpr std::string_view kinds = "RSZQCT";
constexpr std::string_view components[] = {"XX", "XY", "YX", "YY", "TE", "TM", "AV", "DE", "ZX", "ZY"};

// "ZXY" as kind and index of `components`; nullopt where it is none.
std::optional<std::pair<char, std::size_t>> title_of(std::string_view word) {
  const std::string name = upper(word);
  if (name.size() != 3 || kinds.find(name[0]) == std::string_view::npos) return std::nullopt;
  const auto found = std::find(std::begin(components), std::end(components), std::string_view(name).substr(1));
  if (found == std::end(components)) return std::nullopt;
  return std::pair(name[0], static_cast<std::size_t>(found - std::begin(components)));
}

void read_entry(const Line& line, File& file, const Report& report) {
  const std::size_t sign = line.text.find('=');
  if (sign == std::string_view::npos)
    report.error(line.number, "should be '>KEY = value': '", line.text.substr(0, 60), "'");
  const std::string key = upper(trim(line.text.substr(1, sign - 1)));
  const Entry entry{std::string(trim(line.text.substr(sign + 1))), line.number};
  if (const auto [old, is_new] = file.header.emplace(key, entry); !is_new && old->second.value != entry.value)
    report.error(line.number, ">", key.substr(0, 40), " contradicts that of line ", old->second.line);
}

// A row has `columns` numbers: period, values, errors, weights.
std::vector<double> read_row(const Line& line, std::size_t columns, const Block& block, const Report& report) {
  const auto words = words_of(line.text);
  if (words.size() < columns)
    report.error(line.number, block.name, ": ", words.size(), " numbers in a row of ", columns);
  std::vector<double> row;
  for (const std::string_view word : words) {
    double value = 0;
    const NumberKind kind = parse_number(word, value);
    if (kind == NumberKind::bad || kind == NumberKind::decimal_comma)
      report.error(line.number, block.name, ": '", word.substr(0, 40), "' is not a number");
    row.push_back(value == missing_mark || std::abs(value) >= 1e30 ? std::nan("") : value);
  }
  double& period = row[0];
  const bool holds = std::any_of(row.begin() + 1, row.begin() + 3, [](double v) { return !std::isnan(v); });
  if (std::isnan(period)) {
    if (holds) report.error(line.number, block.name, ": a row with data has no period");
    return row;
  }
  if (period < 0) period = -1 / period;
  if (!(period > 0) || std::isinf(period)) report.error(line.number, block.name, ": the period is not positive");
  return row;
}

}  // namespace

bool is_block_title(std::string_view line) {
  const auto words = words_of(line);
  return !words.empty() && words.size() <= 4 && title_of(words[0]).has_value();
}

File read_blocks(std::string_view text, Report& report) {
  File file;
  Lines lines(text, report);
  Line line = lines.expect("a header");
  while (line.text.starts_with('#')) {
    if (file.program.empty())
      file.program = std::string(trim(printable(std::string(line.text.substr(1))))).substr(0, 200);
    line = lines.expect("'>KEY = value' or the station");
  }
  while (line.text.starts_with('>')) {
    read_entry(line, file, report);
    line = lines.expect("the station");
  }
  file.station = line.text;
  file.station_line = line.number;
  std::set<std::string> seen;
  std::string not_read;
  std::int64_t first_not_read = 0;
  while (lines.next(line)) {
    if (line.text.starts_with('#')) continue;
    const auto words = words_of(line.text);
    const auto title = title_of(words[0]);
    if (!title)
      report.error(line.number, "should begin a data block such as 'ZXY S.I.' or 'RXY': '", line.text.substr(0, 60),
                   "'");
    Block block;
    block.kind = title->first;
    block.component = title->second;
    block.name = upper(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) block.units += std::string(words[i]);
    block.line = line.number;
    if (!seen.insert(block.name).second) report.error(line.number, "block ", block.name, " stands twice");
    const Line counter = lines.expect("the number of rows");
    const auto count = static_cast<std::size_t>(
        count_of(counter.text, counter.number, block.name + ", number of rows", 0, most_rows, report));
    const bool tensor = block.component < 4, tipper = block.component >= 8;
    const bool known = ((block.kind == 'R' || block.kind == 'Z') && tensor) || (block.kind == 'T' && tipper);
    if (tipper) block.component -= 8;
    const std::size_t columns = block.kind == 'R' || block.kind == 'S' ? 7 : 4;
    for (std::size_t i = 0; i < count; ++i) {
      const Line row = lines.expect(block.name + ": a row");
      if (is_block_title(row.text)) report.error(row.number, block.name, " announces ", count, " rows, but has ", i);
      if (known) block.rows.push_back(read_row(row, columns, block, report));
    }
    if (known) {
      file.blocks.push_back(std::move(block));
    } else {
      not_read += (not_read.empty() ? "" : ", ") + block.name;
      if (first_not_read == 0) first_not_read = block.line;
    }
  }
  if (!not_read.empty()) report.repair(first_not_read, "unknown-block", not_read + " not read");
  return file;
}

}  // namespace terrella::datasets::jformat
