// datasets/emdata/codes.h: the numbers and words for kinds of data in EMData files.
#pragma once
#include <cstdint>
#include <string_view>

namespace terrella::datasets::emdata {

/// The code of a word such as "RhoZxy" in any case; 0 for none.
std::int32_t code_of(std::string_view word);
/// Whether MARE2DEM or Occam1D knows that number.
bool is_code(std::int32_t code);

}  // namespace terrella::datasets::emdata
