#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/mare2dem/mare2dem.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;

// Lines without comments (# to the end) as words.
class Rows {
 public:
  Rows(std::string_view text, const Report& report) : lines_(text, report), bytes_(text.size()), report_(report) {}

  bool next(std::vector<std::string_view>& words) {
    for (Line line; lines_.next(line);) {
      words = words_of(line.text.substr(0, line.text.find('#')));
      line_ = line.number;
      if (!words.empty()) return true;
    }
    return false;
  }
  std::vector<std::string_view> expect(const char* what, std::size_t least) {
    std::vector<std::string_view> words;
    if (!next(words)) report_.error(lines_.number(), "the file ends where ", what, " should stand");
    if (words.size() < least) report_.error(line_, what, " wants ", least, " numbers, not ", words.size());
    return words;
  }
  // How many of something follow; each takes two bytes at least.
  std::size_t count(std::string_view word, const char* what, std::size_t least = 0) {
    return static_cast<std::size_t>(count_of(word, line_, what, static_cast<std::int64_t>(least),
                                             static_cast<std::int64_t>(bytes_ / 2 + 1), report_));
  }
  double number(std::string_view word, const char* what) { return number_of(word, line_, what, report_); }
  std::int64_t line() const { return line_; }

 private:
  Lines lines_;
  std::size_t bytes_;
  const Report& report_;
  std::int64_t line_ = 0;
};

}  // namespace

PolygonMap parse_poly(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Rows rows(text, report);
  PolygonMap map;
  map.path = path;
  auto words = rows.expect("the head: vertices, dimension, attributes, markers", 2);
  const std::size_t vertices = rows.count(words[0], "number of vertices");
  if (vertices == 0)
    report.error(rows.line(), "holds no vertices (they stand in a .node file); write them into the .poly file");
  if (words[1] != "2") report.error(rows.line(), "the dimension is ", words[1], ", not 2");
  std::int64_t first = 1;  // numbers start from 0 or 1, as the first vertex says
  for (std::size_t i = 0; i < vertices; ++i) {
    words = rows.expect("a vertex", 3);
    const std::int64_t number =
        count_of(words[0], rows.line(), "number of a vertex", 0, static_cast<std::int64_t>(vertices), report);
    if (i == 0) first = number;
    if (first > 1 || number != first + static_cast<std::int64_t>(i))
      report.error(rows.line(), "vertex ", number, " stands where ",
                   first > 1 ? 1 : first + static_cast<std::int64_t>(i), " should");
    map.vertex.push_back({rows.number(words[1], "y"), rows.number(words[2], "z")});
  }
  words = rows.expect("the number of segments", 1);
  const std::size_t segments = rows.count(words[0], "number of segments");
  bool marked = words.size() > 1 && words[1] != "0";
  for (std::size_t i = 0; i < segments; ++i) {
    words = rows.expect("a segment", 3);
    std::array<std::uint32_t, 2> ends{};
    for (std::size_t k = 0; k < 2; ++k)
      ends[k] = static_cast<std::uint32_t>(count_of(words[k + 1], rows.line(), "vertex of a segment", first,
                                                    first + static_cast<std::int64_t>(vertices) - 1, report) -
                                           first);
    if (ends[0] == ends[1]) report.error(rows.line(), "a segment from a vertex to itself");
    map.segment.push_back(ends);
    if (marked) {
      if (words.size() < 4) report.error(rows.line(), "a segment wants a marker");
      map.marker.push_back(count_of(words[3], rows.line(), "marker", -2'000'000'000, 2'000'000'000, report));
    }
  }
  words = rows.expect("the number of holes", 1);
  const std::size_t holes = rows.count(words[0], "number of holes");
  for (std::size_t i = 0; i < holes; ++i) {
    words = rows.expect("a hole", 3);
    map.hole.push_back({rows.number(words[1], "y"), rows.number(words[2], "z")});
  }
  if (rows.next(words)) {
    const std::size_t regions = rows.count(words[0], "number of regions");
    for (std::size_t i = 0; i < regions; ++i) {
      words = rows.expect("a region", 4);
      const std::int64_t number =
          count_of(words[0], rows.line(), "number of a region", 0, static_cast<std::int64_t>(regions), report);
      if (number != first + static_cast<std::int64_t>(i))
        report.error(rows.line(), "region ", number, " stands where ", first + static_cast<std::int64_t>(i), " should");
      PolygonMap::Region region;
      region.inside = {rows.number(words[1], "y"), rows.number(words[2], "z")};
      region.attribute = rows.number(words[3], "attribute");
      if (words.size() > 4) region.area = rows.number(words[4], "area");
      map.region.push_back(region);
    }
    if (rows.next(words)) report.error(rows.line(), "more than ", regions, " regions");
  }
  try {
    RegionFinder{map};
  } catch (const std::invalid_argument& error) { report.error(0, error.what()); }
  map.repairs = report.take_repairs();
  return map;
}

