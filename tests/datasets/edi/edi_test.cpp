// What a reader must get right, on files small enough to be checked by eye.
#include "datasets/edi/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "tests/datasets/edi/small_edi.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double unit = 4e-4 * 3.14159265358979323846;

std::vector<std::string> rules(const Site& site) {
  std::vector<std::string> names;
  for (const Repair& repair : site.provenance.repairs) names.push_back(repair.rule);
  return names;
}

bool has_rule(const Site& site, const std::string& rule) {
  const auto names = rules(site);
  return std::find(names.begin(), names.end(), rule) != names.end();
}

}  // namespace

TEST(Edi, ReadsImpedancesInOhmByAscendingPeriod) {
  const Site site = parse_edi(small_edi(), "small.edi");
  EXPECT_EQ(site.name, "S 01");
  EXPECT_DOUBLE_EQ(site.latitude, -(28 + 24 / 60.0 + 11.5 / 3600));
  EXPECT_DOUBLE_EQ(site.longitude, 24.25);
  EXPECT_EQ(site.elevation, 1200.5);
  EXPECT_EQ(site.rotation, 0);
  EXPECT_EQ(site.provenance.format, "edi-z");
  EXPECT_TRUE(rules(site).empty()) << rules(site).front();
  ASSERT_EQ(site.period.size(), 2u);
  EXPECT_DOUBLE_EQ(site.period[0], 0.1);  // 10 Hz, first in the file
  EXPECT_DOUBLE_EQ(site.period[1], 2.0);
  EXPECT_NEAR(site.z[0][xy].real(), 10.0 * unit, 1e-18);
  EXPECT_NEAR(site.z[0][xy].imag(), 11.0 * unit, 1e-18);
  EXPECT_NEAR(site.z[1][yx].real(), -6.0 * unit, 1e-18);
  EXPECT_NEAR(site.z_error[0][xy], std::sqrt(0.08 / 2) * unit, 1e-18);  // VAR = E|dZ|^2 of both parts together
  EXPECT_NEAR(site.tipper[1][1].imag(), -0.04, 1e-15);
  EXPECT_NEAR(site.tipper_error[0][0], std::sqrt(0.02 / 2), 1e-15);
}

TEST(Edi, AscendingAndDescendingFrequenciesGiveTheSameSite) {
  std::string text = small_edi();
  for (const auto& [from, to] : {std::pair{"  10.0 0.5\n", "  0.5 10.0\n"}, {"  10.0  5.0\n", "  5.0 10.0\n"}})
    text.replace(text.find(from), std::string(from).size(), to);
  const Site site = parse_edi(text, "small.edi");
  EXPECT_DOUBLE_EQ(site.period[0], 0.1);
  EXPECT_NEAR(site.z[0][xy].real(), 10.0 * unit, 1e-18);
  EXPECT_NEAR(site.z[1][xy].real(), 5.0 * unit, 1e-18);
}

TEST(Edi, TurnsToNorthOnceAndSaysSo) {
  // In axes turned by 90 degrees x' is east and y' south: Z'xy = -Zyx, Z'yx = -Zxy, Z'xx = Zyy.
  std::string text = small_edi();
  text.replace(text.find("  0.0  0.0\n"), 11, "  90.0 90.0\n");
  const Site straight = parse_edi(small_edi(), "a"), turned = parse_edi(text, "b");
  EXPECT_EQ(turned.rotation, 0);
  ASSERT_EQ(turned.provenance.history.size(), 1u);
  EXPECT_EQ(turned.provenance.history[0], "rotate from azimuth 90 to 0 (stated by the file)");
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(turned.z[i][xy], -straight.z[i][yx]);
    EXPECT_EQ(turned.z[i][yx], -straight.z[i][xy]);
    EXPECT_EQ(turned.z[i][xx], straight.z[i][yy]);
    EXPECT_EQ(turned.z_error[i][xy], straight.z_error[i][yx]);
    EXPECT_EQ(turned.tipper[i][0], -straight.tipper[i][1]);  // x' = east, so Tnorth = -T'y, Teast = T'x
    EXPECT_EQ(turned.tipper[i][1], straight.tipper[i][0]);
  }
}

TEST(Edi, KeepsItsAxesWhereATurnWouldDestroyData) {
  std::string text = small_edi();
  text.replace(text.find("  0.0  0.0\n"), 11, "  30.0 30.0\n");
  text.replace(text.find("  10.0  5.0\n"), 12, "  1e32  5.0\n");  // ZXYR of 10 Hz
  const Site site = parse_edi(text, "a");
  EXPECT_EQ(site.rotation, 30);
  EXPECT_TRUE(has_rule(site, "rotation-kept"));
  EXPECT_TRUE(has_rule(site, "half-a-value"));
  EXPECT_TRUE(std::isnan(site.z[0][xy].real()));
  EXPECT_NEAR(site.z[0][yx].real(), -12.0 * unit, 1e-18);
}

