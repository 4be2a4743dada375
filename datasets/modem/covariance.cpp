#include "datasets/modem/covariance.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/model/cells.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t header_lines = 16;
constexpr std::int64_t most_applications = 1000, most_exceptions = 100'000, largest_area = 1'000'000;

constexpr const char* default_header[header_lines] = {
    "+-----------------------------------------------------------------------------+",
    "| Model covariance of ModEM (recursive autoregression), written by Terrella.  |",
    "| Integers divide the model into areas. 0 is air, 9 is sea; nothing is        |",
    "| smoothed between air, sea and the rest. Exceptions overrule the smoothing   |",
    "| between any two areas; 0 switches it off.                                   |",
    "| These 16 lines are passed over. Then follow                                 |",
    "| 1. cells along x, y and z without air layers above the mesh                 |",
    "| 2. smoothing along x, one number a layer                                    |",
    "| 3. smoothing along y, one number a layer                                    |",
    "| 4. smoothing along z, one number                                            |",
    "| 5. how many times smoothing is applied                                      |",
    "| 6. number of exceptions                                                     |",
    "| 7. exceptions: area, area, smoothing                                        |",
    "| 8. first and last layer and their map of areas, north first, as often as    |",
    "|    needed                                                                   |",
    "+-----------------------------------------------------------------------------+"};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_model_bytes, report_)), lines_(text_, report_) {}

  ModelCovariance read() {
    for (std::size_t i = 0; i < header_lines; ++i)
      result_.header.push_back(printable(std::string(lines_.expect("the header of 16 lines").text)));
    if (result_.header.back().empty() || result_.header.back()[0] != '+')
      report_.error(lines_.number(), "the header of 16 lines should end here with '+---'");
    read_cells();
    const auto [nx, ny, nz] = result_.cells;
    result_.smoothing_x = smoothing(nz, nx, "smoothing along x");
    result_.smoothing_y = smoothing(nz, ny, "smoothing along y");
    result_.smoothing_z = smoothing(1, 1, "smoothing along z")[0];
    result_.applications = single("number of applications", 0, most_applications);
    read_exceptions();
    read_maps();
    result_.path = report_.path();
    result_.repairs = report_.take_repairs();
    return std::move(result_);
  }

 private:
  void read_cells() {
    const Line line = lines_.expect("the numbers of cells");
    const auto words = words_of(line.text);
    if (words.size() != 3 && words.size() != 4)
      report_.error(line.number, "the numbers of cells along x, y and z should stand here, found '",
                    line.text.substr(0, 60), "'");
    std::array<std::int64_t, 3> n;
    for (std::size_t i = 0; i < 3; ++i)
      n[i] = count_of(words[i], line.number, "number of cells", 1, 1'000'000'000, report_);
    if (words.size() == 4 && words[3] != "1")
      report_.error(line.number, "covariance of type '", words[3].substr(0, 20),
                    "': only type 1, recursive autoregression, is read");
    expect_cells(n[0], n[1], n[2], most_cells, line.number, report_);
    for (std::size_t i = 0; i < 3; ++i) result_.cells[i] = static_cast<std::size_t>(n[i]);
  }

  // Numbers of `count` layers. A version of MTpy wrote one for every cell along the axis instead: where that many equal
  // numbers stand in the line and the right count does not come about, theirs is that of all layers.
  std::vector<double> smoothing(std::size_t count, std::size_t cells, const char* what) {
    try {
      Lines(lines_).numbers(count, what);
    } catch (const FormatError&) {
      Line line;
      if (lines_.peek(line)) {
        const auto words = words_of(line.text);
        double value = 0;
        if (cells != count && words.size() == cells && parse_number(words[0], value) == NumberKind::plain &&
            value >= 0 && value <= 1 &&
            std::all_of(words.begin(), words.end(), [&](std::string_view word) { return word == words[0]; })) {
          lines_.next(line);
          report_.repair(line.number, "smoothing-of-cells",
                         text(what, ": ", cells, " equal numbers, one for every cell along the axis, where ", count,
                              " for the layers should stand: taken for all layers"));
          return std::vector<double>(count, value);
        }
      }
    }
    std::vector<std::int64_t> line_of;
    std::vector<double> values = lines_.numbers(count, what, &line_of);
    for (std::size_t i = 0; i < count; ++i)
      if (!(values[i] >= 0 && values[i] <= 1))
        report_.error(line_of[i], what, ": ", values[i], " is not within 0 .. 1");
    return values;
  }

  std::int64_t single(const char* what, std::int64_t least, std::int64_t most) {
    const Line line = lines_.expect(what);
    const auto words = words_of(line.text);
    if (words.size() != 1) report_.error(line.number, "the ", what, " should stand here alone");
    return count_of(words[0], line.number, what, least, most, report_);
  }

  void read_exceptions() {
    const std::int64_t count = single("number of exceptions", 0, most_exceptions);
    for (std::int64_t i = 0; i < count; ++i) {
      const Line line = lines_.expect("an exception");
      const auto words = words_of(line.text);
      if (words.size() != 3) report_.error(line.number, "an exception has two areas and a smoothing");
      ModelCovariance::Exception exception;
      exception.first = count_of(words[0], line.number, "area", 0, largest_area, report_);
      exception.second = count_of(words[1], line.number, "area", 0, largest_area, report_);
      exception.smoothing = number_of(words[2], line.number, "smoothing", report_);
      if (!(exception.smoothing >= 0 && exception.smoothing <= 1))
        report_.error(line.number, "smoothing ", exception.smoothing, " is not within 0 .. 1");
      result_.exceptions.push_back(exception);
    }
  }

  void read_maps() {
    const auto [nx, ny, nz] = result_.cells;
    Line line;
    if (!lines_.peek(line)) return;
    expect_cells_of_maps(nx * ny * nz, text_.size(), line.number, report_);
    result_.area.assign(nx * ny * nz, 0);
    std::vector<bool> known(nz, false);
    while (lines_.next(line)) {
      const auto words = words_of(line.text);
      if (words.size() != 2) report_.error(line.number, "the first and last layer of a map should stand here");
      const auto last_layer = static_cast<std::int64_t>(nz);
      const auto first = count_of(words[0], line.number, "first layer", 1, last_layer, report_);
      const auto last = count_of(words[1], line.number, "last layer", first, last_layer, report_);
      const std::vector<std::int32_t> map = read_map();
      for (auto k = static_cast<std::size_t>(first - 1); k < static_cast<std::size_t>(last); ++k) {
        std::copy(map.begin(), map.end(), result_.area.begin() + static_cast<std::ptrdiff_t>(k * nx * ny));
        if (known[k]) report_.error(line.number, "layer ", k + 1, " has a second map");
        known[k] = true;
      }
    }
    for (std::size_t k = 0; k < nz; ++k)
      if (!known[k]) report_.error(lines_.number(), "layer ", k + 1, " has no map of areas, others have");
  }

  // One layer as [ny, nx], x ascending; the file has rows from north to south.
  std::vector<std::int32_t> read_map() {
    const auto [nx, ny, nz] = result_.cells;
    std::vector<std::int64_t> line_of;
    const std::vector<double> values = lines_.numbers(nx * ny, "area", &line_of);
    std::vector<std::int32_t> map(nx * ny);
    for (std::size_t n = 0; n < values.size(); ++n) {
      if (!(values[n] >= 0 && values[n] <= static_cast<double>(largest_area)) || values[n] != std::floor(values[n]))
        report_.error(line_of[n], "area ", values[n], " is not a whole number of 0 .. ", largest_area);
      map[(n % ny) * nx + (nx - 1 - n / ny)] = static_cast<std::int32_t>(values[n]);
    }
    return map;
  }

  Report report_;
  std::string text_;
  Lines lines_;
  ModelCovariance result_;
};

}  // namespace

