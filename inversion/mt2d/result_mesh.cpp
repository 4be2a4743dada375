#include "inversion/mt2d/result_mesh.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::inversion {
namespace {

using elec::mt2d::Grid;

/// Rows that double, levelled out over four times the relief, on the nodes of a section.
Grid with_air(const SectionModel& model, double height) {
  const std::size_t lines = model.columns + 1;
  const auto [low, high] = std::minmax_element(model.z.begin(), model.z.begin() + static_cast<std::ptrdiff_t>(lines));
  double mean = 0;
  for (std::size_t i = 0; i < lines; ++i) mean += model.z[i] / static_cast<double>(lines);
  const double level = 4 * (*high - *low), first = model.z[lines] - model.z[0];
  std::vector<double> above;
  double sum = 0;
  for (double h = first; sum < height; h *= 1.5) above.push_back(sum += h);
  std::vector<double> z;
  for (auto a = above.rbegin(); a != above.rend(); ++a)
    for (std::size_t i = 0; i < lines; ++i)
      z.push_back(mean - *a + (level > 0 ? std::max(0.0, 1 - *a / level) * (model.z[i] - mean) : 0.0));
  z.insert(z.end(), model.z.begin(), model.z.end());
  Grid grid;
  grid.y = model.y;
  grid.sea = static_cast<std::int64_t>(model.sea_rows);
  grid.surface = static_cast<std::int64_t>(above.size());
  grid.z = Tensor::from(z, {static_cast<std::int64_t>(z.size() / lines), static_cast<std::int64_t>(lines)});
  validate(grid);
  return grid;
}

bool same_nodes(const Grid& grid, const SectionModel& model) {
  if (grid.y != model.y || grid.sea != static_cast<std::int64_t>(model.sea_rows)) return false;
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t first = static_cast<std::size_t>(grid.surface) * grid.y.size();
  return z.size() - first == model.z.size() &&
         std::equal(model.z.begin(), model.z.end(), z.begin() + static_cast<std::ptrdiff_t>(first));
}

Mesh2d mesh_for(const Result2d& result, const Data2d& data, const Invert2dOptions& options,
                std::vector<std::string>& notes) {
  if (!result.model.resistivity_y.empty() || options.anisotropic)
    fail("the result is anisotropic; tests of sections are for one resistivity in every cell");
  std::vector<std::string> design;
  Mesh2d mesh = design_mesh(data, options, design);
  if (!same_nodes(mesh.grid, result.model)) {
    double longest = data.period.back(), sum = 0;
    const std::vector<double>& rho = result.model.resistivity;
    const std::size_t water = result.model.sea_rows * result.model.columns;
    for (std::size_t e = water; e < rho.size(); ++e) sum += std::log(rho[e]);
    const double host = std::exp(sum / static_cast<double>(rho.size() - water));
    mesh.grid = with_air(result.model, 3 * elec::mt2d::skin_depth(host, longest));
    notes.push_back(text("the mesh is the result's, not one that its options design; ", mesh.grid.surface,
                         " rows of air were put on top of it"));
  }
  mesh.cell = result.model.cell;
  const std::size_t elements = mesh.cell.size();
  if (result.models.size() >= elements) {
    for (std::size_t e = 0; e < elements; ++e)
      if (mesh.cell[e] >= 0) mesh.resistivity.resize(elements), mesh.resistivity[e] = std::pow(10.0, result.models[e]);
  } else {
    const double start = options.start_resistivity > 0 ? options.start_resistivity : mean_apparent_resistivity(data);
    mesh.resistivity.assign(elements, start);
  }
  for (std::size_t e = 0; e < elements; ++e)
    if (mesh.cell[e] < 0) mesh.resistivity[e] = result.model.resistivity[e];
  return mesh;
}

}  // namespace

Mesh2d mesh_of(const Result2d& result, const Invert2dOptions& options, std::vector<std::string>& notes) {
  return mesh_for(result, data_of(result.data, options), options, notes);
}

Section2d section_of_result(const Result2d& result, const Invert2dOptions& options, std::vector<std::string>& notes) {
  validate(result);
  validate(options);
  Data2d data = data_of(result.data, options);
  Mesh2d mesh = mesh_for(result, data, options, notes);
  return section_of(std::move(data), std::move(mesh), options);
}

Fit2d fit_of(const Section2d& s, const std::vector<double>& resistivity, const std::vector<double>& given) {
  if (!given.empty() && given.size() != s.data.shifts.size())
    fail("fit_of: ", given.size(), " static shifts for a section of ", s.data.shifts.size());
  const std::vector<double> shift = given.empty() ? std::vector<double>(s.data.shifts.size(), 0.0) : given;
  const Tensor rho = Tensor::from(resistivity, {s.mesh.grid.earth_rows(), s.mesh.grid.ny()});
  const elec::mt2d::Response response = forward_of(s)(rho);
  Fit2d fit;
  fit.predicted = predicted_rows(s.data, response, shift);
  const Tensor shifts = shift.empty() ? Tensor::none() : Tensor(shift);
  double squares = 0;
  const std::vector<double> residual = residual_of(s.data, response, shifts).to_vector<double>();
  for (const double r : residual) squares += r * r;
  fit.rms = std::sqrt(squares / static_cast<double>(residual.size()));
  Result2d as_result;
  as_result.data = s.data.observed;
  as_result.predicted = fit.predicted;
  fit.rms_of_sites = rms_of_sites(as_result);
  return fit;
}

std::vector<double> shifts_of_result(const Section2d& section, const Result2d& result) {
  std::vector<double> shifts;
  for (const auto& [site, mode] : section.data.shifts)
    shifts.push_back(result.static_shift.empty() ? 0.0
                                                 : result.static_shift.at(static_cast<std::size_t>(2 * site + mode)));
  return shifts;
}

}  // namespace terrella::inversion