TEST(Edi, NegativeTimeFactorIsConjugated) {
  std::string text = small_edi();
  text.replace(text.find("exp(+iwt)"), 9, "exp(-iwt)");
  const Site site = parse_edi(text, "a");
  EXPECT_EQ(site.provenance.sign, "-");
  EXPECT_NEAR(site.z[0][xy].imag(), -11.0 * unit, 1e-18);
  EXPECT_NEAR(site.tipper[1][1].imag(), 0.04, 1e-15);
}

TEST(Edi, SpellingsOfTheSignConvention) {
  for (const char* spelling :
       {"SIGN CONVENTION: exp(-iwt)", "SIGN_CONVENTION=exp(-iwt)", "SignConvention: exp(- i\\omega t)",
        "sign convention = -", "Transfer_Function.Sign_Convention = -", "SIGNCONVENTION = none\nSIGN CONVENTION: -"}) {
    std::string text = small_edi();
    text.replace(text.find("SIGNCONVENTION=exp(+iwt)"), 24, spelling);
    EXPECT_EQ(parse_edi(text, "a").provenance.sign, "-") << spelling;
  }
  for (const char* prose : {"SIGN CONVENTION: z positive down - see manual", "Sign convention: lead"}) {
    std::string text = small_edi();
    text.replace(text.find("SIGNCONVENTION=exp(+iwt)"), 24, prose);
    const Site site = parse_edi(text, "a");
    EXPECT_EQ(site.provenance.sign, "+") << prose;
    EXPECT_EQ(site.provenance.repairs.front().rule, "sign-convention-unknown") << prose;
  }
  for (const char* wrong : {"SIGNCONVENTION=lead", "SIGNCONVENTION=+\nSIGN CONVENTION: -"}) {
    std::string text = small_edi();
    text.replace(text.find("SIGNCONVENTION=exp(+iwt)"), 24, wrong);
    EXPECT_THROW(parse_edi(text, "a"), FormatError) << wrong;
  }
  std::string text = small_edi();
  text.replace(text.find("exp(+iwt)"), 9, "e^{i wt}");
  EXPECT_EQ(parse_edi(text, "a").provenance.sign, "+");
}

TEST(Edi, SpellingsOfEmpty) {
  for (const char* spelling : {"1e32", "1.0E+32", "0.1000000E+33", "1.000000e+032", "1.0D+32", "1.0+032", "+1E32"}) {
    std::string text = small_edi();
    text.replace(text.find("  10.0  5.0\n"), 12, std::string("  ") + spelling + "  5.0\n");
    text.replace(text.find("  11.0  5.5\n"), 12, std::string("  ") + spelling + "  5.5\n");
    const Site site = parse_edi(text, "a");
    EXPECT_TRUE(std::isnan(site.z[0][xy].real()) && std::isnan(site.z[0][xy].imag())) << spelling;
    EXPECT_TRUE(rules(site).empty()) << spelling << " needed " << rules(site).front();
    EXPECT_NEAR(site.z[1][xy].real(), 5.0 * unit, 1e-18);
  }
  std::string text = small_edi();
  text.replace(text.find("EMPTY=1.0E+32"), 13, "EMPTY=-999.0 ");
  text.replace(text.find("  10.0  5.0\n"), 12, "  -999  5.0\n");
  text.replace(text.find("  11.0  5.5\n"), 12, "  -999.0  5.5\n");
  EXPECT_TRUE(std::isnan(parse_edi(text, "a").z[0][xy].real()));
}

TEST(Edi, WritesWhatItReads) {
  const std::string path = testing::TempDir() + "terrella_written.edi";
  Site site = parse_edi(small_edi(), "small.edi");
  site.rotation = 30;  // as after rotate_to(30)
  site.z[1][xx] = Complex(not_a_number, not_a_number);
  write_edi(site, path);
  Site back = read_edi(path);
  EXPECT_EQ(back.name, site.name);
  EXPECT_NEAR(back.latitude, site.latitude, 1e-8);
  EXPECT_EQ(back.period, site.period);
  EXPECT_EQ(back.rotation, 30);  // a component is missing, so the axes are kept
  for (std::size_t c : {1, 2, 3}) {
    EXPECT_NEAR(std::abs(back.z[0][c] - site.z[0][c]), 0, 1e-12 * std::abs(site.z[0][c]));
    EXPECT_NEAR(back.z_error[0][c], site.z_error[0][c], 1e-12 * site.z_error[0][c]);
  }
  EXPECT_TRUE(std::isnan(back.z[1][xx].real()));
  EXPECT_NEAR(std::abs(back.tipper[1][1] - site.tipper[1][1]), 0, 1e-14);
  std::filesystem::remove(path);
}

TEST(Edi, ErrorsNameFileLineAndField) {
  std::string text = small_edi();
  text.replace(text.find("  10.0  5.0\n"), 12, "  10.0  five\n");
  try {
    parse_edi(text, "broken.edi");
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    EXPECT_EQ(error.path(), "broken.edi");
    EXPECT_EQ(error.line(), 1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find("five")), '\n'));
    EXPECT_NE(std::string(error.what()).find(">ZXYR: 'five' is not a number"), std::string::npos) << error.what();
  }
}
