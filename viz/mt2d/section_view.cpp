#include "viz/mt2d/section_view.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "inversion/mt2d/ensemble.h"

namespace terrella::viz {
namespace {

using inversion::SectionModel;

/// The column that holds y, the last one for the last line; columns where none does.
std::size_t column_at(const SectionModel& model, double y) {
  if (!(y >= model.y.front()) || !(y <= model.y.back())) return model.columns;
  const auto above = std::upper_bound(model.y.begin(), model.y.end(), y) - model.y.begin();
  return std::min(static_cast<std::size_t>(above) - 1, model.columns - 1);
}

double depth_of_node_row(const SectionModel& model, std::size_t row, std::size_t column, double y) {
  const double* const z = &model.z[row * (model.columns + 1) + column];
  const double part = (y - model.y[column]) / (model.y[column + 1] - model.y[column]);
  return z[0] + part * (z[1] - z[0]);
}

}  // namespace

double ground_at(const SectionModel& model, double y) {
  const double inside = std::clamp(y, model.y.front(), model.y.back());
  return depth_of_node_row(model, model.sea_rows, column_at(model, inside), inside);
}

double surface_at(const SectionModel& model, double y) {
  const double inside = std::clamp(y, model.y.front(), model.y.back());
  return depth_of_node_row(model, 0, column_at(model, inside), inside);
}

std::size_t element_at(const SectionModel& model, double y, double z) {
  const std::size_t column = column_at(model, y);
  if (column == model.columns || !(z >= depth_of_node_row(model, 0, column, y))) return elements(model);
  for (std::size_t row = 0; row < model.rows; ++row)
    if (z < depth_of_node_row(model, row + 1, column, y)) return row * model.columns + column;
  return elements(model);
}

SectionPoint middle_of(const SectionModel& model, std::size_t row, std::size_t column) {
  const double *const upper = &model.z[row * (model.columns + 1) + column], *const lower = upper + model.columns + 1;
  return {(model.y[column] + model.y[column + 1]) / 2, (upper[0] + upper[1] + lower[0] + lower[1]) / 4};
}

double area_of(const SectionModel& model, std::size_t row, std::size_t column) {
  const double *const upper = &model.z[row * (model.columns + 1) + column], *const lower = upper + model.columns + 1;
  return (model.y[column + 1] - model.y[column]) * (lower[0] - upper[0] + lower[1] - upper[1]) / 2;
}

bool is_sea(const SectionModel& model, std::size_t element) {
  return element < model.sea_rows * model.columns || (model.cell[element] < 0 && model.resistivity[element] < 1);
}

int within_depth_of_investigation(const SectionModel& model, std::size_t row, std::size_t column) {
  const double limit =
      model.depth_of_investigation.empty() ? datasets::not_a_number : model.depth_of_investigation[column];
  if (std::isnan(limit)) return -1;
  const SectionPoint middle = middle_of(model, row, column);
  return middle.z - ground_at(model, middle.y) < limit;
}

namespace {

std::vector<double> from_log10(std::vector<double> values) {
  for (double& v : values) v = std::pow(10.0, v);
  return values;
}

}  // namespace

SectionView section_view(const inversion::Result2d& result, const std::string& title) {
  inversion::validate(result);
  SectionView view{.title = title.empty() ? result.data.name : title,
                   .model = result.model,
                   .air = {},
                   .sites = {},
                   .mean = {},
                   .low = {},
                   .high = {},
                   .deviation = {},
                   .resolution = {},
                   .azimuth = result.azimuth,
                   .rms = result.rms};
  for (const datasets::ObservationSite& site : result.data.sites) {
    if (!std::isfinite(site.y)) fail("section: site '", site.name, "' has no place along the profile (y)");
    view.sites.push_back({site.name, site.y, ground_at(result.model, site.y)});
    view.sea_level = view.sea_level || std::isfinite(site.latitude);
  }
  view.sea_level = view.sea_level || (result.model.sea_rows > 0 && result.model.z.front() == 0);
  std::stable_sort(view.sites.begin(), view.sites.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
  if (result.ensemble.size() > elements(view.model)) {  // one member has no spread
    view.members = result.ensemble.size() / elements(view.model);
    inversion::SectionSpread spread = inversion::ensemble_spread(result);
    view.mean = from_log10(std::move(spread.mean)), view.deviation = std::move(spread.deviation);
    view.low = from_log10(inversion::ensemble_quantile(result, 0.1));
    view.high = from_log10(inversion::ensemble_quantile(result, 0.9));
  }
  return view;
}

SectionView section_view(const datasets::ResistivityModel& model, const std::string& title) {
  const Mesh2D* const mesh = std::get_if<Mesh2D>(&model.mesh);
  if (!mesh) fail("section: the model ", model.path, " is not of cells in the plane of a profile");
  validate(*mesh);
  SectionView view;
  view.title = title.empty() ? model.name : title;
  SectionModel& section = view.model;
  section.rows = mesh->nz(), section.columns = mesh->ny();
  section.y = mesh->y;
  for (double z : mesh->z) section.z.insert(section.z.end(), section.columns + 1, z);
  section.resistivity = model.resistivity;
  section.cell.resize(section.resistivity.size());
  for (std::size_t i = 0; i < section.cell.size(); ++i) {
    const datasets::Cell kind = model.kind.empty() ? datasets::Cell::free : model.kind[i];
    section.cell[i] = kind == datasets::Cell::free ? static_cast<std::int64_t>(i) : -1;
    if (kind == datasets::Cell::air) view.air.resize(section.cell.size()), view.air[i] = true;
  }
  return view;
}

}  // namespace terrella::viz
