#include "datasets/modem/data.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"
#include "tests/datasets/observations/same.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const std::string small = R"(# Written by hand
# Period(s) Code GG_Lat GG_Lon X(m) Y(m) Z(m) Component Real Imag Error
> Full_Impedance
> exp(+i\omega t)
> [mV/km]/[nT]
> 0.00
> 44.6 -110.6
> 2 2
1.0e+00 S1 44.700 -110.600 1000.000 -500.000 -30.000 ZXY 2.0e+00 3.0e+00 1.0e-01
1.0e+00 S1 44.700 -110.600 1000.000 -500.000 -30.000 ZYX -2.0e+00 -3.0e+00 2.0E+15
1.0e+01 S2 44.500 -110.500 -1000.000 500.000 0.000 ZXX 1.0e-01 2.0e-01 1.0e-02
# Written by hand
# Period(s) Code GG_Lat GG_Lon X(m) Y(m) Z(m) Component Real Imag Error
> Full_Vertical_Components
> exp(-i\omega t)
> []
> 0.00
> 44.6 -110.6
> 1 1
1.0e+00 S1 44.700 -110.600 1000.000 -500.000 -30.000 TX 0.1 0.2 0.02
)";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string block(const std::string& kind, const std::string& rows, const std::string& sign = "exp(+i\\omega t)",
                  const std::string& units = "[]") {
  return "# a\n# b\n> " + kind + "\n> " + sign + "\n> " + units + "\n> 0\n> 0 0\n> 100 100\n" + rows;
}

void expect_round_trip(const Observations& observations) {
  const std::string text = modem_data_text(observations);
  EXPECT_EQ(difference(observations, parse_modem_data(text, "back.dat")), "") << text.substr(0, 2000);
}

bool repaired(const Observations& observations, const std::string& rule) {
  for (const Repair& repair : observations.provenance.repairs)
    if (repair.rule == rule) return true;
  return false;
}

}  // namespace

TEST(ModemData, ReadsWhatStandsThere) {
  const Observations o = parse_modem_data(small, "small.dat");
  ASSERT_EQ(o.sites.size(), 2U);
  EXPECT_EQ(o.sites[0].name, "S1");
  EXPECT_EQ(o.sites[0].z, -30);
  EXPECT_EQ(o.sites[1].x, -1000);
  ASSERT_EQ(o.rows.size(), 4U);
  // 1 mV/km/nT is 4 pi 1e-4 ohm.
  EXPECT_NEAR(std::abs(o.rows[0].value - Complex(2, 3) * 4e-4 * pi), 0, 1e-18);
  EXPECT_NEAR(o.rows[0].error, 4e-5 * pi, 1e-18);
  EXPECT_FALSE(o.rows[0].masked);
  EXPECT_TRUE(o.rows[1].masked);  // the error says so, and other rows have errors
  EXPECT_TRUE(std::isnan(o.rows[1].error));
  EXPECT_EQ(o.rows[3].quantity, Quantity::tx);
  EXPECT_EQ(o.rows[3].value, Complex(0.1, -0.2));  // the conjugate: that block is exp(-i w t)
  EXPECT_EQ(o.rows[3].block, 1);
  EXPECT_EQ(o.blocks[0].header[0], "Written by hand");
  EXPECT_EQ(o.blocks[0].sign, "+");
  EXPECT_EQ(o.blocks[1].sign, "-");
  EXPECT_EQ(o.blocks[0].origin[1], -110.6);
  EXPECT_TRUE(o.provenance.repairs.empty());
  expect_round_trip(o);
}

TEST(ModemData, IsKnownByItsContent) {
  EXPECT_TRUE(looks_like_modem_data(small));
  EXPECT_TRUE(looks_like_modem_data("> TE_Impedance\n"));
  EXPECT_TRUE(looks_like_modem_data("# a\n# b\n+ MT\n>full_impedance \r\n"));
  EXPECT_TRUE(looks_like_modem_data("# a\n> Ex_Field\n"));
  EXPECT_FALSE(looks_like_modem_data(">HEAD\n"));
  EXPECT_FALSE(looks_like_modem_data("# only a comment\n"));
  EXPECT_FALSE(looks_like_modem_data(""));
}

