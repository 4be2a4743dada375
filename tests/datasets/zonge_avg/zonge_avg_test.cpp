#include "datasets/zonge_avg/zonge_avg.h"

#include <gtest/gtest.h>

#include "datasets/edi/edi.h"
#include "datasets/read.h"
#include "tests/datasets/corruption.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/zonge_avg/small_zonge_avg.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double pi_ = 3.14159265358979323846, ohm = 4e-4 * pi_;  // of mV/km/nT

Survey parse(const std::string& text) { return parse_zonge_avg(text, "small.avg"); }
Survey parse_with_stations(const std::string& text) { return parse_zonge_avg(small_amtavg(), "small.avg", text); }

void expect_near(Complex a, Complex b, double tolerance) { EXPECT_LT(std::abs(a - b), tolerance) << a << " " << b; }

}  // namespace

TEST(ZongeAvg, NaturalSourceByHand) {
  const Survey survey = parse(small_zonge_avg());
  ASSERT_EQ(survey.sites.size(), 1u);
  const Site& site = survey.sites[0];
  EXPECT_EQ(site.name, "A22");
  EXPECT_DOUBLE_EQ(site.longitude, -113.25);
  EXPECT_DOUBLE_EQ(site.elevation, 1548.1);
  ASSERT_EQ(site.period, (std::vector<double>{0.5, 2}));
  // 0.5 Hz: 10 mV/km/nT at 785.398 mrad is 45 degrees, and -2356.19 mrad is -135.
  expect_near(site.z[1][xy] / ohm, Complex(std::sqrt(50.0), std::sqrt(50.0)), 1e-12);
  expect_near(site.z[1][yx] / ohm, Complex(-std::sqrt(50.0), -std::sqrt(50.0)), 1e-12);
  EXPECT_NEAR(site.z_error[1][xy] / ohm, 0.2, 1e-14);  // 20 mrad of 10
  EXPECT_NEAR(site.z_error[1][yx] / ohm, 0.2, 1e-14);  // no error of the phase: half of 4 % of 10
  ASSERT_EQ(site.z_masked.size(), 2u);
  EXPECT_TRUE(site.z_masked[0][xy]);  // Skp 0 at 2 Hz; the value stays
  EXPECT_FALSE(site.z_masked[1][xy]);
  expect_near(site.z[0][xy] / ohm, std::polar(20.0, 0.8), 1e-12);
  expect_near(site.tipper[0][0], std::polar(0.3, 0.5), 1e-14);
  EXPECT_NEAR(site.tipper_error[0][0], 0.015, 1e-15);
  EXPECT_TRUE(site.provenance.program.starts_with("MTEdit 3.11n"));
}

TEST(ZongeAvg, HeadingTurnsToNorth) {
  std::string text = small_zonge_avg();
  text.replace(text.find("$Rx.HPR=0,0,180"), 15, "$Rx.HPR=90,0,180");
  const Site site = parse(text).sites[0];
  EXPECT_EQ(site.rotation, 0);
  expect_near(site.z[1][yx] / ohm, -Complex(std::sqrt(50.0), std::sqrt(50.0)), 1e-12);
}

TEST(ZongeAvg, ControlledSourceByHand) {
  const Survey survey = parse_zonge_avg(small_amtavg(), "K1.AVG", small_stations());
  ASSERT_EQ(survey.sites.size(), 2u);
  const Site& site = survey.sites[0];
  EXPECT_EQ(site.name, "150");
  EXPECT_EQ(site.provenance.format, "zonge-avg-csamt");
  ASSERT_EQ(site.periods(), 2u);
  // |Z| = sqrt(5 f rho) in mV/km/nT.
  expect_near(site.z[0][xy] / ohm, std::polar(std::sqrt(5 * 8192 * 200.0), 0.5), 1e-9);
  EXPECT_NEAR(site.z_error[0][xy] / ohm, std::sqrt(5 * 8192 * 200.0) * 0.020, 1e-9);
  EXPECT_NEAR(site.z_error[1][xy] / ohm, std::sqrt(5 * 4096 * 80.0) * 0.04, 1e-9);  // sPhz 0: half of 8 %
  EXPECT_TRUE(std::isnan(site.z[0][yx].real()));
  EXPECT_DOUBLE_EQ(site.elevation, 574.5);
  ASSERT_EQ(site.provenance.history.size(), 1u);
  EXPECT_NE(site.provenance.history[0].find("north 2.88386e+06"), std::string::npos) << site.provenance.history[0];
  EXPECT_DOUBLE_EQ(survey.sites[1].elevation, 0);  // not in the station file
}

