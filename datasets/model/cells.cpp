#include "datasets/model/cells.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/number_text.h"
#include "datasets/file/text.h"

namespace terrella::datasets {

void expect_cells(std::int64_t a, std::int64_t b, std::int64_t c, std::size_t bytes, std::int64_t line,
                  const Report& report) {
  for (const std::int64_t n : {a, b, c})
    if (n < 1 || n > static_cast<std::int64_t>(most_cells_along_axis))
      report.error(line, n, " cells along an axis; there should be 1 .. ", most_cells_along_axis);
  const auto most = static_cast<std::int64_t>(most_cells);
  if (a * b > most || a * b * c > most) report.error(line, "more than ", most, " cells");
  if (static_cast<std::size_t>(a * b * c) > bytes)
    report.error(line, a * b * c, " cells are announced, but the file has only ", bytes, " bytes");
}

void expect_cells_of_maps(std::size_t cells, std::size_t bytes, std::int64_t line, const Report& report) {
  if (cells > std::max<std::size_t>(4'000'000, 64 * bytes))
    report.error(line, cells, " cells are announced, but the file has only ", bytes, " bytes");
}

std::vector<double> read_widths(Lines& lines, std::size_t count, std::string_view axis, const Report& report) {
  std::vector<std::int64_t> line_of;
  const std::string what = "width of a cell along " + std::string(axis);
  std::vector<double> widths = lines.numbers(count, what, &line_of);
  for (std::size_t i = 0; i < count; ++i)
    if (!(widths[i] > 0)) report.error(line_of[i], what, ": ", widths[i], " m is not positive");
  return widths;
}

std::vector<double> edges_from(const std::vector<double>& widths, double first, const std::string& axis,
                               const Report& report) {
  std::vector<double> edges = edges_of(widths, first, axis);
  for (std::size_t i = 1; i < edges.size(); ++i)
    if (!(edges[i] > edges[i - 1]) || !std::isfinite(edges[i]))
      report.error(0, "width ", i, " along ", axis, ", ", widths[i - 1], " m, is nothing beside ", edges[i - 1], " m");
  return edges;
}

std::vector<double> read_cells(Lines& lines, std::size_t count, Storage storage, CellNumbers numbers,
                               const Report& report) {
  std::vector<std::int64_t> line_of;
  std::vector<double> values = lines.numbers(count, "resistivities", &line_of);
  if (numbers == CellNumbers::any) return values;
  for (std::size_t i = 0; i < count; ++i) {
    const double resistivity = resistivity_of(values[i], storage);
    if (!(resistivity > 0) || !std::isfinite(resistivity))
      report.error(line_of[i], "cell ", i + 1, ": ", values[i], " as ", name_of(storage),
                   " is no positive resistivity; are these numbers a gradient or a difference of models?");
    values[i] = resistivity;
  }
  return values;
}

std::array<double, 3> read_triple(Lines& lines, const char* what, const Report& report) {
  const Line line = lines.expect(what);
  const auto words = words_of(line.text);
  if (words.size() != 3)
    report.error(line.number, "the ", what, " should be three numbers in a line, found ", words.size());
  return {number_of(words[0], line.number, what, report), number_of(words[1], line.number, what, report),
          number_of(words[2], line.number, what, report)};
}

double read_single(Lines& lines, const char* what, const Report& report) {
  const Line line = lines.expect(what);
  return number_of(line.text, line.number, what, report);
}

bool storage_named(std::string_view word, Storage& storage) {
  const std::string name = upper(word);
  if (name == "LOGE")
    storage = Storage::ln_resistivity;
  else if (name == "LOG10")
    storage = Storage::log10_resistivity;
  else if (name == "LINEAR")
    storage = Storage::resistivity;
  else
    return false;
  return true;
}

const char* word_for(Storage storage) {
  switch (storage) {
    case Storage::ln_resistivity:
      return "LOGE";
    case Storage::log10_resistivity:
      return "LOG10";
    case Storage::resistivity:
      return "LINEAR";
    default:
      fail("write_model: the format holds resistivities, not ", name_of(storage));
  }
}

void append_widths(std::string& text, const std::vector<double>& edges, std::size_t per_line) {
  const std::vector<double> widths = widths_of(edges);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    append_fixed(text, widths[i]);
    if (i + 1 < widths.size() && per_line > 0 && (i + 1) % per_line == 0) text += '\n';
  }
  text += '\n';
}

}  // namespace terrella::datasets
