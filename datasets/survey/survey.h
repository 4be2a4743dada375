// datasets/survey/survey.h: magnetotelluric soundings as a value, whatever file they came from.
//
// Conventions (docs/conventions.md): SI units, exp(+i w t), x north, y east, z down, angles in degrees clockwise from
// geographic north. Impedance Z = E/H in ohm. Errors are standard errors of the real part and, equally, of the
// imaginary part. Readers convert at the border and keep what the file said in Provenance.
#pragma once
#include <array>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace terrella::datasets {

using Complex = std::complex<double>;
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Components in this order everywhere: row = output (E or Hz), column = input (Hx, Hy).
enum Component : std::uint8_t { xx = 0, xy = 1, yx = 2, yy = 3 };

using Impedance = std::array<Complex, 4>;      ///< Zxx Zxy Zyx Zyy, ohm; NaN where missing
using ImpedanceError = std::array<double, 4>;  ///< ohm; NaN where the file gives none
using Tipper = std::array<Complex, 2>;         ///< Tx Ty, Hz = Tx Hx + Ty Hy; NaN where missing
using TipperError = std::array<double, 2>;

/// Of the magnetic field Hx, Hy at the site, row by row, (A/m)^-2: S in datasets/survey/covariance.h.
using InverseSignalPower = std::array<Complex, 4>;
/// Of what the transfer functions leave unexplained in Ex, Ey, Hz, row by row: N there. (V/m)^2, V/m A/m, (A/m)^2; NaN
/// in rows and columns of a channel that was not measured.
using ResidualCovariance = std::array<Complex, 9>;

/// Something in a file that was wrong or missing and was mended by a stated rule; never silent.
struct Repair {
  std::int64_t line = 0;  ///< of the file, from 1; 0 where lines mean nothing
  std::string rule;       ///< short and countable, for example "negative-variance"
  std::string detail;     ///< what stood there and what was made of it
  bool operator==(const Repair&) const = default;
};

/// Where a site's numbers come from and what was done to them.
struct Provenance {
  std::string path;                ///< as given to the reader
  std::string format;              ///< "edi-z", "edi-spectra", "edi-rho-phase", ...
  std::string units = "mV/km/nT";  ///< of the impedance as it stood in the file
  std::string sign = "+";          ///< time factor exp(+iwt) or exp(-iwt) as it stood in the file
  std::string program;             ///< that wrote the file, where it says so
  std::vector<Repair> repairs;
  std::vector<std::string> history;  ///< operations since: "rotate 30", "mask ..."
  bool operator==(const Provenance&) const = default;
};

/// One sounding. All arrays have one entry a period; tipper arrays may be empty (no tipper was measured).
struct Site {
  std::string name;
  double latitude = not_a_number;   ///< degrees north
  double longitude = not_a_number;  ///< degrees east, -180 .. 180
  double elevation = 0.0;           ///< m above sea level
  double rotation = 0.0;            ///< azimuth of x, degrees clockwise from geographic north

  std::vector<double> period;  ///< s, positive, strictly ascending, [n]
  std::vector<Impedance> z;    ///< [n][4]
  std::vector<ImpedanceError> z_error;
  std::vector<std::array<bool, 4>> z_masked;  ///< true: not to be used, by a user's decision; [n] or empty
  std::vector<Tipper> tipper;
  std::vector<TipperError> tipper_error;
  std::vector<std::array<bool, 2>> tipper_masked;
  std::vector<InverseSignalPower> inverse_signal_power;  ///< [n], or empty like the next where the file gives none
  std::vector<ResidualCovariance> residual_covariance;

  Provenance provenance;

  std::size_t periods() const { return period.size(); }
  bool has_impedance() const { return !z.empty(); }
  bool has_tipper() const { return !tipper.empty(); }
  bool has_covariance() const { return !residual_covariance.empty(); }
};

/// Soundings that belong together, in the order in which they were read. Sites may have different periods.
struct Survey {
  std::string name;
  std::vector<Site> sites;
};

/// Whether a value is there that is not masked: what a format without masks needs to hold a site at all.
bool has_usable_values(const Site& site);

/// Throws std::invalid_argument naming site and field where sizes disagree, periods are not positive and ascending,
/// an error is negative, a covariance is none (datasets/survey/covariance.h), a coordinate is impossible, or rotation
/// or elevation is not finite. Every reader and writer calls it.
void validate(const Survey& survey);

}  // namespace terrella::datasets