PolygonMap read_poly(const std::string& path) { return parse_poly(read_file(path, largest_file), path); }

bool looks_like_poly(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  // "4045 2 0 0", then "1 y z": a head of two to four whole numbers, the second of them 2, before vertex 0 or 1.
  std::vector<std::vector<std::string_view>> rows;
  while (!bytes.empty() && rows.size() < 2) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (auto words = words_of(trim(line.substr(0, line.find('#')))); !words.empty()) rows.push_back(std::move(words));
  }
  if (rows.size() < 2 || rows[0].size() < 2 || rows[0].size() > 4 || rows[0][1] != "2" || rows[1].size() < 3)
    return false;
  for (const std::string_view word : rows[0])
    if (word.find_first_not_of("0123456789") != std::string_view::npos) return false;
  double value = 0;
  for (const std::string_view word : rows[1])
    if (parse_number(word, value) == NumberKind::bad) return false;
  return rows[1][0] == "1" || rows[1][0] == "0";
}

std::string poly_text(const PolygonMap& map) {
  const RegionFinder check(map);
  if (!map.marker.empty() && map.marker.size() != map.segment.size())
    fail("poly_text: ", map.marker.size(), " markers for ", map.segment.size(), " segments");
  std::string out = fmt::format("{} 2 0 0\n", map.vertex.size());
  for (std::size_t i = 0; i < map.vertex.size(); ++i)
    out += fmt::format("{} {:.10g} {:.10g}\n", i + 1, map.vertex[i].x, map.vertex[i].y);
  out += fmt::format("{} {}\n", map.segment.size(), map.marker.empty() ? 0 : 1);
  for (std::size_t i = 0; i < map.segment.size(); ++i) {
    out += fmt::format("{} {} {}", i + 1, map.segment[i][0] + 1, map.segment[i][1] + 1);
    out += map.marker.empty() ? "\n" : fmt::format(" {}\n", map.marker[i]);
  }
  out += fmt::format("{}\n", map.hole.size());
  for (std::size_t i = 0; i < map.hole.size(); ++i)
    out += fmt::format("{} {:.10g} {:.10g}\n", i + 1, map.hole[i].x, map.hole[i].y);
  out += fmt::format("{}\n", map.region.size());
  for (std::size_t i = 0; i < map.region.size(); ++i) {
    const PolygonMap::Region& r = map.region[i];
    out += fmt::format("{} {:.10g} {:.10g} {:.10g} {:.10g}\n", i + 1, r.inside.x, r.inside.y, r.attribute, r.area);
  }
  return out;
}

std::string inspect_poly(const std::string& path) {
  const PolygonMap map = read_poly(path);
  return fmt::format("{} vertices, {} segments, {} regions", map.vertex.size(), map.segment.size(), map.region.size());
}

void write_poly(const PolygonMap& map, const std::string& path) { write_file(path, poly_text(map)); }

}  // namespace terrella::datasets
