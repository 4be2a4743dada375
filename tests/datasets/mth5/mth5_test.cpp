#include "datasets/mth5/mth5.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "core/error.h"
#include "datasets/hdf5/writer.h"
#include "datasets/read.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/site_comparison.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double ohm = 4e-4 * 3.14159265358979323846;  // of mV/km/nT

// One transfer function as the program mth5 lays it out, with places where tests may spoil it.
struct Layout {
  std::string version = "0.2.0", type = "MTH5";
  bool old_tree = false;  ///< 0.1
  std::string units = "none", sign = "none", system = "geographic";
  double latitude = 40, longitude = -122, elevation = 100, declination = 0;
  std::vector<double> period = {1, 10};
  std::vector<Complex> values = {0.1, Complex(2, 1), Complex(-3, -2), 0.2, 0.3, -0.1,
                                 0.2, Complex(1, 1), Complex(-1, -1), 0.1, 0.2, 0.1};
  std::vector<std::size_t> shape = {2, 3, 2};
  std::vector<double> errors = {1, 2, 3, 4, 0.1, 0.2, 1, 2, 3, 4, 0.1, 0.2};
  std::vector<std::string> outputs = {"ex", "ey", "hz"}, inputs = {"hx", "hy"};
  std::string skip;           ///< name of a dataset or attribute that is left out
  bool placeholders = false;  ///< covariances of one zero, as mth5 writes where there are none
};

std::string build(const Layout& layout) {
  hdf5::Writer writer;
  hdf5::WriteGroup& root = writer.root();
  root.set("file.type", layout.type);
  root.set("file.version", layout.version);
  root.set("mth5.software.name", std::string("mth5"));
  const auto fill = [&](hdf5::WriteGroup& survey) {
    hdf5::WriteGroup stations = survey.group("Stations"), station = stations.group("mt01");
    station.set("location.latitude", layout.latitude);
    station.set("location.longitude", layout.longitude);
    if (layout.skip != "elevation") station.set("location.elevation", layout.elevation);
    if (layout.skip != "declination") station.set("location.declination.value", layout.declination);
    hdf5::WriteGroup functions = station.group("Transfer_Functions"), function = functions.group("mt01_a");
    function.set("units", layout.units);
    function.set("sign_convention", layout.sign);
    function.set("coordinate_system", layout.system);
    if (layout.skip != "period")
      function.write_array("period", std::span<const double>(layout.period), {layout.period.size()});
    if (layout.skip != "transfer_function") {
      function.write_array("transfer_function", std::span<const Complex>(layout.values), layout.shape);
      function.set_on("transfer_function", "output_channels", layout.outputs);
      function.set_on("transfer_function", "input_channels", layout.inputs);
    }
    if (layout.skip != "transfer_function_error")
      function.write_array("transfer_function_error", std::span<const double>(layout.errors), layout.shape);
    if (!layout.placeholders) return;
    const Complex zero[] = {0};
    for (const char* name : {"inverse_signal_power", "residual_covariance"})
      function.write_array(name, std::span<const Complex>(zero), {1, 1, 1});
  };
  if (layout.old_tree) {
    hdf5::WriteGroup survey = root.group("Survey");
    fill(survey);
  } else {
    hdf5::WriteGroup experiment = root.group("Experiment"), surveys = experiment.group("Surveys"),
                     survey = surveys.group("line");
    fill(survey);
  }
  return writer.finish();
}

std::string outcome(const std::function<void(Layout&)>& spoil) {
  Layout layout;
  spoil(layout);
  try {
    std::string rules = "read";
    for (const Site& site : parse_mth5(build(layout), "a.mth5").sites)
      for (const Repair& repair : site.provenance.repairs) rules += " " + repair.rule;
    return rules;
  } catch (const FormatError& error) { return error.what(); }
}

}  // namespace

