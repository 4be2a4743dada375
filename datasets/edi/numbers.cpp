#include "datasets/edi/numbers.h"

#include <cmath>

#include "datasets/file/numbers.h"

namespace terrella::datasets::edi {

std::vector<double> numbers_of(const Block& block, Report& report) {
  // Each number takes two bytes at least, so a count that the body cannot hold is refused before it is believed.
  if (block.count && static_cast<std::uint64_t>(*block.count) > block.body.size())
    report.error(block.line, ">", block.keyword, " announces ", *block.count, " numbers, but only ", block.body.size(),
                 " bytes follow");
  std::vector<double> numbers;
  numbers.reserve(block.count ? static_cast<std::size_t>(*block.count) : 64);
  std::size_t commas = 0, nans = 0;
  std::int64_t comma_line = 0, nan_line = 0;
  std::string nan_token;
  for_each_line(block, [&](std::string_view line, std::int64_t number) {
    if (const auto comment = line.find('!'); comment != std::string_view::npos) line = line.substr(0, comment);
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r\f\v", at)) != std::string_view::npos) {
      const std::size_t stop = std::min(line.find_first_of(" \t\r\f\v", at), line.size());
      const std::string_view token = line.substr(at, stop - at);
      double value = 0;
      switch (parse_number(token, value)) {
        case NumberKind::plain:
          break;
        case NumberKind::decimal_comma:
          if (commas++ == 0) comma_line = number;
          break;
        case NumberKind::nan:
          if (nans++ == 0) nan_line = number, nan_token = token.substr(0, 20);
          break;
        case NumberKind::bad:
          report.error(number, ">", block.keyword, ": '", std::string(token.substr(0, 40)), "' is not a number");
      }
      numbers.push_back(value);
      at = stop;
    }
  });
  if (block.count && static_cast<std::size_t>(*block.count) != numbers.size())
    report.error(block.line, ">", block.keyword, " announces ", *block.count, " numbers, but ", numbers.size(),
                 " follow");
  if (commas)
    report.repair(comma_line, "decimal-comma",
                  text(">", block.keyword, ": ", commas, " decimal commas read as points"));
  if (nans)
    report.repair(nan_line, "not-a-number",
                  text(">", block.keyword, ": ", nans, " values such as '", nan_token, "' taken as missing"));
  return numbers;
}

bool Empty::matches(double number) const {
  return std::abs(number) >= 1e30 || std::abs(number - value) <= 1e-6 * std::abs(value);
}

std::optional<Column> find_column(const Document& document, std::string_view keyword, std::size_t size,
                                  const Empty& empty, Report& report) {
  const Block* const block = document.find(keyword, report);
  if (!block) return std::nullopt;
  Column column{numbers_of(*block, report), block};
  if (column.value.size() != size)
    report.error(block->line, ">", block->keyword, " has ", column.value.size(), " numbers for ", size, " frequencies");
  std::size_t undeclared = 0;
  for (double& number : column.value) {
    if (!empty.matches(number)) continue;
    if (empty.declared && std::abs(empty.value) < 1e30 && std::abs(number) >= 1e30) ++undeclared;
    number = not_a_number;
  }
  if (undeclared)
    report.repair(block->line, "undeclared-empty",
                  text(">", block->keyword, ": ", undeclared,
                       " values of 1e30 or more taken as missing, though EMPTY=", empty.value));
  return column;
}

}  // namespace terrella::datasets::edi
