// viz/mt2d/csv.h: two-dimensional results as tables, written as viz/csv.h says.
#pragma once
#include <string>

#include "inversion/mt2d/result.h"

namespace terrella::viz {

/// One row an element, row by row from the ground down:
///   row, column, y_m, elevation_m, depth_m       of its middle; depth below the ground
///   y_left_m, y_right_m, elevation_top_left_m, elevation_top_right_m, elevation_bottom_left_m,
///   elevation_bottom_right_m
///   resistivity_ohm_m, resistivity_y_ohm_m, resistivity_z_ohm_m (empty where isotropic)
///   log10_resistivity_error, sensitivity_per_km2  empty where not computed
///   cell                                          -1 where the resistivity was held
///   within_depth_of_investigation                 1 or 0; empty where it is not known
/// Throws as section_view does.
void write_section_csv(const inversion::Result2d& result, const std::string& path);

/// One row a datum, in the order of the result, in the unit of its quantity:
///   site, y_m, period_s, quantity, unit, observed_re, observed_im, error_re, error_im, predicted_re, predicted_im,
///   residual_re, residual_im (in standard errors), fitted (1, or 0 where masked); imaginary parts of real quantities
///   are empty
void write_fit_csv(const inversion::Result2d& result, const std::string& path);

/// One row a site: site, latitude, longitude, y_m, elevation_m, rms, static_shift_te, static_shift_tm (log10 of what
/// multiplies apparent resistivity; empty where not sought).
void write_sites_csv(const inversion::Result2d& result, const std::string& path);

/// One row an iteration: iteration, rms, misfit, roughness, lambda, step, seconds.
void write_history_csv(const inversion::Result2d& result, const std::string& path);

}  // namespace terrella::viz
