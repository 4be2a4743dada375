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

}  // namespace terrella::datasets
