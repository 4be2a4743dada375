// datasets/survey/covariance.h: errors of transfer functions from the two covariance matrices of robust processing.
//
// With the inverse signal power S [2][2] of the magnetic field at the site and the residual covariance N [3][3] of Ex,
// Ey, Hz the transfer functions have E[dZ_ij conj(dZ_kl)] = N_ik S_jl, and the tipper likewise with the row of Hz;
// Egbert (1997, Geophys. J. Int. 130, 475-496). Both matrices are Hermitian. The scale between them is arbitrary: only
// products of an entry of S and one of N mean something.
#pragma once
#include "datasets/survey/survey.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {

/// Standard errors sqrt(N_ii S_jj / 2) of real and imaginary parts; NaN where an entry is missing.
ImpedanceError impedance_error(const InverseSignalPower& s, const ResidualCovariance& n);
TipperError tipper_error(const InverseSignalPower& s, const ResidualCovariance& n);

/// What one unit of a file is in SI: of E in V/m, of its magnetic field (B or H) in A/m. As it stands: mV/km and nT.
struct FieldUnits {
  double electric = 1e-6;
  double magnetic = 1 / (1e9 * mu_0);
  /// ohm of one unit of impedance.
  double impedance() const { return electric / magnetic; }
};

/// Matrices of fields in these units (S in magnetic^-2; N in electric^2, electric magnetic, magnetic^2) in SI, and
/// back.
InverseSignalPower to_si(const InverseSignalPower& in_units, const FieldUnits& units = {});
ResidualCovariance to_si(const ResidualCovariance& in_units, const FieldUnits& units = {});
InverseSignalPower from_si(const InverseSignalPower& si, const FieldUnits& units = {});
ResidualCovariance from_si(const ResidualCovariance& si, const FieldUnits& units = {});

/// What is wrong with a matrix as a covariance: not Hermitian, a diagonal entry negative, a correlation above 1 by more
/// than printed digits explain (1e-2). Empty where nothing is; missing entries (NaN) are not looked at.
std::string fault_of(const InverseSignalPower& s);
std::string fault_of(const ResidualCovariance& n);

}  // namespace terrella::datasets
