// datasets/dsm1/dsm1.h: the .asc site files of the Dublin workshop on 3D inversion (Miensopust et al. 2013).
#pragma once
#include <string>
#include <string_view>

#include "datasets/observations/observations.h"

namespace terrella::datasets {

/// True for "# sitename: ..." with easting and northing in the first line.
bool looks_like_dsm1(std::string_view first_bytes);

/// One site: impedances in ohm, exp(+i w t), x north, without errors. Throws FormatError.
Observations read_dsm1(const std::string& path);
Observations parse_dsm1(std::string_view bytes, const std::string& path);

/// Throws std::invalid_argument for more than one site, for other data than the four impedances and where one is
/// missing. The format has no errors and no masks.
std::string dsm1_text(const Observations& observations);

}  // namespace terrella::datasets