TEST(ZongeAvg, SeveralStationsInOneFile) {
  std::string second = small_zonge_avg();
  second.replace(second.find("GdpStn= 22"), 10, "GdpStn= 23");
  second.replace(second.find("Name= A22"), 9, "Name= A23");
  second.replace(second.find("38.5"), 4, "39.5");
  const Survey survey = parse(small_zonge_avg() + second);
  ASSERT_EQ(survey.sites.size(), 2u);
  EXPECT_EQ(survey.sites[1].name, "A23");
  EXPECT_DOUBLE_EQ(survey.sites[0].latitude, 38.5);
  EXPECT_DOUBLE_EQ(survey.sites[1].latitude, 39.5);
}

TEST(ZongeAvg, HeightsInFeet) {
  for (const char* unit : {"ft", "feet"}) {
    const std::string center = std::string(":1000 ") + unit;
    const Site site = parse(spoiled(small_zonge_avg(), {"", ":1548.1 m", center.c_str(), ""})).sites.at(0);
    EXPECT_NEAR(site.elevation, 304.8, 1e-9);
    EXPECT_EQ(site.provenance.repairs.at(0).rule, "elevation-in-feet");
    EXPECT_EQ(site.provenance.repairs.at(0).line, 8);
  }
  // Where nothing stands behind the height $Unit.Length counts.
  std::string text = spoiled(small_zonge_avg(), {"", ":1548.1 m", ":1000", ""});
  EXPECT_DOUBLE_EQ(parse(text).sites.at(0).elevation, 1000);
  text = spoiled(text, {"", "$Rx.GdpStn= 22\n", "$Unit.Length=ft\n$Rx.GdpStn= 22\n", ""});
  EXPECT_NEAR(parse(text).sites.at(0).elevation, 304.8, 1e-9);
}

TEST(ZongeAvg, StationsKeepAllTheirDigits) {
  std::string text = small_amtavg(), places = small_stations();
  for (std::size_t at; (at = text.find(" 150.0 ")) != std::string::npos;) text.replace(at, 7, " 1234567.25 ");
  places.replace(places.find("150,"), 4, "1234567.25,");
  const Survey survey = parse_zonge_avg(text, "K1.AVG", places);
  ASSERT_EQ(survey.sites.size(), 2u);
  EXPECT_EQ(survey.sites[0].name, "1234567.25");
  EXPECT_DOUBLE_EQ(survey.sites[0].elevation, 574.5);
  EXPECT_EQ(survey.sites[1].name, "200");
}

TEST(ZongeAvg, NamesThatAreNoUtf8AreLatin1) {
  const Site site = parse(spoiled(small_zonge_avg(), {"", "$Stn.Name= A22", "$Stn.Name= M\xfcnchen", ""})).sites.at(0);
  EXPECT_EQ(site.name, "M\xc3\xbcnchen");
  EXPECT_EQ(site.provenance.repairs.at(0).rule, "foreign-encoding");
}

