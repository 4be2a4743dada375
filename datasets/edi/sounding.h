// datasets/edi/sounding.h: the data sections of an EDI file, still as the file has them: its rows, units and axes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "datasets/edi/header.h"

namespace terrella::datasets::edi {

/// In the order of Component, as blocks end or begin with them.
inline constexpr const char* component_names[] = {"XX", "XY", "YX", "YY"};

struct Sounding {
  const char* format = "";        ///< for Provenance::format
  std::vector<double> frequency;  ///< Hz, in the order of the file, [n]
  std::vector<Impedance> z;       ///< mV/km/nT; [n] or empty
  std::vector<ImpedanceError> z_error;
  std::vector<double> z_azimuth;  ///< of the x axis, degrees, [n]
  std::vector<Tipper> tipper;     ///< [n] or empty
  std::vector<TipperError> tipper_error;
  std::vector<double> tipper_azimuth;
};

/// ZXXR ... ZYY.VAR; nullopt where the file has none of them.
std::optional<Sounding> read_impedances(const Document& document, const Header& header, Report& report);

/// SPECTRA blocks: Z and tipper by the (remote) reference, errors from residual power and AVGT. Gamble et al. (1979).
std::optional<Sounding> read_spectra(const Document& document, const Header& header, Report& report);

/// RHOXY, PHSXY ... RHOYY, PHSYY: |Z| = sqrt(5 f rho) in mV/km/nT and the phase.
std::optional<Sounding> read_rho_phase(const Document& document, const Header& header, Report& report);

/// The numbers of >FREQ; FormatError where the block is missing, empty, or NFREQ of the section disagrees.
std::vector<double> read_frequencies(const Document& document, Report& report);

/// Adds TXR.EXP ... TYVAR.EXP to a sounding of those frequencies, in each of the spellings; false where there are none.
bool read_tipper(const Document& document, const Header& header, Sounding& sounding, Report& report);

/// The azimuth of the x axis for each frequency that the ROT= option of a block, or without one `angle_block`, states.
std::vector<double> read_azimuths(const Document& document, const Block& block, const char* angle_block,
                                  std::size_t size, const Header& header, Report& report);

/// FormatError unless both blocks have the same ROT= option: only what stands in the same axes can be turned together.
void expect_same_rotation(const Block& first, const Block& other, Report& report);

/// Variances to standard errors of real and imaginary part, sqrt(VAR/2); a negative one is a repair and becomes NaN.
std::vector<double> errors_of_variances(const Column& variance, Report& report);

/// Real and imaginary columns joined. A value of which one half is missing is a repair and missing as a whole.
std::vector<Complex> join(const Column& real, const Column& imaginary, Report& report);

}  // namespace terrella::datasets::edi
