#include "datasets/zfile/zfile.h"

#include <gtest/gtest.h>

#include "datasets/read.h"
#include "tests/datasets/corruption.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/zfile/small_zfile.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double ohm = 4e-4 * 3.14159265358979323846;  // of mV/km/nT

Survey parse(const std::string& text) { return {"", {parse_zfile(text, "small.zmm")}}; }

void expect_near(Complex a, Complex b, double tolerance) { EXPECT_LT(std::abs(a - b), tolerance) << a << " " << b; }

}  // namespace

TEST(Zfile, SmallFileByHand) {
  // Declination 10: the channels lie at 10 and 100 degrees. Numbers by numpy from e = B e', h = A h'.
  const Site site = parse_zfile(small_zfile(), "small.zmm");
  EXPECT_EQ(site.name, "A01");
  EXPECT_DOUBLE_EQ(site.latitude, 37.5);
  EXPECT_DOUBLE_EQ(site.longitude, -121.5);
  EXPECT_EQ(site.rotation, 0);
  EXPECT_EQ(site.provenance.repairs.size(), 1u);  // no elevation
  ASSERT_EQ(site.period, (std::vector<double>{10, 20}));
  expect_near(site.z[0][xx] / ohm, Complex(0.40970244, -0.29129782), 2e-8);
  expect_near(site.z[0][xy] / ohm, Complex(2.09428247, 1.3163911), 2e-8);
  expect_near(site.z[0][yx] / ohm, Complex(-2.90571753, -2.6836089), 2e-8);
  expect_near(site.z[0][yy] / ohm, Complex(-0.28470244, 0.54129782), 2e-8);
  const double expected[] = {1.19977710e-04, 2.36696741e-04, 7.60259582e-05, 1.49986998e-04};
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(site.z_error[0][c] / expected[c], 1, 1e-7) << c;
  expect_near(site.tipper[0][0], Complex(0.33017196, -0.10716318), 2e-8);
  EXPECT_NEAR(site.tipper_error[0][1], 0.03153547, 2e-8);
}

TEST(Zfile, WithoutDeclinationNothingTurns) {
  const Site site = parse_zfile(spoiled(small_zfile(), {"", "declination    10.00", "declination     0.00", ""}), "a");
  expect_near(site.z[0][xy], ohm * Complex(2, 1.5), 1e-15);
  EXPECT_NEAR(site.z_error[0][xx], ohm * 0.1, 1e-15);  // sqrt(0.04 * 0.5 / 2)
  EXPECT_NEAR(site.z_error[0][yy], ohm * 0.1, 1e-15);  // sqrt(0.01 * 2 / 2)
  EXPECT_NEAR(site.tipper_error[0][0], std::sqrt(0.001 * 0.5 / 2), 1e-15);
  EXPECT_TRUE(site.provenance.history.empty());
}

TEST(Zfile, ElectricChannelsOfTheirOwnAxes) {
  std::string text = spoiled(small_zfile(), {"", "    4     0.00", "    4     2.00", ""});
  text = spoiled(text, {"", "    5    90.00     0.00 A01  Ey", "    5    87.00     0.00 A01  Ey", ""});
  const Site site = parse_zfile(text, "a");
  expect_near(site.z[0][xy] / ohm, Complex(2.14007095, 1.32174738), 2e-8);
  expect_near(site.z[0][yx] / ohm, Complex(-2.8919554, -2.63739713), 2e-8);
  EXPECT_NEAR(site.z_error[0][xy], 2.37719939e-04, 1e-12);
}

TEST(Zfile, OfNestedTwinsTheBetterOnesStay) {
  // Periods A B B A of which the first A has the larger errors.
  const std::string seed = small_zfile();
  const std::size_t first = seed.find("period :     10"), second = seed.find("period :     20");
  const std::string head = spoiled(seed.substr(0, first), {"", "frequencies   2", "frequencies   4", ""});
  const std::string a = seed.substr(first, second - first), b = seed.substr(second);
  const std::string worse = spoiled(a, {"", "0.4000E-01", "0.9000E+00", ""});
  const Site site = parse_zfile(head + worse + b + b + a, "a"), expected = parse_zfile(seed, "b");
  EXPECT_EQ(site.period, expected.period);
  EXPECT_EQ(site.z, expected.z);
  EXPECT_EQ(site.z_error, expected.z_error);
  EXPECT_EQ(site.provenance.repairs.back().rule, "period-twice");
}

