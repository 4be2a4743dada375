// datasets/zonge_avg/zonge_avg.h: averages of Zonge's programs (.avg), natural-source (MTEdit) and controlled-source
// (AMTAVG), read and written.
//
// MTEdit: "$Key = value" lines; for each $Rx.Cmp (Zxx ... Zyy, Tzx, Tzy) rows of comma-separated columns named by the
// "Skp,Freq,..." line. AMTAVG: rows of blank-separated columns, one for each station, frequency and component (ExHy).
//
//   values      MTEdit: Z.mag (mV/km/nT) and Z.phz (milliradians); AMTAVG: |Z| = sqrt(5 f Resistivity) and Phase, in
//               milliradians too. exp(+iwt)
//   errors      Z.perr, sPhz (milliradians) times |Z|; where they are 0 or missing half of ARes.%err, %Rho of |Z|
//   masks       Skp below 2: the row was skipped by whoever edited the file; its value is kept and masked
//   axes        x at the heading of $Rx.HPR, z down (roll 180); AMTAVG states none: its x lies along the dipoles and is
//               taken as north ("no-orientation")
//   places      $GPS.Lat, $GPS.Lon, the height in $Rx.Center (metres, or feet, a repair). AMTAVG has none: a file of
//               the same name with .stn beside it gives elevations, and grid coordinates that go into the history,
//               since their zone is not stated
// What is wrong or missing is a FormatError with the line, or a Repair.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// All stations of a file, and what the .stn file beside it says of them.
Survey read_zonge_avg(const std::string& path);
/// The same of bytes in memory; `path` only names them, and `stations`, where not empty, are the bytes of a .stn file.
Survey parse_zonge_avg(std::string_view bytes, const std::string& path, std::string_view stations = {});

/// True where a line "Skp,Freq,..." or "skp Station Freq ..." names columns.
bool looks_like_zonge_avg(std::string_view first_bytes);

/// The text of an MTEdit file of all sites, 13 digits, x at Site::rotation; missing values have no row, masked ones Skp
/// 0. Throws std::invalid_argument for a site without data or coordinates and for names that cannot stand in it.
std::string zonge_avg_text(const Survey& survey);
/// Writes it as write_file does.
void write_zonge_avg(const Survey& survey, const std::string& path);

}  // namespace terrella::datasets
