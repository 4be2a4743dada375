#include "datasets/occam1d/occam1d.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/read_file.h"
#include "datasets/observations/survey.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;

bool is_layer_key(std::string_view key) {
  return is_key(key, "#LAYERS") || is_key(key, "# LAYERS") || is_key(key, "NUMBER OF LAYERS") || is_key(key, "NLAYERS");
}

Occam1dLayer read_layer(std::string_view text, std::int64_t line, const Report& report) {
  const auto words = words_of(text);
  if (words.size() != 5)
    report.error(line, "a layer wants depth, resistivity, penalty, preference and its penalty, not ", words.size(),
                 " words");
  const auto number = [&](std::size_t i, const char* what) { return number_of(words[i], line, what, report); };
  Occam1dLayer layer{number(0, "top depth"), words[1] == "?" ? -1 : number(1, "resistivity"), number(2, "penalty"),
                     number(3, "preference"), number(4, "preference penalty")};
  if (layer.resistivity == 0) report.error(line, "a resistivity of 0");
  if (layer.preference < 0) report.error(line, "a preferred resistivity of ", layer.preference);
  if (layer.preference_penalty != 0 && layer.preference == 0)
    report.error(line, "a penalty on a preference that is not there");
  return layer;
}

}  // namespace

Occam1dModel parse_occam1d_model(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  Occam1dModel model;
  model.path = path;
  const auto format = entry_of(lines.expect("'Format: Resistivity1DMod_1.0'"));
  if (!format || !is_key(format->key, "Format")) report.error(lines.number(), "does not start with 'Format:'");
  if (upper(format->value) != "RESISTIVITY1DMOD_1.0" && upper(format->value) != "OCCAM1DMOD_1.0")
    report.error(lines.number(), "has the format '", format->value, "'; Resistivity1DMod_1.0 is read");
  std::int64_t count = 0;
  for (Line line; lines.next(line);) {
    if (line.text.starts_with('!') || line.text.starts_with('%')) {
      model.comments.push_back(std::string(trim(printable(std::string(line.text.substr(1))))));
      continue;
    }
    const std::string_view said = trim(line.text.substr(0, line.text.find_first_of("!%")));
    if (count == 0) {
      const auto entry = entry_of({said, line.number});
      if (!entry || !is_layer_key(entry->key))
        report.error(line.number, "'", said.substr(0, 40), "' stands where '#LAYERS:' should");
      count = count_of(entry->value, line.number, "number of layers", 1, 1'000'000, report);
      continue;
    }
    if (static_cast<std::int64_t>(model.layers.size()) == count)
      report.error(line.number, "more than ", count, " layers");
    model.layers.push_back(read_layer(said, line.number, report));
    if (const std::size_t n = model.layers.size(); n > 1 && !(model.layers[n - 1].top > model.layers[n - 2].top))
      report.error(line.number, "the top of layer ", n, " (", model.layers[n - 1].top,
                   " m) is not below the one before (", model.layers[n - 2].top, " m)");
  }
  if (count == 0 || static_cast<std::int64_t>(model.layers.size()) != count)
    report.error(lines.number(), "the file ends after ", model.layers.size(), " of ", count, " layers");
  model.repairs = report.take_repairs();
  return model;
}

Occam1dModel read_occam1d_model(const std::string& path) {
  return parse_occam1d_model(read_file(path, largest_file), path);
}

bool looks_like_occam1d_model(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  bytes = trim(bytes);
  const auto entry = entry_of({trim(bytes.substr(0, bytes.find('\n'))), 1});
  if (!entry || !is_key(entry->key, "Format")) return false;
  const std::string value = upper(entry->value);
  return value.starts_with("RESISTIVITY1DMOD") || value.starts_with("OCCAM1DMOD");
}

