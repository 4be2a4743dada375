#include "datasets/wsinv3dmt/model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"

namespace terrella::datasets {
namespace {

bool is_count(std::string_view word) {
  return !word.empty() && word.size() < 10 && word.find_first_not_of("0123456789") == std::string_view::npos;
}

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path, CellNumbers numbers)
      : report_(path), text_(text_of(bytes, most_model_bytes, report_)), lines_(text_, report_), numbers_(numbers) {}

  ResistivityModel read() {
    read_header();
    dx_ = read_widths(lines_, nx_, "x", report_);
    dy_ = read_widths(lines_, ny_, "y", report_);
    dz_ = read_widths(lines_, nz_, "z", report_);
    if (values_ > 0)
      read_indices();
    else
      read_values();
    read_end();
    model_.mesh = std::move(mesh_);
    model_.path = report_.path();
    model_.format = has_word_ || has_origin_ ? "modem-model" : "wsinv3dmt-model";
    model_.repairs = report_.take_repairs();
    return std::move(model_);
  }

 private:
  void read_header() {
    Line line = lines_.expect("the comment line");
    while (line.text[0] == '#') {
      std::string_view comment = line.text.substr(1);
      if (comment.starts_with(' ')) comment.remove_prefix(1);
      model_.header.push_back(printable(std::string(comment)));
      line = lines_.expect("the numbers of cells");
    }
    const auto words = words_of(line.text);
    if (words.size() < 4 || words.size() > 5)
      report_.error(line.number, "the numbers of cells nx, ny, nz and of resistivities should stand here, found '",
                    line.text.substr(0, 60), "'");
    const auto count = [&](std::size_t i, const char* what, std::int64_t least) {
      return count_of(words[i], line.number, what, least, 1'000'000'000, report_);
    };
    const std::int64_t nx = count(0, "nx", 1), ny = count(1, "ny", 1), nz = count(2, "nz", 1);
    expect_cells(nx, ny, 1, text_.size(), line.number, report_);
    expect_cells(nx, ny, nz, words[3] == "0" ? text_.size() : most_cells, line.number, report_);
    values_ = static_cast<std::size_t>(count(3, "number of resistivities", 0));
    nx_ = static_cast<std::size_t>(nx), ny_ = static_cast<std::size_t>(ny), nz_ = static_cast<std::size_t>(nz);
    if (values_ > 0) expect_cells_of_maps(nx_ * ny_ * nz_, text_.size(), line.number, report_);
    if (words.size() == 5) {
      has_word_ = storage_named(words[4], model_.storage);
      if (!has_word_) report_.error(line.number, "'", words[4].substr(0, 20), "' should be LOGE, LOG10 or LINEAR");
    }
  }

  void read_values() {
    std::vector<double> values = read_cells(lines_, nx_ * ny_ * nz_, model_.storage, numbers_, report_);
    for (std::size_t row = 0; row < ny_ * nz_; ++row)  // north to south becomes south to north
      std::reverse(values.begin() + static_cast<std::ptrdiff_t>(row * nx_),
                   values.begin() + static_cast<std::ptrdiff_t>((row + 1) * nx_));
    model_.resistivity = std::move(values);
  }

  // A list of resistivities, then "first last" layer and a map of indices: rows from north to south, columns to the
  // east.
  void read_indices() {
    const std::vector<double> list = read_cells(lines_, values_, model_.storage, numbers_, report_);
    model_.resistivity.assign(nx_ * ny_ * nz_, list[0]);
    Line line;
    if (values_ == 1 && !lines_.peek(line)) return;  // a half-space needs no map
    for (std::size_t next = 0; next < nz_;) {
      line = lines_.expect("the layers of a map of indices");
      const auto words = words_of(line.text);
      if (words.size() != 2) report_.error(line.number, "the first and last layer of a map should stand here");
      const auto first = count_of(words[0], line.number, "first layer", 1, static_cast<std::int64_t>(nz_), report_);
      const auto last = count_of(words[1], line.number, "last layer", first, static_cast<std::int64_t>(nz_), report_);
      if (static_cast<std::size_t>(first) != next + 1)
        report_.error(line.number, "layer ", first, " where ", next + 1, " should follow");
      std::vector<std::int64_t> line_of;
      const std::vector<double> map = lines_.numbers(nx_ * ny_, "index of a resistivity", &line_of);
      for (std::size_t n = 0; n < map.size(); ++n) {
        if (!(map[n] >= 1 && map[n] <= static_cast<double>(values_)) || map[n] != std::floor(map[n]))
          report_.error(line_of[n], "index ", map[n], " is not one of the ", values_, " resistivities");
        const std::size_t i = nx_ - 1 - n / ny_, j = n % ny_;
        for (std::size_t k = next; k < static_cast<std::size_t>(last); ++k)
          model_.resistivity[(k * ny_ + j) * nx_ + i] = list[static_cast<std::size_t>(map[n]) - 1];
      }
      next = static_cast<std::size_t>(last);
    }
  }

  void read_end() {
    const auto half = [](const std::vector<double>& widths) { return edges_of(widths, 0, "an axis").back() / 2; };
    std::array<double, 3> origin = {-half(dx_), -half(dy_), 0.0};
    Line line;
    if (lines_.peek(line)) {
      origin = read_triple(lines_, "origin of the mesh", report_);
      has_origin_ = true;
      model_.entries["origin"] = "given";
    }
    if (lines_.peek(line)) {
      mesh_.rotation = read_single(lines_, "rotation of the mesh", report_);
      model_.entries["rotation"] = "given";
      if (std::abs(mesh_.rotation) > 360) report_.error(line.number, "rotation ", mesh_.rotation, " degrees");
    }
    if (lines_.peek(line)) report_.error(line.number, "text behind the rotation: '", line.text.substr(0, 40), "'");
    mesh_.x = edges_from(dx_, origin[0], "x", report_);
    mesh_.y = edges_from(dy_, origin[1], "y", report_);
    mesh_.z = edges_from(dz_, origin[2], "z", report_);
  }

  Report report_;
  std::string text_;
  Lines lines_;
  CellNumbers numbers_;
  ResistivityModel model_;
  Mesh3D mesh_;
  std::vector<double> dx_, dy_, dz_;
  std::size_t nx_ = 0, ny_ = 0, nz_ = 0, values_ = 0;
  bool has_word_ = false, has_origin_ = false;
};

}  // namespace

