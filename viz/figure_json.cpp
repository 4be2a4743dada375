#include "viz/figure_json.h"

#include <cmath>
#include <stdexcept>

#include "viz/frame_json.h"

namespace terrella::viz {
namespace {

using Json = nlohmann::ordered_json;

double finite(const Json& json) {
  const double value = json.get<double>();
  if (!std::isfinite(value)) throw std::domain_error("a number of a figure is not finite");
  return value;
}

Json json_of(const Place& p) { return {p.x, p.y}; }
Place place_of(const Json& json) { return {finite(json.at(0)), finite(json.at(1))}; }

Json json_of(const std::vector<Place>& places) {
  Json json = Json::array();
  for (const Place& p : places) json.push_back(json_of(p));
  return json;
}
std::vector<Place> places_of(const Json& json) {
  std::vector<Place> places;
  for (const Json& item : json) places.push_back(place_of(item));
  return places;
}

Json json_of(const FigureAxis& a) {
  return {{"label", a.label},     {"low", a.low},         {"high", a.high},       {"logarithmic", a.logarithmic},
          {"degrees", a.degrees}, {"whole", a.whole},     {"numbers", a.numbers}, {"ticks", a.ticks},
          {"grid", a.grid},       {"spacing", a.spacing}, {"size", a.size}};
}
FigureAxis axis_of(const Json& json) {
  FigureAxis a;
  json.at("label").get_to(a.label);
  a.low = finite(json.at("low"));
  a.high = finite(json.at("high"));
  json.at("logarithmic").get_to(a.logarithmic);
  json.at("degrees").get_to(a.degrees);
  json.at("whole").get_to(a.whole);
  json.at("numbers").get_to(a.numbers);
  json.at("ticks").get_to(a.ticks);
  json.at("grid").get_to(a.grid);
  a.spacing = finite(json.at("spacing"));
  json.at("size").get_to(a.size);
  if (a.low == a.high || (a.logarithmic && !(a.low > 0 && a.high > 0)) || !(a.spacing >= 5))
    throw std::domain_error("an axis from " + std::to_string(a.low) + " to " + std::to_string(a.high));
  return a;
}

Json json_of(const FigurePanel& p) {
  Json polygons = Json::array(), lines = Json::array(), discs = Json::array(), labels = Json::array();
  for (const Polygon& m : p.polygons)
    polygons.push_back(
        {json_of(m.corners), json_of(m.around), m.fill, m.outlined, m.edge, m.edge_width, m.snapped, m.opacity});
  for (const Polyline& m : p.lines)
    lines.push_back({json_of(m.points), m.color, m.width, m.dashed, json_of(m.around), m.opacity});
  for (const Disc& m : p.discs) discs.push_back({json_of(m.at), m.radius, m.fill, m.edge});
  for (const Label& m : p.labels)
    labels.push_back(
        {json_of(m.at), json_of(m.offset), m.words, m.size, m.rotation, m.horizontal, m.vertical, m.bold, m.color});
  return {{"rectangle", {p.left, p.bottom, p.right, p.top}},
          {"title", p.title},
          {"x", json_of(p.x)},
          {"y", json_of(p.y)},
          {"framed", p.framed},
          {"polygons", polygons},
          {"lines", lines},
          {"discs", discs},
          {"labels", labels}};
}

template <class T>
void read_rectangle(const Json& json, T& to) {
  to.left = finite(json.at(0)), to.bottom = finite(json.at(1));
  to.right = finite(json.at(2)), to.top = finite(json.at(3));
  if (!(to.right > to.left) || !(to.top > to.bottom)) throw std::domain_error("a panel without area");
}

FigurePanel panel_of(const Json& json) {
  FigurePanel p;
  read_rectangle(json.at("rectangle"), p);
  json.at("title").get_to(p.title);
  p.x = axis_of(json.at("x"));
  p.y = axis_of(json.at("y"));
  json.at("framed").get_to(p.framed);
  for (const Json& m : json.at("polygons"))
    p.polygons.push_back({places_of(m.at(0)), places_of(m.at(1)), m.at(2).get<Color>(), m.at(3).get<bool>(),
                          m.at(4).get<Color>(), finite(m.at(5)), m.at(6).get<bool>(), finite(m.at(7))});
  for (const Json& m : json.at("lines"))
    p.lines.push_back({places_of(m.at(0)), m.at(1).get<Color>(), finite(m.at(2)), m.at(3).get<bool>(),
                       places_of(m.at(4)), finite(m.at(5))});
  for (const Json& m : json.at("discs"))
    p.discs.push_back({place_of(m.at(0)), finite(m.at(1)), m.at(2).get<Color>(), m.at(3).get<Color>()});
  for (const Json& m : json.at("labels"))
    p.labels.push_back({place_of(m.at(0)), place_of(m.at(1)), m.at(2).get<std::string>(), m.at(3).get<int>(),
                        finite(m.at(4)), m.at(5).get<int>(), m.at(6).get<int>(), m.at(7).get<bool>(),
                        m.at(8).get<Color>()});
  return p;
}

}  // namespace

Json figure_json(const Figure& f) {
  Json panels = Json::array(), bars = Json::array();
  for (const FigurePanel& p : f.panels) panels.push_back(json_of(p));
  for (const ColorBar& b : f.bars)
    bars.push_back(
        {{"rectangle", {b.left, b.bottom, b.right, b.top}}, {"colors", b.colors}, {"axis", json_of(b.axis)}});
  return {{"version", 1},           {"kind", "figure"}, {"width", f.width}, {"height", f.height}, {"title", f.title},
          {"subtitle", f.subtitle}, {"notes", f.notes}, {"panels", panels}, {"bars", bars}};
}

Figure figure_of(const Json& json) {
  Figure f;
  read_frame(json, f);
  for (const Json& item : json.at("panels")) f.panels.push_back(panel_of(item));
  for (const Json& item : json.at("bars")) {
    ColorBar& bar = f.bars.emplace_back();
    read_rectangle(item.at("rectangle"), bar);
    item.at("colors").get_to(bar.colors);
    bar.axis = axis_of(item.at("axis"));
    if (bar.colors.size() < 2) throw std::domain_error("a colour bar of fewer than two colours");
  }
  return f;
}

}  // namespace terrella::viz
