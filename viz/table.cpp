#include "viz/table.h"

#include <charconv>
#include <cmath>

namespace terrella::viz {

Table::Table(std::initializer_list<std::string_view> header) {
  for (std::string_view column : header) field(column);
  end_row();
}

void Table::field(std::string_view value) {
  separate();
  const bool formula = !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
  if (!formula && value.find_first_of(",\"\r\n\t") == std::string_view::npos) {
    bytes_ += value;
    return;
  }
  bytes_ += '"';
  if (formula) bytes_ += '\'';
  for (char c : value) {
    if (c == '"') bytes_ += '"';
    bytes_ += c;
  }
  bytes_ += '"';
}

void Table::field(double value) {
  separate();
  if (!std::isfinite(value)) return;
  char digits[32];
  bytes_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void Table::end_row() {
  bytes_ += '\n';
  first_ = true;
}

void Table::separate() {
  if (!first_) bytes_ += ',';
  first_ = false;
}

}  // namespace terrella::viz