std::string occam1d_model_text(const Occam1dModel& model) {
  std::string out = fmt::format("Format: Resistivity1DMod_1.0\n#LAYERS: {}\n", model.layers.size());
  if (model.layers.empty()) fail("occam1d_model_text: there are no layers");
  for (const std::string& comment : model.comments) {
    if (comment.find_first_of("\n\r") != std::string::npos) fail("occam1d_model_text: a comment holds a line end");
    out += "!" + comment + "\n";
  }
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const Occam1dLayer& l = model.layers[i];
    for (const double value : {l.top, l.resistivity, l.penalty, l.preference, l.preference_penalty})
      if (!std::isfinite(value)) fail("occam1d_model_text: a number of layer ", i + 1, " is not finite");
    out += fmt::format("{:.10g} {:.10g} {:.10g} {:.10g} {:.10g}\n", l.top, l.is_free() ? -1 : l.resistivity, l.penalty,
                       l.preference, l.preference_penalty);
  }
  return out;
}

void write_occam1d_model(const Occam1dModel& model, const std::string& path) {
  write_file(path, occam1d_model_text(model));
}

std::string inspect_occam1d_model(const std::string& path) {
  const Occam1dModel model = read_occam1d_model(path);
  return text(
      model.layers.size(), " layers, ",
      std::count_if(model.layers.begin(), model.layers.end(), [](const Occam1dLayer& l) { return l.is_free(); }),
      " free");
}

LayeredEarth layered_earth(const Occam1dModel& model, const OccamIteration& iteration, double surface) {
  const auto free = static_cast<std::size_t>(
      std::count_if(model.layers.begin(), model.layers.end(), [](const Occam1dLayer& l) { return l.is_free(); }));
  if (free != iteration.parameter.size())
    fail("layered_earth: ", model.path, " has ", free, " free layers, ", iteration.path, " ",
         iteration.parameter.size(), " parameters");
  LayeredEarth earth;
  std::size_t parameter = 0;
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const Occam1dLayer& layer = model.layers[i];
    const double resistivity = layer.is_free() ? std::pow(10.0, iteration.parameter[parameter++]) : layer.resistivity;
    const bool last = i + 1 == model.layers.size();
    if (!last && model.layers[i + 1].top <= surface) continue;
    if (!(resistivity > 0) || !std::isfinite(resistivity))
      fail("layered_earth: layer ", i + 1, " has the resistivity ", resistivity);
    earth.resistivity.push_back(resistivity);
    if (!last) earth.thickness.push_back(model.layers[i + 1].top - std::max(layer.top, surface));
  }
  return earth;
}

std::string occam1d_site_text(const Site& site) {
  const auto rows_of = [&](std::initializer_list<Quantity> quantities) {
    return observations_of(Survey{site.name, {site}}, quantities, {.orientation = site.rotation});
  };
  Observations observations = rows_of({Quantity::rho_det, Quantity::phase_det});
  if (observations.rows.empty()) observations = rows_of({Quantity::rho_xy, Quantity::phase_xy});
  if (observations.rows.empty()) fail("occam1d_site_text: site '", site.name, "' has neither determinant nor Zxy");
  EmData data = emdata_of(observations, {.version = "EMData_1.1"});
  data.comments.push_back(text("site ", printable(site.name)));
  return emdata_text(data);
}

Survey read_occam1d_survey(const std::string& path) {
  Observations observations = read_em_observations(path);
  std::size_t determinants = 0;
  const std::vector<Observation> rows = std::move(observations.rows);
  observations.rows.clear();
  for (Observation row : rows) {
    if (info(row.quantity).place != Place::determinant) {
      observations.rows.push_back(row);
      continue;
    }
    const QuantityKind kind = info(row.quantity).kind;
    ++determinants;
    for (const Place place : {Place::te, Place::tm}) {
      row.quantity = *quantity_of(kind, place);
      observations.rows.push_back(row);
    }
  }
  if (determinants)
    observations.provenance.history.push_back(
        text(determinants, " values of the determinant taken as Zxy = -Zyx, as a layered earth has them"));
  SurveyOfObservations result = survey_of(observations);
  for (Site& site : result.survey.sites)
    for (const std::string& lost : result.lost) site.provenance.history.push_back("not carried: " + lost);
  if (result.survey.sites.empty()) throw FormatError(path, 0, "holds neither impedances nor resistivity with phase");
  return std::move(result.survey);
}

}  // namespace terrella::datasets
