// datasets/zfile/zfile.h: transfer functions in the Z-files of the robust processing EMTF (Egbert and Booker 1986,
// Geophys. J. R. Astron. Soc. 87, 173-194): .zmm, .zss, .zrr, read and written.
//
//   values       mV/km and nT, exp(+iwt); impedance, tipper or both, by the channels that the file has
//   axes         those of the channels: azimuth = orientation + declination, degrees from geographic north; E and H
//                need not be parallel or orthogonal. Turned to north and east.
//   errors       from the inverse coherent signal power and the residual covariance, which the site keeps
//   periods      two decimation levels may estimate the same one: that of smaller errors stays ("period-twice")
//   longitude    0 .. 360 becomes -180 .. 180 without a repair, since the format has it so
// What is wrong or missing is a FormatError with the line, or a Repair. Tilts of horizontal channels are not applied.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

Site read_zfile(const std::string& path);
/// The same of bytes in memory; `path` only names them.
Site parse_zfile(std::string_view bytes, const std::string& path);

/// True where one of the first lines says "IN MEASUREMENT COORDINATES".
bool looks_like_zfile(std::string_view first_bytes);

/// The text of a Z-file in the axes of Site::rotation, declination 0. The format knows neither missing values nor
/// masks, and errors only as two covariance matrices. Throws std::invalid_argument for a site without covariances,
/// whose errors are not those of its covariances, or with missing or masked values: EMTF XML and EDI hold these.
std::string zfile_text(const Site& site);
/// Writes it as write_file does.
void write_zfile(const Site& site, const std::string& path);

}  // namespace terrella::datasets