TEST(Zfile, NamesThatAreNoUtf8AreLatin1) {
  const Site site = parse_zfile(spoiled(small_zfile(), {"", "station    :A01", "station    :M\xfcnchen", ""}), "a");
  EXPECT_EQ(site.name, "M\xc3\xbcnchen");
  EXPECT_EQ(site.provenance.repairs.at(0).rule, "foreign-encoding");
}

TEST(Zfile, CorruptFiles) {
  expect_outcomes(
      small_zfile(),
      {{"title", "IN MEASUREMENT COORDINATES", "IN ROTATED COORDINATES", "should say 'TRANSFER FUNCTIONS IN MEAS", 1},
       {"second-title", "WITH FULL ERROR COVARIANCE", "WITHOUT ERRORS", "other Z-files are not read", 2},
       {"no-title-of-program", "Robust Remote Reference\n", "\n", "fine"},
       {"no-station", "station    :A01", "station    :", "repair name-from-file"},
       {"station-without-word", "station    :A01", "A01", "fine"},
       {"no-coordinate", "coordinate ", "place ", "should say 'coordinate"},
       {"latitude-word", "37.500", "north", "latitude: 'north' is not a number", 5},
       {"latitude-beyond", "37.500", "97.500", "is beyond 90 degrees", 5},
       {"longitude-beyond", "238.500", "438.500", "is beyond 360 degrees", 5},
       {"no-declination", "declination    10.00", "", "should say 'DECLINATION", 5},
       {"declination-beyond", "    10.00\n", "    1000.0\n", "is no angle in degrees", 5},
       {"declination-nan", "    10.00\n", "    NaN\n", "is not a number", 5},
       {"channels-word", "channels   5", "channels   five", "is not a whole number", 6},
       {"channels-few", "channels   5", "channels   2", "is not within 3 .. 12", 6},
       {"channels-many", "channels   5", "channels   500", "is not within", 6},
       {"channels-more", "channels   5", "channels   6", "is not known; Hx, Hy"},
       {"channels-less", "channels   5", "channels   4", "has only one of Ex and Ey"},
       {"periods-more", "frequencies   2", "frequencies   3", "the file ends where"},
       {"periods-less", "frequencies   2", "frequencies   1", "text after the last of 1 frequencies"},
       {"periods-huge", "frequencies   2", "frequencies   9999", "are announced in a file of"},
       {"periods-beyond", "frequencies   2", "frequencies   99999999999999999999", "is not a whole number"},
       {"periods-zero", "frequencies   2", "frequencies   0", "is not within"},
       {"no-orientations", " orientations and tilts of each channel", " channels", "should say 'orientations"},
       {"channel-unknown", "A01  Hz", "A01  Bz", "'Bz' is not known"},
       {"channel-twice", "A01  Ey", "A01  Ex", "a second channel"},
       {"channel-order", "A01  Hy", "A01  Ex", "the first two channels should be Hx and Hy"},
       {"channel-short", "    3     0.00     0.00 A01  Hz", "    3  Hz", "should be 'NUMBER ORIENTATION"},
       {"orientation-word", "    2    90.00", "    2    east", "is not a number"},
       {"orientation-beyond", "    2    90.00", "    2    900.0", "is no orientation"},
       {"orientation-parallel", "    2    90.00", "    2     0.00", "have the same orientation"},
       {"orientation-opposite", "    2    90.00", "    2   180.00", "are parallel"},
       {"electric-parallel", "    5    90.00", "    5     0.50", "are parallel"},
       {"tilt", "    4     0.00     0.00", "    4     0.00     5.00", "repair tilt-unused"},
       {"tilt-of-hz", "    3     0.00     0.00", "    3     0.00    90.00", "fine"},
       {"period-zero", "period :     10.00000", "period :      0.00000", "is not positive"},
       {"period-negative", "period :     10.00000", "period :    -10.00000", "is not positive"},
       {"period-word", "period :     10.00000", "period :      ten", "is not a number"},
       {"period-stars", "period :     10.00000", "period :  ********", "is not a number"},
       {"period-line-missing", "period :     10.00000", "time :     10.00000", "should say 'PERIOD"},
       {"period-twice", "period :     20.00000", "period :     10.00000", "repair period-twice"},
       {"period-descending", "period :     20.00000", "period :     5.00000", "fine"},
       {"points-missing", "number of data point   1000", "number of points   1000", "should say 'number of data"},
       {"transfer-missing", " Transfer Functions", " Functions", "should say 'Transfer Functions'"},
       {"value-word", "  0.2500E+00 -0.5000E+00", "  0.2500E+00 half", "'half' is not a number"},
       {"value-stars", "  0.2500E+00 -0.5000E+00", "  0.2500E+00 **********", "is not a number"},
       {"value-nan", "  0.2500E+00 -0.5000E+00", "  NaN NaN", "is not a number"},
       {"value-glued", "  0.2500E+00 -0.5000E+00", "  0.2500E+00-0.5000E+00", "3 numbers instead of 4"},
       {"value-missing", "  0.2500E+00 -0.5000E+00", "  0.2500E+00", "3 numbers instead of 4"},
       {"value-extra", "  0.2500E+00 -0.5000E+00", "  0.2500E+00 -0.5 0.1", "5 numbers instead of 4"},
       {"value-d", "  0.2500E+00 -0.5000E+00", "  0.2500D+00 -0.5000D+00", "fine"},
       {"signal-missing", " Inverse Coherent Signal Power Matrix", " Signal", "should say 'Inverse Coherent"},
       {"signal-negative", "  0.5000E+00 -0.1000E-10", " -0.5000E+00 -0.1000E-10", "repair covariance-impossible"},
       {"signal-imaginary", "  0.5000E+00 -0.1000E-10", "  0.5000E+00 -0.4000E+00", "repair covariance-impossible"},
       {"signal-correlation", "  0.1000E+00 -0.2000E+00  0.2000E+01", "  0.9000E+01 -0.2000E+00  0.2000E+01",
        "repair covariance-impossible"},
       {"residual-missing", " Residual Covariance", " Covariance", "should say 'Residual Covariance'"},
       {"residual-negative", "  0.1000E-02  0.0000E+00\n", " -0.1000E-02  0.0000E+00\n",
        "repair covariance-impossible"},
       {"text-behind", "  0.5000E-02  0.1000E-01  0.0000E+00\nperiod",
        "  0.5000E-02  0.1000E-01  0.0000E+00\nx\nperiod", "should say 'PERIOD"},
       {"byte-order-mark", "TRANSFER", "\xef\xbb\xbfTRANSFER", "repair byte-order-mark"}},
      parse);
}

