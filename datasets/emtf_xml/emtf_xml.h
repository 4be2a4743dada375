// datasets/emtf_xml/emtf_xml.h: transfer functions in EMTF XML files (Kelbert 2020, Geophysics 85, F1-F17), read and
// written with their covariances.
//
//   impedance    <Z> in the units that it or <DataTypes> states; exp(-iwt) files are conjugated
//   errors       sqrt(VAR / 2); without VAR from <Z.INVSIGCOV> and <Z.RESIDCOV>, likewise for T
//   covariances  Site::inverse_signal_power and Site::residual_covariance; between E and Hz the format has none
//   axes         <Orientation>: orthogonal at an angle, or those of the channels of <SiteLayout>; turned to north
//   name         <Site><Id>
// What is wrong or missing is a FormatError with the line, or a Repair. A DOCTYPE is refused, as are more than 8 MiB
// and elements nested deeper than 32.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

Site read_emtf_xml(const std::string& path);
/// The same of bytes in memory; `path` only names them.
Site parse_emtf_xml(std::string_view bytes, const std::string& path);

/// True where the root element is EM_TF.
bool looks_like_emtf_xml(std::string_view first_bytes);

/// The text of a file: mV/km/nT, exp(+iwt), in the axes of Site::rotation, 13 digits. NaN and masked values are left
/// out, since the format has no masks. Throws std::invalid_argument for a site without data or name, and one whose name
/// or text XML cannot hold.
std::string emtf_xml_text(const Site& site);
/// Writes it as write_file does.
void write_emtf_xml(const Site& site, const std::string& path);

}  // namespace terrella::datasets
