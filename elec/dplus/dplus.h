// elec/dplus/dplus.h: the best fit that any layered earth can have to an impedance, and what it says about the data.
//
// The response c = Z / (i w mu_0) of a layered earth, in m, is c(w) = a + sum_k b_k / (l_k + i w) with a, b_k, l_k >= 0
// (Parker 1980): a set of thin conducting sheets in an insulator, D+. The misfit is smallest for one of these, so that
// no layered earth fits better: data that D+ does not fit within their errors are no response of one.
#pragma once
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

namespace terrella::elec {

using Complex = std::complex<double>;

/// Misfits and responses of D+ or rho+.
struct LeastMisfit {
  double chi_squared = 0;  ///< sum of (residual / error)^2 over real numbers: no layered earth has less
  std::size_t data = 0;    ///< real numbers that were fitted
  double limit = 0;        ///< data + 2 sqrt(2 data): what errors explain at about two standard deviations
  bool exists = false;     ///< chi_squared <= limit: a layered earth may be the reason for these data
  double rms() const { return data == 0 ? 0 : std::sqrt(chi_squared / static_cast<double>(data)); }
  std::vector<Complex> predicted;  ///< ohm, [n], at all periods, also those without data
  std::vector<double> residual;  ///< [n], largest |residual| / error of real and imaginary part, or of resistivity and
                                 ///< phase; NaN where there are no data
};

struct DPlus : LeastMisfit {
  double surface = 0;           ///< a, m: thickness of an insulator on top
  std::vector<double> rate;     ///< l_k, 1/s, ascending; 0 stands for an insulator below all sheets
  std::vector<double> residue;  ///< b_k, m/s
};

/// D+ of an impedance: nonnegative least squares over the rates, on a grid of 10 a decade that is refined around those
/// that are wanted until the misfit no longer falls.
///
/// period  [n]  s, positive
/// z       [n]  ohm, of xy, -yx or the determinant; NaN where missing
/// error   [n]  ohm, standard error of real and, equally, of imaginary part; positive where z is there
///
/// Throws std::invalid_argument for sizes that disagree, periods or errors that are not positive, and where no datum is
/// left. Parker (1980), Parker & Whaler (1981).
DPlus d_plus(const std::vector<double>& period, const std::vector<Complex>& z, const std::vector<double>& error);

/// What rho_plus fits.
enum class RhoPlusData : std::uint8_t { both, resistivity, phase };

/// Rho+: the same limit for log apparent resistivity and phase, of which one may be left out and is then predicted from
/// the other: a check of both on each other. Of phases alone the level of resistivity is free and taken from the
/// data's median; what remains between both is a static shift or an inconsistency.
///
/// ln c(i w) = g + int_0^inf xi(l) [1/(l + i w) - 1/(l + w_0)] dl with 0 <= xi <= 1, so that data are linear in xi:
/// least squares within bounds, piecewise constant xi, cells split where xi is neither 0 nor 1. Parker & Booker (1996).
/// Errors of first order: 2 s/|z| of ln rho_a, s/|z| of the phase. Arguments as for d_plus.
LeastMisfit rho_plus(const std::vector<double>& period, const std::vector<Complex>& z, const std::vector<double>& error,
                     RhoPlusData data = RhoPlusData::both);

}  // namespace terrella::elec
