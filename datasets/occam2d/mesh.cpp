#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"
#include "datasets/occam2d/occam2d.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;
constexpr std::string_view fixed_codes = "123456789ABCDEFGHIJKLMNOPQRSTUVWXY";

void check_positive(const std::vector<double>& values, const char* what, std::int64_t line, const Report& report) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!(values[i] > 0)) report.error(line, what, " ", i + 1, " is ", values[i], ", not positive");
}

bool is_whole(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Occam2dMesh parse_occam2d_mesh(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  Occam2dMesh mesh;
  mesh.path = path;
  mesh.title = std::string(trim(printable(std::string(lines.expect("the title").text))));
  const Line head = lines.expect("the sizes of the mesh");
  const auto words = words_of(head.text);
  if (words.size() < 6) report.error(head.number, "the sizes want six numbers, not ", words.size());
  const auto number = [&](std::size_t i, const char* what, std::int64_t least, std::int64_t most) {
    return count_of(words[i], head.number, what, least, most, report);
  };
  const auto most = static_cast<std::int64_t>(text.size());
  mesh.flags[0] = number(0, "first number", 0, 9);
  const auto columns = static_cast<std::size_t>(number(1, "number of nodes along y", 2, most) - 1);
  const auto rows = static_cast<std::size_t>(number(2, "number of nodes along z", 2, most) - 1);
  const auto fixed = static_cast<std::size_t>(
      number(3, "number of fixed resistivities", 0, static_cast<std::int64_t>(fixed_codes.size())));
  mesh.flags[1] = number(4, "fifth number", 0, 9);
  mesh.flags[2] = number(5, "sixth number", 0, 9);
  if (fixed) {
    mesh.fixed = lines.numbers(fixed, "fixed resistivities");
    check_positive(mesh.fixed, "fixed resistivity", lines.number(), report);
  }
  mesh.width = lines.numbers(columns, "widths");
  check_positive(mesh.width, "width", lines.number(), report);
  mesh.thickness = lines.numbers(rows, "thicknesses");
  check_positive(mesh.thickness, "thickness", lines.number(), report);
  const Line marker = lines.expect("the number before the codes");
  mesh.marker = count_of(marker.text, marker.number, "the number before the codes", 0, 99, report);
  for (std::size_t i = 0; i < 4 * rows; ++i) {
    const Line line = lines.expect("a line of codes");
    if (line.text.size() != columns)
      report.error(line.number, "a line of codes has ", line.text.size(), " letters for ", columns, " columns");
    for (const char code : line.text) {
      const std::size_t index = fixed_codes.find(code);
      if (code != '?' && code != '0' && code != 'Z' && (index == std::string_view::npos || index >= fixed))
        report.error(line.number, "the code '", code, "' is neither '?', '0', 'Z' nor one of ", fixed,
                     " fixed resistivities");
    }
    mesh.code.emplace_back(line.text);
  }
  if (Line line; lines.next(line)) report.error(line.number, "more than ", 4 * rows, " lines of codes");
  mesh.repairs = report.take_repairs();
  return mesh;
}

Occam2dMesh read_occam2d_mesh(const std::string& path) {
  return parse_occam2d_mesh(read_file(path, largest_file), path);
}

bool looks_like_occam2d_mesh(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  const std::size_t title = bytes.find('\n');
  if (title == std::string_view::npos) return false;
  bytes.remove_prefix(title + 1);
  const auto words = words_of(trim(bytes.substr(0, bytes.find('\n'))));
  // "0 nodes_y nodes_z fixed 0 2": small numbers around two large ones, then widths with a decimal point.
  return words.size() == 6 && std::all_of(words.begin(), words.end(), is_whole) && words[0] == "0" &&
         words[4].size() == 1 && words[5].size() == 1 && words[1].size() < 7 && words[2].size() < 7;
}

std::string occam2d_mesh_text(const Occam2dMesh& mesh) {
  const std::size_t columns = mesh.width.size(), rows = mesh.thickness.size();
  if (columns == 0 || rows == 0) fail("occam2d_mesh_text: there are no cells");
  if (mesh.code.size() != 4 * rows)
    fail("occam2d_mesh_text: ", mesh.code.size(), " lines of codes for ", rows, " rows");
  if (mesh.fixed.size() > fixed_codes.size()) fail("occam2d_mesh_text: ", mesh.fixed.size(), " fixed resistivities");
  if (trim(mesh.title).empty() || mesh.title.find_first_of("\n\r") != std::string::npos)
    fail("occam2d_mesh_text: the title must be one line");
  std::string out = mesh.title + "\n";
  out += fmt::format("   {} {} {} {} {} {}\n", mesh.flags[0], columns + 1, rows + 1, mesh.fixed.size(), mesh.flags[1],
                     mesh.flags[2]);
  const auto numbers = [&](const std::vector<double>& values, const char* what) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(values[i] > 0) || !std::isfinite(values[i]))
        fail("occam2d_mesh_text: ", what, " ", i + 1, " is ", values[i]);
      out += fmt::format(" {:.10g}{}", values[i], i % 8 == 7 || i + 1 == values.size() ? "\n" : "");
    }
  };
  numbers(mesh.fixed, "fixed resistivity");
  numbers(mesh.width, "width");
  numbers(mesh.thickness, "thickness");
  out += fmt::format("    {}\n", mesh.marker);
  for (const std::string& line : mesh.code) {
    if (line.size() != columns || line.find_first_of(" \t\n\r") != std::string::npos)
      fail("occam2d_mesh_text: a line of codes has ", line.size(), " letters for ", columns, " columns");
    out += line + "\n";
  }
  return out;
}

std::string inspect_occam2d_mesh(const std::string& path) {
  const Occam2dMesh mesh = read_occam2d_mesh(path);
  return fmt::format("{} x {} cells", mesh.width.size(), mesh.thickness.size());
}

void write_occam2d_mesh(const Occam2dMesh& mesh, const std::string& path) { write_file(path, occam2d_mesh_text(mesh)); }

}  // namespace terrella::datasets
