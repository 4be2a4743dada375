#include <cmath>

#include "core/error.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"

namespace terrella::datasets {
namespace {

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_model_bytes, report_)), lines_(text_, report_) {}

  ResistivityModel read() {
    Line line;
    while (lines_.next(line)) {
      if (line.text[0] == '#') {
        model_.header.push_back(std::string(trim(printable(std::string(line.text.substr(1))))));
        continue;
      }
      const std::size_t colon = line.text.find(':');
      if (colon == std::string_view::npos)
        report_.error(line.number, "'Name: value' should stand here, found '", line.text.substr(0, 40), "'");
      const std::string name = upper(trim(line.text.substr(0, colon)));
      const std::string_view value = trim(line.text.substr(colon + 1));
      if (name == "NY")
        widths(dy_, value, line, "y");
      else if (name == "NZ")
        widths(dz_, value, line, "z");
      else if (name == "NAIR")
        air(value, line);
      else if (name == "RESISTIVITY TYPE")
        conductivity_ = one_of(value, line, "RESISTIVITY", "CONDUCTIVITY") == 1;
      else if (name == "MODEL TYPE")
        cells(one_of(value, line, "LINEAR", "LOG") == 1, line);
      else if (name == "ORIGIN (M)" || name == "ORIGIN")
        origin(value, line);
      else
        report_.error(line.number, "'", name.substr(0, 40), "' is nothing that EM2DModelFile has");
    }
    if (model_.resistivity.empty()) report_.error(lines_.number(), "there is no 'Model Type' with numbers below it");
    Mesh2D mesh;
    mesh.y = edges_from(dy_, 0.0 - origin_[0], "y", report_);
    mesh.z = edges_from(dz_, 0.0 - origin_[1], "z", report_);
    model_.mesh = std::move(mesh);
    model_.path = report_.path();
    model_.format = "coprod2-model";
    model_.repairs = report_.take_repairs();
    return std::move(model_);
  }

 private:
  void widths(std::vector<double>& into, std::string_view value, const Line& line, const char* axis) {
    if (!into.empty()) report_.error(line.number, "widths along ", axis, " stand twice");
    const auto n = count_of(value, line.number, "number of cells", 1, 1'000'000'000, report_);
    expect_cells(n, 1, 1, text_.size(), line.number, report_);
    into = read_widths(lines_, static_cast<std::size_t>(n), axis, report_);
  }

  void air(std::string_view value, const Line& line) {
    const auto n = count_of(value, line.number, "number of layers of air", 0, 10'000, report_);
    std::string widths;
    for (const double width : read_widths(lines_, static_cast<std::size_t>(n), "z in the air", report_)) {
      std::string number;
      append_fixed(number, width, 0);
      widths += (widths.empty() ? "" : " ") + std::string(trim(number));
    }
    model_.entries["air"] = widths;
  }

  int one_of(std::string_view value, const Line& line, const char* first, const char* second) const {
    const std::string word = upper(value);
    if (word == first) return 0;
    if (word != second) report_.error(line.number, "'", word.substr(0, 20), "' should be ", first, " or ", second);
    return 1;
  }

  void cells(bool log, const Line& line) {
    if (dy_.empty() || dz_.empty() || !conductivity_)
      report_.error(line.number, "NY, NZ and Resistivity Type should stand before Model Type");
    if (!model_.resistivity.empty()) report_.error(line.number, "numbers of cells stand twice");
    model_.storage = *conductivity_ ? (log ? Storage::ln_conductivity : Storage::conductivity)
                                    : (log ? Storage::ln_resistivity : Storage::resistivity);
    expect_cells(static_cast<std::int64_t>(dy_.size()), static_cast<std::int64_t>(dz_.size()), 1, text_.size(),
                 line.number, report_);
    model_.resistivity =
        read_cells(lines_, dy_.size() * dz_.size(), model_.storage, CellNumbers::resistivities, report_);
  }

  void origin(std::string_view value, const Line& line) {
    const auto words = words_of(value);
    if (words.size() != 2) report_.error(line.number, "the origin should be y and z, found ", words.size(), " words");
    for (std::size_t i = 0; i < 2; ++i) origin_[i] = number_of(words[i], line.number, "origin", report_);
  }

  Report report_;
  std::string text_;
  Lines lines_;
  ResistivityModel model_;
  std::vector<double> dy_, dz_;
  std::optional<bool> conductivity_;
  std::array<double, 2> origin_ = {0, 0};
};

}  // namespace

bool looks_like_coprod2_model(std::string_view first_bytes) {
  const std::string start = upper(trim(first_bytes.substr(0, 200)));
  return start.starts_with("#") && start.find("EM2DMODELFILE") != std::string::npos;
}

ResistivityModel parse_coprod2_model(std::string_view bytes, const std::string& path) {
  ResistivityModel model = Reader(bytes, path).read();
  validate(model);
  return model;
}

ResistivityModel read_coprod2_model(const std::string& path) {
  return parse_coprod2_model(read_file(path, most_model_bytes), path);
}

std::string coprod2_model_text(const ResistivityModel& model) {
  validate(model);
  const auto* const mesh = std::get_if<Mesh2D>(&model.mesh);
  if (!mesh) fail("write_model: the format holds 2D meshes only");
  Storage storage = model.storage;
  if (storage == Storage::log10_resistivity) storage = Storage::ln_resistivity;
  if (storage == Storage::log10_conductivity) storage = Storage::ln_conductivity;
  std::string out;
  if (model.header.empty() || upper(model.header[0]).find("EM2DMODELFILE") == std::string::npos)
    out = "#Format: EM2DModelFile\n";
  for (const std::string& line : model.header) out += "#" + printable(line) + "\n";
  out += text("NY: ", mesh->ny(), "\n");
  append_widths(out, mesh->y, 8);
  const auto air = model.entries.find("air");
  if (air != model.entries.end()) out += text("NAIR: ", words_of(air->second).size(), "\n", air->second, "\n");
  out += text("NZ: ", mesh->nz(), "\n");
  append_widths(out, mesh->z, 8);
  const bool conductivity = storage == Storage::conductivity || storage == Storage::ln_conductivity;
  const bool log = storage == Storage::ln_resistivity || storage == Storage::ln_conductivity;
  out += text("Resistivity Type: ", conductivity ? "Conductivity" : "Resistivity",
              "\nModel Type: ", log ? "log" : "Linear", "\n");
  for (std::size_t i = 0; i < model.resistivity.size(); ++i) {
    append_scientific(out, stored_of(model.resistivity[i], storage), 5);
    if (i % mesh->ny() % 8 == 7 || (i + 1) % mesh->ny() == 0) out += '\n';
  }
  out += "Origin (m):";
  append_fixed(out, 0.0 - mesh->y.front(), 2);
  append_fixed(out, 0.0 - mesh->z.front(), 2);
  return out + "\n";
}

void write_coprod2_model(const ResistivityModel& model, const std::string& path) {
  write_file(path, coprod2_model_text(model));
}

}  // namespace terrella::datasets