bool looks_like_wsinv3dmt_model(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  if (!lines.next(line) || line.text[0] != '#') return false;
  while (line.text[0] == '#')
    if (!lines.next(line)) return false;
  const auto words = words_of(line.text);
  return words.size() == 4 && is_count(words[0]) && is_count(words[1]) && is_count(words[2]) && is_count(words[3]);
}

ResistivityModel parse_wsinv3dmt_model(std::string_view bytes, const std::string& path) {
  ResistivityModel model = Reader(bytes, path, CellNumbers::resistivities).read();
  validate(model);
  return model;
}

ModelParameters parse_wsinv3dmt_parameters(std::string_view bytes, const std::string& path) {
  ResistivityModel model = Reader(bytes, path, CellNumbers::any).read();
  terrella::validate(std::get<Mesh3D>(model.mesh));
  return {std::get<Mesh3D>(std::move(model.mesh)), std::move(model.resistivity), model.storage};
}

ResistivityModel read_wsinv3dmt_model(const std::string& path) {
  return parse_wsinv3dmt_model(read_file(path, most_model_bytes), path);
}

std::string ws_text(const ResistivityModel& model, bool with_modem_additions) {
  validate(model);
  const auto* const mesh = std::get_if<Mesh3D>(&model.mesh);
  if (!mesh) fail("write_model: the format holds 3D meshes of bricks only");
  const Storage storage = with_modem_additions ? model.storage : Storage::resistivity;
  std::string out;
  if (model.header.empty()) out = "# Written by Terrella\n";
  for (const std::string& comment : model.header) out += (comment.empty() ? "#" : "# " + printable(comment)) + "\n";
  out += text(mesh->nx(), " ", mesh->ny(), " ", mesh->nz(), " 0");
  if (with_modem_additions) out += std::string(" ") + word_for(storage);
  out += '\n';
  append_widths(out, mesh->x);
  append_widths(out, mesh->y);
  append_widths(out, mesh->z);
  for (std::size_t row = 0; row < mesh->ny() * mesh->nz(); ++row) {
    if (row % mesh->ny() == 0) out += '\n';
    for (std::size_t i = mesh->nx(); i-- > 0;)
      append_scientific(out, stored_of(model.resistivity[row * mesh->nx() + i], storage), 5);
    out += '\n';
  }
  if (!with_modem_additions) return out;
  out += '\n';
  for (const std::vector<double>* const edges : {&mesh->x, &mesh->y, &mesh->z}) append_fixed(out, edges->front());
  out += '\n';
  append_fixed(out, mesh->rotation);
  out += '\n';
  return out;
}

std::string wsinv3dmt_model_text(const ResistivityModel& model) {
  if (const auto* const mesh = std::get_if<Mesh3D>(&model.mesh)) {
    const auto off_centre = [](const std::vector<double>& edges) {
      return std::abs(edges.front() + edges.back()) > 1e-6 * (edges.back() - edges.front());
    };
    if (off_centre(mesh->x) || off_centre(mesh->y) || mesh->z.front() != 0 || mesh->rotation != 0)
      fail(
          "write_model: WSINV3DMT has no origin and no rotation: the mesh must be centred on x = y = 0, its top at z = "
          "0, "
          "x to the north; --to modem keeps them");
  }
  return ws_text(model, false);
}

void write_wsinv3dmt_model(const ResistivityModel& model, const std::string& path) {
  write_file(path, wsinv3dmt_model_text(model));
}

}  // namespace terrella::datasets
