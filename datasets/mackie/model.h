// datasets/mackie/model.h: 3D models in the format of Mackie's programs, of WinGLink and of ModEM ("nx ny nz n
// VALUES").
#pragma once
#include <string>
#include <string_view>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// True for four numbers and VALUES in the first line.
bool looks_like_mackie_model(std::string_view first_bytes);

/// Layers follow one another, each below its number or the first and last of a range that is the same; rows of x, from
/// south to north, for every y from west to east. Below them may stand three lines of a program, its site and its
/// block, the origin in km and the rotation; without them the mesh begins at 0. The n layers of air are not in the
/// file. Throws FormatError.
ResistivityModel read_mackie_model(const std::string& path);
ResistivityModel parse_mackie_model(std::string_view bytes, const std::string& path);

/// Throws std::invalid_argument for another mesh than Mesh3D.
std::string mackie_model_text(const ResistivityModel& model);
void write_mackie_model(const ResistivityModel& model, const std::string& path);

}  // namespace terrella::datasets