TEST(Mth5, SmallFileByHand) {
  for (const bool old_tree : {false, true}) {
    Layout layout;
    layout.old_tree = old_tree;
    if (old_tree) layout.version = "0.1.0";
    const std::string bytes = build(layout);
    EXPECT_TRUE(looks_like_mth5(std::string_view(bytes).substr(0, 4096)));
    const Survey survey = parse_mth5(bytes, "a.mth5");
    ASSERT_EQ(survey.sites.size(), 1u);
    const Site& site = survey.sites[0];
    EXPECT_EQ(site.name, "mt01");
    EXPECT_EQ(survey.name, old_tree ? "" : "line");
    EXPECT_DOUBLE_EQ(site.longitude, -122);
    EXPECT_LT(std::abs(site.z[0][xy] - ohm * Complex(2, 1)), 1e-15);
    EXPECT_NEAR(site.z_error[1][yx], ohm * 3 / std::sqrt(2.0), 1e-15);  // sqrt(E|dZ|^2) of 3
    EXPECT_EQ(site.tipper[0][1], Complex(-0.1));
    EXPECT_NEAR(site.tipper_error[0][0], 0.1 / std::sqrt(2.0), 1e-15);
    EXPECT_TRUE(site.provenance.repairs.empty());
  }
}

TEST(Mth5, ChannelsAreFoundByTheirNames) {
  Layout layout;
  layout.outputs = {"hz", "ex", "ey"};
  layout.inputs = {"hy", "hx"};
  const Site site = parse_mth5(build(layout), "a.mth5").sites.at(0);
  EXPECT_EQ(site.tipper[0][0], Complex(2, 1));
  EXPECT_LT(std::abs(site.z[0][xx] - ohm * Complex(0.2)), 1e-15);  // row ex, column hx
}

TEST(Mth5, SpoiledFiles) {
  EXPECT_EQ(outcome([](Layout&) {}), "read");
  const auto expect = [](const char* part, const std::function<void(Layout&)>& spoil) {
    EXPECT_NE(outcome(spoil).find(part), std::string::npos) << part << "\n in \n" << outcome(spoil);
  };
  expect("neither one of Terrella nor MTH5", [](Layout& l) { l.type = "ASDF"; });
  expect("is MTH5 of version '0.9'", [](Layout& l) { l.version = "0.9"; });
  expect("period: is missing", [](Layout& l) { l.skip = "period"; });
  expect("transfer_function: is missing", [](Layout& l) { l.skip = "transfer_function"; });
  expect("read", [](Layout& l) { l.skip = "transfer_function_error"; });
  expect("is not known; mV/km/nT or ohm", [](Layout& l) { l.units = "furlong"; });
  expect("is not known; + or -", [](Layout& l) { l.sign = "cos"; });
  expect("is not positive", [](Layout& l) { l.period = {0, 1}; });
  expect("stands twice", [](Layout& l) { l.period = {1, 1}; });
  expect("the first of 3 periods", [](Layout& l) { l.period = {1, 2, 3}; });
  expect("should have three dimensions", [](Layout& l) { l.shape = {2, 6}; });
  expect("names 2 channels, but there are 3", [](Layout& l) { l.outputs = {"ex", "ey"}; });
  expect("names ex twice", [](Layout& l) { l.outputs = {"ex", "ex", "hz"}; });
  expect("has not both input channels", [](Layout& l) { l.inputs = {"hx", "bz"}; });
  expect("zeros", [](Layout& l) { l.errors.assign(12, 0.0); });
  expect("zeros", [](Layout& l) { l.values[4] = l.values[5] = l.values[10] = l.values[11] = 0; });
  expect("holds zeros only", [](Layout& l) { l.values.assign(12, 0.0); });
  expect("negative-error", [](Layout& l) { l.errors[1] = -1; });
  expect("all values are missing", [](Layout& l) { l.values.assign(12, Complex(not_a_number, 0)); });
  expect("zeros", [](Layout& l) { l.errors[4] = l.errors[5] = l.errors[10] = l.errors[11] = 0; });
  expect("not-a-number", [](Layout& l) { l.values[1] = Complex(HUGE_VAL, 0); });
  expect("not-a-number", [](Layout& l) { l.errors[1] = HUGE_VAL; });
  expect("no-elevation", [](Layout& l) { l.skip = "elevation"; });
  expect("magnetic-north", [](Layout& l) { l.system = "geomagnetic", l.skip = "declination"; });
  expect("latitude 95 is beyond", [](Layout& l) { l.latitude = 95; });
  expect("longitude-wrapped", [](Layout& l) { l.longitude = 238; });
  expect("no-coordinates", [](Layout& l) { l.latitude = not_a_number; });
  expect("is no elevation on Earth", [](Layout& l) { l.elevation = 1e6; });
  expect("is no elevation on Earth", [](Layout& l) { l.elevation = not_a_number; });
  expect("is no angle in degrees", [](Layout& l) { l.system = "geomagnetic", l.declination = 1000; });
}

