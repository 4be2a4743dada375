// datasets/observations/observations.h: data as inversion codes take them: sites in local coordinates, and rows of
// site, period, quantity, value and error, in the order of the file. It holds what a Survey cannot: parts of an
// impedance, apparent resistivities, 2D modes, phase tensors, transfer functions between sites, and what the file said
// about itself. datasets/observations/survey.h leads to Surveys and back.
#pragma once
#include <array>
#include <complex>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/observations/quantity.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// A place where data were taken. NaN where the file gives none.
struct ObservationSite {
  std::string name;
  double latitude = not_a_number;   ///< degrees north
  double longitude = not_a_number;  ///< degrees east, -180 .. 180
  double x = not_a_number;          ///< m from the file's origin: north, or along strike in 2D
  double y = not_a_number;          ///< m, east, or along the profile in 2D
  double z = not_a_number;          ///< m, positive down
  double rotation = 0.0;            ///< azimuth of the data's x axis, degrees clockwise from geographic north
  double tilt = 0.0;                ///< slope of the sensors along y, degrees, positive down
  /// Azimuths of Hx, Hy, Ex, Ey where the file states them one by one (ModEM); then `rotation` is 0.
  std::optional<std::array<double, 4>> channel_azimuth;
};

/// One datum. Value and errors are in info(quantity).unit. Errors are standard errors of the real part and of the
/// imaginary part; one number serves both unless the file has two. NaN where the file gives none.
struct Observation {
  static constexpr std::uint32_t no_site = 0xffffffffU;

  double period = not_a_number;  ///< s
  std::complex<double> value;
  double error = not_a_number;
  double error_imaginary = not_a_number;  ///< equals `error` where there is one for both
  std::uint32_t site = 0;                 ///< index into Observations::sites
  std::uint32_t reference = no_site;      ///< the other site of an interstation transfer function
  std::uint16_t block = 0;                ///< index into Observations::blocks
  Quantity quantity = Quantity::zxy;
  bool masked = false;  ///< not to be used, by a decision of the user or of the file
};

/// What one part of a file said about its rows; writers write it back. A file without parts has one block.
struct ObservationBlock {
  std::string kind;                 ///< the file's word for these data: "Full_Impedance"
  std::vector<std::string> header;  ///< comment lines as they stood, without their mark
  std::string sign = "+";           ///< of i w t as it stood in the file; values here are for "+"
  std::string units;                ///< as they stood in the file: "[mV/km]/[nT]"
  double orientation = 0.0;         ///< azimuth of the file's x axis, degrees clockwise from geographic north
  std::array<double, 3> origin = {not_a_number, not_a_number, not_a_number};  ///< latitude, longitude, z (m), as said
  std::map<std::string, std::string> entries;  ///< what else the file said and its writer needs
};

/// A rule by which errors were made larger, kept so that a result can say what was fitted.
struct ObservationFloor {
  std::vector<Quantity> quantities;
  double absolute = 0.0;  ///< in the unit of the quantity
  double relative = 0.0;  ///< of |value|; of sqrt|Zxy Zyx| for impedances where `geometric`
  bool geometric = true;
};

struct Observations {
  std::string name;
  std::vector<ObservationSite> sites;  ///< in the order of the file
  std::vector<Observation> rows;       ///< in the order of the file
  std::vector<ObservationBlock> blocks;
  std::vector<ObservationFloor> floors;  ///< that were applied since the file was read
  Provenance provenance;                 ///< path, format, program, repairs, history; sign and units of the first block
};

/// Throws std::invalid_argument naming row, site and field where an index leads nowhere, a period is not positive, a
/// value is not finite, a real quantity has an imaginary part or an error is negative. Readers and writers call it.
void validate(const Observations& observations);

/// Throws std::invalid_argument, beginning with `who`, where an impedance or a tipper has the magnetic field of another
/// site: for formats that cannot say so.
void expect_local_fields(const Observations& observations, const char* who);

/// The periods of all rows, or of those that are not masked, ascending, each once.
std::vector<double> periods_of(const Observations& observations, bool masked = true);
/// The quantities of all rows, in the order of the enum, each once.
std::vector<Quantity> quantities_of(const Observations& observations);

/// Which rows to keep; an empty list keeps all.
struct ObservationSelection {
  std::vector<Quantity> quantities;
  std::vector<std::string> sites;
  double shortest_period = 0.0;  ///< s
  double longest_period = std::numeric_limits<double>::infinity();
  bool masked = true;  ///< false: drops masked rows
};

/// The rows that fit, and the sites and blocks that they need, in their order; the history says so. Throws
/// std::invalid_argument for a site that is not there.
Observations select(const Observations& observations, const ObservationSelection& selection);

/// Errors at least as large as the floor, for rows without error the floor itself; recorded in `floors` and history.
/// A geometric floor of an impedance with a missing Zxy or Zyx takes its own |Zij|.
Observations with_error_floor(const Observations& observations, const ObservationFloor& floor);

}  // namespace terrella::datasets
