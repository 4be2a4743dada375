// XYZ text: one point a line, x y elevation, between blanks, commas or semicolons; # ! % and > start comments; a first
// line of names says the order of the columns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/topography/topography.h"

namespace terrella::datasets {
namespace {

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with('!') || line.starts_with('%') || line.starts_with('>');
}

// Words between blanks, or fields between commas or semicolons where the line has any.
std::vector<std::string_view> fields_of(std::string_view line) {
  const std::size_t separator = line.find_first_of(",;");
  if (separator == std::string_view::npos) return words_of(line);
  std::vector<std::string_view> fields;
  const char mark = line[separator];
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t end = std::min(line.find(mark, start), line.size());
    fields.push_back(trim(line.substr(start, end - start)));
    start = end + 1;
  }
  if (fields.size() > 1 && fields.back().empty()) fields.pop_back();  // a separator at the end of the line
  return fields;
}

bool is_number(std::string_view word) {
  double value = 0;
  return parse_number(word, value) != NumberKind::bad;
}

std::string unquoted(std::string_view word) {
  std::string name;
  for (const char c : upper(word))
    if (c != '"' && c != '\'') name += c;
  return std::string(trim(name.substr(0, name.find_first_of("([ "))));
}

// Which column is x, y and elevation, by the names of the first line.
std::array<std::size_t, 3> columns_of(const std::vector<std::string_view>& names, std::int64_t line,
                                      const Report& report) {
  constexpr std::size_t none = 99;
  std::array<std::size_t, 3> column{none, none, none};
  const std::array<std::vector<std::string>, 3> known = {{
      {"X", "LON", "LONG", "LONGITUDE", "EAST", "EASTING"},
      {"Y", "LAT", "LATITUDE", "NORTH", "NORTHING"},
      {"Z", "ELEV", "ELEVATION", "HEIGHT", "ALT", "ALTITUDE", "TOPO", "TOPOGRAPHY"},
  }};
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k)
      if (std::count(known[k].begin(), known[k].end(), unquoted(names[i]))) {
        if (column[k] != none) report.error(line, "two columns are called ", k == 0 ? "x" : k == 1 ? "y" : "elevation");
        column[k] = i;
      }
  if (column[0] == none || column[1] == none || column[2] == none)
    report.error(line,
                 "the names of columns do not say which are x, y and elevation; name them x, y, z or "
                 "longitude, latitude, elevation");
  return column;
}

// Points at all pairs of few x and few y are a grid.
bool make_grid(Topography& t) {
  std::vector<double> x = t.x, y = t.y;
  for (std::vector<double>* axis : {&x, &y}) {
    std::sort(axis->begin(), axis->end());
    axis->erase(std::unique(axis->begin(), axis->end()), axis->end());
  }
  if (x.size() < 2 || y.size() < 2 || t.x.size() % x.size() != 0 || t.x.size() / x.size() != y.size()) return false;
  std::vector<double> heights(t.x.size());
  std::vector<bool> seen(t.x.size());
  for (std::size_t k = 0; k < t.x.size(); ++k) {
    const auto i = static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), t.x[k]) - x.begin());
    const auto j = static_cast<std::size_t>(std::lower_bound(y.begin(), y.end(), t.y[k]) - y.begin());
    if (seen[j * x.size() + i]) return false;
    seen[j * x.size() + i] = true;
    heights[j * x.size() + i] = t.elevation[k];
  }
  t.kind = Topography::Kind::grid;
  t.x = std::move(x);
  t.y = std::move(y);
  t.elevation = std::move(heights);
  return true;
}

