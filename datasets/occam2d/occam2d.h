// datasets/occam2d/occam2d.h: the files of Occam2DMT (version 3): data, mesh, model (which mesh cells make a
// parameter), responses; startup and iteration files are datasets/occam/iteration.h.
//
//   section_of(mesh, model, iteration)   resistivity on the mesh, y in the coordinate of the data's offsets
//
// y along the profile, z down from the top of the mesh, x along strike. All readers throw FormatError with path and
// line, all writers std::invalid_argument for what the format cannot hold.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/model/model.h"
#include "datasets/observations/observations.h"
#include "datasets/occam/iteration.h"

namespace terrella::datasets {

// --- data
// -------------------------------------------------------------------------------------------------------------

/// Data of OCCAM2MTDATA_1.0. Types: 1 log10 rho TE, 2 phase TE, 3 and 4 real and imaginary part of Hz/Hy, 5 log10 rho
/// TM, 6 phase TM (arg(-Zyx)), 9 rho TE, 10 rho TM. Types 11 .. 18 (impedances), whose unit the format does not state,
/// are FormatErrors. Offsets become y. A "Strike=" in the title, as mtpy writes it, becomes the azimuth of x; without
/// one x counts as north, which is a repair. Errors of 0 are none, and
/// their data masked where others have errors.
Observations read_occam2d_data(const std::string& path);
Observations parse_occam2d_data(std::string_view bytes, const std::string& path);
bool looks_like_occam2d_data(std::string_view first_bytes);
/// Masked rows are left out, frequencies descend; values with 10 digits.
std::string occam2d_data_text(const Observations& observations);
void write_occam2d_data(const Observations& observations, const std::string& path);

/// The text of a file of a survey: log10 rho and phase of TE and TM, and the tipper where there is one, along the best
/// line through the sites (datasets/observations/profile.h), strike at right angles to it.
std::string occam2d_survey_text(const Survey& survey);

// --- mesh
// -------------------------------------------------------------------------------------------------------------

/// A finite-element mesh. Every cell has four triangles, whose codes stand in four lines, one below another.
struct Occam2dMesh {
  std::string title;
  std::vector<double> width;                      ///< m, of the columns
  std::vector<double> thickness;                  ///< m, of the rows
  std::vector<double> fixed;                      ///< ohm m, named by '1' .. '9', 'A' ..
  std::array<std::int64_t, 3> flags = {0, 0, 2};  ///< of the head line: first, fifth and sixth number
  std::int64_t marker = 0;                        ///< the number between widths and codes
  /// [4 rows][columns] codes: '?' parameter, '0' air, 'Z' sea, else a number of `fixed`.
  std::vector<std::string> code;
  std::string path;
  std::vector<Repair> repairs;
};

Occam2dMesh read_occam2d_mesh(const std::string& path);
Occam2dMesh parse_occam2d_mesh(std::string_view bytes, const std::string& path);
bool looks_like_occam2d_mesh(std::string_view first_bytes);
std::string occam2d_mesh_text(const Occam2dMesh& mesh);
std::string inspect_occam2d_mesh(const std::string& path);  ///< "82 x 60 cells"
void write_occam2d_mesh(const Occam2dMesh& mesh, const std::string& path);

// --- model
// ------------------------------------------------------------------------------------------------------------

struct Occam2dLayer {
  std::int64_t rows = 0;              ///< of the mesh
  std::vector<std::int64_t> columns;  ///< of the mesh, of each block
  bool operator==(const Occam2dLayer&) const = default;
};

/// A change of the roughness penalty between two blocks, as it stood.
struct Occam2dException {
  std::int64_t first = 0, second = 0;
  double penalty = 0;
  bool operator==(const Occam2dException&) const = default;
};

struct Occam2dModel {
  std::vector<Entry> entries;  ///< settings in order, without Format, Num Layers and exceptions
  double binding_offset = 0;   ///< m, y of the right edge of the leftmost block of the first layer
  std::vector<Occam2dLayer> layers;
  std::vector<Occam2dException> exceptions;
  std::string path;
  std::vector<Repair> repairs;
};

Occam2dModel read_occam2d_model(const std::string& path);
Occam2dModel parse_occam2d_model(std::string_view bytes, const std::string& path);
bool looks_like_occam2d_model(std::string_view first_bytes);
std::string occam2d_model_text(const Occam2dModel& model);
std::string inspect_occam2d_model(const std::string& path);  ///< "50 layers, 1378 blocks"
void write_occam2d_model(const Occam2dModel& model, const std::string& path);

// --- responses
// --------------------------------------------------------------------------------------------------------

struct Occam2dResponseRow {
  std::uint32_t site = 0, frequency = 0;  ///< from 1
  std::int32_t type = 0;
  double value = 0, response = 0, residual = 0;  ///< datum, response, (datum - response) / error
};

struct Occam2dResponse {
  std::vector<Occam2dResponseRow> rows;
  std::string path;
  std::vector<Repair> repairs;
};

Occam2dResponse read_occam2d_response(const std::string& path);
Occam2dResponse parse_occam2d_response(std::string_view bytes, const std::string& path);
bool looks_like_occam2d_response(std::string_view first_bytes);
std::string occam2d_response_text(const Occam2dResponse& response);
std::string inspect_occam2d_response(const std::string& path);  ///< "1140 responses, rms 1.0000"
void write_occam2d_response(const Occam2dResponse& response, const std::string& path);

/// The data with the responses as values. Throws FormatError where the rows are not those of the data: another site,
/// type or value (beyond 1e-3 relative).
Observations responses_of(const Observations& data, const Occam2dResponse& response);

// --- the set
// ----------------------------------------------------------------------------------------------------------

/// Resistivities that files name without a number. Occam itself lets 'Z' and '0' stand for sea and air.
struct Occam2dFixed {
  double air = 1e12;  ///< ohm m
  double sea = 0.3;   ///< ohm m
};

/// The resistivity of all mesh cells of an iteration. Blocks that hold a '?' are parameters, counted layer by layer
/// from the left; a cell is what most of its four triangles are ('?' where two are). Mesh2D has y in the coordinate of
/// the data and z from 0. Throws FormatError with the path of the model where mesh, model and iteration do not fit each
/// other.
ResistivityModel section_of(const Occam2dMesh& mesh, const Occam2dModel& model, const OccamIteration& iteration,
                            const Occam2dFixed& fixed = {});

/// Mesh, model and startup file of a section: every free cell is a parameter. Files name each other by these names.
struct Occam2dSet {
  Occam2dMesh mesh;
  Occam2dModel model;
  OccamIteration iteration;
};
struct Occam2dNames {
  std::string mesh = "Occam2DMesh", model = "Occam2DModel", data = "OccamDataFile.dat";
};
/// Throws std::invalid_argument for a model that is no section, has no free cell, or more than 34 different fixed
/// resistivities.
Occam2dSet occam2d_set_of(const ResistivityModel& section, const Occam2dNames& names = {});

/// Reads an iteration and the model and mesh files that it names, which must lie in the same folder.
ResistivityModel read_occam2d_section(const std::string& iteration_path, const Occam2dFixed& fixed = {});
/// The same with the usual air and sea, for the table of model formats.
ResistivityModel read_occam2d_iteration(const std::string& iteration_path);

}  // namespace terrella::datasets
