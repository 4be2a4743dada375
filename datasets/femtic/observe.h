// datasets/femtic/observe.h: observe.dat of FEMTIC (Usui 2015): impedances, apparent resistivities and phases, tippers,
// phase tensors and magnetic transfer functions, station by station.
#pragma once
#include <string>
#include <string_view>

#include "datasets/observations/observations.h"

namespace terrella::datasets {

/// True for "MT 36", "VTF 5" or another of FEMTIC's words and a number in the first line.
bool looks_like_femtic_data(std::string_view first_bytes);

/// ohm and exp(-i w t) in the file; places in km, x north, y east. A station whose magnetic field is another's has that
/// as `reference`. Standard errors of real and imaginary part are two. An error of 9999 or more, and for apparent
/// resistivity and phase one that is not positive, masks; elsewhere FEMTIC squares errors, so their sign
/// counts for nothing (noted). Network MT is refused. Throws FormatError.
Observations read_femtic_data(const std::string& path);
Observations parse_femtic_data(std::string_view bytes, const std::string& path);

/// Stations keep their numbers where all names are different whole numbers, else they are counted from 1; a site with
/// two kinds of data becomes two stations, as FEMTIC has it. What a kind lacks is written as 0 and masked. Throws
/// std::invalid_argument for quantities that the format does not have and values without error.
std::string femtic_data_text(const Observations& observations);
void write_femtic_data(const Observations& observations, const std::string& path);

}  // namespace terrella::datasets
