#include "datasets/mackie/model.h"

#include <array>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"

namespace terrella::datasets {
namespace {

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_model_bytes, report_)), lines_(text_, report_) {}

  ResistivityModel read() {
    read_header();
    const std::vector<double> dx = read_widths(lines_, nx_, "x", report_), dy = read_widths(lines_, ny_, "y", report_),
                              dz = read_widths(lines_, nz_, "z", report_);
    read_layers();
    const std::array<double, 3> origin = read_end();
    mesh_.x = edges_from(dx, origin[0], "x", report_);
    mesh_.y = edges_from(dy, origin[1], "y", report_);
    mesh_.z = edges_from(dz, origin[2], "z", report_);
    model_.mesh = std::move(mesh_);
    model_.path = report_.path();
    model_.format = "mackie-model";
    model_.repairs = report_.take_repairs();
    return std::move(model_);
  }

 private:
  void read_header() {
    const Line line = lines_.expect("the numbers of cells");
    const auto words = words_of(line.text);
    if (words.size() < 5 || words.size() > 6 || upper(words[4]) != "VALUES")
      report_.error(line.number, "'nx ny nz n VALUES' should stand here, found '", line.text.substr(0, 60),
                    words.size() >= 5 && upper(words[4]) != "VALUES" ? "'; maps of indices are not read" : "'");
    std::array<std::int64_t, 4> n;
    for (std::size_t i = 0; i < 4; ++i)
      n[i] = count_of(words[i], line.number, "number of cells", i < 3 ? 1 : 0, 1'000'000'000, report_);
    expect_cells(n[0], n[1], 1, text_.size(), line.number, report_);
    expect_cells(n[0], n[1], n[2], most_cells, line.number, report_);
    nx_ = static_cast<std::size_t>(n[0]), ny_ = static_cast<std::size_t>(n[1]), nz_ = static_cast<std::size_t>(n[2]);
    expect_cells_of_maps(nx_ * ny_ * nz_, text_.size(), line.number, report_);
    model_.entries["air layers"] = std::to_string(n[3]);
    if (words.size() == 6 && !storage_named(words[5], model_.storage))
      report_.error(line.number, "'", words[5].substr(0, 20), "' should be LOGE, LOG10 or LINEAR");
  }

  void read_layers() {
    model_.resistivity.reserve(nx_ * ny_ * nz_);
    for (std::size_t next = 0; next < nz_;) {
      const Line line = lines_.expect("the number of a layer");
      const auto words = words_of(line.text);
      if (words.empty() || words.size() > 2)
        report_.error(line.number, "the number of layer ", next + 1, " should stand here alone, found '",
                      line.text.substr(0, 40), "'");
      const auto most = static_cast<std::int64_t>(nz_);
      const auto first = count_of(words[0], line.number, "layer", 1, most, report_);
      const auto last = words.size() == 1 ? first : count_of(words[1], line.number, "last layer", first, most, report_);
      if (static_cast<std::size_t>(first) != next + 1)
        report_.error(line.number, "layer ", first, " where ", next + 1, " should follow");
      const std::vector<double> layer =
          read_cells(lines_, nx_ * ny_, model_.storage, CellNumbers::resistivities, report_);
      for (; next < static_cast<std::size_t>(last); ++next)
        model_.resistivity.insert(model_.resistivity.end(), layer.begin(), layer.end());
    }
  }

  std::string words(const Line& line) const {
    std::string said = printable(std::string(line.text));
    if (words_of(said).empty()) report_.error(line.number, "nothing but control characters");
    return said;
  }

  std::array<double, 3> read_end() {
    std::array<double, 3> origin = {0, 0, 0};
    Line line;
    if (!lines_.next(line)) return origin;
    const std::string program = words(line);
    double value = 0;
    if (parse_number(words_of(program)[0], value) != NumberKind::bad)
      report_.error(line.number, "more numbers than the layers have: '", program.substr(0, 40), "'");
    model_.entries["program"] = program;
    model_.entries["site"] = words(lines_.expect("the name of a site"));
    model_.entries["block"] = words(lines_.expect("the numbers of a block"));
    if (lines_.peek(line)) {
      const std::array<double, 3> km = read_triple(lines_, "origin in km", report_);
      origin = {1000 * km[0], 1000 * km[1], 1000 * km[2]};
      model_.entries["origin"] = "given";
    }
    if (lines_.peek(line)) {
      mesh_.rotation = read_single(lines_, "rotation", report_);
      model_.entries["rotation"] = "given";
      if (std::abs(mesh_.rotation) > 360) report_.error(line.number, "rotation ", mesh_.rotation, " degrees");
    }
    if (lines_.peek(line)) report_.error(line.number, "text behind the rotation: '", line.text.substr(0, 40), "'");
    if (upper(program).find("WINGLINK") != std::string::npos)
      report_.repair(1, "axes-as-modem",
                     "written by WinGLink or in its name: the first axis is taken as north, as ModEM reads it, and the "
                     "origin as the corner of the mesh; WinGLink itself lists east first");
    return origin;
  }

  Report report_;
  std::string text_;
  Lines lines_;
  ResistivityModel model_;
  Mesh3D mesh_;
  std::size_t nx_ = 0, ny_ = 0, nz_ = 0;
};

