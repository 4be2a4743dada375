// datasets/edi/options.h: "KEY=value" pairs of headers and sections.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/edi/document.h"

namespace terrella::datasets::edi {

struct Option {
  std::string key;    ///< upper case
  std::string value;  ///< without quotes and outer blanks; UTF-8
  std::int64_t line;
};

/// The pairs of one line. Blanks may stand around '=', several pairs may share a line, values may be quoted or hold
/// blanks: a value ends where the next "KEY=" begins. Text without '=' is left out.
void append_options(std::string_view line, std::int64_t number, std::vector<Option>& options, Report& report);

/// All pairs of a block: of its '>' line and of its body.
std::vector<Option> options_of(const Block& block, Report& report);

/// The last value of one of the keys, in the order of the keys; nullptr where none has a value.
const Option* find_option(const std::vector<Option>& options, std::initializer_list<std::string_view> keys);

}  // namespace terrella::datasets::edi
