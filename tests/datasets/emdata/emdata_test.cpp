// EMData files of Occam1D and MARE2DEM by hand, and every real one.
#include "datasets/emdata/emdata.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/observations/survey.h"
#include "datasets/occam1d/occam1d.h"
#include "datasets/survey/projection.h"
#include "datasets/survey/units.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const char* const mare2dem_text =
    "Format:  EMData_2.2  ! with a comment\n"
    "! by hand\n"
    "UTM of x,y origin (UTM zone, N, E, 2D strike): 11 N 3636717.0 476297.0 20.0\n"
    "Phase Convention: lag\n"
    "Reciprocity Used: no\n"
    "# CSEM Frequencies: 1\n0.25\n"
    "# Transmitters: 1\n! X Y Z Azimuth Dip Length Type Name\n0 0 2189.9 90 -1.2 0 edipole TX01\n"
    "# CSEM Receivers: 1\n0 100 2138.2 0 0 0 0 RX01\n"
    "# MT Frequencies: 2\n1\n100\n"
    "# MT Receivers: 2\n! X Y Z Theta Alpha Beta Length SolveStatic Name\n"
    "0 0 -5 0 0 -1.5 0 1 west\n100 1000 20.5 0 0 2 0 0 east\n"
    "# Data: 11\n! Type Freq# Tx# Rx# Data StdErr\n"
    "3 1 1 1 6.4e-13 7.5e-14\n"
    "103 1 1 1 100 5\n104 1 1 1 45 2\nlog10RhoZYX 1 0 1 1 0.02\n106 1 1 1 30 1\n"
    "113 2 2 2 0.01 0.001\n114 2 2 2 0.02 0.002\n115 2 2 2 -0.03 0.003\n116 2 2 2 -0.04 0.004\n"
    "133 2 1 2 0.1 0.01\n134 2 2 2 -0.2 0.01\n";

void expect_same(const EmData& a, const EmData& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.comments, b.comments);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.phase_convention, b.phase_convention);
  EXPECT_EQ(a.frequency, b.frequency);
  EXPECT_EQ(a.receiver, b.receiver);
  EXPECT_EQ(a.csem_frequency, b.csem_frequency);
  EXPECT_EQ(a.transmitter, b.transmitter);
  EXPECT_EQ(a.csem_receiver, b.csem_receiver);
  ASSERT_EQ(a.data.size(), b.data.size());
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    const EmDatum &x = a.data[i], &y = b.data[i];
    ASSERT_TRUE(x.type == y.type && x.frequency == y.frequency && x.transmitter == y.transmitter &&
                x.receiver == y.receiver && x.value == y.value && x.error == y.error)
        << i;
    if (a.is_response) { ASSERT_TRUE(x.response == y.response && x.residual == y.residual) << i; }
  }
}

// The root mean square of the residuals, and the largest difference of them to (data - response) / error.
double rms_of(const EmData& data, double tolerance) {
  double sum = 0;
  for (const EmDatum& d : data.data) {
    const double residual = (d.value - d.response) / d.error;
    EXPECT_NEAR(residual, d.residual, tolerance * (1 + (std::abs(d.value) + std::abs(d.response)) / d.error));
    sum += d.residual * d.residual;
  }
  return std::sqrt(sum / static_cast<double>(data.data.size()));
}

}  // namespace

TEST(EmData, ReadsMare2demData) {
  const EmData data = parse_emdata(mare2dem_text, "d");
  EXPECT_EQ(data.comments, std::vector<std::string>{"by hand"});
  EXPECT_EQ(data.data.size(), 11U);
  EXPECT_EQ(data.receiver[1].name, "east");
  EXPECT_EQ(data.receiver[0].solve_static, 1);
  expect_same(data, parse_emdata(emdata_text(data), "again"));
  const Observations o = observations_of(data);
  ASSERT_EQ(o.rows.size(), 10U);
  EXPECT_EQ(o.sites[0].tilt, -1.5);
  EXPECT_EQ(o.sites[0].z, -5);
  EXPECT_EQ(o.sites[0].rotation, 20);
  EXPECT_EQ(o.rows[2].quantity, Quantity::log10_rho_tm);
  EXPECT_EQ(o.rows[8].reference, 0U);  // the magnetic sensors of the first receiver
  EXPECT_EQ(o.provenance.repairs[0].rule, "csem-data");
  EXPECT_EQ(o.provenance.repairs[1].rule, "separate-magnetic-receiver");
  // East is 100 m along strike (azimuth 20) and 1000 m along the profile (azimuth 110) from the origin.
  const MapPoint east = transform({o.sites[1].longitude, o.sites[1].latitude}, wgs84, "EPSG:32611");
  const double s = 20 * pi / 180;
  EXPECT_NEAR(east.x, 476297 + 100 * std::sin(s) + 1000 * std::cos(s), 1e-3);
  EXPECT_NEAR(east.y, 3636717 + 100 * std::cos(s) - 1000 * std::sin(s), 1e-3);
  const Survey survey = survey_of(o).survey;
  ASSERT_EQ(survey.sites.size(), 2U);
  EXPECT_EQ(survey.sites[1].z[0][xy], Complex(0.01, 0.02));
  EXPECT_EQ(survey.sites[1].z[0][yx], Complex(-0.03, -0.04));
  EXPECT_FALSE(survey.sites[1].has_tipper());  // one half of it has its magnetic sensors elsewhere
  EXPECT_NEAR(std::abs(survey.sites[0].z[0][yx]), std::sqrt(2 * pi * mu_0 * 10), 1e-15);
  EXPECT_NEAR(std::arg(-survey.sites[0].z[0][yx]), 30 * pi / 180, 1e-12);
}

