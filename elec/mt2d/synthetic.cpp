#include "elec/mt2d/synthetic.h"

#include <cmath>

#include "core/ops.h"
#include "elec/mt2d/design.h"

namespace terrella::elec::mt2d {

datasets::LineResponse basin_response(const datasets::SyntheticLine& line) {
  std::vector<double> sites;
  Profile ground;
  for (const datasets::SyntheticSite& site : line.sites) {
    sites.push_back(site.distance);
    ground.y.push_back(site.distance);
    ground.z.push_back(-site.elevation);
  }
  // The largest resistivity of its upper kilometres decides how deep and wide, the cover how fine.
  const Grid grid =
      design_grid(sites, line.period, ground,
                  {.resistivity = 400, .near_surface = 60, .per_skin_depth = 12, .growth = 1.08, .between_sites = 8});
  const std::vector<double> z = grid.z.to_vector<double>();
  const std::size_t lines = grid.y.size();
  const auto surface = static_cast<std::size_t>(grid.surface), rows = static_cast<std::size_t>(grid.earth_rows());
  std::vector<double> resistivity;
  for (std::size_t j = 0; j < rows; ++j)
    for (std::size_t i = 0; i + 1 < lines; ++i) {
      const auto middle = [&](std::size_t row) { return (z[row * lines + i] + z[row * lines + i + 1]) / 2; };
      const double top = middle(surface + j) - middle(surface), bottom = middle(surface + j + 1) - middle(surface);
      // Where an interface passes through, the mean of conductivities over the depths of the element.
      constexpr int parts = 16;
      double conductivity = 0;
      for (int k = 0; k < parts; ++k)
        conductivity +=
            1 / datasets::basin_resistivity((grid.y[i] + grid.y[i + 1]) / 2, top + (k + 0.5) / parts * (bottom - top));
      resistivity.push_back(parts / conductivity);
    }
  const Forward forward(grid, Tensor(line.period), {.y = Tensor(sites)}, {.order = 1});
  const Response response = forward(Tensor::from(resistivity, {grid.earth_rows(), grid.ny()}));
  const auto by_site = [&](const Tensor& values) {
    const std::vector<datasets::Complex> all = values.to_vector<datasets::Complex>();  // [periods, sites]
    std::vector<std::vector<datasets::Complex>> result(sites.size());
    for (std::size_t k = 0; k < all.size(); ++k) result[k % sites.size()].push_back(all[k]);
    return result;
  };
  return {by_site(response.zxy), by_site(response.zyx), by_site(response.tipper)};
}

}  // namespace terrella::elec::mt2d
