#include "viz/job.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "viz/figure_json.h"
#include "viz/frame_json.h"

namespace terrella::viz {
namespace {

using Json = nlohmann::ordered_json;

// NaN leaves as null (nlohmann-json does so by itself) and comes back as NaN.
double number(const Json& value) { return value.is_null() ? datasets::not_a_number : value.get<double>(); }

std::vector<double> numbers(const Json& values) {
  if (!values.is_array()) throw std::domain_error("an array of numbers is missing");
  std::vector<double> result;
  for (const Json& value : values) result.push_back(number(value));
  return result;
}

Json to_json(const Section& section) {
  Json sites = Json::array();
  for (const SectionSite& site : section.sites)
    sites.push_back({{"name", site.name},
                     {"index", site.index},
                     {"distance", site.distance},
                     {"offset", site.offset},
                     {"north", site.north},
                     {"east", site.east},
                     {"latitude", site.latitude},
                     {"longitude", site.longitude},
                     {"elevation", site.elevation},
                     {"depth_of_investigation", site.depth_of_investigation},
                     {"rms", site.rms}});
  return {{"name", section.name},
          {"sites", sites},
          {"distance_edges", section.distance_edges},
          {"depth_edges", section.depth_edges},
          {"resistivity", section.resistivity},
          {"sensitivity", section.sensitivity},
          {"azimuth", section.azimuth},
          {"mean_elevation", section.mean_elevation},
          {"notes", section.notes}};
}

Section section_from(const Json& json) {
  Section section;
  json.at("name").get_to(section.name);
  for (const Json& item : json.at("sites")) {
    SectionSite& site = section.sites.emplace_back();
    item.at("name").get_to(site.name);
    item.at("index").get_to(site.index);
    site.distance = number(item.at("distance"));
    site.offset = number(item.at("offset"));
    site.north = number(item.at("north"));
    site.east = number(item.at("east"));
    site.latitude = number(item.at("latitude"));
    site.longitude = number(item.at("longitude"));
    site.elevation = number(item.at("elevation"));
    site.depth_of_investigation = number(item.at("depth_of_investigation"));
    site.rms = number(item.at("rms"));
  }
  section.distance_edges = numbers(json.at("distance_edges"));
  section.depth_edges = numbers(json.at("depth_edges"));
  section.resistivity = numbers(json.at("resistivity"));
  section.sensitivity = numbers(json.at("sensitivity"));
  section.azimuth = number(json.at("azimuth"));
  section.mean_elevation = number(json.at("mean_elevation"));
  json.at("notes").get_to(section.notes);
  if (section.sites.empty() || section.layers() == 0 || section.distance_edges.size() != section.columns() + 1 ||
      section.resistivity.size() != section.layers() * section.columns() ||
      (!section.sensitivity.empty() && section.sensitivity.size() != section.resistivity.size()))
    throw std::domain_error("the arrays of the section have different sizes");
  return section;
}

Json to_json(const Sounding& s) {
  return {{"site", s.site},
          {"rms", s.rms},
          {"period", s.period},
          {"resistivity", s.resistivity},
          {"resistivity_error", s.resistivity_error},
          {"phase", s.phase},
          {"phase_error", s.phase_error},
          {"fitted_resistivity", s.fitted_resistivity},
          {"fitted_phase", s.fitted_phase}};
}

Sounding sounding_from(const Json& json) {
  Sounding s;
  json.at("site").get_to(s.site);
  s.rms = number(json.at("rms"));
  s.period = numbers(json.at("period"));
  s.resistivity = numbers(json.at("resistivity"));
  s.resistivity_error = numbers(json.at("resistivity_error"));
  s.phase = numbers(json.at("phase"));
  s.phase_error = numbers(json.at("phase_error"));
  s.fitted_resistivity = numbers(json.at("fitted_resistivity"));
  s.fitted_phase = numbers(json.at("fitted_phase"));
  for (const auto* values :
       {&s.resistivity, &s.resistivity_error, &s.phase, &s.phase_error, &s.fitted_resistivity, &s.fitted_phase})
    if (values->size() != s.period.size()) throw std::domain_error("the arrays of a sounding have different sizes");
  return s;
}

Json to_json(const SectionPicture& picture) {
  return {{"version", 1},
          {"kind", "section"},
          {"width", picture.width},
          {"height", picture.height},
          {"title", picture.title},
          {"subtitle", picture.subtitle},
          {"notes", picture.notes},
          {"left_end", picture.left_end},
          {"right_end", picture.right_end},
          {"depth_limit", picture.depth_limit},
          {"limits", {picture.limits.minimum, picture.limits.maximum}},
          {"show_depth_of_investigation", picture.show_depth_of_investigation},
          {"section", to_json(picture.section)}};
}

Json to_json(const ResponsePicture& picture) {
  Json soundings = Json::array(), models = Json::array();
  for (const Sounding& sounding : picture.soundings) soundings.push_back(to_json(sounding));
  for (const Staircase& model : picture.models)
    models.push_back({{"resistivity", model.resistivity},
                      {"thickness", model.thickness},
                      {"depth_of_investigation", model.depth_of_investigation}});
  return {{"version", 1},
          {"kind", "response"},
          {"width", picture.width},
          {"height", picture.height},
          {"columns", picture.columns},
          {"title", picture.title},
          {"subtitle", picture.subtitle},
          {"notes", picture.notes},
          {"soundings", soundings},
          {"models", models}};
}

Json to_json(const Figure& figure) { return figure_json(figure); }

Json to_json(const VtkFiles& files) { return {{"version", 1}, {"kind", "vtk"}, {"section", to_json(files.section)}}; }

Json to_json(const VtkMeshes& files) {
  Json meshes = Json::array();
  for (const VtkMesh& mesh : files.meshes) {
    Json arrays = Json::array();
    for (const VtkArray& array : mesh.arrays)
      arrays.push_back({{"name", array.name}, {"values", array.values}, {"whole", array.whole}});
    meshes.push_back({{"file", mesh.file},
                      {"points", mesh.points},
                      {"corners", mesh.corners},
                      {"arrays", std::move(arrays)},
                      {"names", mesh.names}});
  }
  return {{"version", 1}, {"kind", "meshes"}, {"meshes", std::move(meshes)}};
}

VtkMesh vtk_mesh_from(const Json& json) {
  VtkMesh mesh;
  json.at("file").get_to(mesh.file);
  mesh.points = numbers(json.at("points"));
  json.at("corners").get_to(mesh.corners);
  json.at("names").get_to(mesh.names);
  const std::size_t points = mesh.points.size() / 3, cells = mesh.corners.size() / 4;
  if (mesh.file.empty() || mesh.file.find('/') != std::string::npos) throw std::domain_error("a mesh without a file");
  for (const Json& item : json.at("arrays")) {
    VtkArray& array = mesh.arrays.emplace_back();
    item.at("name").get_to(array.name);
    array.values = numbers(item.at("values"));
    item.at("whole").get_to(array.whole);
    if (array.values.size() != (cells > 0 ? cells : points)) throw std::domain_error("an array of another size");
  }
  for (std::int64_t corner : mesh.corners)
    if (corner < 0 || static_cast<std::size_t>(corner) >= points) throw std::domain_error("a corner that is no point");
  if (mesh.points.size() % 3 != 0 || mesh.corners.size() % 4 != 0 || mesh.arrays.empty() ||
      (!mesh.names.empty() && mesh.names.size() != points))
    throw std::domain_error("the arrays of a mesh have different sizes");
  return mesh;
}

SectionPicture section_picture_from(const Json& json) {
  SectionPicture picture;
  read_frame(json, picture);
  picture.section = section_from(json.at("section"));
  json.at("left_end").get_to(picture.left_end);
  json.at("right_end").get_to(picture.right_end);
  json.at("show_depth_of_investigation").get_to(picture.show_depth_of_investigation);
  picture.depth_limit = number(json.at("depth_limit"));
  picture.limits = {number(json.at("limits").at(0)), number(json.at("limits").at(1))};
  if (!(picture.depth_limit > 0) || !(picture.limits.minimum > 0) || !(picture.limits.maximum > picture.limits.minimum))
    throw std::domain_error("a limit is not positive or the limits do not ascend");
  return picture;
}

ResponsePicture response_picture_from(const Json& json) {
  ResponsePicture picture;
  read_frame(json, picture);
  json.at("columns").get_to(picture.columns);
  for (const Json& item : json.at("soundings")) picture.soundings.push_back(sounding_from(item));
  for (const Json& item : json.at("models")) {
    Staircase& model = picture.models.emplace_back();
    model.resistivity = numbers(item.at("resistivity"));
    model.thickness = numbers(item.at("thickness"));
    model.depth_of_investigation = number(item.at("depth_of_investigation"));
    if (model.resistivity.size() != model.thickness.size() + 1) throw std::domain_error("a model's arrays disagree");
  }
  if (picture.soundings.empty() || picture.columns < 1) throw std::domain_error("no sounding or no column");
  return picture;
}

}  // namespace

std::string to_json(const Job& job) {
  const Json json = std::visit([](const auto& value) { return to_json(value); }, job);
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

Job read_job(const std::string& bytes, const std::string& path) {
  try {
    const Json json = Json::parse(bytes);
    if (json.at("version") != 1) throw std::domain_error("version is not 1");
    const std::string kind = json.at("kind");
    if (kind == "section") return section_picture_from(json);
    if (kind == "response") return response_picture_from(json);
    if (kind == "figure") return figure_of(json);
    if (kind == "meshes") {
      VtkMeshes files;
      for (const Json& item : json.at("meshes")) files.meshes.push_back(vtk_mesh_from(item));
      return files;
    }
    if (kind == "vtk") return VtkFiles{section_from(json.at("section"))};
    throw std::domain_error("unknown kind '" + kind + "'");
  } catch (const std::exception& error) { throw FormatError(path, 0, error.what()); }
}

}  // namespace terrella::viz
