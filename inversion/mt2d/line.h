// inversion/mt2d/line.h: from soundings, wherever they stand and however their axes lie, to data along a line.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/observations/observations.h"
#include "datasets/survey/survey.h"
#include "inversion/mt1d_options.h"
#include "inversion/mt2d/mt2d.h"

namespace terrella::inversion {

/// Where the strike comes from. automatic: phase tensors where they prefer a direction, else at right angles to the
/// profile, since a strike that few data have would only shorten the line.
enum class StrikeFrom { automatic, phase_tensor, groom_bailey, perpendicular, given };
/// log10 apparent resistivity and phase of TE and TM, or complex impedances; the tipper, where there is one, as its two
/// parts, or complex.
enum class LineData { rho_phase, impedance };

struct LineOptions {
  double profile = datasets::not_a_number;  ///< azimuth, degrees; NaN: that of the best straight line through the sites
  StrikeFrom strike_from = StrikeFrom::automatic;
  double strike = 0;                               ///< azimuth, degrees, where it is given
  double shortest_period = 0, longest_period = 0;  ///< s; 0: no limit
  double periods_per_decade = 0;                   ///< at most; 0: all
  double largest_distance = 0;                     ///< m from the line; sites beyond are left out; 0: none is
  LineData data = LineData::rho_phase;
  /// Errors of soundings are at least this, since those of processing know nothing of what no 2D earth fits: of |Z| of
  /// each mode (0.05: 10 % of apparent resistivity, 2.9 degrees), and of the tipper, absolute. 0: as they stand.
  double impedance_floor = 0.05, tipper_floor = 0.03;
  /// Masks impedances of soundings, apparent resistivity with phase, whose phase lies outside 0 .. 90 degrees by more
  /// than its error, which hardly any two-dimensional earth gives.
  bool mask_impossible_phases = true;
  double largest_skew = 3;  ///< degrees of |beta|, beyond which a phase tensor has no strike
};

/// "auto", "phase_tensor", "groom_bailey", "perpendicular" or degrees; "auto" or degrees. Throw std::invalid_argument.
void set_strike(LineOptions& options, std::string_view text);
void set_profile(LineOptions& options, std::string_view text);

/// Data that invert_2d takes, and how they came about. NaN where a file of a line does not say.
struct Line {
  datasets::Observations data;              ///< sites in order, y from the first, z = -elevation; x along strike
  double profile = datasets::not_a_number;  ///< azimuth of the line through the sites, degrees
  double strike = datasets::not_a_number;   ///< azimuth of x, -90 .. 90
  double azimuth = datasets::not_a_number;  ///< of y: at right angles to strike, towards the profile's end
  std::vector<std::string> choices;         ///< what was decided and why, one sentence each, with numbers
  std::vector<std::string> warnings;        ///< what a person should look at before believing the model
  std::string config;                       ///< the options as TOML, table [line]
};

/// A survey as data along a line: periods chosen, strike found in all data of those periods, axes turned to it, sites
/// projected along it, floors applied. Masks go along.
///
/// Throws std::invalid_argument, before anything is computed where that can be known: fewer than two sites, sites
/// without coordinates (all are named) or all in one place, no impedance and no tipper, no period in the band, all data
/// masked, strike within 30 degrees of the profile, sites that lack a component which turning needs.
Line line_of(const datasets::Survey& survey, const LineOptions& options = {});

/// Whether these data stand along a line already: TE, TM and Tzy at sites with y, nothing else.
bool is_line(const datasets::Observations& observations);

/// The observations of the one file that holds such data; nothing where no file does. Throws std::invalid_argument
/// where more files are given beside it: a line comes alone.
std::optional<datasets::Observations> line_in(const std::vector<std::string>& files);

/// Such data with periods chosen; order, errors and masks are those of the file. z that no file gives is 0. Throws as
/// above, and where options ask for what such data cannot give (profile, strike, another choice of quantities).
Line line_of(const datasets::Observations& observations, const LineOptions& options = {});

/// Throws std::invalid_argument naming the option, its value and the mend.
void validate(const LineOptions& options);

/// The options as TOML, table [line].
std::string to_toml(const LineOptions& options);

/// invert_2d of the line's data, with its choices, azimuth and configuration in the result.
Result2d invert_2d(const Line& line, const Invert2dOptions& options = {}, const RunControl& control = {});

}  // namespace terrella::inversion
