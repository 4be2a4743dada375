// viz/mt2d/fitted.h: the data of a two-dimensional inversion as people look at them, whatever was fitted: apparent
// resistivity and phase of both modes, real and imaginary part of the tipper.
#pragma once
#include <string>
#include <vector>

#include "inversion/mt2d/result.h"

namespace terrella::viz {

enum class Curve2d { rho_te, phase_te, rho_tm, phase_tm, tipper_real, tipper_imaginary };
inline constexpr Curve2d curves_2d[] = {Curve2d::rho_te,   Curve2d::phase_te,    Curve2d::rho_tm,
                                        Curve2d::phase_tm, Curve2d::tipper_real, Curve2d::tipper_imaginary};

/// "Apparent resistivity TE", "Phase TM", "Tipper, real part"; "rho_te", ...
const char* title_of(Curve2d curve);
const char* name_of(Curve2d curve);
constexpr bool is_rho(Curve2d c) { return c == Curve2d::rho_te || c == Curve2d::rho_tm; }
constexpr bool is_phase(Curve2d c) { return c == Curve2d::phase_te || c == Curve2d::phase_tm; }

/// One datum. ohm m, degrees (phases of TM are arg(-Zyx)) or without unit.
struct Fitted {
  std::uint32_t site = 0;
  double period = 0;  ///< s
  double observed = 0;
  double error = 0;      ///< standard error; of an apparent resistivity that of its log10, in decades; NaN: unknown
  double predicted = 0;  ///< NaN: none
  double residual = 0;   ///< (predicted - observed) / error, of log10 apparent resistivity; NaN where it was not fitted
  bool masked = false;
};

/// All data of one curve, site by site, period by period. An impedance gives apparent resistivity and phase, with
/// errors to first order; its real and imaginary part are taken together where both stand for a site and period.
std::vector<Fitted> fitted(const inversion::Result2d& result, Curve2d curve);

/// RMS of (residual) over some of them, NaN where there is none; each apparent resistivity, phase and part of a tipper
/// counts as one number.
double rms_of(const std::vector<Fitted>& data);

}  // namespace terrella::viz