// A half-space of 100 ohm m at 1 s: Z = sqrt(w mu_0 100) exp(i 45 deg) = 0.02809926 exp(i 45 deg) ohm, 22.36 mV/km/nT.
TEST(ModemData, UnitsAndSignsAgree) {
  const double part = std::sqrt(2 * pi * mu_0 * 100) / std::sqrt(2);
  const auto zxy = [&](const std::string& units, const std::string& sign, double scale) {
    const double imaginary = sign.find('-') == std::string::npos ? part : -part;
    std::ostringstream row;
    row.precision(17);
    row << "1.0 a 0 0 0 0 0 ZXY " << part * scale << " " << imaginary * scale << " " << 0.001 * scale << "\n";
    return parse_modem_data(block("Off_Diagonal_Impedance", row.str(), sign, units), "u.dat");
  };
  for (const char* const sign : {"exp(+i\\omega t)", "exp(-i\\omega t)", "exp(i\\omega t)"}) {
    for (const auto& [units, scale] :
         {std::pair{"[mV/km]/[nT]", 1 / (4e-4 * pi)}, std::pair{"[V/m]/[T]", 1 / (4e-7 * pi)}, std::pair{"Ohm", 1.0},
          std::pair{"[V/m]/[A/m]", 1.0}, std::pair{"ohm", 1.0}}) {
      const Observations o = zxy(units, sign, scale);
      EXPECT_LT(std::abs(o.rows[0].value - Complex(part, part)), 1e-15) << units << sign;
      EXPECT_NEAR(o.rows[0].error, 0.001, 1e-16);
      EXPECT_EQ(o.blocks[0].units, units);
      expect_round_trip(o);
    }
  }
}

TEST(ModemData, AWholeBlockWithoutErrorsIsNotMasked) {
  const Observations o = parse_modem_data(
      block("TM_Impedance", "1 a 0 0 0 1 0 TM -1 -1 2.000000E+15\n2 a 0 0 0 1 0 TM -1 -1 2.000000E+15\n",
            "exp(-i\\omega t)", "[V/m]/[T]"),
      "p.dat");
  EXPECT_FALSE(o.rows[0].masked);
  EXPECT_TRUE(std::isnan(o.rows[0].error));
  EXPECT_EQ(o.rows[0].quantity, Quantity::z_tm);
  EXPECT_NE(modem_data_text(o).find("2.000000E+15"), std::string::npos);
  expect_round_trip(o);
}

TEST(ModemData, BlocksThatAnnounceNothingAreKept) {
  const Observations o = parse_modem_data(
      small + "# none\n# of these\n> Phase_Tensor\n> exp(+i\\omega t)\n> []\n> 0\n> 0 0 -67.00\n> 0 0\n", "n.dat");
  ASSERT_EQ(o.blocks.size(), 3U);
  EXPECT_EQ(o.blocks[2].origin[2], -67);
  expect_round_trip(o);
}

TEST(ModemData, PhasesOfZyxAreTurned) {
  const std::string rows =
      "1 a 0 0 0 0 0 RHOXY 100 10\n1 a 0 0 0 0 0 PHSXY 45 2.9\n1 a 0 0 0 0 0 RHOYX 100 10\n1 a 0 0 0 0 0 PHSYX 45 "
      "2.9\n";
  const Observations o = parse_modem_data(block("Off_Diagonal_Rho_Phase", rows), "r.dat");
  EXPECT_EQ(o.rows[3].value, Complex(-135));
  EXPECT_EQ(o.rows[0].quantity, Quantity::rho_xy);
  EXPECT_TRUE(o.provenance.repairs.size() == 1);  // fewer than announced; 100 is no logarithm of ohm m
  EXPECT_TRUE(repaired(parse_modem_data(block("Off_Diagonal_Rho_Phase", "1 a 0 0 0 0 0 RHOXY 2 .1\n"), "r.dat"),
                       "resistivity-scale-unproven"));
  expect_round_trip(o);
  const Site site = survey_of(o).survey.sites.at(0);
  EXPECT_NEAR(std::arg(site.z[0][yx]), -0.75 * pi, 1e-14);
  EXPECT_NEAR(std::norm(site.z[0][xy]) / (2 * pi * mu_0), 100, 1e-10);
  const Observations third =
      parse_modem_data(block("Off_Diagonal_Rho_Phase", replaced(rows, "PHSYX 45", "PHSYX -135")), "r.dat");
  EXPECT_EQ(third.rows[3].value, Complex(-135));
  expect_round_trip(third);
  // exp(-i w t): phases change sign, unless they already stand as for exp(+i w t).
  const Observations minus = parse_modem_data(
      block("Off_Diagonal_Rho_Phase", replaced(replaced(rows, "PHSXY 45", "PHSXY -45"), "PHSYX 45", "PHSYX -45"),
            "exp(-i\\omega t)"),
      "r.dat");
  EXPECT_EQ(minus.rows[1].value, Complex(45));
  EXPECT_EQ(minus.rows[3].value, Complex(-135));
  expect_round_trip(minus);
  const Observations mixed = parse_modem_data(block("Off_Diagonal_Rho_Phase", rows, "exp(-i\\omega t)"), "r.dat");
  EXPECT_EQ(mixed.rows[1].value, Complex(45));
  EXPECT_TRUE(repaired(mixed, "phase-of-other-sign"));
  expect_round_trip(mixed);
}