// A place that stands twice: the same height is a repair, another one an error.
void drop_duplicates(Topography& t, const std::vector<std::int64_t>& line, Report& report) {
  std::vector<std::size_t> order(t.x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::tie(t.x[a], t.y[a], a) < std::tie(t.x[b], t.y[b], b); });
  std::vector<bool> dropped(t.x.size());
  std::size_t count = 0;
  std::int64_t first = 0;
  for (std::size_t k = 1; k < order.size(); ++k) {
    const std::size_t a = order[k - 1], b = order[k];
    if (t.x[a] != t.x[b] || t.y[a] != t.y[b]) continue;
    const bool same = t.elevation[a] == t.elevation[b] || (std::isnan(t.elevation[a]) && std::isnan(t.elevation[b]));
    if (!same)
      report.error(std::max(line[a], line[b]), "the place ", t.x[a], ", ", t.y[a], " stands in line ",
                   std::min(line[a], line[b]), " with another height");
    dropped[b] = true;
    first = ++count == 1 ? line[b] : std::min(first, line[b]);
  }
  if (!count) return;
  report.repair(first, "duplicate-point", text(count, " points that stand twice with the same height: once"));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < t.x.size(); ++i)
    if (!dropped[i]) {
      t.x[kept] = t.x[i];
      t.y[kept] = t.y[i];
      t.elevation[kept++] = t.elevation[i];
    }
  for (std::vector<double>* values : {&t.x, &t.y, &t.elevation}) values->resize(kept);
}

}  // namespace

bool looks_like_xyz(std::string_view bytes) {
  const bool whole = bytes.size() < 4096;
  std::size_t points = 0, names = 0;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos && !whole) break;  // the last line may be cut off
    const std::string_view line = trim(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.empty() || is_comment(line)) continue;
    const auto fields = fields_of(line);
    if (fields.size() != 3) return false;
    if (std::all_of(fields.begin(), fields.end(), is_number))
      ++points;
    else if (points || names++)
      return false;
  }
  return points > 0;
}

Topography parse_xyz(std::string_view bytes, const std::string& path, const TopographyOptions&) {
  Report report(path);
  const std::string text = text_of(bytes, std::size_t{1} << 30, report);
  Lines lines(text, report);
  Topography t;
  t.kind = Topography::Kind::points;
  std::vector<std::int64_t> line_of;
  std::array<std::size_t, 3> column = {0, 1, 2};
  bool names = false;
  for (Line line; lines.next(line);) {
    if (is_comment(line.text)) continue;
    const auto fields = fields_of(line.text);
    if (fields.size() != 3)
      report.error(line.number, "a point wants x, y and elevation, not ", fields.size(), " values");
    if (t.x.empty() && !names && std::none_of(fields.begin(), fields.end(), is_number)) {
      names = true;
      column = columns_of(fields, line.number, report);
      continue;
    }
    t.x.push_back(number_of(fields[column[0]], line.number, "x", report));
    t.y.push_back(number_of(fields[column[1]], line.number, "y", report));
    double height = 0;
    const NumberKind kind = parse_number(fields[column[2]], height);
    if (kind != NumberKind::nan && kind != NumberKind::plain)
      height = number_of(fields[column[2]], line.number, "elevation", report);
    t.elevation.push_back(height);
    line_of.push_back(line.number);
  }
  if (t.x.empty()) report.error(lines.number(), "holds no points");
  drop_duplicates(t, line_of, report);
  make_grid(t);
  t.repairs = report.take_repairs();
  return t;
}

std::string xyz_text(const Topography& t) {
  validate(t);
  std::string out;
  const bool grid = t.kind == Topography::Kind::grid;
  for (std::size_t k = 0; k < t.elevation.size(); ++k) {
    const double x = grid ? t.x[k % t.x.size()] : t.x[k], y = grid ? t.y[k / t.x.size()] : t.y[k];
    if (std::isnan(t.elevation[k]))
      fmt::format_to(std::back_inserter(out), "{} {} NaN\n", x, y);
    else
      fmt::format_to(std::back_inserter(out), "{} {} {:.13g}\n", x, y, t.elevation[k]);
  }
  return out;
}

void write_xyz(const Topography& t, const std::string& path) { write_file(path, xyz_text(t)); }

}  // namespace terrella::datasets
