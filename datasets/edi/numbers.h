// datasets/edi/numbers.h: numbers as programs of forty years have written them, and the columns made of them.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "datasets/edi/document.h"

namespace terrella::datasets::edi {

/// How a token was read.
enum class NumberKind {
  plain,          ///< 1.0, +1.0E+32, 1.0D-3, 1.0-103 (Fortran drops the letter before three digits)
  decimal_comma,  ///< 1,0E+32
  not_a_number,   ///< NaN, Inf, 1.#QNAN, ****, beyond the range of double: value is NaN
  bad             ///< anything else
};

NumberKind parse_number(std::string_view token, double& value);

/// The numbers of a block in order. Counts that disagree with "//" and tokens that are no numbers are FormatErrors;
/// decimal commas and NaN are repairs.
std::vector<double> numbers_of(const Block& block, Report& report);

/// What the file calls "no value".
struct Empty {
  double value = 1e32;  ///< of EMPTY= in >HEAD; the standard's default
  bool declared = false;
  bool matches(double number) const;
};

/// One number a frequency, NaN where the file says EMPTY.
struct Column {
  std::vector<double> value;
  const Block* block = nullptr;
};

/// The block of that keyword as a column of `size` entries; nullopt where the file has none.
std::optional<Column> find_column(const Document& document, std::string_view keyword, std::size_t size,
                                  const Empty& empty, Report& report);

}  // namespace terrella::datasets::edi
