// Edits as JSON, one line each: what an HDF5 file keeps.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "datasets/survey/edit.h"

namespace terrella::datasets {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* same_names[] = {"name_and_place", "name", "place"};
constexpr const char* reference_names[] = {"own", "off_diagonal"};

/// One object whose keys are taken one by one; what is left over is unknown.
class Keys {
 public:
  explicit Keys(Json json) : json_(std::move(json)) {
    if (!json_.is_object()) fail("edit: is no JSON object");
  }
  template <class T>
  T take(const char* key) {
    if (!json_.contains(key)) fail("edit: key '", key, "' is missing");
    T value;
    try {
      json_.at(key).get_to(value);
    } catch (const nlohmann::json::exception&) { fail("edit: key '", key, "' is of the wrong type"); }
    json_.erase(key);
    return value;
  }
  template <class T>
  T take(const char* key, T otherwise) {
    return json_.contains(key) ? take<T>(key) : otherwise;
  }
  template <std::size_t n>
  std::size_t choice(const char* key, const char* const (&names)[n]) {
    const auto word = take<std::string>(key);
    for (std::size_t k = 0; k < n; ++k)
      if (word == names[k]) return k;
    fail("edit: key '", key, "': '", word, "' is unknown");
  }
  void finish() const {
    if (!json_.empty()) fail("edit: key '", json_.begin().key(), "' is unknown");
  }

 private:
  Json json_;
};

Json json_of(const Selection& s) {
  Json json = Json::object();
  if (!s.sites.empty()) json["sites"] = s.sites;
  if (s.from > 0) json["from"] = s.from;
  if (std::isfinite(s.to)) json["to"] = s.to;
  if (!s.periods.empty()) json["periods"] = s.periods;
  if (!s.components.empty()) json["components"] = s.components;
  return json;
}

Selection selection_of(Keys& keys) {
  const Selection none;
  return {.sites = keys.take("sites", none.sites),
          .from = keys.take("from", none.from),
          .to = keys.take("to", none.to),
          .periods = keys.take("periods", none.periods),
          .components = keys.take("components", none.components)};
}

struct Writer {
  Json operator()(const MaskEdit& e) const {
    Json json = {{"edit", e.masked ? "mask" : "unmask"}};
    json.update(json_of(e.selection));
    return json;
  }
  Json operator()(const DropSitesEdit& e) const { return {{"edit", "drop_sites"}, {"sites", e.sites}}; }
  Json operator()(const FloorEdit& e) const {
    return {{"edit", "error_floor"},
            {"impedance", e.floor.impedance},
            {"reference", reference_names[static_cast<int>(e.floor.reference)]},
            {"tipper", e.floor.tipper}};
  }
  Json operator()(const RotateEdit& e) const { return {{"edit", "rotate"}, {"azimuth", e.azimuth}}; }
  Json operator()(const DecimateEdit& e) const { return {{"edit", "decimate"}, {"per_decade", e.per_decade}}; }
  Json operator()(const KeepPeriodsEdit& e) const {
    Json json = {{"edit", "keep_periods"}, {"from", e.from}};
    if (std::isfinite(e.to)) json["to"] = e.to;
    return json;
  }
  Json operator()(const InterpolateEdit& e) const {
    return {{"edit", "interpolate"}, {"period", e.period}, {"largest_gap", e.largest_gap}};
  }
  Json operator()(const StaticShiftEdit& e) const {
    return {{"edit", "static_shift"}, {"sites", e.sites}, {"xy", e.xy}, {"yx", e.yx}};
  }
  Json operator()(const MergeEdit& e) const {
    return {{"edit", "merge"},
            {"same", same_names[static_cast<int>(e.options.same)]},
            {"distance", e.options.distance},
            {"same_period", e.options.same_period}};
  }
};

}  // namespace

std::string to_text(const Edit& edit) {
  Json json = std::visit(Writer{}, edit.change);
  if (!edit.reason.empty()) json["reason"] = edit.reason;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Edit edit_of(std::string_view words) {
  Json json = Json::parse(words, nullptr, false);
  if (json.is_discarded()) fail("edit: is no JSON");
  Keys keys(std::move(json));
  const auto kind = keys.take<std::string>("edit");
  Edit edit;
  edit.reason = keys.take("reason", std::string());
  if (kind == "mask" || kind == "unmask") {
    edit.change = MaskEdit{selection_of(keys), kind == "mask"};
  } else if (kind == "drop_sites") {
    edit.change = DropSitesEdit{keys.take<std::vector<std::string>>("sites")};
  } else if (kind == "error_floor") {
    FloorEdit e;
    e.floor.impedance = keys.take<std::array<double, 4>>("impedance");
    e.floor.reference = static_cast<ErrorFloor::Reference>(keys.choice("reference", reference_names));
    e.floor.tipper = keys.take<std::array<double, 2>>("tipper");
    edit.change = e;
  } else if (kind == "rotate") {
    edit.change = RotateEdit{keys.take<double>("azimuth")};
  } else if (kind == "decimate") {
    edit.change = DecimateEdit{keys.take<double>("per_decade")};
  } else if (kind == "keep_periods") {
    const auto from = keys.take<double>("from");
    edit.change = KeepPeriodsEdit{from, keys.take("to", std::numeric_limits<double>::infinity())};
  } else if (kind == "interpolate") {
    InterpolateEdit e;
    e.period = keys.take<std::vector<double>>("period");
    e.largest_gap = keys.take("largest_gap", e.largest_gap);
    edit.change = std::move(e);
  } else if (kind == "static_shift") {
    StaticShiftEdit e;
    e.sites = keys.take<std::vector<std::string>>("sites");
    e.xy = keys.take<std::vector<double>>("xy");
    e.yx = keys.take<std::vector<double>>("yx");
    edit.change = std::move(e);
  } else if (kind == "merge") {
    MergeEdit e;
    e.options.same = static_cast<SameSite>(keys.choice("same", same_names));
    e.options.distance = keys.take("distance", e.options.distance);
    e.options.same_period = keys.take("same_period", e.options.same_period);
    edit.change = e;
  } else {
    fail("edit: '", kind,
         "' is unknown; there are mask, unmask, drop_sites, error_floor, rotate, decimate, keep_periods, interpolate, "
         "static_shift, merge");
  }
  keys.finish();
  return edit;
}

}  // namespace terrella::datasets
