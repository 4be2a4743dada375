// datasets/edi/coordinates.h: degrees as EDI files write them.
#pragma once
#include <optional>
#include <string_view>

namespace terrella::datasets::edi {

/// Degrees of "-28:24:11.5", "+127:13.5", "-34.50367", "34 30 13 S", with a comma for the point where there is one;
/// nullopt where the text is none of these. Sixty seconds (left by programs that round) count as a minute.
std::optional<double> parse_degrees(std::string_view text);

}  // namespace terrella::datasets::edi