// Curves with d ln rho / d ln T = 1 - phase / 45 deg, ten periods: which of the three readings is right can be told.
TEST(ModemData, ScaleOfResistivitiesIsFoundFromThePhases) {
  for (const std::string scale : {"linear", "ln", "log10"}) {
    std::ostringstream rows;
    rows.precision(12);
    double ln_rho = std::log(30.0);
    for (int i = 0; i < 10; ++i) {
      const double period = std::pow(10.0, i * 0.5), phase = 45 + 25 * std::sin(i * 0.7);
      if (i > 0) ln_rho += (1 - (phase + 45 + 25 * std::sin((i - 1) * 0.7)) / 90) * std::log(10.0) / 2;
      const double value = scale == "linear" ? std::exp(ln_rho) : scale == "ln" ? ln_rho : ln_rho / std::log(10.0);
      const double error = scale == "linear" ? 0.1 * value : scale == "ln" ? 0.1 : 0.1 / std::log(10.0);
      rows << period << " a 0 0 0 0 0 RHOXY " << value << " " << error << "\n"
           << period << " a 0 0 0 0 0 PHSXY " << phase << " 2\n";
    }
    const Observations o = parse_modem_data(block("Off_Diagonal_Rho_Phase", rows.str()), "s.dat");
    EXPECT_EQ(o.blocks[0].entries.at("resistivity"), scale);
    EXPECT_EQ(repaired(o, "resistivity-is-logarithm"), scale != "linear");
    EXPECT_FALSE(repaired(o, "resistivity-scale-unproven"));
    if (scale == "linear") {
      EXPECT_NEAR(o.rows[0].value.real(), 30, 1e-9);
    } else {
      EXPECT_EQ(o.rows[0].quantity, Quantity::log10_rho_xy);
      EXPECT_NEAR(o.rows[0].value.real(), std::log10(30.0), 1e-9);
      EXPECT_NEAR(o.rows[0].error, 0.1 / std::log(10.0), 1e-9);
    }
    expect_round_trip(o);
  }
}

TEST(ModemData, InterstationTransferFunctionsHaveTwoSites) {
  const Observations o = parse_modem_data(block("Full_Interstation_TF",
                                                "1 a 1 2 10 20 0 base 3 4 30 40 0 MXX 0.1 0.1 0.02\n"
                                                "1 base 3 4 30 40 0 base 3 4 30 40 0 MXX 0 0 0.02\n"),
                                          "i.dat");
  ASSERT_EQ(o.sites.size(), 2U);
  EXPECT_EQ(o.rows[0].reference, 1U);
  EXPECT_EQ(o.rows[1].site, 1U);
  EXPECT_EQ(o.rows[0].quantity, Quantity::magnetic_xx);
  EXPECT_EQ(o.rows[0].value, Complex(1.1, 0.1));  // the list has it less one, as ModEM's dataResp computes it
  EXPECT_EQ(o.rows[1].value, 1.0);                // of the site itself
  expect_round_trip(o);
  EXPECT_EQ(survey_of(o).lost.at(0), "2 values of Mxx");
}

TEST(ModemData, TwoDimensionalTypes) {
  const Observations o =
      parse_modem_data(block("TE_Impedance", "1 a 0 0 0 7 0 TE 1 1 .1\n", "exp(+i\\omega t)", "Ohm") +
                           block("Tzy_Impedance", "1 a 0 0 0 7 0 Ty 0.1 0.2 .1\n") +
                           block("Rho_Phs_TM", "1 a 0 0 0 7 0 Rho_TM 50 5\n1 a 0 0 0 7 0 Phs_TM 40 2\n"),
                       "2d.dat");
  EXPECT_EQ(o.rows[0].quantity, Quantity::z_te);
  EXPECT_EQ(o.rows[1].quantity, Quantity::tzy);
  EXPECT_EQ(o.rows[2].quantity, Quantity::rho_tm);
  EXPECT_EQ(o.rows[3].quantity, Quantity::phase_tm);
  expect_round_trip(o);
  const Site site = survey_of(o).survey.sites.at(0);
  EXPECT_NEAR(std::arg(site.z[0][yx]) * 180 / pi, -140, 1e-9);
  EXPECT_EQ(site.tipper[0][1], Complex(0.1, 0.2));
}

