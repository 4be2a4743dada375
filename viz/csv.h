// viz/csv.h: results as tables for spreadsheets, GIS and gridding programs.
//
// RFC 4180 with LF line ends, UTF-8, one header line, units in the column names, a decimal point whatever the locale,
// 17 significant digits at most (what is read back is what was written); NaN and infinity are empty fields. A text that
// a spreadsheet would run as a formula (it begins with = + - @, tab or return) gets an apostrophe in front. The file
// appears whole or not at all (datasets/file/atomic_file.h, whose errors pass through).
#pragma once
#include <string>

#include "inversion/result.h"

namespace terrella::viz {

/// One row a site and layer, sites in the order of the profile, each with its own interfaces:
///   site, latitude, longitude,
///   x_north_m, y_east_m           from the middle of the survey; empty without coordinates
///   distance_m                    along the profile (viz/section.h)
///   site_elevation_m, elevation_top_m, elevation_bottom_m
///   depth_top_m, depth_bottom_m   the bottom of the half-space is empty
///   resistivity_ohm_m
///   within_depth_of_investigation 1 where the middle of the layer (the top of the half-space) lies above it, else 0;
///                                 empty where it is not known
/// Throws as make_section does.
void write_section_csv(const inversion::Result& result, const std::string& path);

/// One row a site and period, in the order of the result:
///   site, period_s, observed_re_ohm, observed_im_ohm, error_ohm, predicted_re_ohm, predicted_im_ohm,
///   rho_a_ohm_m, rho_a_error_ohm_m, phase_deg, phase_error_deg, predicted_rho_a_ohm_m, predicted_phase_deg, site_rms
/// Throws as make_sounding does.
void write_fit_csv(const inversion::Result& result, const std::string& path);

}  // namespace terrella::viz
