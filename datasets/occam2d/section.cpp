#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "core/error.h"
#include "datasets/file/file_name.h"
#include "datasets/file/report.h"
#include "datasets/occam2d/occam2d.h"

namespace terrella::datasets {
namespace {

constexpr std::string_view fixed_codes = "123456789ABCDEFGHIJKLMNOPQRSTUVWXY";

// What a cell is: the code that most of its four triangles have; '?' where two of them are free.
char code_of_cell(const Occam2dMesh& mesh, std::size_t row, std::size_t column) {
  std::array<char, 4> code;
  for (std::size_t k = 0; k < 4; ++k) code[k] = mesh.code[4 * row + k][column];
  if (std::count(code.begin(), code.end(), '?') >= 2) return '?';
  return *std::max_element(code.begin(), code.end(), [&](char a, char b) {
    return std::count(code.begin(), code.end(), a) < std::count(code.begin(), code.end(), b);
  });
}

bool has_parameter(const Occam2dMesh& mesh, std::size_t first_row, std::size_t rows, std::size_t first_column,
                   std::size_t columns) {
  for (std::size_t i = 4 * first_row; i < 4 * (first_row + rows); ++i)
    if (std::string_view(mesh.code[i]).substr(first_column, columns).find('?') != std::string_view::npos) return true;
  return false;
}

}  // namespace

ResistivityModel section_of(const Occam2dMesh& mesh, const Occam2dModel& model, const OccamIteration& iteration,
                            const Occam2dFixed& fixed) {
  const Report report(model.path);
  const std::size_t ny = mesh.width.size(), nz = mesh.thickness.size();
  if (ny == 0 || nz == 0 || mesh.code.size() != 4 * nz) report.error(0, "the mesh ", mesh.path, " has no cells");
  if (ny > most_cells_along_axis || nz > most_cells_along_axis)
    report.error(0, "the mesh ", mesh.path, " is too large");
  for (const std::string& line : mesh.code)
    if (line.size() != ny) report.error(0, "the mesh ", mesh.path, " has lines of codes of another length");
  if (model.layers.empty() || model.layers.front().columns.empty()) report.error(0, "has no blocks");
  ResistivityModel section;
  section.resistivity.assign(ny * nz, not_a_number);
  section.kind.assign(ny * nz, Cell::free);
  std::size_t row = 0, parameter = 0;
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    const Occam2dLayer& layer = model.layers[l];
    const auto rows = static_cast<std::size_t>(layer.rows);
    if (rows > nz - row) report.error(0, "the layers take more than the ", nz, " rows of the mesh ", mesh.path);
    std::size_t first = 0;
    for (const std::int64_t width : layer.columns) {
      const auto columns = static_cast<std::size_t>(width);
      if (columns > ny - first)
        report.error(0, "the blocks of layer ", l + 1, " take more than the ", ny, " columns of the mesh ", mesh.path);
      double value = not_a_number;
      if (has_parameter(mesh, row, rows, first, columns)) {
        if (parameter == iteration.parameter.size())
          report.error(0, "has more parameters than the ", parameter, " of ", iteration.path);
        value = std::pow(10.0, iteration.parameter[parameter++]);
        if (!(value > 0) || !std::isfinite(value))
          report.error(0, "parameter ", parameter, " of ", iteration.path, " is beyond all resistivities");
      }
      for (std::size_t k = row; k < row + rows; ++k)
        for (std::size_t j = first; j < first + columns; ++j) {
          const char code = code_of_cell(mesh, k, j);
          double& resistivity = section.resistivity[k * ny + j];
          Cell& kind = section.kind[k * ny + j];
          if (code == '?') {
            resistivity = value;
          } else if (code == '0') {
            resistivity = fixed.air;
            kind = Cell::air;
          } else if (code == 'Z') {
            resistivity = fixed.sea;
            kind = Cell::sea;
          } else {
            const std::size_t index = fixed_codes.find(code);
            if (index == std::string_view::npos || index >= mesh.fixed.size())
              report.error(0, "the code '", code, "' of the mesh ", mesh.path, " names no fixed resistivity");
            resistivity = mesh.fixed[index];
            kind = Cell::fixed;
          }
        }
      first += columns;
    }
    if (first != ny)
      report.error(0, "the blocks of layer ", l + 1, " take ", first, " of the ", ny, " columns of the mesh ",
                   mesh.path);
    row += rows;
  }
  if (row != nz) report.error(0, "the layers take ", row, " of the ", nz, " rows of the mesh ", mesh.path);
  if (parameter != iteration.parameter.size())
    report.error(0, "has ", parameter, " parameters, ", iteration.path, " ", iteration.parameter.size());

