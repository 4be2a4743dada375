// ESRI ASCII grid: six lines "keyword value", then the rows from north to south.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/topography/topography.h"

namespace terrella::datasets {
namespace {

constexpr double usual_nodata = -9999;

struct Header {
  std::int64_t columns = 0, rows = 0;
  std::optional<double> x_corner, x_center, y_corner, y_center, cell_x, cell_y, nodata;
};

bool is_header_word(std::string_view word) {
  return !word.empty() && ((word[0] >= 'a' && word[0] <= 'z') || (word[0] >= 'A' && word[0] <= 'Z')) &&
         upper(word) != "NAN" && upper(word) != "NODATA";
}

Header read_header(Lines& lines, const Report& report) {
  Header header;
  Line line;
  const auto once = [&](std::optional<double>& field, double value, std::string_view name) {
    if (field) report.error(line.number, name, " stands twice");
    field = value;
  };
  while (lines.peek(line) && is_header_word(words_of(line.text).front())) {
    lines.next(line);
    const auto words = words_of(line.text);
    if (words.size() != 2) report.error(line.number, "the header wants a keyword and one value a line");
    const std::string key = upper(words[0]);
    if (key == "NCOLS" || key == "NROWS") {
      std::int64_t& count = key == "NCOLS" ? header.columns : header.rows;
      if (count) report.error(line.number, key, " stands twice");
      count = count_of(words[1], line.number, key, 1, 10'000'000, report);
      continue;
    }
    double value = not_a_number;
    if (!(key == "NODATA_VALUE" && upper(words[1]) == "NAN")) value = number_of(words[1], line.number, key, report);
    if (key == "XLLCORNER")
      once(header.x_corner, value, key);
    else if (key == "XLLCENTER")
      once(header.x_center, value, key);
    else if (key == "YLLCORNER")
      once(header.y_corner, value, key);
    else if (key == "YLLCENTER")
      once(header.y_center, value, key);
    else if (key == "CELLSIZE") {
      once(header.cell_x, value, key);
      once(header.cell_y, value, key);
    } else if (key == "DX")
      once(header.cell_x, value, key);
    else if (key == "DY")
      once(header.cell_y, value, key);
    else if (key == "NODATA_VALUE")
      once(header.nodata, value, key);
    else
      report.error(
          line.number, "keyword '", words[0],
          "' is not of an ESRI ASCII grid (ncols, nrows, xllcorner, xllcenter, yllcorner, yllcenter, cellsize, "
          "dx, dy, nodata_value)");
  }
  if (!header.columns || !header.rows)
    report.error(lines.number(), "the header has no ", header.columns ? "nrows" : "ncols");
  if (!header.cell_x || !header.cell_y) report.error(lines.number(), "the header has no cellsize");
  if (!(*header.cell_x > 0) || !(*header.cell_y > 0))
    report.error(lines.number(), "cellsize ", *header.cell_x, " is not positive");
  if (header.x_corner.has_value() == header.x_center.has_value())
    report.error(lines.number(), "the header wants one of xllcorner and xllcenter");
  if (header.y_corner.has_value() == header.y_center.has_value())
    report.error(lines.number(), "the header wants one of yllcorner and yllcenter");
  return header;
}

std::vector<double> nodes(double first, double cell, std::int64_t count) {
  std::vector<double> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = first + cell * static_cast<double>(i);
  return result;
}

double spacing_of(const std::vector<double>& nodes, const char* name) {
  const double cell = nodes.size() > 1 ? (nodes.back() - nodes.front()) / static_cast<double>(nodes.size() - 1) : 0;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!(std::abs(nodes[i] - nodes.front() - cell * static_cast<double>(i)) <= 1e-6 * cell))
      fail("esri_ascii_text: ", name, " ", i, " (", nodes[i], ") is not equally spaced with the others; write XYZ");
  return cell;
}

}  // namespace

