#include "inversion/mt2d/mesh.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "datasets/survey/units.h"

namespace terrella::inversion {
namespace {

using elec::mt2d::Profile;

/// Smallest and largest apparent resistivities of the shortest or the longest fifth of the periods, the extreme tenths
/// left out; 0 where there are only tippers.
std::pair<double, double> range_of(const Data2d& data, bool shortest) {
  std::vector<double> all;
  const auto periods = static_cast<std::int64_t>(data.period.size());
  const std::int64_t few = std::max<std::int64_t>(1, periods / 5);
  const std::int64_t first = shortest ? 0 : periods - few, last = shortest ? few : periods;
  std::map<std::pair<Source2d, std::int64_t>, std::complex<double>> parts;
  for (const Datum2d& d : data.data) {
    if (d.source == Source2d::tipper || d.place / data.sites() < first || d.place / data.sites() >= last) continue;
    if (d.part == Part2d::log10_resistivity) all.push_back(std::pow(10.0, d.observed));
    if (d.part == Part2d::resistivity) all.push_back(d.observed);
    if (d.part == Part2d::real) parts[{d.source, d.place}].real(d.observed);
    if (d.part == Part2d::imaginary) parts[{d.source, d.place}].imag(d.observed);
  }
  for (const auto& [key, z] : parts)
    all.push_back(std::norm(z) * data.period[static_cast<std::size_t>(key.second / data.sites())] /
                  (2 * datasets::pi * datasets::mu_0));
  std::erase_if(all, [](double rho) { return !(rho > 0 && std::isfinite(rho)); });
  if (all.empty()) return {0, 0};
  std::sort(all.begin(), all.end());
  return {all[all.size() / 10], all[all.size() - 1 - all.size() / 10]};
}

}  // namespace

void validate(const Mesh2d& mesh) {
  elec::mt2d::validate(mesh.grid);
  const auto elements = static_cast<std::size_t>(mesh.grid.earth_rows() * mesh.grid.ny());
  if (mesh.cell.size() != elements || mesh.resistivity.size() != elements)
    fail("mesh: ", mesh.cell.size(), " cell numbers and ", mesh.resistivity.size(), " resistivities for ",
         mesh.grid.earth_rows(), " x ", mesh.grid.ny(), " elements of the earth");
  for (std::size_t e = 0; e < elements; ++e)
    if (!(mesh.resistivity[e] > 0 && std::isfinite(mesh.resistivity[e])))
      fail("mesh: the resistivity of element ", e, " is ", mesh.resistivity[e], " ohm m; give positive numbers");
}

Profile ground_of(const Data2d& data, bool topography) {
  Profile ground;
  if (!topography) return ground;
  std::map<double, std::pair<double, int>> depth;
  for (const datasets::ObservationSite& site : data.observed.sites)
    if (std::isfinite(site.y) && std::isfinite(site.z)) {
      auto& [sum, count] = depth[site.y];
      sum += site.z;
      ++count;
    }
  for (const auto& [y, d] : depth) {
    ground.y.push_back(y);
    ground.z.push_back(d.first / d.second);
  }
  return ground;
}

namespace {

/// Sites of the data that stand on land, or at no known depth, where a sea is wanted.
void expect_sites_under_water(const Data2d& data, const Invert2dOptions& o) {
  if (!o.topography)
    fail("invert_2d: sea_resistivity is ", o.sea_resistivity,
         " ohm m, but topography is off; the sea floor runs through the depths of the sites");
  constexpr double least = 1;  // m of water
  std::string dry;
  int count = 0;
  for (const std::int64_t i : used_sites(data)) {
    const datasets::ObservationSite& site = data.observed.sites[static_cast<std::size_t>(i)];
    if (site.z > o.sea_level + least) continue;  // NaN is dry
    if (++count <= 5) dry += text(count > 1 ? ", " : "", site.name, " (z ", site.z, " m)");
  }
  if (count > 0)
    fail("invert_2d: the sea begins at z = ", o.sea_level, " m (sea_level, positive down), but ", count,
         count == 1 ? " site does not stand " : " sites do not stand ", least, " m or more below: ", dry,
         count > 5 ? ", ..." : "", "; with a sea all sites stand on its floor: give other depths or leave them out");
}

/// Where sites climb more steeply than a grid can follow, or should.
void watch_slopes(const Data2d& data, const Profile& ground, std::vector<std::string>& notes) {
  const auto name_at = [&](double y) {
    for (const datasets::ObservationSite& site : data.observed.sites)
      if (site.y == y) return text("'", site.name, "'");
    return std::string("?");
  };
  for (std::size_t k = 1; k < ground.y.size(); ++k) {
    const double climb = ground.z[k - 1] - ground.z[k], along = ground.y[k] - ground.y[k - 1];
    const double slope = std::abs(climb) / along;
    const std::string what =
        text("the ground ", climb < 0 ? "falls " : "climbs ", std::abs(climb), " m within ", along, " m from site ",
             name_at(ground.y[k - 1]), " to ", name_at(ground.y[k]), ", a slope of ", slope);
    if (slope > elec::mt2d::steepest_ground)
      throw MeshError(text("invert_2d: ", what, "; no grid follows slopes above ", elec::mt2d::steepest_ground,
                           ": mend heights or coordinates there, leave a site out, or set topography = false"));
    if (slope > 1.5) notes.push_back(what + ": responses there are good to some percent only");
  }
}

/// Where no rock lies: units are wrong, or a floor of noise was taken for data.
void expect_rock(double host) {
  if (host >= 1e-5 && host <= 1e9) return;
  fail("invert_2d: the mean of the apparent resistivities is ", host,
       " ohm m, which no rock has; are impedances in their units? A start can be given (start_resistivity)");
}

}  // namespace

std::string missing_sea(const Data2d& data, const Invert2dOptions& o) {
  if (o.sea_resistivity > 0 || !o.topography) return {};
  double least = 0, deepest = 0;
  int count = 0;
  const std::vector<std::int64_t> used = used_sites(data);
  for (const std::int64_t i : used)
    if (const double z = data.observed.sites[static_cast<std::size_t>(i)].z; z > 0) {
      least = count == 0 ? z : std::min(least, z), deepest = std::max(deepest, z);
      ++count;
    }
  if (count == 0) return {};
  return text(
      count, " of ", used.size(), " sites lie ", least, " to ", deepest,
      " m below depth 0 and are taken to stand in the open air; on a sea floor set sea_resistivity (0.3 ohm m)");
}

Mesh2d design_mesh(const Data2d& data, const Invert2dOptions& o, std::vector<std::string>& notes) {
  if (o.sea_resistivity > 0) expect_sites_under_water(data, o);
  const double host = o.start_resistivity > 0 ? o.start_resistivity : mean_apparent_resistivity(data);
  expect_rock(host);
  const double near = range_of(data, true).first, far = range_of(data, false).second;
  elec::mt2d::DesignOptions design;
  design.resistivity = std::max(host, far);  // deep and wide enough for what the longest periods see
  design.near_surface = near > 0 ? std::min(near, host) : host;
  design.per_skin_depth = o.rows_per_skin_depth;
  design.growth = o.growth;
  design.between_sites = o.columns_between_sites;
  design.depth = 3, design.sides = 3, design.air = 3;
  design.sea = {o.sea_resistivity, o.sea_level};
  std::vector<double> sites;
  for (const std::int64_t i : used_sites(data)) sites.push_back(data.y[static_cast<std::size_t>(i)]);
  std::sort(sites.begin(), sites.end());
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  const Profile ground = ground_of(data, o.topography);
  watch_slopes(data, ground, notes);
  Mesh2d mesh;
  mesh.grid = elec::mt2d::design_grid(sites, data.period, ground, design);
  // Between the cells of two sites there is room for another.
  const int most = std::max(1, 2 * static_cast<int>((0.8 * o.columns_between_sites - 1) / 2) + 1);
  mesh.cell = design_cells(
      mesh.grid,
      {.sites = sites, .columns = std::min(o.cell_columns, most), .width = o.cell_width, .height = o.cell_height});
  mesh.resistivity.assign(mesh.cell.size(), host);
  std::fill_n(mesh.resistivity.begin(), mesh.grid.sea * mesh.grid.ny(), o.sea_resistivity);
  const auto cells = *std::max_element(mesh.cell.begin(), mesh.cell.end()) + 1;
  notes.push_back(text("mesh of ", mesh.grid.ny(), " columns, ", mesh.grid.earth_rows() - mesh.grid.sea,
                       " rows of earth and ", mesh.grid.surface, " of air for a host of ", design.resistivity,
                       " ohm m and ", design.near_surface, " ohm m at the ground; ", cells, " cells"));
  notes.push_back(ground.y.empty() ? text("level ground: ", o.topography ? "no site has a depth" : "topography is off")
                                   : text("the ground runs through the depths of ", ground.y.size(), " places"));
  if (mesh.grid.sea > 0) {
    const auto [shallow, deep] = std::minmax_element(ground.z.begin(), ground.z.end());
    notes.push_back(text("sea of ", o.sea_resistivity, " ohm m, held, in ", mesh.grid.sea, " rows above them, ",
                         *shallow - o.sea_level, " to ", *deep - o.sea_level,
                         " m deep; beyond the outermost sites as deep as there, whatever coast there is"));
  } else if (const std::string warning = missing_sea(data, o); !warning.empty()) {
    notes.push_back(warning);
  }
  notes.push_back(
      text("start of ", host, " ohm m", o.start_resistivity > 0 ? "" : ", the logarithmic mean of the data"));
  return mesh;
}

}  // namespace terrella::inversion
