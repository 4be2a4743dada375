// Lines of sites on a sea floor.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"
#include "elec/mt1d/impedance.h"
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/result_file.h"
#include "inversion/mt2d/result_mesh.h"
#include "tests/inversion/mt2d/example.h"
#include "tests/inversion/mt2d/refusal.h"

using namespace terrella;
using namespace terrella::inversion;
using datasets::Quantity;

namespace {

using tests::expect;

constexpr double depth = 900;  // m, of the water
const std::vector<double> periods = {3, 10, 30, 100, 300};

/// Five sites over 1 ohm m, from 700 m below the level floor on 20 ohm m: exact impedances, with noise of 3 %.
datasets::Observations layered_floor() {
  datasets::Observations data;
  data.blocks.emplace_back();
  for (int k = 0; k < 5; ++k) {
    datasets::ObservationSite site;
    site.name = "OBEM" + std::to_string(k);
    site.y = 1500.0 * k, site.z = depth;
    data.sites.push_back(site);
  }
  const Tensor z = elec::impedance_1d({1.0, 20.0}, {700.0}, 1 / Tensor(periods));
  const auto exact = z.to_vector<std::complex<double>>();
  const auto noise = random_normal({50}, 7, DType::c128).to_vector<std::complex<double>>();
  std::size_t k = 0;
  for (std::uint32_t site = 0; site < 5; ++site)
    for (std::size_t p = 0; p < periods.size(); ++p)
      for (const bool te : {true, false}) {
        datasets::Observation row;
        row.site = site, row.period = periods[p], row.quantity = te ? Quantity::zxy : Quantity::zyx;
        row.error = row.error_imaginary = 0.03 * std::abs(exact[p]);
        row.value = (te ? 1.0 : -1.0) * exact[p] + row.error * noise[k++];
        data.rows.push_back(row);
      }
  return data;
}

Invert2dOptions quick() {
  Invert2dOptions o;
  o.rows_per_skin_depth = 3, o.growth = 1.3, o.columns_between_sites = 3, o.cell_columns = 1, o.order = 2;
  o.sea_resistivity = 0.3, o.static_shift = false;
  return o;
}

std::string refusal(const datasets::Observations& data, const Invert2dOptions& options) {
  return tests::refusal_of([&] {
    Data2d fitted = data_of(data, options);
    std::vector<std::string> notes;
    validate(options);
    design_mesh(fitted, options, notes);
  });
}

}  // namespace

TEST(Invert2dSea, FindsLayersBelowTheFloor) {
  const datasets::Observations data = layered_floor();
  std::vector<std::string> warnings;
  RunControl control;
  control.warn = [&](const std::string& warning) { warnings.push_back(warning); };
  const Result2d r = invert_2d(data, quick(), control);
  validate(r);
  EXPECT_TRUE(r.converged) << r.stopped;
  EXPECT_LE(r.rms, 1.0);
  EXPECT_TRUE(warnings.empty()) << warnings[0];
  const SectionModel& m = r.model;
  ASSERT_GT(m.sea_rows, 2U);
  const std::size_t lines = m.columns + 1;
  for (std::size_t i = 0; i < lines; ++i) {
    EXPECT_NEAR(m.z[i], 0, 1e-9);
    EXPECT_NEAR(m.z[m.sea_rows * lines + i], depth, 1e-9);
  }
  for (std::size_t e = 0; e < m.cell.size(); ++e) {
    const bool sea = e < m.sea_rows * m.columns;
    EXPECT_EQ(m.cell[e] < 0, sea);
    if (sea) { EXPECT_EQ(m.resistivity[e], 0.3); }
  }
  for (std::size_t i = 0; i < m.columns; ++i) {
    if (m.y[i] < 1000 || m.y[i + 1] > 5000) continue;
    const auto at = [&](double below) {  // log10 resistivity so far below the floor
      std::size_t j = m.sea_rows;
      while (m.z[(j + 1) * lines + i] < depth + below) ++j;
      return std::log10(m.resistivity[j * m.columns + i]);
    };
    EXPECT_NEAR(at(250), 0.0, 0.15) << m.y[i];
    EXPECT_NEAR(at(2500), std::log10(20.0), 0.35) << m.y[i];
    EXPECT_GT(m.depth_of_investigation[i], 2000);  // below the floor
    EXPECT_LT(m.depth_of_investigation[i], 60e3);
  }
  const auto notes = [&](const std::string& words) {
    return std::any_of(r.choices.begin(), r.choices.end(),
                       [&](const std::string& c) { return c.find(words) != std::string::npos; });
  };
  EXPECT_TRUE(notes("sea of 0.3 ohm m, held"));
  // The file keeps the sea, and the mesh of the result stands on the same floor.
  EXPECT_EQ(tests::difference(read_result_2d("r.h5", hdf5_bytes(r)), r), "");
  EXPECT_EQ(read_result_2d("r.h5", hdf5_bytes(r)).model.sea_rows, m.sea_rows);
  std::vector<std::string> more;
  const Section2d again = section_of_result(r, quick(), more);
  EXPECT_TRUE(more.empty()) << more[0];
  EXPECT_NEAR(fit_of(again, m.resistivity).rms, r.rms, 1e-6);
}

