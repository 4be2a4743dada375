#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/femtic/model.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"
#include "datasets/file/text.h"
#include "datasets/format.h"
#include "datasets/mackie/model.h"
#include "datasets/model/format.h"
#include "datasets/modem/model.h"
#include "datasets/occam2d/occam2d.h"
#include "datasets/wsinv3dmt/model.h"

namespace terrella::datasets {

const std::vector<ModelFormat>& model_formats() {
  static const std::vector<ModelFormat> table = {
      {"modem", "ModEM model", ".rho .ws .model", looks_like_modem_model, read_modem_model, modem_model_text},
      {"mackie", "Mackie model", ".out", looks_like_mackie_model, read_mackie_model, mackie_model_text},
      {"coprod2", "COPROD2 model", ".mod", looks_like_coprod2_model, read_coprod2_model, coprod2_model_text},
      {"wsinv3dmt", "WSINV3DMT model", "", looks_like_wsinv3dmt_model, read_wsinv3dmt_model, wsinv3dmt_model_text},
      {"occam2d", "Occam2D iteration", ".iter", looks_like_occam_iteration, read_occam2d_iteration, nullptr},
      {"femtic", "FEMTIC model", "", looks_like_femtic_blocks, read_femtic_model, nullptr},
  };
  return table;
}

const ModelFormat* model_format_of_file(const std::string& path) {
  const std::string start = read_start(path, recognition_bytes);
  for (const ModelFormat& format : model_formats())
    if (format.recognizes(start)) return &format;
  return nullptr;
}

ResistivityModel read_model(const std::string& path) {
  const ModelFormat* const format = model_format_of_file(path);
  if (!format) {
    std::string titles;
    for (const ModelFormat& known : model_formats()) titles += (titles.empty() ? "" : ", ") + std::string(known.title);
    throw FormatError(path, 0, "is of no known model format (" + titles + ")");
  }
  return format->read(path);
}

std::string writable_model_names() {
  std::string names;
  for (const ModelFormat& format : model_formats())
    if (format.bytes) names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

const ModelFormat& model_format_to_write(const std::string& path, const std::string& name) {
  const std::string extension = upper(std::filesystem::path(path).extension().string());
  for (const ModelFormat& format : model_formats()) {
    if (!format.bytes) continue;
    if (!name.empty() && format.name == name) return format;
    if (!name.empty() || extension.empty()) continue;
    for (const std::string_view known : words_of(format.extensions))
      if (upper(known) == extension) return format;
  }
  if (name.empty())
    fail("write_model: ", path, ": no model format has that extension; name one of ", writable_model_names());
  fail("write_model: '", name, "' is no model format that can be written; there are ", writable_model_names());
}

void write_model(const ResistivityModel& model, const std::string& path, const std::string& name) {
  write_file(path, model_format_to_write(path, name).bytes(model));
}

std::string description(const ResistivityModel& model) {
  const auto extent = [](const char* axis, const std::vector<double>& edges) {
    return text(", ", axis, " ", edges.front(), " .. ", edges.back(), " m");
  };
  std::string out;
  if (const auto* const section = std::get_if<Mesh2D>(&model.mesh)) {
    out =
        text(section->ny(), " x ", section->nz(), " cells (y, z)") + extent("y", section->y) + extent("z", section->z);
  } else if (const auto* const block = std::get_if<Mesh3D>(&model.mesh)) {
    out = text(block->nx(), " x ", block->ny(), " x ", block->nz(), " cells (x, y, z)") + extent("x", block->x) +
          extent("y", block->y) + extent("z", block->z);
    if (block->rotation != 0) out += text(", x at azimuth ", block->rotation);
  } else {
    const auto& points = std::get<PointMesh>(model.mesh);
    const char* const shape = points.shape == PointMesh::Shape::triangle      ? " triangles"
                              : points.shape == PointMesh::Shape::tetrahedron ? " tetrahedra"
                                                                              : " hexahedra";
    out = text(points.cells(), shape, " between ", points.points.size(), " points");
  }
  double least = 0, most = 0;
  std::size_t air = 0, seen = 0;
  for (std::size_t i = 0; i < model.resistivity.size(); ++i) {
    if (!model.kind.empty() && model.kind[i] == Cell::air) {
      ++air;
      continue;
    }
    least = seen == 0 ? model.resistivity[i] : std::min(least, model.resistivity[i]);
    most = seen == 0 ? model.resistivity[i] : std::max(most, model.resistivity[i]);
    ++seen;
  }
  out += text(", ", least, " .. ", most, " ohm m");
  if (air > 0) out += text(", ", air, " cells of air");
  return out + ", stored as " + name_of(model.storage);
}

std::string mended(const std::vector<Repair>& repairs) {
  std::string out;
  for (const Repair& repair : repairs) out += (out.empty() ? "; mended: " : ", ") + repair.rule;
  return out;
}

std::string inspect_model(const std::string& path) {
  const ResistivityModel model = read_model(path);
  return description(model) + mended(model.repairs);
}

}  // namespace terrella::datasets