TEST(EmData, ReadsOlderVersions) {
  const EmData two = parse_emdata(
      "Format: EMData_2.0\n# MT Frequencies: 1\n1\n# MT Receivers: 1\n0 5 0 0 0 1\n# Data: 1\n103 1 1 1 100 5\n", "d");
  EXPECT_EQ(two.receiver[0].beta, 1);
  expect_same(two, parse_emdata(emdata_text(two), "d"));
  const EmData three = parse_emdata(
      "Format: EMData_2.1\n# MT Frequencies: 1\n1\n# MT Receivers: 1\n0 5 0 0 0 1 0 a b\n# Data: 1\n103 1 1 1 100 5\n",
      "d");
  EXPECT_EQ(three.receiver[0].name, "a b");
  expect_same(three, parse_emdata(emdata_text(three), "d"));
}

TEST(EmData, LinesThatAreKeptCanBePrinted) {
  std::string text = mare2dem_text;
  const std::string line = "0 0 2189.9 90";
  text.replace(text.find(line), line.size(), "\x10!0 2189.9 90");
  try {
    parse_emdata(text, "d");
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find("d:10: transmitters: '' is left of a line"), std::string::npos)
        << error.what();
  }
}

TEST(EmData, RefusesWhatItCannotTell) {
  const auto message = [](std::string from, const std::string& to) -> std::string {
    std::string text = mare2dem_text;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    try {
      observations_of(parse_emdata(text, "d"));
    } catch (const FormatError& error) { return error.what(); }
    return "no error";
  };
  EXPECT_NE(message("lag", "lead").find("under which the sign of MT phases is not documented"), std::string::npos);
  EXPECT_NE(message("113 2", "111 2").find("data of type 111 are no real quantity"), std::string::npos);
  EXPECT_NE(message("11 N", "11 Q").find("the origin '11 Q"), std::string::npos);
  const std::string request =
      "Format: EMData_2.2\n# MT Frequencies: 1\n1\n# MT Receivers: 1\n0 0 0 0 0 0 0 0\n# Data: 1\n103 1 1 1 0 0\n";
  try {
    observations_of(parse_emdata(request, "d"));
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_STREQ(error.what(), "d: all data and errors are 0: it asks for a forward run and holds no data");
  }
}

TEST(EmData, SurveysGoThroughOccam1dAndMare2dem) {
  Site site;
  site.name = "s";
  site.latitude = 45;
  site.longitude = 10;
  site.elevation = 12;
  for (const double period : {0.01, 1.0}) {
    const Complex z = std::polar(std::sqrt(2 * pi / period * mu_0 * 50), 0.9);
    site.period.push_back(period);
    site.z.push_back({0.0, z, -z, 0.0});
    site.z_error.push_back({0.01, 0.01, 0.01, 0.01});
  }
  const EmData one = parse_emdata(occam1d_site_text(site), "1");
  EXPECT_TRUE(looks_like_emdata_1(occam1d_site_text(site)));
  EXPECT_EQ(observations_of(one).rows[0].quantity, Quantity::rho_det);
  for (const EmDatum& d : one.data) EXPECT_NEAR(d.value, d.type == 103 ? 50 : 0.9 * 180 / pi, 1e-7);
  Site other = site;
  other.name = "t";
  other.longitude = 10.1;
  const std::string text = mare2dem_survey_text(Survey{"", {site, other}});
  EXPECT_TRUE(looks_like_emdata_2(text));
  const Survey back = survey_of(observations_of(parse_emdata(text, "2"))).survey;
  ASSERT_EQ(back.sites.size(), 2U);
  EXPECT_EQ(back.sites[1].name, "t");
  EXPECT_EQ(back.sites[1].elevation, 12);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_LT(std::abs(back.sites[0].z[i][xy] - site.z[i][xy]), 1e-8 * std::abs(site.z[i][xy]));
}