TEST(Mth5, WhatIsNaNEverywhereOrAPlaceholderIsNotThere) {
  Layout layout;
  for (const std::size_t i : {4, 5, 10, 11}) layout.values[i] = Complex(not_a_number, not_a_number);
  layout.placeholders = true;
  const Site site = parse_mth5(build(layout), "a").sites.at(0);
  EXPECT_TRUE(site.has_impedance());
  EXPECT_FALSE(site.has_tipper());
  EXPECT_FALSE(site.has_covariance());
  EXPECT_TRUE(site.provenance.repairs.empty());
  layout = Layout();
  for (const std::size_t i : {0, 1, 2, 3, 6, 7, 8, 9}) layout.values[i] = Complex(not_a_number, not_a_number);
  EXPECT_FALSE(parse_mth5(build(layout), "a").sites.at(0).has_impedance());
}

TEST(Mth5, ZeroErrorsOfOneChannelAreNotKnown) {
  Layout layout;
  for (const std::size_t i : {4, 5, 10, 11}) layout.errors[i] = 0;
  const Site site = parse_mth5(build(layout), "a").sites.at(0);
  EXPECT_TRUE(std::isnan(site.tipper_error[0][0]));
  EXPECT_FALSE(std::isnan(site.z_error[0][xy]));
}

TEST(Mth5, NamesOfSurveysAreNotCutWithinACharacter) {
  Survey survey = parse_mth5(build(Layout()), "a");
  survey.name = std::string(49, 'a') + "\xc3\xbc";
  EXPECT_EQ(parse_mth5(mth5_bytes(survey), "b").name, std::string(49, 'a'));
}

TEST(Mth5, UnitsSignAndGeomagneticAxes) {
  Layout layout;
  layout.units = "ohm";
  layout.sign = "exp(- i\\omega t)";
  EXPECT_EQ(parse_mth5(build(layout), "a").sites[0].z[0][xy], Complex(2, -1));
  layout = Layout();
  layout.system = "geomagnetic";
  layout.declination = 90;
  const Site site = parse_mth5(build(layout), "a").sites[0];
  EXPECT_EQ(site.rotation, 0);
  EXPECT_LT(std::abs(site.z[0][yx] + ohm * Complex(2, 1)), 1e-14);
}

TEST(Mth5, DamagedBytesAreReadOrRefused) {
  const std::string bytes = build(Layout());
  std::mt19937 random(5);
  std::size_t refused = 0;
  for (int k = 0; k < 60; ++k) {
    std::string damaged = bytes;
    for (int i = 0; i < 4; ++i) damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    if (k % 3 == 0) damaged.resize(random() % damaged.size());
    try {
      validate(parse_mth5(damaged, "damaged.mth5"));
    } catch (const FormatError&) { ++refused; }
  }
  EXPECT_GT(refused, 20u);
  EXPECT_THROW(parse_mth5("no HDF5 file", "a"), FormatError);
  EXPECT_THROW(parse_mth5("", "a"), FormatError);
}

TEST(Mth5, RealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey model = read_mth5(folder + "/mth5/iris-course/2d_mth5.h5");
  ASSERT_EQ(model.sites.size(), 26u);
  EXPECT_EQ(model.name, "model_2d_response");
  EXPECT_EQ(model.sites[2].name, "mt-2");  // in natural order
  for (const Site& site : model.sites) {
    EXPECT_EQ(site.periods(), 20u);
    EXPECT_FALSE(site.has_tipper());
  }
  const Site& site = model.sites[0];  // stored from 100 s on
  EXPECT_DOUBLE_EQ(site.period.back(), 100);
  EXPECT_LT(std::abs(site.z.back()[xy] - ohm * Complex(1.35544582, 1.62324923)), 1e-8 * ohm);
  EXPECT_EQ(read_mth5(folder + "/mth5/iris-course/example.h5").sites.size(), 0u);
}

TEST(Mth5, CovariancesOfRealStationsThereAndBack) {
  TERRELLA_NEED_REAL_DATA(folder);
  Survey survey = read({folder + "/usarray-emtfxml/USArray.IDD1*.xml"});
  survey.name = "a/b";
  const Survey back = parse_mth5(mth5_bytes(survey), "a");
  ASSERT_EQ(back.sites.size(), survey.sites.size());
  EXPECT_EQ(back.name, "a_b");
  for (std::size_t i = 0; i < back.sites.size(); ++i)
    EXPECT_EQ(terrella::tests::difference(survey.sites[i], back.sites[i]), "");
}
