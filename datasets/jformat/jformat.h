// datasets/jformat/jformat.h: soundings in J files (Jones 1994, "J-format v2.0"), as BIRRP and others write them.
//
//   which data   Z blocks (impedance) if there are any, else R blocks (apparent resistivity and phase); T blocks
//                (tipper). Blocks of other kinds are not read ("unknown-block").
//   units        those that stand behind ZXX: "S.I." is ohm, "field" mV/km/nT. Where R blocks are there, they decide:
//                BIRRP writes "S.I." whatever the units of its input ("units-from-resistivity").
//   errors       the standard error as it stands; of R blocks that of the phase in radians times |Z|, else that of rho
//   periods      negative numbers are frequencies; -999 marks a row, or a value, as missing
//   axes         >AZIMUTH, else the number behind the station's name (a repair); turned to north
//   time factor  exp(+iwt)
// What is wrong or missing is a FormatError with the line, or a Repair.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

Site read_jformat(const std::string& path);
/// The same of bytes in memory; `path` only names them.
Site parse_jformat(std::string_view bytes, const std::string& path);

/// True where the first line is BIRRP's, or the first lines are comments (#), then ">KEY =" lines, then a station and a
/// data block.
bool looks_like_jformat(std::string_view first_bytes);

/// The text of a J file: Z blocks in mV/km/nT, T blocks, 13 digits; NaN and masked values as -999, since the format has
/// no masks. Throws std::invalid_argument for a site without data and for a name that cannot stand in it.
std::string jformat_text(const Site& site);
/// Writes it as write_file does.
void write_jformat(const Site& site, const std::string& path);

}  // namespace terrella::datasets
