// datasets/modem/data.h: data lists of ModEM, 2D and 3D: blocks of rows "period, code, latitude, longitude, x, y, z,
// component, value, error". Meqbel (2009), Kelbert et al. (2014); what is read and how is in docs/conventions.md.
#pragma once
#include <string>
#include <string_view>

#include "datasets/observations/observations.h"

namespace terrella::datasets {

/// True where the first lines are those of a ModEM data list: '#' lines, then "> Full_Impedance" or another of its
/// types.
bool looks_like_modem_data(std::string_view first_bytes);

/// Throws FormatError naming file, line and what is wrong; mends what docs/conventions.md lists and notes it in the
/// provenance. Impedances become ohm with exp(+i w t); block, order, header, units, sign, orientation and origin are
/// kept.
Observations read_modem_data(const std::string& path);
Observations parse_modem_data(std::string_view bytes, const std::string& path);

/// The same as a file, in the blocks, units and sign that it was read with; other observations in blocks of ModEM's
/// types, [mV/km]/[nT], exp(+i w t). Rows without error are written with 2E+15 where their whole block has none; masked
/// rows too. Throws std::invalid_argument naming site and quantity for what the format does not have, for sites without
/// local coordinates, names with blanks, and values without error that are neither masked nor a whole block.
std::string modem_data_text(const Observations& observations);
void write_modem_data(const Observations& observations, const std::string& path);

}  // namespace terrella::datasets