TEST(Invert2dSea, MeasuresDepthsFromTheFloor) {
  datasets::Observations data = layered_floor();
  data.sites[2].z = 500, data.sites[2].tilt = 4;
  const Data2d fitted = data_of(data, quick());
  std::vector<std::string> notes;
  const Section2d s = section_of(fitted, design_mesh(fitted, quick(), notes), quick());
  for (std::int64_t c = 0; c < s.cells.count; ++c) EXPECT_GT(s.cells.depth[static_cast<std::size_t>(c)], 0);
  const auto first = static_cast<std::size_t>(s.mesh.grid.sea * s.mesh.grid.ny());
  for (std::size_t e = 0; e < s.mesh.cell.size(); ++e) EXPECT_EQ(s.mesh.cell[e] < 0, e < first);
  const elec::mt2d::Forward forward = forward_of(s);
  EXPECT_EQ(forward.receivers().stance, elec::mt2d::Stance::tilted);  // both modes, as the data say
  EXPECT_EQ(forward.receivers().water.to_vector<double>(), std::vector<double>(5, 0.3));
}

TEST(Invert2dSea, RefusesWhatIsNoSea) {
  const datasets::Observations data = layered_floor();
  Invert2dOptions o = quick();
  o.sea_resistivity = -0.3;
  expect(refusal(data, o), "sea_resistivity is -0.3");
  o.sea_resistivity = NAN;
  expect(refusal(data, o), "sea_resistivity is nan");
  o = quick();
  o.sea_level = NAN;
  expect(refusal(data, o), "sea_level is nan");
  o.sea_level = 1000;
  expect(refusal(data, o), "5 sites do not stand 1 m or more below: OBEM0 (z 900 m)");
  o = quick();
  o.sea_resistivity = 0, o.sea_level = -3;
  expect(refusal(data, o), "there is no sea; give sea_resistivity too");
  o = quick();
  o.topography = false;
  expect(refusal(data, o), "topography is off");
  datasets::Observations ashore = data;
  ashore.sites[3].z = -12;
  expect(refusal(ashore, quick()), "1 site does not stand 1 m or more below: OBEM3 (z -12 m)");
  datasets::Observations quick_periods = data;
  for (datasets::Observation& row : quick_periods.rows) row.period /= 1000;
  expect(refusal(quick_periods, quick()), "no field reaches a floor below more than 20");
  ashore.sites[3].z = NAN;
  expect(refusal(ashore, quick()), "OBEM3 (z nan m)");
}

TEST(Invert2dSea, WithoutOneSitesBelowDepthZeroAreToldOf) {
  Invert2dOptions o = quick();
  o.sea_resistivity = 0;
  const Data2d fitted = data_of(layered_floor(), o);
  expect(missing_sea(fitted, o), "5 of 5 sites lie 900 to 900 m below depth 0 and are taken to stand in the open air");
  EXPECT_EQ(missing_sea(fitted, quick()), "");
  datasets::Observations hill = layered_floor();
  for (datasets::ObservationSite& site : hill.sites) site.z = -30;
  EXPECT_EQ(missing_sea(data_of(hill, o), o), "");
}