TEST(EmDataReal, AllReadWriteAndRead) {
  TERRELLA_NEED_REAL_DATA(folder);
  for (const char* name :
       {"mare2dem/Demo_forward_MT/Demo.emdata", "mare2dem/Demo_forward_MT/DemoSynthMT.emdata",
        "mare2dem/Demo_forward_MT/Demo.0.resp", "mare2dem/Demo_completed_inversion_MT/Demo.1.resp",
        "mare2dem/Demo_completed_inversion_MT/Demo.5.resp", "mare2dem/Demo_completed_inversion_MT/Demo.10.resp",
        "mare2dem/Wannamaker1986_hill/Hill.emdata", "mare2dem/Wannamaker1986_hill/Hill.0.resp",
        "mtpy-occam1d/Occam1d_DataFile_DET.dat", "mtpy-occam1d/ITER_97.resp"}) {
    const EmData data = read_emdata(folder + "/" + name);
    expect_same(data, parse_emdata(emdata_text(data), name));
  }
}

TEST(EmDataReal, ResponsesFitTheirDataAsTheirModelsSay) {
  TERRELLA_NEED_REAL_DATA(folder);
  EXPECT_NEAR(rms_of(read_emdata(folder + "/mtpy-occam1d/ITER_97.resp"), 2e-2),
              *number_of(read_occam_iteration(folder + "/mtpy-occam1d/ITER_97.iter"), "Misfit Value"), 2e-2);
  const std::string demo = folder + "/mare2dem/Demo_completed_inversion_MT/";
  const Mare2demResistivity model = read_mare2dem_resistivity(demo + "Demo.10.resistivity");
  EXPECT_EQ(find_entry(model.entries, "Model Misfit")->value, "0.9972");
  EXPECT_NEAR(rms_of(read_emdata(demo + "Demo.10.resp"), 1e-5), 0.9972, 1e-4);
  EXPECT_NEAR(rms_of(read_emdata(demo + "Demo.1.resp"), 1e-5), 11.68, 1e-2);  // log file, iteration 1
}

TEST(EmDataReal, ReceiversOfDataAndResponseAgree) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::pair<const char*, const char*> pairs[] = {
      {"Demo_forward_MT/Demo.emdata", "Demo_forward_MT/Demo.0.resp"},
      {"Wannamaker1986_hill/Hill.emdata", "Wannamaker1986_hill/Hill.0.resp"}};
  for (const auto& [data_name, response_name] : pairs) {
    const EmData data = read_emdata(folder + "/mare2dem/" + data_name),
                 response = read_emdata(folder + "/mare2dem/" + response_name);
    ASSERT_EQ(data.receiver.size(), response.receiver.size());
    for (std::size_t i = 0; i < data.receiver.size(); ++i) {
      EXPECT_NEAR(data.receiver[i].y, response.receiver[i].y, 0.051);  // printed to 0.1 m and 0.1 degrees
      EXPECT_NEAR(data.receiver[i].z, response.receiver[i].z, 0.051);
      EXPECT_NEAR(data.receiver[i].beta, response.receiver[i].beta, 0.051);
    }
    ASSERT_EQ(data.data.size(), response.data.size());
    EXPECT_THROW(observations_of(data), FormatError);  // a request for a forward run
    EXPECT_EQ(survey_of(observations_of(response, true)).survey.sites.size(), data.receiver.size());
  }
  // The hill rises 450 m over 775 m, from y -1000 to -225; z points down, so tilts are negative on the way up.
  const EmData hill = read_emdata(folder + "/mare2dem/Wannamaker1986_hill/Hill.emdata");
  for (std::size_t i = 151; i < 302; ++i) {
    const EmReceiver& r = hill.receiver[i];
    const double slope = std::atan2(450, 775) * 180 / pi;
    const double wanted = r.y > -1000 && r.y < -225 ? -slope : r.y > 225 && r.y < 1000 ? slope : 0;
    if (std::abs(std::abs(r.y) - 225) < 20 || std::abs(std::abs(r.y) - 1000) < 20) continue;  // the edges are rounded
    EXPECT_NEAR(r.beta, wanted, 0.01) << r.y;
  }
}

