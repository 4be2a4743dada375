// datasets/modem/model.h: resistivity models of ModEM: 3D (WSINV3DMT's text with additions) and 2D (Mackie's).
#pragma once
#include <string>
#include <string_view>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// True for "nx ny nz 0 LOGE" below a comment (3D) and for "ny nz LOGE" in the first line (2D), LOG10 or LINEAR alike.
bool looks_like_modem_model(std::string_view first_bytes);

/// Values are ln, log10 or plain ohm m. 3D: rows of the file go from north to south, origin and rotation come last
/// (centred where they lack). 2D: y and z begin at 0. Air layers above the mesh are not in these files. Throws
/// FormatError.
ResistivityModel read_modem_model(const std::string& path);
ResistivityModel parse_modem_model(std::string_view bytes, const std::string& path);

/// Any numbers in such a file as they stand: J^T r, dm.
ModelParameters read_modem_parameters(const std::string& path);
ModelParameters parse_modem_parameters(std::string_view bytes, const std::string& path);

/// Stored as model.storage says, conductivities as ln resistivity. Throws std::invalid_argument for meshes of points.
std::string modem_model_text(const ResistivityModel& model);
void write_modem_model(const ResistivityModel& model, const std::string& path);

}  // namespace terrella::datasets
