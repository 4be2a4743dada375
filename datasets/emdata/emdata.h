// datasets/emdata/emdata.h: data and response files of Occam1D and MARE2DEM (EMData_1.1, EMData_2.0 .. 2.2, EMResp_1.2,
// EMResp_2.0 .. 2.2): frequencies, receivers and a table of data by numbers into them.
//
// What stands in a file stays as it stood, so that a file that is read and written says the same; observations_of makes
// data of it. Positions in m, x along strike, y along the profile, z down; angles in degrees. Blocks of controlled
// sources (CSEM) are carried along; their data are no magnetotelluric ones.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/observations/observations.h"

namespace terrella::datasets {

struct EmReceiver {
  double x = 0, y = 0, z = 0;
  double theta = 0;               ///< degrees, x of the sensors against x, clockwise seen from above
  double alpha = 0;               ///< degrees, tilt of x of the sensors, positive down
  double beta = 0;                ///< degrees, tilt of y of the sensors, positive down
  double length = 0;              ///< m, of the dipole; version 2.2
  std::int64_t solve_static = 0;  ///< 1: solve for static shift; version 2.1 and 2.2
  std::string name;               ///< version 2.1 and 2.2
  bool operator==(const EmReceiver&) const = default;
};

struct EmDatum {
  std::int32_t type = 0;          ///< code: em_quantity
  std::uint32_t frequency = 0;    ///< from 1
  std::uint32_t transmitter = 0;  ///< from 1; of MT data the receiver that holds the magnetic sensors, 0: the same
  std::uint32_t receiver = 0;     ///< from 1
  double value = 0, error = 0;
  double response = not_a_number, residual = not_a_number;  ///< of response files
};

struct EmData {
  std::string version;                 ///< "EMData_2.2", as it stood
  bool is_response = false;            ///< EMResp: the table has response and residual, too
  std::vector<std::string> comments;   ///< lines before the first block, without their mark
  std::string origin;                  ///< "UTM of x,y origin (UTM zone, N, E, 2D strike)" as it stood; may be empty
  std::string phase_convention;        ///< "lag", "lead"; empty: lag
  std::string reciprocity;             ///< as it stood
  std::vector<double> frequency;       ///< Hz, of MT data
  std::vector<EmReceiver> receiver;    ///< of MT data
  std::vector<double> csem_frequency;  ///< Hz
  std::vector<std::string> transmitter, csem_receiver;  ///< lines as they stood
  std::string dipole_length;                            ///< of EMResp_1.2, as it stood
  std::vector<EmDatum> data;
  std::string path;
  std::vector<Repair> repairs;
};

/// True for version 1 (Occam1D: one list of frequencies and receivers).
bool is_version_1(const EmData& data);

/// Throws FormatError with path and line.
EmData read_emdata(const std::string& path);
EmData parse_emdata(std::string_view bytes, const std::string& path);
bool looks_like_emdata_1(std::string_view first_bytes);  ///< data of Occam1D
bool looks_like_emresp_1(std::string_view first_bytes);  ///< responses of Occam1D
bool looks_like_emdata_2(std::string_view first_bytes);  ///< data of MARE2DEM
bool looks_like_emresp_2(std::string_view first_bytes);  ///< responses of MARE2DEM

/// The text of a file of its own version, values with 10 digits. Throws std::invalid_argument where a number leads
/// nowhere or is not finite.
std::string emdata_text(const EmData& data);
void write_emdata(const EmData& data, const std::string& path);

/// What a code means; none for those of CSEM and for real and imaginary parts of Zxx and Zyy, which no layered or
/// two-dimensional earth has. Codes: 101 .. 108 rho and phase of xx xy yx yy, 111 .. 118 real and imaginary part of Z
/// (ohm), 121 123 125 127 log10 rho, 133 134 real and imaginary part of Hz/Hy. xy is TE, yx is TM.
std::optional<Quantity> em_quantity(std::int32_t type);
/// The code of a quantity, 0 where there is none.
std::int32_t em_type(Quantity quantity);

/// The MT data (with `responses`, the responses of a response file instead). The strike of the origin's line is the
/// azimuth of x. Errors of 0 are none, and their
/// data masked where others have errors. Phases of TM count from the third quadrant: arg(-Zyx). In version 1, "mode:
/// DET" among the comments makes xy the determinant, as mtpy writes it. Throws FormatError where nothing is left, for
/// the phase convention "lead", under which the sign of MT phases is not documented, for tensor components that are no
/// real quantity here, and for responses of a data file.
Observations observations_of(const EmData& data, bool responses = false);

/// Those of a file: the data, or of a response file the responses.
Observations read_em_observations(const std::string& path);

struct EmDataOptions {
  std::string version = "EMData_2.2";
};

/// Receivers and data of observations, which must be of one orientation. Throws std::invalid_argument for quantities
/// that the version has no code for and for sites without places.
EmData emdata_of(const Observations& observations, const EmDataOptions& options = {});

/// The text of EMData_1.1 and EMData_2.2 files of observations.
std::string occam1d_data_text(const Observations& observations);
std::string mare2dem_data_text(const Observations& observations);

}  // namespace terrella::datasets