TEST(ZongeAvg, CorruptFiles) {
  expect_outcomes(
      small_zonge_avg(),
      {{"key-without-sign", "$Rx.HPR=0,0,180", "$Rx.HPR 0,0,180", "should be '$Key = value'", 7},
       {"no-columns", "Skp,Freq,", "Sky,Freq,", "or the names of columns", 9},
       {"no-freq", "Skp,Freq,", "Skp,Frequency,", "lack FREQ", 9},
       {"no-phase", "Z.phz,", "Z.phase,", "lack Z.PHZ", 9},
       {"no-magnitude", "Z.mag,", "Z.size,", "lack STATION", 9},
       {"no-component", "$Rx.Cmp = Zxx", "$Rx.Comp = Zxx", "rows of data before $Rx.Cmp", 11},
       {"component-unknown", "$Rx.Cmp = Zxy", "$Rx.Cmp = Zxz", "'Zxz' is not known"},
       {"component-twice", "$Rx.Cmp = Zxy", "$Rx.Cmp = Zxx", "stands twice"},
       {"row-short", "2,  0.5,  1.0, 1.0, 1.0, 100.0, 0.4, 2.0, 10.0, 0.9, 8, 16", "2, 0.5, 1.0", "3 fields where 12",
        11},
       {"row-long", "10.0, 0.9, 8, 16", "10.0, 0.9, 8, 16, 1", "repair extra-column"},
       {"frequency-word", "2,  0.5,", "2,  half,", "'half' is not a number", 11},
       {"frequency-zero", "2,  0.5,", "2,  0.0,", "is not positive", 11},
       {"frequency-negative", "2,  0.5,", "2,  -0.5,", "is not positive", 11},
       {"frequency-empty", "2,  0.5,", "2,  ,", "is not positive", 11},
       {"frequency-other", "2,  0.5,", "2,  0.7,", "fine"},  // components may lack different rows
       {"frequency-twice", "2,  2.0,  1.0, 1.0, 2.0, 200.0", "2,  0.5,  1.0, 1.0, 2.0, 200.0", "stands twice", 12},
       {"frequency-twice-skipped", "2,  2.0,  1.0, 1.0, 2.0, 200.0", "0,  0.5,  1.0, 1.0, 2.0, 200.0",
        "repair repeated-row"},
       {"magnitude-word", "1.0, 100.0, 0.4", "one, 100.0, 0.4", "'one' is not a number", 11},
       {"magnitude-negative", "1.0, 100.0, 0.4", "-1.0, 100.0, 0.4", "repair half-a-value"},
       {"magnitude-nan", "1.0, 100.0, 0.4", "NaN, 100.0, 0.4", "repair half-a-value"},
       {"magnitude-stars", "1.0, 100.0, 0.4", "****, 100.0, 0.4", "repair half-a-value"},
       {"phase-empty", "1.0, 100.0, 0.4", "1.0, , 0.4", "repair half-a-value"},
       {"phase-comma", "785.3981633974483", "785;398", "is not a number"},
       {"skip", "2,  0.5,", "1,  0.5,", "fine"},  // one more of the rule that is there
       {"latitude-word", "GPS.Lat=38.5", "GPS.Lat=north", "is not a number"},
       {"latitude-beyond", "GPS.Lat=38.5", "GPS.Lat=98.5", "is beyond 90 degrees"},
       {"longitude-0-360", "GPS.Lon=-113.25", "GPS.Lon=246.75", "repair longitude-wrapped"},
       {"no-latitude", "$GPS.Lat=38.5\n", "", "repair no-coordinates"},
       {"no-heading", "$Rx.HPR=0,0,180\n", "", "repair no-orientation"},
       {"heading-beyond", "HPR=0,0,180", "HPR=900,0,180", "is no heading"},
       {"heading-pitch", "HPR=0,0,180", "HPR=0,5,180", "pitch 5 and roll 180 are not read"},
       {"heading-roll", "HPR=0,0,180", "HPR=0,0,90", "pitch 0 and roll 90 are not read"},
       {"heading-roll-0", "HPR=0,0,180", "HPR=0,0,0", "repair roll-unused"},
       {"heading-of-one-component", "$Rx.Cmp = Zyx", "$Rx.HPR=90,0,180\n$Rx.Cmp = Zyx",
        "contradicts that of line 7 for the same station", 16},
       {"heading-repeated", "$Rx.Cmp = Zyx", "$Rx.HPR=0, 0, 180\n$Rx.Cmp = Zyx", "fine"},
       {"latitude-of-one-component", "$Rx.Cmp = Zyx", "$GPS.Lat=39.5\n$Rx.Cmp = Zyx", "contradicts that of line 5", 16},
       {"center-of-one-component", "$Rx.Cmp = Tzx", "$Rx.Center=311288:4281879:774.05 m\n$Rx.Cmp = Tzx",
        "repair center-differs"},
       {"elevation-unit", ":1548.1 m", ":1548.1 yards", "in 'yards', which is not read", 8},
       {"elevation-impossible", ":1548.1 m", ":154810 m", "is no elevation on Earth"},
       {"no-elevation", "$Rx.Center=311288:4281879:1548.1 m\n", "", "repair no-elevation"},
       {"no-name", "$Rx.GdpStn= 22\n$Stn.Name= A22\n", "", "repair name-from-file"},
       {"units", ", 40.0, 2.0, 20.0", ", 4000000.0, 2.0, 20.0", "fine"},  // one of many
       {"backslash", "$Rx.Cmp = Zxx", "\\$Rx.Cmp = Zxx", "fine"},
       {"comment", "$Rx.Cmp = Zxx", "\\ a comment\n$Rx.Cmp = Zxx", "fine"},
       {"carriage-returns", "\n", "\r\n", "fine"},
       {"utf-16", "$Survey", "\xff\xfe$Survey", "is UTF-16"}},
      parse);
  expect_outcomes(small_amtavg(),
                  {{"component", "ExHy", "ExHq", "'ExHq' is not known", 6},
                   {"station-word", " 150.0", " first", "'first' is not a number", 6},
                   {"rho-negative", "2.0000e+2", "-2.000e+2", "repair negative-resistivity"},
                   {"extra-column", "14.7   20.0", "14.7   20.0 0.0000e+0", "repair extra-column"},
                   {"glued", "2.0000e+2   500.0", "2.0000e+2-500.0", "16 fields where 17", 6},
                   {"no-station-column", "skp Station", "skp Stn", "lack STATION", 4},
                   {"yx-turned", "ExHy  5.00", "EyHx  5.00", "repair phase-yx-turned"}},
                  parse);
  expect_outcomes(small_stations(),
                  {{"columns", "\"dot\"", "\"name\"", "should name the columns", 1},
                   {"tag", "\"dot\"", "<input type=\"hidden\"  />\"dot\"", "repair station-header"},
                   {"fields", ",574.5", "", "3 fields where 4", 2},
                   {"word", "574.5", "high", "'high' is not a number", 2},
                   {"elevation", "574.5", "57450", "is no elevation on Earth", 2},
                   {"twice", "574.5\n", "574.5\n150,1,2,3\n", "stands twice", 3}},
                  parse_with_stations);
}

