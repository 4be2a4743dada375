// datasets/edi/edi.h: soundings in SEG EDI files (Wight 1987, "SEG standard for MT and EMAP data"), read and written.
//
// What becomes of a file's numbers (docs/conventions.md has the whole table):
//   impedance   mV/km/nT to ohm; exp(-iwt) files are conjugated
//   errors      z_error = sqrt(VAR / 2), the standard error of the real and, equally, of the imaginary part
//   rotation    ZROT, TROT, ROTSPEC are the azimuth of the file's x axis; the data are turned to north once and
//               Site::rotation is then 0. Where components are missing a turn would destroy the others, so such a
//               sounding stays as it was and Site::rotation says how it lies.
//   order       periods ascend, whatever the order in the file
//   missing     EMPTY becomes NaN
// What is wrong or missing in the file is a FormatError with the line, or a Repair in the site's provenance.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Reads the one sounding of an EDI file: impedances, else spectra, else apparent resistivities and phases; and the
/// tipper. Throws FormatError with path and line.
Site read_edi(const std::string& path);

/// The same of bytes in memory; `path` only names them in errors and provenance.
Site parse_edi(std::string_view bytes, const std::string& path);

/// True where the first bytes of a file look like an EDI file: its first word that is no comment is >HEAD.
bool looks_like_edi(std::string_view first_bytes);

/// The text of an EDI file: impedances (mV/km/nT, exp(+iwt)), tipper and variances VAR = 2 error^2 with 13 digits,
/// frequencies descending. NaN and masked values become EMPTY, since the format has no masks; ZROT and TROT hold
/// Site::rotation. Throws std::invalid_argument for a site that EDI cannot hold.
std::string edi_text(const Site& site);

/// Writes edi_text(site) to a file that appears whole or not at all and replaces one that is there (write_file of
/// datasets/file/atomic_file.h, whose errors it throws).
void write_edi(const Site& site, const std::string& path);

}  // namespace terrella::datasets