TEST(Occam1dReal, ModelAndIterationGiveLayers) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Occam1dModel model = read_occam1d_model(folder + "/mtpy-occam1d/Model1D");
  EXPECT_EQ(model.layers.size(), 102U);
  EXPECT_EQ(model.layers, parse_occam1d_model(occam1d_model_text(model), "again").layers);
  const OccamIteration iteration = read_occam_iteration(folder + "/mtpy-occam1d/ITER_97.iter");
  const LayeredEarth earth = layered_earth(model, iteration);
  ASSERT_EQ(earth.resistivity.size(), 101U);  // without the air
  ASSERT_EQ(earth.thickness.size(), 100U);
  EXPECT_EQ(earth.thickness[0], 10);
  EXPECT_NEAR(earth.resistivity[0], std::pow(10, 0.4849365), 1e-12);
  EXPECT_NEAR(earth.resistivity[100], std::pow(10, -5.653812), 1e-12);
  const OccamIteration start = read_occam_iteration(folder + "/mtpy-occam1d/OccamStartup1D");
  for (const double value : layered_earth(model, start).resistivity) EXPECT_NEAR(value, 100, 1e-9);
  EXPECT_THROW(layered_earth(model, parse_occam_iteration("Format: OCCAMITER_FLEX\nParam Count: 1\n2\n", "i")),
               std::invalid_argument);
}

TEST(Occam1dReal, DeterminantBecomesASounding) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey survey = read_occam1d_survey(folder + "/mtpy-occam1d/Occam1d_DataFile_DET.dat");
  ASSERT_EQ(survey.sites.size(), 1U);
  const Site& site = survey.sites[0];
  EXPECT_EQ(site.periods(), 43U);
  EXPECT_LT(std::abs(site.z[0][xy] + site.z[0][yx]), 1e-15);
  EXPECT_NEAR(std::norm(site.z[0][xy]) * site.period[0] / (2 * pi * mu_0), 4.562264, 1e-9);
  EXPECT_NEAR(std::arg(site.z[0][xy]) * 180 / pi, 52.8005, 1e-9);
  EXPECT_FALSE(site.provenance.history.empty());
}

TEST(Occam1dModel, ReadsByHand) {
  const Occam1dModel model = parse_occam1d_model(
      "Format: Resistivity1DMod_1.0\n#LAYERS: 4\n! top rho penalty preference pref_penalty\n"
      "-1000 1d12 0 0 0 !air\n0 ? 0 0 0\n100 50 1 0 0\n300 -1 1 20 0.5\n",
      "m");
  EXPECT_TRUE(model.layers[1].is_free());
  EXPECT_EQ(model.layers[0].resistivity, 1e12);
  const OccamIteration iteration = parse_occam_iteration("Format: OCCAMITER_FLEX\nParam Count: 2\n1 2\n", "i");
  const LayeredEarth earth = layered_earth(model, iteration);
  EXPECT_EQ(earth.resistivity, (std::vector<double>{10, 50, 100}));
  EXPECT_EQ(earth.thickness, (std::vector<double>{100, 200}));
  EXPECT_EQ(layered_earth(model, iteration, 150).thickness, (std::vector<double>{150}));  // under the sea
}

TEST(EmData, WhatReceiversSayComesBack) {
  EmData data = parse_emdata(mare2dem_text, "d");
  data.phase_convention = "lag";
  data.reciprocity = "no";
  data.receiver[0].alpha = 2.5;
  data.receiver[0].length = 100;
  data.receiver[0].solve_static = 1;
  const EmData back = emdata_of(observations_of(data));
  EXPECT_EQ(back.phase_convention, "lag");
  EXPECT_EQ(back.reciprocity, "no");
  EXPECT_EQ(back.receiver[0].alpha, 2.5);
  EXPECT_EQ(back.receiver[0].length, 100);
  EXPECT_EQ(back.receiver[0].solve_static, 1);
}

TEST(EmData, Occam1dKeepsTheAzimuthAndRefusesOtherAxes) {
  Site site;
  site.name = "s";
  site.rotation = 135.5;
  site.period = {1};
  site.z = {{Complex(not_a_number, not_a_number), Complex(1e-3, 1e-3), Complex(not_a_number, not_a_number),
             Complex(not_a_number, not_a_number)}};
  site.z_error = {{not_a_number, 1e-4, not_a_number, not_a_number}};
  const Observations o = observations_of(parse_emdata(occam1d_site_text(site), "1"));
  EXPECT_EQ(o.sites[0].rotation, 135.5);
  Observations turned = o;
  turned.sites[0].rotation += 30;
  EXPECT_THROW(occam1d_data_text(turned), std::invalid_argument);
  Observations remote = o;
  remote.sites.push_back(remote.sites[0]);
  remote.rows[0].reference = 1;
  EXPECT_THROW(occam1d_data_text(remote), std::invalid_argument);
}
