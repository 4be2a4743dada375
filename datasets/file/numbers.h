// datasets/file/numbers.h: numbers as programs of forty years have written them.
#pragma once
#include <string_view>

namespace terrella::datasets {

/// How a token was read.
enum class NumberKind {
  plain,          ///< 1.0, +1.0E+32, 1.0D-3, 1.0-103 (Fortran drops the letter before three digits)
  decimal_comma,  ///< 1,0E+32
  nan,            ///< NaN, Inf, 1.#QNAN, ****, beyond the range of double: value is NaN
  bad             ///< anything else
};

NumberKind parse_number(std::string_view token, double& value);

}  // namespace terrella::datasets
