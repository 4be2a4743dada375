#include "datasets/jformat/jformat.h"

#include <gtest/gtest.h>

#include "datasets/edi/edi.h"
#include "datasets/read.h"
#include "datasets/zonge_avg/zonge_avg.h"
#include "tests/datasets/corruption.h"
#include "tests/datasets/jformat/small_jformat.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double ohm = 4e-4 * 3.14159265358979323846;  // of mV/km/nT

Survey parse(const std::string& text) { return {"", {parse_jformat(text, "small.j")}}; }

void expect_near(Complex a, Complex b, double tolerance) { EXPECT_LT(std::abs(a - b), tolerance) << a << " " << b; }

bool has_repair(const Site& site, const char* rule) {
  for (const Repair& repair : site.provenance.repairs)
    if (repair.rule == rule) return true;
  return false;
}

}  // namespace

TEST(Jformat, SmallFileByHand) {
  const Site site = parse_jformat(small_jformat(), "small.j");
  EXPECT_EQ(site.name, "A01");
  EXPECT_DOUBLE_EQ(site.latitude, -28.5);
  EXPECT_DOUBLE_EQ(site.elevation, 1200);
  EXPECT_TRUE(site.provenance.repairs.empty());
  ASSERT_EQ(site.period, (std::vector<double>{0.1, 1, 10}));
  expect_near(site.z[0][xy], ohm * Complex(2, 1.5), 1e-15);
  EXPECT_NEAR(site.z_error[1][yx], ohm * 0.6, 1e-15);  // as it stands
  EXPECT_TRUE(std::isnan(site.z[2][xx].real()));       // its row is missing
  EXPECT_TRUE(std::isnan(site.z[2][yy].real()));       // its values are
  EXPECT_TRUE(std::isnan(site.z_error[2][xy]));
  EXPECT_FALSE(std::isnan(site.z[2][xy].real()));
  EXPECT_EQ(site.tipper[1][1], Complex(-0.2, 0.1));
  EXPECT_DOUBLE_EQ(site.tipper_error[2][0], 0.03);
}

TEST(Jformat, ResistivitiesByHand) {
  const Site site = parse_jformat(small_j_resistivities(), "small.j");
  EXPECT_EQ(site.provenance.format, "j-rho-phase");
  ASSERT_EQ(site.period, (std::vector<double>{0.1, 1, 10}));
  // |Z| = sqrt(5 rho / T) in mV/km/nT: sqrt(5000), 45 degrees; half the phase bounds, 2 degrees, times |Z|.
  expect_near(site.z[0][xy] / ohm, Complex(50, 50), 1e-12);
  EXPECT_NEAR(site.z_error[0][xy] / ohm, 70.71067811865476 * 2 * 3.14159265358979 / 180, 1e-12);
  // Without phase bounds those of rho: (480 - 320) / (4 * 400) = 0.1 of |Z| = sqrt(200).
  EXPECT_NEAR(site.z_error[2][xy] / ohm, 1.4142135623730951, 1e-12);
  EXPECT_TRUE(std::isnan(site.z[0][yx].real()));
}

TEST(Jformat, UnitsAreThoseThatResistivitiesShow) {
  // rho_xy = T |Z|^2 / 5 in mV/km/nT: 0.1 * 6.25 / 5, 1 * 3.25 / 5, 10 * 1.25 / 5.
  const std::string r =
      "RXY\n3\n 0.1 0.125 36.9 0.2 0.1 40 30 1 1\n 1.0 0.65 33.7 0.7 0.6 40 30 1 1\n"
      " 10.0 2.5 26.6 2.6 2.4 30 20 1 1\n";
  std::string text = small_jformat() + r;
  EXPECT_FALSE(has_repair(parse_jformat(text, "a"), "units-from-resistivity"));
  for (std::size_t at; (at = text.find("field")) != std::string::npos;) text.replace(at, 5, "S.I.");
  const Site site = parse_jformat(text, "a");
  EXPECT_TRUE(has_repair(site, "units-from-resistivity"));
  expect_near(site.z[0][xy], ohm * Complex(2, 1.5), 1e-15);
  std::string other = small_jformat();
  for (std::size_t at; (at = other.find("field")) != std::string::npos;) other.replace(at, 5, "furlong");
  EXPECT_THROW(parse_jformat(other, "a"), FormatError);
  // Without resistivities S.I. is ohm.
  text.resize(text.size() - r.size());
  expect_near(parse_jformat(text, "a").z[0][xy], Complex(2, 1.5), 1e-15);
  EXPECT_TRUE(
      has_repair(parse_jformat("#BIRRP Version 5\n" + text.substr(text.find('\n') + 1), "a"), "units-of-birrp"));
}

