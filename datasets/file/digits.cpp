#include "datasets/file/digits.h"

#include <charconv>

namespace terrella::datasets {

std::string thirteen_digits(double value) {
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, 12).ptr};
}

std::string short_digits(double value) {
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::string plain_digits(double value) {
  char buffer[400];  // of numbers up to 1e308
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr};
}

}  // namespace terrella::datasets
