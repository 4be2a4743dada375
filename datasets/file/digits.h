// datasets/file/digits.h: numbers as text, the same on every machine and in every locale.
#pragma once
#include <string>

namespace terrella::datasets {

/// Thirteen digits, "-1.234567890123e+00": more than any instrument file carries, and few enough that a change of units
/// there and back ends where it began.
std::string thirteen_digits(double value);

/// The fewest digits that read back as the same number.
std::string short_digits(double value);

/// The same without an exponent: 1234567.25.
std::string plain_digits(double value);

}  // namespace terrella::datasets