TEST(ModemData, PhasesOfTmStandAsTheirQuadrantSays) {
  const std::string rows = "1 a 0 0 0 7 0 RHO_TM 100 5\n1 a 0 0 0 7 0 PHS_TM 45 2\n";
  for (const std::string sign : {"exp(+i\\omega t)", "exp(-i\\omega t)"}) {
    const Observations o = parse_modem_data(block("Rho_Phs_TM", rows, sign), "tm.dat");
    EXPECT_EQ(o.rows[1].value, 45.0) << sign;
    EXPECT_NEAR(std::arg(survey_of(o).survey.sites.at(0).z[0][yx]) * 180 / pi, -135, 1e-9) << sign;
    expect_round_trip(o);
  }
  const Observations negative =
      parse_modem_data(block("Rho_Phs_TM", replaced(rows, " 45 ", " -45 "), "exp(-i\\omega t)"), "tm.dat");
  EXPECT_EQ(negative.rows[1].value, 45.0);
}

TEST(ModemData, AMaskOfAWholeBlockIsNotLost) {
  Observations o = parse_modem_data(small, "s.dat");
  for (Observation& row : o.rows)
    if (row.quantity == Quantity::tx) row.masked = true;
  const Observations back = parse_modem_data(modem_data_text(o), "back.dat");
  EXPECT_EQ(back.blocks.size(), 1U);
  for (const Observation& row : back.rows) EXPECT_NE(row.quantity, Quantity::tx);
  for (Observation& row : o.rows) row.masked = true;
  EXPECT_THROW(modem_data_text(o), std::invalid_argument);
}

TEST(ModemData, WritesWhatReadersTakeForTheSameSites) {
  Observations o = parse_modem_data(small, "s.dat");
  o.sites[0].z = not_a_number;  // FEMTIC gives none
  EXPECT_EQ(parse_modem_data(modem_data_text(o), "back.dat").sites[0].z, 0);
  o.sites[1].name = o.sites[0].name;
  try {
    modem_data_text(o);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("two sites are named 'S1'"), std::string::npos) << error.what();
  }
}

TEST(ModemData, AzimuthsInModemsOwnOrder) {
  const std::string row = "1 a 0 0 0 0 0 PTXY 0.5 .1 0 0 90 90\n";  // Hx, Ex, Hy, Ey
  const Observations o = parse_modem_data(block("Phase_Tensor", row), "pt.dat");
  EXPECT_TRUE(repaired(o, "azimuth-order"));
  EXPECT_FALSE(o.sites[0].channel_azimuth);
  EXPECT_EQ(o.sites[0].rotation, 0);
}

TEST(ModemData, AzimuthsOfTheChannels) {
  const auto read = [](const std::string& azimuths) {
    std::string text =
        block("Full_Impedance", "1 a 0 0 0 0 0 ZXY 1 1 .1 " + azimuths + "\n", "exp(+i\\omega t)", "Ohm");
    return parse_modem_data(replaced(text, "> 0\n", "> 10\n"), "a.dat");
  };
  EXPECT_EQ(read("").sites[0].rotation, 10);
  EXPECT_EQ(read("20").sites[0].rotation, 30);
  EXPECT_EQ(read("20 110 20 110").sites[0].rotation, 30);
  EXPECT_FALSE(read("20 110 20 110").sites[0].channel_azimuth);
  const Observations oblique = read("0 90 5 95");
  EXPECT_EQ(oblique.sites[0].channel_azimuth, (std::array<double, 4>{10, 100, 15, 105}));
  EXPECT_EQ(survey_of(oblique).lost.at(0), "1 sites whose channels are not one rectangular pair of axes");
  for (const char* const azimuths : {"", "20", "20 110", "20 110 20", "0 90 5 95"}) expect_round_trip(read(azimuths));
}