  Mesh2D edges;
  const auto bound = static_cast<std::ptrdiff_t>(model.layers.front().columns.front());
  const double left = std::accumulate(mesh.width.begin(), mesh.width.begin() + bound, 0.0);
  edges.y = edges_of(mesh.width, model.binding_offset - left, "y");
  edges.z = edges_of(mesh.thickness, 0, "z");
  section.mesh = std::move(edges);
  if (std::all_of(section.kind.begin(), section.kind.end(), [](Cell kind) { return kind == Cell::free; }))
    section.kind.clear();
  section.storage = Storage::log10_resistivity;
  section.path = iteration.path;
  section.format = "occam2d";
  if (const Entry* const name = find_entry(model.entries, "Model Name")) section.name = name->value;
  for (const Entry& entry : iteration.entries)
    if (!entry.key.starts_with('!')) section.entries[entry.key] = entry.value;
  try {
    validate(section);
  } catch (const std::exception& error) { report.error(0, error.what()); }
  return section;
}

Occam2dSet occam2d_set_of(const ResistivityModel& section, const Occam2dNames& names) {
  validate(section);
  const auto* const edges = std::get_if<Mesh2D>(&section.mesh);
  if (!edges) fail("occam2d_set_of: the model is no section");
  const std::size_t ny = edges->ny(), nz = edges->nz();
  Occam2dSet set;
  set.mesh.title = section.name.empty() ? "section" : printable(section.name);
  set.mesh.width = widths_of(edges->y);
  set.mesh.thickness = widths_of(edges->z);
  set.mesh.code.assign(4 * nz, std::string(ny, '?'));
  for (std::size_t k = 0; k < nz; ++k)
    for (std::size_t j = 0; j < ny; ++j) {
      const double resistivity = section.resistivity[k * ny + j];
      const Cell kind = section.kind.empty() ? Cell::free : section.kind[k * ny + j];
      if (kind == Cell::free) {
        set.iteration.parameter.push_back(std::log10(resistivity));
        continue;
      }
      char code = kind == Cell::air ? '0' : 'Z';
      if (kind == Cell::fixed) {
        const auto found = std::find(set.mesh.fixed.begin(), set.mesh.fixed.end(), resistivity);
        const auto index = static_cast<std::size_t>(found - set.mesh.fixed.begin());
        if (index == fixed_codes.size()) fail("occam2d_set_of: more than ", index, " different fixed resistivities");
        if (found == set.mesh.fixed.end()) set.mesh.fixed.push_back(resistivity);
        code = fixed_codes[index];
      }
      for (std::size_t t = 0; t < 4; ++t) set.mesh.code[4 * k + t][j] = code;
    }
  if (set.iteration.parameter.empty()) fail("occam2d_set_of: no cell is free");
  set.model.binding_offset = edges->y[1];
  set.model.layers.assign(nz, {1, std::vector<std::int64_t>(ny, 1)});
  set.model.entries = {{"Model Name", set.mesh.title}, {"Description", "one block a cell"},
                       {"Mesh File", names.mesh},      {"Mesh Type", "PW2D"},
                       {"Statics File", "none"},       {"Prejudice File", "none"}};
  set.iteration.entries = {{"Description", set.mesh.title},
                           {"Model File", names.model},
                           {"Data File", names.data},
                           {"Iterations to run", "40"},
                           {"Target Misfit", "1.0"},
                           {"Roughness Type", "1"},
                           {"Diagonal Penalties", "0"},
                           {"Stepsize Cut Count", "8"},
                           {"Debug Level", "1"},
                           {"Iteration", "0"},
                           {"Lagrange Value", "5.0"},
                           {"Roughness Value", "1e10"},
                           {"Misfit Value", "1000"},
                           {"Misfit Reached", "0"}};
  return set;
}

ResistivityModel read_occam2d_iteration(const std::string& iteration_path) {
  return read_occam2d_section(iteration_path);
}

ResistivityModel read_occam2d_section(const std::string& iteration_path, const Occam2dFixed& fixed) {
  const OccamIteration iteration = read_occam_iteration(iteration_path);
  // Only names within the folder are followed: a path in a file of others must not lead elsewhere.
  const auto beside = [&](const std::string& path, const std::vector<Entry>& entries, const char* key) {
    const Entry* const entry = find_entry(entries, key);
    if (!entry || entry->value.empty()) throw FormatError(path, 0, text("names no '", key, "'"));
    std::string name = entry->value;
    if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string::npos) name = name.substr(slash + 1);
    if (name.empty() || name == "." || name == "..")
      throw FormatError(path, entry->line, text("'", key, "': '", printable(entry->value), "' is no file"));
    return (std::filesystem::path(path).parent_path() / name).string();
  };
  const Occam2dModel model = read_occam2d_model(beside(iteration.path, iteration.entries, "Model File"));
  const Occam2dMesh mesh = read_occam2d_mesh(beside(model.path, model.entries, "Mesh File"));
  return section_of(mesh, model, iteration, fixed);
}

}  // namespace terrella::datasets
