// viz/analysis_csv.h: an analysis as tables, written as viz/csv.h says: units in the column names, empty fields where
// nothing is known.
#pragma once
#include <string>
#include <vector>

#include "elec/analysis/analysis.h"

namespace terrella::viz {

struct NamedTable {
  std::string name;   ///< "phase_tensors.csv"
  std::string bytes;  ///< the whole file
};

/// phase_tensors   site, period_s, phi_max, phi_min, alpha, beta, strike, ellipticity with their errors; degrees
/// dimensionality  site, period_s, kappa, mu, eta, sigma, i3 .. i7, q, beta, classes by Bahr, WAL and phase tensor
/// resistivity     site, period_s, apparent resistivity and phase of xy, yx and determinant with errors; depth and
///                 resistivity by Niblett and Bostick
/// layered         site, mode, D+: chi_squared, data, limit, layered earth exists; rho+ from resistivity and from phase
/// layered_fit     site, mode, period_s: what D+ and both rho+ predict, residual of D+ in errors
/// strike          from_s, to_s: mean directions by phase tensors and arrows; the last row is all periods
/// groom_bailey    site ("all": the common strike), strike, twist, shear with half intervals; chi_squared, freedom
/// groom_bailey_profile  strike_deg, chi_squared of all sites
/// static_shifts   site, factor and scatter of xy and yx
/// flags           site, period_s, component, rule, measure
std::vector<NamedTable> analysis_tables(const datasets::Survey& survey, const elec::Analysis& analysis);

}  // namespace terrella::viz