std::string entry(const ResistivityModel& model, const char* name, const char* otherwise) {
  const auto found = model.entries.find(name);
  return found == model.entries.end() ? otherwise : found->second;
}

}  // namespace

bool looks_like_mackie_model(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  if (!lines.next(line)) return false;
  const auto words = words_of(line.text);
  if (words.size() < 5 || words.size() > 6 || upper(words[4]) != "VALUES") return false;
  for (std::size_t i = 0; i < 4; ++i)
    if (words[i].find_first_not_of("0123456789") != std::string_view::npos) return false;
  return true;
}

ResistivityModel parse_mackie_model(std::string_view bytes, const std::string& path) {
  ResistivityModel model = Reader(bytes, path).read();
  validate(model);
  return model;
}

ResistivityModel read_mackie_model(const std::string& path) {
  return parse_mackie_model(read_file(path, most_model_bytes), path);
}

std::string mackie_model_text(const ResistivityModel& model) {
  validate(model);
  const auto* const mesh = std::get_if<Mesh3D>(&model.mesh);
  if (!mesh) fail("write_model: the format holds 3D meshes of bricks only");
  Storage storage = model.storage;
  if (storage != Storage::resistivity && storage != Storage::log10_resistivity) storage = Storage::ln_resistivity;
  std::string out = text(mesh->nx(), " ", mesh->ny(), " ", mesh->nz(), " ", entry(model, "air layers", "0"), " VALUES ",
                         word_for(storage), "\n");
  append_widths(out, mesh->x);
  append_widths(out, mesh->y);
  append_widths(out, mesh->z);
  std::size_t at = 0;
  for (std::size_t k = 0; k < mesh->nz(); ++k) {
    out += " " + std::to_string(k + 1) + "\n";
    for (std::size_t j = 0; j < mesh->ny(); ++j) {
      for (std::size_t i = 0; i < mesh->nx(); ++i)
        append_scientific(out, stored_of(model.resistivity[at++], storage), 5);
      out += '\n';
    }
  }
  const bool at_zero = mesh->x.front() == 0 && mesh->y.front() == 0 && mesh->z.front() == 0 && mesh->rotation == 0;
  if (at_zero && !model.entries.contains("program")) return out;
  out += entry(model, "program", "Terrella") + "\n" + entry(model, "site", "site") + "\n" +
         entry(model, "block", "1 1") + "\n";
  if (at_zero && !model.entries.contains("origin")) return out;
  for (const std::vector<double>* const edges : {&mesh->x, &mesh->y, &mesh->z})
    append_fixed(out, edges->front() / 1000, 3, 9);
  out += '\n';
  if (mesh->rotation == 0 && model.entries.contains("origin") && !model.entries.contains("rotation")) return out;
  append_fixed(out, mesh->rotation);
  out += '\n';
  return out;
}

void write_mackie_model(const ResistivityModel& model, const std::string& path) {
  write_file(path, mackie_model_text(model));
}

}  // namespace terrella::datasets