TEST(ModemData, WritesASurvey) {
  Site site;
  site.name = "S1";
  site.latitude = 44.7;
  site.longitude = -110.6;
  site.elevation = 1200;
  site.period = {1, 10};
  site.z = {{Complex(1e-4, 2e-4), Complex(1e-3, 2e-3), Complex(-1e-3, -2e-3), Complex(3e-5, 1e-5)},
            {Complex(1e-4, 2e-4), Complex(2e-3, 3e-3), Complex(-2e-3, -3e-3), Complex(3e-5, 1e-5)}};
  site.z_error = {{1e-5, 1e-5, 1e-5, 1e-5}, {1e-5, 1e-5, 1e-5, 1e-5}};
  site.tipper = {{Complex(0.1, 0.2), Complex(0.3, 0.4)}, {Complex(0.1, 0.2), Complex(0.3, 0.4)}};
  site.tipper_error = {{0.02, 0.02}, {0.02, 0.02}};
  Site other = site;
  other.name = "S2";
  other.latitude = 44.5;
  const Survey survey{"two sites", {site, other}};
  const Observations all =
      observations_of(survey, {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy, Quantity::tx, Quantity::ty});
  const Observations back = parse_modem_data(modem_data_text(all), "written.dat");
  EXPECT_EQ(back.blocks.size(), 2U);
  EXPECT_EQ(back.blocks[0].kind, "Full_Impedance");
  EXPECT_EQ(back.blocks[0].header[0], "two sites");
  EXPECT_NEAR(back.sites[0].x, 11111, 5);  // 0.1 degree north of the middle
  const Survey again = survey_of(back).survey;
  ASSERT_EQ(again.sites.size(), 2U);
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_LT(std::abs(again.sites[1].z[1][c] - other.z[1][c]), 1e-12 * std::abs(other.z[1][c]));
    EXPECT_NEAR(again.sites[1].z_error[1][c], 1e-5, 1e-16);
  }
  EXPECT_EQ(again.sites[0].tipper, site.tipper);
  EXPECT_EQ(again.sites[0].elevation, 1200);
  const Observations off =
      observations_of(survey, {Quantity::zxy, Quantity::zyx, Quantity::rho_xy, Quantity::phase_yx});
  const std::string text = modem_data_text(off);
  EXPECT_NE(text.find("> Off_Diagonal_Impedance"), std::string::npos);
  EXPECT_NE(text.find("> Off_Diagonal_Rho_Phase"), std::string::npos);
}

TEST(ModemData, RefusesToWriteWhatTheFormatDoesNotHave) {
  const Observations good = parse_modem_data(small, "small.dat");
  const auto refusal = [&](auto change) -> std::string {
    Observations bad = good;
    change(bad);
    try {
      modem_data_text(bad);
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "";
  };
  const auto has = [](const std::string& message, const char* part) { return message.find(part) != std::string::npos; };
  EXPECT_TRUE(has(refusal([](auto& o) { o.sites[0].name = "two words"; }), "1 .. 40 characters"));
  EXPECT_TRUE(has(refusal([](auto& o) { o.sites[0].name = "#1"; }), "does not begin"));
  EXPECT_TRUE(has(refusal([](auto& o) { o.sites[0].x = NAN; }), "no local coordinates"));
  EXPECT_TRUE(has(refusal([](auto& o) { o.rows[0].quantity = Quantity::z_det; }), "no data type for Z_det"));
  EXPECT_TRUE(has(refusal([](auto& o) { o.rows[0].error = o.rows[0].error_imaginary = NAN; }), "set an error floor"));
  EXPECT_TRUE(has(refusal([](auto& o) { o.rows.clear(), o.blocks.clear(); }), "no observations"));
}

TEST(ModemData, MendsAndCounts) {
  const auto read = [](const std::string& rows) {
    return parse_modem_data(block("Full_Vertical_Components", rows), "m.dat");
  };
  const std::string row = "1 a 0 0 0 0 0 TX 0.1 0.2 0.02\n";
  EXPECT_TRUE(repaired(read(row + "1 a 0 0 0 0 0 TY NaN 0.2 0.02\n"), "not-a-number"));
  EXPECT_EQ(read(row + "1 a 0 0 0 0 0 TY NaN 0.2 0.02\n").rows.size(), 1U);
  EXPECT_TRUE(repaired(read(row + "1 a 0 0 0 0 0 TY 0.1 0.2 ****\n"), "error-not-a-number"));
  EXPECT_TRUE(repaired(read(row + "1 a 0 0 0 0 0 TY 0.1 0.2 -1\n"), "negative-error"));
  EXPECT_TRUE(repaired(read(row + "1 a 0 0 0 0 0 TY 0.1 0.2 0\n"), "zero-error"));
  EXPECT_TRUE(repaired(read(row + "1 a 0 0 0 0 0.5 TY 0.1 0.2 1\n"), "places-disagree"));
  EXPECT_TRUE(repaired(read("1 a 0 250 0 0 0 TX 0.1 0.2 0.02\n"), "longitude-wrapped"));
  EXPECT_TRUE(repaired(read(row), "fewer-than-announced"));
  const Observations zero = read(row + "1 a 0 0 0 0 0 TY 0.1 0.2 0\n");
  EXPECT_TRUE(std::isnan(zero.rows[1].error));
  EXPECT_TRUE(zero.rows[1].masked);
  EXPECT_TRUE(parse_modem_data(modem_data_text(zero), "back.dat").rows[1].masked);
}
