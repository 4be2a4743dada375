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

constexpr std::size_t largest_file = std::size_t{256} << 20;
constexpr std::size_t column = 18;

Occam2dLayer read_layer(Lines& lines, std::size_t number, std::int64_t most, const Report& report) {
  const Line head = lines.expect("a layer");
  const auto words = words_of(head.text);
  if (words.size() != 2) report.error(head.number, "layer ", number, " wants its numbers of mesh rows and blocks");
  Occam2dLayer layer;
  layer.rows = count_of(words[0], head.number, "mesh rows", 1, most, report);
  const auto blocks = static_cast<std::size_t>(count_of(words[1], head.number, "blocks", 1, most, report));
  while (layer.columns.size() < blocks) {
    const Line line = lines.expect("the blocks of a layer");
    for (const std::string_view word : words_of(line.text)) {
      if (layer.columns.size() == blocks)
        report.error(line.number, "layer ", number, " has more than ", blocks, " blocks");
      layer.columns.push_back(count_of(word, line.number, "mesh columns of a block", 1, most, report));
    }
  }
  return layer;
}

}  // namespace

Occam2dModel parse_occam2d_model(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  const auto most = static_cast<std::int64_t>(text.size());
  Lines lines(text, report);
  Occam2dModel model;
  model.path = path;
  const auto format = entry_of(lines.expect("'Format: OCCAM2MTMOD_1.0'"));
  if (!format || !is_key(format->key, "Format")) report.error(lines.number(), "does not start with 'Format:'");
  if (upper(format->value) != "OCCAM2MTMOD_1.0")
    report.error(lines.number(), "has the format '", format->value, "'; OCCAM2MTMOD_1.0 is read");
  bool has_binding = false;
  for (;;) {
    const Line line = lines.expect("'Num Layers:'");
    auto entry = entry_of(line);
    if (!entry) report.error(line.number, "a setting wants 'key: value'");
    if (is_key(entry->key, "Num Layers")) {
      const auto count = count_of(entry->value, line.number, "Num Layers", 1, most, report);
      for (std::int64_t i = 0; i < count; ++i)
        model.layers.push_back(read_layer(lines, static_cast<std::size_t>(i) + 1, most, report));
      break;
    }
    if (find_entry(model.entries, entry->key)) report.error(line.number, "'", entry->key, "' stands twice");
    if (is_key(entry->key, "Binding Offset")) {
      if (has_binding) report.error(line.number, "'Binding Offset' stands twice");
      model.binding_offset = number_of(entry->value, line.number, "Binding Offset", report);
      has_binding = true;
      continue;
    }
    if (is_key(entry->key, "Mesh Type") && upper(entry->value) != "PW2D")
      report.error(line.number, "the mesh type '", entry->value, "' is not PW2D");
    model.entries.push_back(*std::move(entry));
  }
  if (!has_binding) report.error(0, "has no 'Binding Offset', so that the mesh lies nowhere");
  Line line;
  if (lines.next(line)) {
    const auto entry = entry_of(line);
    if (!entry || !(is_key(entry->key, "NO. EXCEPTIONS") || is_key(entry->key, "NUMBER OF EXCEPTIONS") ||
                    is_key(entry->key, "NUMBER EXCEPTIONS")))
      report.error(line.number, "'", line.text.substr(0, 40), "' stands where 'NO. EXCEPTIONS:' should");
    const auto count = count_of(entry->value, line.number, "number of exceptions", 0, most, report);
    for (std::int64_t i = 0; i < count; ++i) {
      const Line row = lines.expect("an exception");
      const auto words = words_of(row.text);
      if (words.size() != 3) report.error(row.number, "an exception wants two blocks and a penalty");
      model.exceptions.push_back({count_of(words[0], row.number, "block", 1, most, report),
                                  count_of(words[1], row.number, "block", 1, most, report),
                                  number_of(words[2], row.number, "penalty", report)});
    }
    if (lines.next(line)) report.error(line.number, "more than ", count, " exceptions");
  }
  model.repairs = report.take_repairs();
  return model;
}

Occam2dModel read_occam2d_model(const std::string& path) {
  return parse_occam2d_model(read_file(path, largest_file), path);
}

bool looks_like_occam2d_model(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  bytes = trim(bytes);
  const auto entry = entry_of({trim(bytes.substr(0, bytes.find('\n'))), 1});
  return entry && is_key(entry->key, "Format") && upper(entry->value).starts_with("OCCAM2MTMOD");
}

std::string occam2d_model_text(const Occam2dModel& model) {
  if (model.layers.empty()) fail("occam2d_model_text: there are no layers");
  if (!std::isfinite(model.binding_offset)) fail("occam2d_model_text: the binding offset is not finite");
  std::string out = entry_text("Format", "OCCAM2MTMOD_1.0", column);
  for (const Entry& entry : model.entries) {
    if ((entry.key + entry.value).find_first_of("\n\r") != std::string::npos)
      fail("occam2d_model_text: '", printable(entry.key), "' holds a line end");
    out += entry_text(entry.key, entry.value, column);
  }
  out += entry_text("Binding Offset", fmt::format("{:.10g}", model.binding_offset), column);
  out += entry_text("Num Layers", std::to_string(model.layers.size()), column);
  for (const Occam2dLayer& layer : model.layers) {
    if (layer.rows < 1 || layer.columns.empty()) fail("occam2d_model_text: a layer without rows or blocks");
    out += fmt::format("{:>6} {:>5}\n", layer.rows, layer.columns.size());
    for (const std::int64_t columns : layer.columns) out += fmt::format("{:>5}", columns);
    out += '\n';
  }
  out += entry_text("NO. EXCEPTIONS", std::to_string(model.exceptions.size()), column);
  for (const Occam2dException& exception : model.exceptions) {
    if (!std::isfinite(exception.penalty)) fail("occam2d_model_text: a penalty is not finite");
    out += fmt::format("{} {} {:.10g}\n", exception.first, exception.second, exception.penalty);
  }
  return out;
}

std::string inspect_occam2d_model(const std::string& path) {
  const Occam2dModel model = read_occam2d_model(path);
  std::size_t blocks = 0;
  for (const Occam2dLayer& layer : model.layers) blocks += layer.columns.size();
  return fmt::format("{} layers, {} blocks", model.layers.size(), blocks);
}

void write_occam2d_model(const Occam2dModel& model, const std::string& path) {
  write_file(path, occam2d_model_text(model));
}

}  // namespace terrella::datasets
