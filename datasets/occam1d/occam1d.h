// datasets/occam1d/occam1d.h: layered models of Occam1D (Resistivity1DMod_1.0), and what they mean with an iteration.
// Data and responses are EMData files (datasets/emdata/emdata.h), startup and iteration files OCCAMITER_FLEX
// (datasets/occam/iteration.h).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/emdata/emdata.h"
#include "datasets/occam/iteration.h"

namespace terrella::datasets {

struct Occam1dLayer {
  double top = 0;           ///< m, depth
  double resistivity = -1;  ///< ohm m; negative: a free parameter
  double penalty = 1;       ///< of roughness at its top
  double preference = 0;    ///< ohm m; 0: none
  double preference_penalty = 0;
  bool operator==(const Occam1dLayer&) const = default;
  bool is_free() const { return resistivity < 0; }
};

struct Occam1dModel {
  std::vector<Occam1dLayer> layers;   ///< from the air down, the last is the half-space
  std::vector<std::string> comments;  ///< lines before the table, without their mark
  std::string path;
  std::vector<Repair> repairs;
};

Occam1dModel read_occam1d_model(const std::string& path);
Occam1dModel parse_occam1d_model(std::string_view bytes, const std::string& path);
bool looks_like_occam1d_model(std::string_view first_bytes);
std::string occam1d_model_text(const Occam1dModel& model);
std::string inspect_occam1d_model(const std::string& path);  ///< "102 layers, 101 free"
void write_occam1d_model(const Occam1dModel& model, const std::string& path);

/// Layers in the ground as impedance_1d takes them.
struct LayeredEarth {
  std::vector<double> resistivity;  ///< ohm m, [n], the last is the half-space
  std::vector<double> thickness;    ///< m, [n - 1]
};

/// Resistivities of the layers below `surface` (m, depth) with the free ones taken from the iteration; layers that end
/// above it (air) are left out. Throws std::invalid_argument where the number of parameters does not fit or no layer
/// reaches into the ground.
LayeredEarth layered_earth(const Occam1dModel& model, const OccamIteration& iteration, double surface = 0);

/// The sounding of EMData_1.x data, or the responses of an EMResp_1.x file. Determinants become Zxy = -Zyx, as a
/// layered earth has them, and the history says so.
Survey read_occam1d_survey(const std::string& path);
/// Text of a data file (EMData_1.1) of one site: resistivity and phase of the determinant, as mtpy writes it, or of Zxy
/// where a component is missing. Throws std::invalid_argument for a site without either.
std::string occam1d_site_text(const Site& site);

}  // namespace terrella::datasets