TEST(Jformat, AzimuthTurnsToNorth) {
  std::string text = small_jformat();
  text.replace(text.find(">AZIMUTH   =  0.0"), 17, ">AZIMUTH   = 90.0");
  text.replace(text.find("A01  0.0"), 8, "A01 90.0");
  const Site site = parse_jformat(text, "a");
  EXPECT_EQ(site.name, "A01");
  EXPECT_EQ(site.rotation, 0);
  expect_near(site.z[0][yx], -ohm * Complex(2, 1.5), 1e-14);  // x was east, y was south
}

TEST(Jformat, TheStationLineMayHoldTheAzimuth) {
  struct Case {
    const char *entry, *station, *name;
    double azimuth;
    const char* rule;  ///< nullptr: nothing is to be told
  };
  for (const Case& c : {Case{">AZIMUTH   =  0.0\n", "A01  0.0", "A01", 0, nullptr},
                        {">AZIMUTH   =  0.0\n", "A01", "A01", 0, nullptr},
                        {">AZIMUTH   =  0.0\n", "LINE 7", "LINE 7", 0, "azimuth-disagrees"},
                        {">AZIMUTH   =  0.0\n", "LINE 7  0", "LINE 7", 0, nullptr},
                        {"", "A01  90", "A01", 90, "azimuth-from-station-line"},
                        {"", "A01", "A01", 0, "no-orientation"},
                        {"", "LINE 1200", "LINE 1200", 0, "no-orientation"}}) {
    std::string text = small_jformat();
    text.replace(text.find(">AZIMUTH   =  0.0\n"), 18, c.entry);
    text.replace(text.find("A01  0.0"), 8, c.station);
    const Site site = parse_jformat(text, "a");
    EXPECT_EQ(site.name, c.name) << c.station;
    EXPECT_EQ(site.provenance.repairs.size(), c.rule ? 1u : 0u) << c.station;
    if (c.rule) { EXPECT_TRUE(has_repair(site, c.rule)) << c.station; }
    if (c.azimuth == 90) expect_near(site.z[0][yx], -ohm * Complex(2, 1.5), 1e-14);  // x was east, y was south
  }
}

TEST(Jformat, NamesThatAreNoUtf8AreLatin1) {
  std::string text = small_jformat();
  text.replace(text.find("A01  0.0"), 3, "M\xfcnchen");
  const Site site = parse_jformat(text, "a");
  EXPECT_EQ(site.name, "M\xc3\xbcnchen");
  EXPECT_TRUE(has_repair(site, "foreign-encoding"));
}