TEST(ZongeAvg, UnitsThatResistivitiesContradictAreRefused) {
  std::string text = small_zonge_avg();
  for (std::size_t at = 0; (at = text.find(" 40.0, ", at)) != std::string::npos;) text.replace(at, 7, " 4e7, ");
  for (std::size_t at = 0; (at = text.find(" 0.4, ", at)) != std::string::npos;) text.replace(at, 6, " 4e5, ");
  EXPECT_THROW(parse(text), FormatError);
}

TEST(ZongeAvg, CutFilesAreReadOrRefused) {
  EXPECT_GT(expect_no_crash_when_cut(small_zonge_avg(), parse), 10u);
  EXPECT_GT(expect_no_crash_when_cut(small_amtavg(), parse), 3u);
  expect_no_crash_when_cut(small_stations(), parse_with_stations);
}

TEST(ZongeAvg, RealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey k1 = read_zonge_avg(folder + "/zonge-csamt/avg/K1.AVG");
  ASSERT_EQ(k1.sites.size(), 47u);
  for (const Site& site : k1.sites) EXPECT_EQ(site.periods(), 17u) << site.name;
  const Survey l14 = read_zonge_avg(folder + "/zonge-csamt/avg/L14.avg");
  ASSERT_EQ(l14.sites.size(), 58u);
  for (const Site& site : l14.sites) EXPECT_EQ(site.periods(), 40u) << site.name;
  EXPECT_DOUBLE_EQ(l14.sites[1].elevation, 476);

  // Every row: the file's apparent resistivity from its Z.mag, and the quadrants of Zxy and Zyx.
  const Site mt = read_zonge_avg(folder + "/mt_metadata-tf/tf_avg.avg").sites.at(0);
  ASSERT_EQ(mt.periods(), 28u);
  EXPECT_EQ(mt.name, "24");
  expect_near(mt.z[27][xy] / ohm, std::polar(2.5863, -2.3205), 1e-12);  // 0.023438 Hz
  EXPECT_NEAR(mt.z_error[27][xy] / ohm, 2.5863 * 0.3221, 1e-12);
  std::size_t masked = 0;
  for (const auto& row : mt.z_masked)
    for (const bool m : row) masked += m;
  EXPECT_EQ(masked, 2u);
  const Site tipper = read_zonge_avg(folder + "/mt_metadata-tf/tf_avg_tipper.avg").sites.at(0);
  EXPECT_EQ(tipper.periods(), 51u);
  EXPECT_TRUE(tipper.has_tipper());
  EXPECT_EQ(tipper.provenance.history.size(), 1u);  // 11 degrees turned to north
}

TEST(ZongeAvg, TheSameStationsAsEdi) {
  TERRELLA_NEED_REAL_DATA(folder);
  // csa000 ... csa200 were made of stations 150 ... 350 of K1.AVG, with three digits of rho and phase.
  const Survey averages = read_zonge_avg(folder + "/zonge-csamt/avg/K1.AVG");
  const char* const names[] = {"000", "050", "100", "150", "200"};
  for (std::size_t k = 0; k < 5; ++k) {
    const Site edi = read_edi(folder + "/zonge-csamt/edi/csa" + names[k] + ".edi");
    const Site& avg = averages.sites.at(k);
    ASSERT_EQ(avg.periods(), edi.periods());
    for (std::size_t i = 0; i < edi.periods(); ++i)
      EXPECT_LT(std::abs(avg.z[i][xy] - edi.z[i][xy]), 3e-3 * std::abs(edi.z[i][xy])) << names[k] << " " << i;
  }
}
