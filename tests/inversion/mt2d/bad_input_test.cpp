// What no inversion can be made of is refused before work starts, by a message that says what and how to mend it.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "inversion/mt2d/mt2d.h"
#include "tests/inversion/mt2d/refusal.h"

using namespace terrella;
using namespace terrella::inversion;
using datasets::Quantity;

namespace {

using tests::expect;

// Three sites over 100 ohm m.
datasets::Observations good() {
  datasets::Observations data;
  data.blocks.emplace_back();
  for (const double y : {0.0, 1000.0, 2000.0}) {
    datasets::ObservationSite site;
    site.name = "S" + std::to_string(static_cast<int>(y));
    site.x = 0, site.y = y, site.z = 0;
    data.sites.push_back(site);
  }
  for (std::uint32_t site = 0; site < 3; ++site)
    for (const double period : {0.1, 1.0})
      for (const auto& [quantity, value, error] : {std::tuple{Quantity::log10_rho_te, 2.0, 0.05},
                                                   {Quantity::phase_te, 45.0, 2.0},
                                                   {Quantity::log10_rho_tm, 2.0, 0.05},
                                                   {Quantity::phase_tm, 45.0, 2.0}}) {
        datasets::Observation row;
        row.site = site, row.period = period, row.quantity = quantity;
        row.value = value, row.error = row.error_imaginary = error;
        data.rows.push_back(row);
      }
  return data;
}

// What is said, before any iteration.
template <class Change>
std::string refusal(const Change& change, Invert2dOptions options = {}) {
  datasets::Observations data = good();
  change(data, options);
  RunControl control;
  control.progress = [](const Progress1d&) -> bool { throw std::logic_error("work has started"); };
  return tests::refusal_of([&] { invert_2d(data, options, control); });
}

}  // namespace

TEST(BadInput2d, DataThatCannotBeFitted) {
  using Data = datasets::Observations;
  using Options = Invert2dOptions;
  expect(refusal([](Data& d, Options&) { d.rows.clear(); }), "no row of the data can be fitted");
  expect(refusal([](Data& d, Options&) {
           for (auto& row : d.rows) row.masked = true;
         }),
         "no row of the data can be fitted");
  expect(refusal([](Data&, Options& o) { o.te = o.tm = o.tipper = false; }), "there is nothing to fit");
  expect(refusal([](Data&, Options& o) { o.te = o.tm = false; }), "no row of the data can be fitted");  // no tipper
  expect(refusal([](Data& d, Options&) { d.rows[5].error = NAN; }), "of site 'S0' at 1 s, has error");
  expect(refusal([](Data& d, Options&) { d.rows[5].error = NAN; }), "te_error_floor");
  expect(refusal([](Data& d, Options&) { d.rows[5].error = d.rows[5].error_imaginary = 0; }), "has error 0");
  expect(refusal([](Data& d, Options&) { d.rows[5].error = -1; }), "error");
  expect(refusal([](Data& d, Options&) { d.rows[5].value = NAN; }), "finite");
  expect(refusal([](Data& d, Options&) { d.rows[5].period = -1; }), "period");
  expect(refusal([](Data& d, Options&) {
           d.rows[4].quantity = Quantity::rho_te;
           d.rows[4].value = -10;
         }),
         "apparent resistivities are positive");
  expect(refusal([](Data& d, Options&) { d.sites[1].y = NAN; }), "has no place along the profile");
}

TEST(BadInput2d, OptionsThatMakeNoSense) {
  using Data = datasets::Observations;
  using Options = Invert2dOptions;
  expect(refusal([](Data&, Options& o) { o.start_resistivity = -5; }), "start_resistivity is -5");
  expect(refusal([](Data&, Options& o) { o.lowest_resistivity = 10, o.highest_resistivity = 1; }), "the lower first");
  expect(refusal([](Data&, Options& o) { o.te_error_floor = 5; }), "it is a fraction");
  expect(refusal([](Data&, Options& o) { o.growth = 0.5; }), "growth is 0.5");
  expect(refusal([](Data&, Options& o) { o.start_resistivity = 1e30; }), "start_resistivity is 1e+30 ohm m; give 1e-5");
  expect(refusal([](Data&, Options& o) { o.lowest_resistivity = 1e-30, o.highest_resistivity = 10; }),
         "lowest_resistivity is 1e-30");
  expect(refusal([](Data&, Options& o) { o.max_iterations = 0; }), "max_iterations is 0");
}