bool looks_like_modem_covariance(std::string_view first_bytes) {
  const std::string_view start = trim(first_bytes);
  const std::string head = upper(start.substr(0, 2000));
  return start.starts_with("+-") && head.find("MODEL COVARIANCE") != std::string::npos;
}

ModelCovariance parse_modem_covariance(std::string_view bytes, const std::string& path) {
  ModelCovariance covariance = Reader(bytes, path).read();
  validate(covariance);
  return covariance;
}

ModelCovariance read_modem_covariance(const std::string& path) {
  return parse_modem_covariance(read_file(path, most_model_bytes), path);
}

std::string modem_covariance_text(const ModelCovariance& covariance) {
  validate(covariance);
  std::string out;
  if (covariance.header.size() == header_lines && covariance.header.back().starts_with('+')) {
    // A blank line, or one that is blank behind a byte order mark, would not be counted when it is read.
    for (const std::string& line : covariance.header)
      out += (trim(without_byte_order_mark(line)).empty() ? "|" : "") + line + "\n";
  } else {
    for (const char* const line : default_header) out += std::string(line) + "\n";
  }
  const auto [nx, ny, nz] = covariance.cells;
  out += text("\n", nx, " ", ny, " ", nz, "\n\n");
  const auto append = [&](const std::vector<double>& values) {
    for (const double value : values) append_fixed(out, value, 2, 12);
    out += '\n';
  };
  append(covariance.smoothing_x);
  append(covariance.smoothing_y);
  append({covariance.smoothing_z});
  out += text("\n", covariance.applications, "\n\n", covariance.exceptions.size(), "\n");
  for (const auto& exception : covariance.exceptions) {
    out += text(exception.first, " ", exception.second);
    append_fixed(out, exception.smoothing, 2, 12);
    out += '\n';
  }
  const std::size_t layer = nx * ny;
  for (std::size_t k = 0; k < nz && !covariance.area.empty();) {
    const auto begin = [&](std::size_t n) { return covariance.area.begin() + static_cast<std::ptrdiff_t>(n * layer); };
    std::size_t last = k;
    while (last + 1 < nz && std::equal(begin(k), begin(k + 1), begin(last + 1))) ++last;
    out += text("\n", k + 1, " ", last + 1, "\n");
    for (std::size_t i = nx; i-- > 0;) {
      for (std::size_t j = 0; j < ny; ++j)
        out += " " + std::to_string(*(begin(k) + static_cast<std::ptrdiff_t>(j * nx + i)));
      out += '\n';
    }
    k = last + 1;
  }
  return out;
}

void write_modem_covariance(const ModelCovariance& covariance, const std::string& path) {
  write_file(path, modem_covariance_text(covariance));
}

ResistivityModel with_areas(const ResistivityModel& model, const ModelCovariance& covariance) {
  validate(covariance);
  expect_match(model, covariance);
  ResistivityModel result = model;
  result.kind.assign(model.resistivity.size(), Cell::free);
  for (std::size_t i = 0; i < covariance.area.size(); ++i)
    if (covariance.area[i] == 0)
      result.kind[i] = Cell::air;
    else if (covariance.area[i] == 9)
      result.kind[i] = Cell::sea;
  return result;
}

}  // namespace terrella::datasets