TEST(Zfile, CutFilesAreReadOrRefused) { expect_no_crash_when_cut(small_zfile(), parse); }

TEST(Zfile, RealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey survey = read(
      {folder + "/emtf-zfiles", folder + "/mt_metadata-tf/tf_zmm.zmm", folder + "/mt_metadata-tf/tf_zss_tipper.zss"});
  ASSERT_EQ(survey.sites.size(), 6u);
  // CAS04, 13.17 degrees of declination: by numpy, with the full covariance of the first period.
  const Site& cas = survey.sites[0];
  ASSERT_EQ(cas.periods(), 33u);
  EXPECT_NEAR(cas.longitude, 238.532 - 360, 1e-9);
  const Complex z[] = {Complex(0.05218972, -0.493787), Complex(1.00478175, 1.87365905),
                       Complex(-0.82611825, 1.22615905), Complex(1.36161028, -1.376113)};
  const double error[] = {9.20680557e-05, 5.10505805e-05, 1.42054816e-04, 7.87676110e-05};
  for (std::size_t c = 0; c < 4; ++c) {
    expect_near(cas.z[0][c] / ohm, z[c], 2e-8);
    EXPECT_NEAR(cas.z_error[0][c] / error[c], 1, 1e-7) << c;
  }
  expect_near(cas.tipper[0][0], Complex(-0.59536112, -1.98434556), 2e-8);
  // Parkfield: H at 87 and 177, E at 77.8 and 172.7 degrees; 24 of 25 estimates, since two are of one period.
  const Site& pkd = survey.sites[1];
  ASSERT_EQ(pkd.periods(), 24u);
  EXPECT_FALSE(pkd.has_tipper());
  expect_near(pkd.z[0][xy] / ohm, Complex(-5.42008737, -5.87439687), 2e-8);
  expect_near(pkd.z[0][yx] / ohm, Complex(13.26759009, 10.33778557), 2e-8);
  // Synthetic half-space of 100 ohm m, seen by single station and by remote reference.
  for (const std::size_t k : {std::size_t{2}, std::size_t{3}}) {
    const Site& site = survey.sites[k];
    for (std::size_t i = 4; i < site.periods(); i += 5)
      EXPECT_NEAR(0.2 * site.period[i] * std::norm(site.z[i][yx] / ohm), 100, 8) << site.name << " " << site.period[i];
  }
  EXPECT_FALSE(survey.sites[5].has_impedance());
  EXPECT_EQ(survey.sites[5].periods(), 44u);
}