TEST(BadInput2d, GroundThatNoGridFollowsNamesItsSites) {
  using Data = datasets::Observations;
  using Options = Invert2dOptions;
  expect(refusal([](Data& d, Options&) { d.sites[1].z = -10000; }),
         "the ground climbs 10000 m within 1000 m from site 'S0' to 'S1000', a slope of 10; no grid follows");
  expect(refusal([](Data& d, Options&) { d.sites[2].z = 5001; }), "falls 5001 m within 1000 m from site 'S1000'");
  std::vector<std::string> notes;
  Data steep = good();
  steep.sites[1].z = -2000;
  design_mesh(data_of(steep, {}), {}, notes);
  EXPECT_NE(std::find_if(notes.begin(), notes.end(),
                         [](const std::string& n) { return n.find("a slope of 2: responses") != n.npos; }),
            notes.end());
  steep.sites[1].z = -10000;
  EXPECT_NO_THROW(design_mesh(data_of(steep, {}), {.topography = false}, notes));
}

TEST(BadInput2d, WhatIsNoRockOrFitsNoMachine) {
  using Data = datasets::Observations;
  using Options = Invert2dOptions;
  expect(refusal([](Data& d, Options&) {
           for (auto& row : d.rows)
             if (datasets::info(row.quantity).kind == datasets::QuantityKind::log10_apparent_resistivity)
               row.value = 26;
         }),
         "the mean of the apparent resistivities is 1e+26 ohm m");
  expect(refusal([](Data& d, Options& o) {
           o.columns_between_sites = 100, o.rows_per_skin_depth = 100, o.growth = 1.01, o.cell_columns = 1;
           o.cell_width = 1e-9;
           const std::vector<datasets::Observation> rows = d.rows;
           for (int k = 1; k < 3000; ++k)
             for (datasets::Observation row : rows) row.period *= 1 + 0.001 * k, d.rows.push_back(row);
         }),
         "GB; this machine has");
}

TEST(BadInput2d, SitesOffTheMeshAndModelsThatAreNone) {
  const datasets::Observations data = good();
  const Data2d fitted = data_of(data, {});
  std::vector<std::string> notes;
  const Mesh2d mesh = design_mesh(fitted, {}, notes);
  const auto refused = [&](const datasets::Observations& d, const Mesh2d& m) -> std::string {
    try {
      invert_2d(d, m);
    } catch (const std::invalid_argument& error) { return error.what(); } catch (const MeshError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  datasets::Observations far = data;
  far.sites[2].y = 1e8;
  expect(refused(far, mesh), "outside");
  Mesh2d negative = mesh;
  negative.resistivity[7] = -100;
  expect(refused(data, negative), "the resistivity of element 7 is -100 ohm m");
  negative.resistivity[7] = 0;
  expect(refused(data, negative), "give positive numbers");
  Mesh2d sea = mesh;
  sea.grid.sea = sea.grid.earth_rows();
  expect(refused(data, sea), "there must be earth below it");
  sea.grid.sea = 2;
  expect(refused(data, sea), "the mesh seeks the resistivity of the water");
  Mesh2d crossing = mesh;
  std::vector<double> z = mesh.grid.z.to_vector<double>();
  const auto lines = static_cast<std::size_t>(mesh.grid.ny() + 1);
  std::swap(z[static_cast<std::size_t>(mesh.grid.surface) * lines + 5],
            z[static_cast<std::size_t>(mesh.grid.surface + 1) * lines + 5]);
  crossing.grid.z = Tensor::from(z, {mesh.grid.nz() + 1, mesh.grid.ny() + 1});
  EXPECT_NE(refused(data, crossing), "nothing was thrown");
}
