// datasets/wsinv3dmt/model.h: 3D models of WSINV3DMT (Siripunvaraporn et al. 2005) and the same with ModEM's additions:
// LOGE or LOG10 behind the numbers of cells, origin and rotation at the end.
#pragma once
#include <string>
#include <string_view>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// True for a comment line and "nx ny nz n" without one of ModEM's words.
bool looks_like_wsinv3dmt_model(std::string_view first_bytes);

/// Rows go from north to south: the file's x is reversed against its widths, the model's ascends. Numbers of
/// resistivities with layers of indices (n > 0) are read; they are written as values. Without origin the mesh is
/// centred on x = y = 0 with its top at z = 0, as both programs take it. Throws FormatError.
ResistivityModel read_wsinv3dmt_model(const std::string& path);
ResistivityModel parse_wsinv3dmt_model(std::string_view bytes, const std::string& path);

/// As WSINV3DMT reads it: resistivities in ohm m, no origin. Throws std::invalid_argument for another mesh than Mesh3D
/// and where the origin is not the centre or x does not look north, which the format cannot say.
std::string wsinv3dmt_model_text(const ResistivityModel& model);
void write_wsinv3dmt_model(const ResistivityModel& model, const std::string& path);

/// Any numbers in such a file, as they stand.
ModelParameters parse_wsinv3dmt_parameters(std::string_view bytes, const std::string& path);

/// Both kinds of text: ModEM's has its word, origin and rotation. datasets/modem/model.h uses it.
std::string ws_text(const ResistivityModel& model, bool with_modem_additions);

}  // namespace terrella::datasets
