#include "viz/csv.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "example.h"

namespace terrella::viz {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A reader of RFC 4180 with nothing in common with the writer.
Rows parse(const std::string& bytes) {
  Rows rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    std::string& cell = rows.back().back();
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < bytes.size() && bytes[i + 1] == '"')
        cell += bytes[++i];
      else
        quoted = false;
    } else if (c == '"')
      quoted = true;
    else if (c == ',')
      rows.back().emplace_back();
    else if (c == '\n')
      rows.push_back({""});
    else
      cell += c;
  }
  rows.pop_back();
  return rows;
}

std::string number(const Rows& rows, std::size_t row, const std::string& column) {
  const auto& header = rows.at(0);
  const auto found = std::find(header.begin(), header.end(), column);
  EXPECT_NE(found, header.end()) << column;
  return rows.at(row).at(found - header.begin());
}

std::string path(const char* name) { return testing::TempDir() + name; }

TEST(SectionCsv, HoldsEveryLayerOfEverySite) {
  inversion::Result result = example::line(2, 3);
  result.model.thickness = {10, 20, 15, 40};
  result.model.resistivity = {1, 2, 3, 4, 5, 0.1};
  result.model.depth_of_investigation = {12, 55};
  write_section_csv(result, path("section.csv"));
  const Rows rows = parse(example::read_file(path("section.csv")));
  ASSERT_EQ(rows.size(), 7u);
  for (const auto& row : rows) ASSERT_EQ(row.size(), 13u);
  EXPECT_EQ(number(rows, 2, "site"), "S001");
  EXPECT_EQ(number(rows, 2, "latitude"), "-30.2");
  EXPECT_EQ(number(rows, 2, "distance_m"), "0");
  EXPECT_EQ(number(rows, 2, "depth_top_m"), "10");
  EXPECT_EQ(number(rows, 2, "depth_bottom_m"), "30");
  EXPECT_EQ(number(rows, 2, "site_elevation_m"), "100");
  EXPECT_EQ(number(rows, 2, "elevation_top_m"), "90");
  EXPECT_EQ(number(rows, 2, "elevation_bottom_m"), "70");
  EXPECT_EQ(number(rows, 2, "resistivity_ohm_m"), "2");
  EXPECT_EQ(number(rows, 1, "within_depth_of_investigation"), "1");  // middle at 5 m, limit 12 m
  EXPECT_EQ(number(rows, 2, "within_depth_of_investigation"), "0");  // middle at 20 m
  EXPECT_EQ(number(rows, 3, "depth_bottom_m"), "");
  EXPECT_EQ(number(rows, 3, "elevation_bottom_m"), "");
  EXPECT_EQ(number(rows, 6, "resistivity_ohm_m"), "0.1");
  EXPECT_EQ(number(rows, 5, "depth_bottom_m"), "55");
  // The line runs 1 km along azimuth 101: 191 m to the south, 982 m to the east.
  EXPECT_NEAR(std::stod(number(rows, 4, "x_north_m")) - std::stod(number(rows, 1, "x_north_m")), -190.8, 2);
  EXPECT_NEAR(std::stod(number(rows, 4, "y_east_m")) - std::stod(number(rows, 1, "y_east_m")), 981.6, 4);
}

TEST(SectionCsv, MissingNumbersAreEmpty) {
  inversion::Result result = example::line(1, 2);
  result.survey.sites[0].latitude = NAN;
  result.model.resistivity[1] = NAN;
  result.model.depth_of_investigation = {NAN};
  write_section_csv(result, path("missing.csv"));
  const Rows rows = parse(example::read_file(path("missing.csv")));
  for (const char* column : {"latitude", "x_north_m", "y_east_m", "resistivity_ohm_m", "within_depth_of_investigation"})
    EXPECT_EQ(number(rows, 2, column), "") << column;
}

TEST(SectionCsv, HostileNamesStayInTheirCell) {
  const std::string names[] = {"a,b",  "say \"hi\"", "two\nlines", "=cmd|'/c calc'!A1",
                               "-1+1", "@SUM(A1)",   "../../etc",  ""};
  const std::string expected[] = {"a,b",   "say \"hi\"", "two\nlines", "'=cmd|'/c calc'!A1",
                                  "'-1+1", "'@SUM(A1)",  "../../etc",  ""};
  inversion::Result result = example::line(8, 1);
  for (int i = 0; i < 8; ++i) result.survey.sites[i].name = names[i];
  write_section_csv(result, path("hostile.csv"));
  const Rows rows = parse(example::read_file(path("hostile.csv")));
  ASSERT_EQ(rows.size(), 9u);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(rows[i + 1].size(), 13u);
    EXPECT_EQ(rows[i + 1][0], expected[i]);
  }
}

TEST(FitCsv, HoldsImpedanceAndWhatPeopleReadFromIt) {
  inversion::Result result = example::line(1, 1);
  // A half-space of 100 ohm m at 10 s: |Z| = sqrt(100 * 2 pi / 10 * mu_0), phase 45 degrees; rho_a = 0.2 T |Z'|^2 with
  // Z' in mV/km/nT, Z = 4 pi 1e-4 Z'.
  const std::complex<double> field_units = std::polar(std::sqrt(100 / (0.2 * 10)), 45 * std::numbers::pi / 180);
  const std::complex<double> z = 4e-4 * std::numbers::pi * field_units;
  result.fits[0] = {.site = "S001",
                    .period = {10},
                    .observed = {z},
                    .error = {0.05 * std::abs(z)},
                    .predicted = {z * std::polar(2.0, 0.1)},
                    .rms = 1.25,
                    .stopped = "",
                    .converged = true};
  write_fit_csv(result, path("fit.csv"));
  const Rows rows = parse(example::read_file(path("fit.csv")));
  ASSERT_EQ(rows.size(), 2u);
  const auto value = [&](const char* column) { return std::stod(number(rows, 1, column)); };
  EXPECT_EQ(value("observed_re_ohm"), z.real());
  EXPECT_EQ(value("observed_im_ohm"), z.imag());
  EXPECT_NEAR(value("rho_a_ohm_m"), 100, 1e-9);
  EXPECT_NEAR(value("rho_a_error_ohm_m"), 10, 1e-9);  // 5 % of |Z| are 10 % of rho_a
  EXPECT_NEAR(value("phase_deg"), 45, 1e-9);
  EXPECT_NEAR(value("phase_error_deg"), 2.8648, 1e-4);  // and 2.9 degrees
  EXPECT_NEAR(value("predicted_rho_a_ohm_m"), 400, 1e-9);
  EXPECT_NEAR(value("predicted_phase_deg"), 45 + 5.729578, 1e-5);
  EXPECT_EQ(value("site_rms"), 1.25);
}

TEST(FitCsv, MistakesAreNamedAndLeaveNoFile) {
  inversion::Result result = example::line(1, 1);
  result.fits[0].period = {1, 2};
  try {
    write_fit_csv(result, path("wrong.csv"));
    FAIL() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "make_sounding: site 'S001' has 2 periods, 0 observed, 0 errors, 0 predicted");
  }
  EXPECT_FALSE(std::filesystem::exists(path("wrong.csv")));
  result.fits[0].period = {};
  EXPECT_THROW(write_fit_csv(result, path("no/such/folder/fit.csv")), Error);
}

}  // namespace
}  // namespace terrella::viz