bool looks_like_esri_ascii(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  const std::string start = upper(trim(bytes).substr(0, 6));
  return start.starts_with("NCOLS") || start.starts_with("NROWS");
}

Topography parse_esri_ascii(std::string_view bytes, const std::string& path, const TopographyOptions&) {
  Report report(path);
  const std::string text = text_of(bytes, std::size_t{1} << 30, report);
  Lines lines(text, report);
  const Header header = read_header(lines, report);
  const auto nx = static_cast<std::size_t>(header.columns), ny = static_cast<std::size_t>(header.rows);
  const double nodata = header.nodata.value_or(usual_nodata);

  Topography t;
  t.x =
      nodes(header.x_center ? *header.x_center : *header.x_corner + *header.cell_x / 2, *header.cell_x, header.columns);
  t.y = nodes(header.y_center ? *header.y_center : *header.y_corner + *header.cell_y / 2, *header.cell_y, header.rows);
  const std::vector<double> values =
      std::isnan(nodata) ? lines.numbers_or_nan(nx * ny, "heights") : lines.numbers(nx * ny, "heights");
  if (Line line; lines.next(line))
    report.error(line.number, "more than ", nx * ny, " heights: ncols or nrows is wrong");
  t.elevation.resize(values.size());
  for (std::size_t row = 0; row < ny; ++row)
    for (std::size_t column = 0; column < nx; ++column) {
      const double value = values[row * nx + column];
      t.elevation[(ny - 1 - row) * nx + column] = is_no_data(value, nodata) ? not_a_number : value;
    }
  t.repairs = report.take_repairs();
  return t;
}

std::string esri_ascii_text(const Topography& t) {
  validate(t);
  if (t.kind != Topography::Kind::grid)
    fail("esri_ascii_text: the format holds grids, not scattered points; write XYZ");
  double cell = spacing_of(t.x, "x");
  const double cell_y = spacing_of(t.y, "y");
  if (cell == 0) cell = cell_y;
  if (cell == 0) fail("esri_ascii_text: one single node has no cell size; write XYZ");
  const double largest = static_cast<double>(std::max(t.x.size(), t.y.size()));
  if (cell_y != 0 && !(std::abs(cell_y - cell) * largest <= 1e-6 * cell))
    fail("esri_ascii_text: cells of ", cell, " by ", cell_y, " are not square; write XYZ");
  std::string out = fmt::format("ncols {}\nnrows {}\nxllcenter {:.15g}\nyllcenter {:.15g}\ncellsize {:.15g}\n",
                                t.x.size(), t.y.size(), t.x.front(), t.y.front(), cell);
  out += "nodata_value -9999\n";
  const std::size_t nx = t.x.size();
  for (std::size_t row = t.y.size(); row-- > 0;)
    for (std::size_t column = 0; column < nx; ++column) {
      const double height = t.elevation[row * nx + column];
      if (height == usual_nodata) fail("esri_ascii_text: a height of -9999 m would be read as no data; write XYZ");
      fmt::format_to(std::back_inserter(out), "{:.13g}{}", std::isnan(height) ? usual_nodata : height,
                     column + 1 == nx ? '\n' : ' ');
    }
  return out;
}

void write_esri_ascii(const Topography& t, const std::string& path) {
  const std::string grid = esri_ascii_text(t);
  const std::string wkt = t.crs.empty() ? "" : esri_wkt(t.crs);
  const std::string prj = std::filesystem::path(path).replace_extension(".prj").string();
  if (prj == path) fail("write_esri_ascii: '", path, "' would be replaced by its own .prj; name it .asc");
  if (!wkt.empty())
    write_file(prj, wkt + "\n");
  else if (std::filesystem::exists(prj))
    fail("write_esri_ascii: '", prj, "' lies there and would be taken for the system of '", path,
         "', whose own is unknown; remove it or state the system");
  write_file(path, grid);
}

}  // namespace terrella::datasets
