// datasets/wsinv3dmt/data.h: data of WSINV3DMT (Siripunvaraporn et al. 2005): impedances in ohm, exp(-i w t), of all
// sites at all periods.
#pragma once
#include <string>
#include <string_view>

#include "datasets/observations/observations.h"

namespace terrella::datasets {

/// True for three or four numbers and below them "Station_Location: N-S".
bool looks_like_wsinv3dmt_data(std::string_view first_bytes);

/// 4 responses are Zxy and Zyx, 8 the whole tensor, 12 with Tx and Ty: real and imaginary parts. Standard errors are
/// those of ERROR_Period times the factor of ERMAP_Period; a factor of 9999 or more masks. Sites have no names: "1",
/// "2" ... A fourth number in the first line is the azimuth of x. Data that are exp(+i w t) by their quadrants are
/// taken as that and noted. Throws FormatError.
Observations read_wsinv3dmt_data(const std::string& path);
Observations parse_wsinv3dmt_data(std::string_view bytes, const std::string& path);

/// The format has every response of every site and period: what is missing is written as 1E-10 and masked. Throws
/// std::invalid_argument for quantities that it does not have, sites without x and y, and values without error.
std::string wsinv3dmt_data_text(const Observations& observations);
void write_wsinv3dmt_data(const Observations& observations, const std::string& path);

}  // namespace terrella::datasets