TEST(Jformat, CorruptFiles) {
  expect_outcomes(small_jformat(),
                  {{"no-entries", ">AZIMUTH   =  0.0\n>LATITUDE  = -28.5\n>LONGITUDE =  24.25\n>ELEVATION =  1200.0\n",
                    "", "repair no-coordinates"},
                   {"entry-without-sign", ">AZIMUTH   =  0.0", ">AZIMUTH   0.0", "should be '>KEY = value'", 2},
                   {"entry-twice", ">AZIMUTH   =  0.0", ">LATITUDE = 12", "contradicts that of line 2", 3},
                   {"latitude-empty", "-28.5", "", "repair no-coordinates"},
                   {"latitude-word", "-28.5", "south", "is not a number", 3},
                   {"latitude-beyond", "-28.5", "-98.5", "is beyond 90 degrees", 3},
                   {"longitude-0-360", "24.25", "204.25", "repair longitude-wrapped"},
                   {"longitude-beyond", "24.25", "424.25", "is beyond 360", 4},
                   {"elevation-empty", "1200.0", "", "repair no-elevation"},
                   {"elevation-impossible", "1200.0", "120000", "is no elevation on Earth", 5},
                   {"azimuth-word", "=  0.0", "= north", "is not a number"},
                   {"azimuth-beyond", "=  0.0", "= 700", "is no azimuth"},
                   {"azimuth-kept", "=  0.0", "= 30.0", "repair rotation-kept"},
                   {"unknown-block", "TZX\n", "QXY\n", "repair unknown-block"},
                   {"block-misspelt", "ZXY field", "XYZ field", "should begin a data block"},
                   {"block-twice", "ZXY field", "ZXX field", "stands twice"},
                   {"count-word", "ZXX field\n3", "ZXX field\nthree", "is not a whole number", 8},
                   {"count-negative", "ZXX field\n3", "ZXX field\n-3", "is not within", 8},
                   {"count-huge", "ZXX field\n3", "ZXX field\n99999", "announces 99999 rows, but has 3"},
                   {"count-beyond", "ZXX field\n3", "ZXX field\n99999999999999999999", "is not a whole number", 8},
                   {"count-more", "ZXX field\n3", "ZXX field\n4", "announces 4 rows, but has 3", 12},
                   {"count-less", "ZXX field\n3", "ZXX field\n2", "should begin a data block", 11},
                   {"count-missing", "ZXX field\n3\n", "ZXX field\n", "is not a whole number"},
                   {"units-unknown", "ZXX field", "ZXX furlong", "but ZXX in 'furlong'"},
                   {"units-differ", "ZXX field", "ZXX S.I.", "but ZXX in"},
                   {"row-short", " 0.1  0.25 -0.5  0.1  1.0", " 0.1  0.25", "2 numbers in a row of 4", 9},
                   {"row-word", "0.25 -0.5", "0.25 half", "'half' is not a number", 9},
                   {"row-comma", "0.25 -0.5", "0,25 -0,5", "is not a number", 9},
                   {"row-d", "0.25 -0.5", "0.25D+00 -0.5D+00", "fine"},
                   {"row-nan", "0.25 -0.5", "NaN NaN", "fine"},
                   {"row-half", "0.25 -0.5", "0.25 -999.0", "repair half-a-value"},
                   {"row-huge", "0.25 -0.5", "1e32 1e32", "fine"},
                   {"row-without-period", " 0.1  0.25", " -999.0  0.25", "a row with data has no period", 9},
                   {"period-zero", " 0.1  0.25", " 0.0  0.25", "is not positive", 9},
                   {"period-as-frequency", " 0.1  0.25", " -10.0  0.25", "fine"},
                   {"period-twice", " 1.0  0.20 -0.4", " 0.1  0.20 -0.4", "stands twice"},
                   {"period-other", " 1.0  0.20 -0.4", " 2.0  0.20 -0.4", "fine"},  // blocks may lack different rows
                   {"error-negative", "-0.5  0.1  1.0", "-0.5  -0.1  1.0", "repair negative-error"},
                   {"error-missing", "-0.5  0.1  1.0", "-0.5  -999.0  1.0", "fine"},
                   {"nul-bytes", "-28.5", "\x1a", "repair no-coordinates"},
                   {"byte-order-mark", "# made", "\xef\xbb\xbf# made", "repair byte-order-mark"},
                   {"utf-16", "# made", "\xff\xfe# made", "is UTF-16"}},
                  parse);
  expect_outcomes(small_j_resistivities(),
                  {{"rho-negative", " 200.0", " -200.0", "repair negative-resistivity"},
                   {"phase-beyond", "30.0  220.0", "3000.0  220.0", "is no phase in degrees"},
                   {"phase-missing", "30.0  220.0", "-999.  220.0", "repair half-a-value"},
                   {"row-short", "27.0  1.0  1.0", "", "6 numbers in a row of 7"},
                   {"all-missing", "RXY\n3", "SXY\n3", "holds no row of data"}},
                  parse);
}

