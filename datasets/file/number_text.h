// datasets/file/number_text.h: numbers as text that is read again as the same number to thirteen digits, without digits
// that say nothing.
#pragma once
#include <string>

namespace terrella::datasets {

/// Appends " 1.234560e+01": at least `least` digits behind the point, more (up to 12) only where they are not zero.
/// NaN and infinity are the caller's to exclude.
void append_scientific(std::string& text, double value, int least = 6);

/// Appends " 123.450": at least `least` digits behind the point, more (up to `most`) only where they are not zero.
/// Values beyond 1e15 are written as append_scientific does.
void append_fixed(std::string& text, double value, int least = 3, int most = 6);

}  // namespace terrella::datasets
