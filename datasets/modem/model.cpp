#include "datasets/modem/model.h"

#include <array>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"
#include "datasets/wsinv3dmt/model.h"

namespace terrella::datasets {
namespace {

// Mackie's 2D text: "ny nz LOGE", widths, a line with one number, rows of y from the top down.
ResistivityModel parse_2d(std::string_view bytes, const std::string& path, CellNumbers numbers) {
  Report report(path);
  const std::string content = text_of(bytes, most_model_bytes, report);
  Lines lines(content, report);
  ResistivityModel model;
  const Line line = lines.expect("the numbers of cells");
  const auto words = words_of(line.text);
  if (words.size() < 2 || words.size() > 3)
    report.error(line.number, "the numbers of cells ny and nz should stand here, found '", line.text.substr(0, 60),
                 "'");
  const std::int64_t ny = count_of(words[0], line.number, "ny", 1, 1'000'000'000, report);
  const std::int64_t nz = count_of(words[1], line.number, "nz", 1, 1'000'000'000, report);
  expect_cells(ny, nz, 1, content.size(), line.number, report);
  if (words.size() == 3 && !storage_named(words[2], model.storage))
    report.error(line.number, "'", words[2].substr(0, 20), "' should be LOGE, LOG10 or LINEAR");
  if (words.size() == 3) model.entries["word"] = "given";
  Mesh2D mesh;
  mesh.y = edges_from(read_widths(lines, static_cast<std::size_t>(ny), "y", report), 0, "y", report);
  mesh.z = edges_from(read_widths(lines, static_cast<std::size_t>(nz), "z", report), 0, "z", report);
  const Line between = lines.expect("the line between mesh and resistivities");
  const std::string word(trim(printable(std::string(between.text))));  // as it would be written
  if (words_of(word).size() != 1)
    report.error(between.number, "a line with one number (0 or 1) should stand between mesh and resistivities");
  model.entries["line between"] = word;
  model.resistivity = read_cells(lines, static_cast<std::size_t>(ny * nz), model.storage, numbers, report);
  Line rest;
  if (lines.next(rest)) report.error(rest.number, "text behind the last row: '", rest.text.substr(0, 40), "'");
  model.mesh = std::move(mesh);
  model.path = path;
  model.format = "modem-model-2d";
  model.repairs = report.take_repairs();
  return model;
}

std::string text_2d(const ResistivityModel& model, const Mesh2D& mesh) {
  std::string out = text(mesh.ny(), " ", mesh.nz(), " ", word_for(model.storage), "\n");
  if (mesh.y.front() != 0 || mesh.z.front() != 0)
    fail("write_model: 2D models of ModEM begin at y = z = 0; this one begins at y = ", mesh.y.front(),
         " m, z = ", mesh.z.front(), " m");
  append_widths(out, mesh.y, 10);
  append_widths(out, mesh.z, 10);
  const auto between = model.entries.find("line between");
  out += (between == model.entries.end() ? "0" : between->second) + "\n";
  for (std::size_t k = 0; k < mesh.nz(); ++k) {
    for (std::size_t j = 0; j < mesh.ny(); ++j) {
      append_scientific(out, stored_of(model.resistivity[k * mesh.ny() + j], model.storage), 5);
      if (j % 19 == 18 && j + 1 < mesh.ny()) out += '\n';
    }
    out += '\n';
  }
  return out;
}

bool is_3d(std::string_view bytes) {
  const std::string_view start = trim(bytes.substr(0, 4096));
  return start.starts_with('#') || start.starts_with("\xef\xbb\xbf#");
}

bool is_count(std::string_view word) {
  return !word.empty() && word.size() < 10 && word.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool looks_like_modem_model(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  Storage storage;
  if (!lines.next(line)) return false;
  if (line.text[0] == '#') {
    while (line.text[0] == '#')
      if (!lines.next(line)) return false;
    const auto words = words_of(line.text);
    return words.size() == 5 && is_count(words[0]) && is_count(words[1]) && is_count(words[2]) &&
           storage_named(words[4], storage);
  }
  const auto words = words_of(line.text);
  return words.size() == 3 && is_count(words[0]) && is_count(words[1]) && storage_named(words[2], storage);
}

ResistivityModel parse_modem_model(std::string_view bytes, const std::string& path) {
  if (is_3d(bytes)) return parse_wsinv3dmt_model(bytes, path);
  ResistivityModel model = parse_2d(bytes, path, CellNumbers::resistivities);
  validate(model);
  return model;
}

ModelParameters parse_modem_parameters(std::string_view bytes, const std::string& path) {
  if (is_3d(bytes)) return parse_wsinv3dmt_parameters(bytes, path);
  ResistivityModel model = parse_2d(bytes, path, CellNumbers::any);
  terrella::validate(std::get<Mesh2D>(model.mesh));
  return {std::get<Mesh2D>(std::move(model.mesh)), std::move(model.resistivity), model.storage};
}

ModelParameters read_modem_parameters(const std::string& path) {
  return parse_modem_parameters(read_file(path, most_model_bytes), path);
}

ResistivityModel read_modem_model(const std::string& path) {
  return parse_modem_model(read_file(path, most_model_bytes), path);
}

std::string modem_model_text(const ResistivityModel& model) {
  validate(model);
  ResistivityModel stored = model;
  if (model.storage != Storage::resistivity && model.storage != Storage::log10_resistivity)
    stored.storage = Storage::ln_resistivity;
  const auto* const section = std::get_if<Mesh2D>(&model.mesh);
  return section ? text_2d(stored, *section) : ws_text(stored, true);
}

void write_modem_model(const ResistivityModel& model, const std::string& path) {
  write_file(path, modem_model_text(model));
}

}  // namespace terrella::datasets