TEST(Jformat, CutFilesAreReadOrRefused) {
  EXPECT_GT(expect_no_crash_when_cut(small_jformat(), parse), 10u);
  expect_no_crash_when_cut(small_j_resistivities(), parse);
}

TEST(Jformat, BirrpAndTheEdiMadeOfIt) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Site j = read_jformat(folder + "/birrp/j-and-edi/BP02.j"), edi = read_edi(folder + "/birrp/j-and-edi/BP02.edi");
  ASSERT_EQ(j.periods(), 11u);
  ASSERT_EQ(edi.periods(), 11u);
  EXPECT_TRUE(has_repair(j, "units-from-resistivity"));
  for (std::size_t i = 0; i < 11; ++i) {
    EXPECT_NEAR(j.period[i] / edi.period[i], 1, 1e-6);
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_LT(std::abs(j.z[i][c] - edi.z[i][c]), 2e-6 * std::abs(j.z[i][c]));
      // mtpy wrote the square of the standard error as VAR, which EDI has as twice that.
      EXPECT_NEAR(j.z_error[i][c] / edi.z_error[i][c], std::sqrt(2.0), 1e-5);
    }
  }
}

TEST(Jformat, ErrorsAreThoseByWhichBirrpBoundsItsResistivities) {
  TERRELLA_NEED_REAL_DATA(folder);
  // RXY of BP02, first row: rho 51.86422 with the bound 86.84840; d rho / rho = 2 d|Z| / |Z|.
  const Site j = read_jformat(folder + "/birrp/j-and-edi/BP02.j");
  EXPECT_NEAR(2 * j.z_error[0][xy] / std::abs(j.z[0][xy]), 86.84840 / 51.86422 - 1, 1e-5);
}

TEST(Jformat, RealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey survey =
      read({folder + "/birrp/j-and-edi/*.j", folder + "/mt_metadata-tf/tf_jfile.j", folder + "/zonge-csamt/j"});
  ASSERT_EQ(survey.sites.size(), 9u);
  const std::size_t periods[] = {11, 12, 12, 12, 12, 17, 17, 17, 17};
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(survey.sites[i].periods(), periods[i]) << i;
}

TEST(Jformat, ControlledSourceAsAverageAndAsJ) {
  TERRELLA_NEED_REAL_DATA(folder);
  // S00.dat was made of station 150 of K1.AVG, with three digits.
  const Site j = read_jformat(folder + "/zonge-csamt/j/S00.dat");
  const Survey averages = read_zonge_avg(folder + "/zonge-csamt/avg/K1.AVG");
  const Site& avg = averages.sites.at(0);
  EXPECT_EQ(avg.name, "150");
  EXPECT_NEAR(avg.elevation, j.elevation, 1e-9);  // K1.stn
  ASSERT_EQ(avg.periods(), j.periods());
  for (std::size_t i = 0; i < j.periods(); ++i) {
    EXPECT_NEAR(avg.period[i] / j.period[i], 1, 2e-3);
    EXPECT_LT(std::abs(avg.z[i][xy] - j.z[i][xy]), 4e-3 * std::abs(j.z[i][xy])) << i;
  }
}

TEST(Jformat, PeriodsThatWouldReadAsMissingAreRefused) {
  Site site;
  site.name = "A";
  site.period = {1, 2e30};
  site.z.assign(2, {Complex(0, 0), Complex(1e-3, 1e-3), Complex(-1e-3, -1e-3), Complex(0, 0)});
  site.z_error.assign(2, {1e-4, 1e-4, 1e-4, 1e-4});
  EXPECT_THROW(jformat_text(site), std::invalid_argument);
  site.period = {1, 2};
  EXPECT_EQ(parse_jformat(jformat_text(site), "a.j").period, site.period);
}
