// datasets/survey/rotation.h: impedance and tipper in turned axes, with their errors.
//
// Axes are turned about z by an angle in degrees, clockwise from above (north to east). With R = [c s; -s c] the fields
// in the new axes are R E and R H, so Z' = R Z R^T and T' = T R^T. Where a site has covariances they turn likewise,
// S' = R S R^T, N' = R N R^T (Hz stays), and errors come from them: var'_ij = N'_ii S'_jj. Otherwise, and where errors
// no longer are those of the covariances (floors, edits), they are propagated as if components were independent:
// var'_ij = sum_kl (R_ik R_jl)^2 var_kl.
// A missing component (NaN) makes missing what depends on it; at multiples of 90 degrees nothing else is lost.
#pragma once
#include "datasets/survey/survey.h"

namespace terrella::datasets {

Impedance rotate(const Impedance& z, double degrees);
ImpedanceError rotate(const ImpedanceError& error, double degrees);
Tipper rotate(const Tipper& tipper, double degrees);
TipperError rotate(const TipperError& error, double degrees);
InverseSignalPower rotate_covariance(const InverseSignalPower& s, double degrees);
ResidualCovariance rotate_covariance(const ResidualCovariance& n, double degrees);

/// How many rows of impedances and tippers have some of their components only, which turning by other angles than right
/// ones destroys.
std::size_t partial_rows(const Site& site);

/// An azimuth as files hold it: within -360 .. 360 as it stands, else without whole turns (400 is 40).
double azimuth_in_range(double degrees);

/// The site with its x axis at that azimuth (degrees clockwise from geographic north): turned by the difference to
/// Site::rotation, recorded in the history. Components that depend on a masked one become masked.
/// Throws std::invalid_argument for an azimuth that is not finite.
Site rotate_to(const Site& site, double azimuth);

/// All sites of a survey at that azimuth.
Survey rotate_to(const Survey& survey, double azimuth);

}  // namespace terrella::datasets
