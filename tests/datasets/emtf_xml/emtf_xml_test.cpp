#include "datasets/emtf_xml/emtf_xml.h"

#include <gtest/gtest.h>

#include "datasets/read.h"
#include "tests/datasets/corruption.h"
#include "tests/datasets/emtf_xml/small_emtf_xml.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/site_comparison.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

constexpr double ohm = 4e-4 * 3.14159265358979323846;  // of mV/km/nT

Survey parse(const std::string& text) { return {"", {parse_emtf_xml(text, "small.xml")}}; }

std::string with(std::initializer_list<std::pair<const char*, const char*>> changes) {
  std::string text = small_emtf_xml();
  for (const auto& [find, replace] : changes) text = spoiled(text, {"change", find, replace, ""});
  return text;
}

void expect_near(Complex a, Complex b, double tolerance) { EXPECT_LT(std::abs(a - b), tolerance) << a << " " << b; }

}  // namespace

TEST(EmtfXml, SmallFileByHand) {
  const Site site = parse_emtf_xml(small_emtf_xml(), "small.xml");
  EXPECT_EQ(site.name, "A01");
  EXPECT_DOUBLE_EQ(site.latitude, 47.25);
  EXPECT_DOUBLE_EQ(site.longitude, -116.5);
  EXPECT_DOUBLE_EQ(site.elevation, 850.5);
  EXPECT_TRUE(site.provenance.repairs.empty());
  EXPECT_EQ(site.provenance.format, "emtf-xml");
  EXPECT_EQ(site.provenance.program, "EMTF");
  ASSERT_EQ(site.period, (std::vector<double>{10, 20}));
  expect_near(site.z[0][xy], ohm * Complex(2, 1.5), 1e-15);
  expect_near(site.z[1][yx], ohm * Complex(-2, -1.5), 1e-15);
  EXPECT_NEAR(site.z_error[0][xx], ohm * 0.1, 1e-15);   // sqrt(0.02 / 2)
  EXPECT_NEAR(site.z_error[0][xy], ohm * 0.2, 1e-15);   // sqrt(0.08 / 2)
  EXPECT_NEAR(site.z_error[0][yx], ohm * 0.05, 1e-15);  // sqrt(0.005 / 2)
  EXPECT_EQ(site.tipper[0][0], Complex(0.3, -0.1));
  EXPECT_NEAR(site.tipper_error[0][1], 0.0316227766016838, 1e-14);  // sqrt(0.002 / 2)
  // S in (A/m)^-2: 1 nT is 1 / (1e9 mu_0) A/m; N in (V/m)^2: 1 mV/km is 1e-6 V/m.
  const double nt = 1 / (1e9 * 4e-7 * 3.14159265358979323846);
  expect_near(site.inverse_signal_power[0][1] * nt * nt, Complex(0.1, 0.2), 1e-14);
  expect_near(site.residual_covariance[0][1] * 1e12, Complex(0.01, -0.005), 1e-14);
  EXPECT_NEAR(site.residual_covariance[0][8].real() / (nt * nt), 0.001, 1e-16);
  EXPECT_TRUE(std::isnan(site.residual_covariance[0][2].real()));   // E and Hz: the format has none
  EXPECT_TRUE(std::isnan(site.inverse_signal_power[1][0].real()));  // the second period has no covariances
}

TEST(EmtfXml, ErrorsComeFromCovariancesWhereThereIsNoVariance) {
  const Site site = parse_emtf_xml(with({{"<Z.VAR type", "<Z.OTHER type"}, {"</Z.VAR>", "</Z.OTHER>"}}), "a");
  EXPECT_NEAR(site.z_error[0][xy], ohm * 0.2, 1e-15);
}

TEST(EmtfXml, OtherUnitsAndSigns) {
  // (V/m)/T: E/B in m/s, Z = mu_0 E/B.
  const Site si = parse_emtf_xml(with({{"units=\"[mV/km]/[nT]\"/>", "units=\"[V/m]/[T]\"/>"},
                                       {"size=\"2 2\" units=\"[mV/km]/[nT]\"", "size=\"2 2\""},
                                       {"size=\"2 2\" units=\"[mV/km]/[nT]\"", "size=\"2 2\""}}),
                                 "a");
  expect_near(si.z[0][xy], 4e-7 * 3.14159265358979323846 * Complex(2, 1.5), 1e-18);
  EXPECT_NEAR(si.z_error[0][xy] / (4e-7 * 3.14159265358979323846), 0.2, 1e-12);
  EXPECT_EQ(si.provenance.units, "[V/m]/[T]");
  const Site minus = parse_emtf_xml(with({{"exp(+ i", "exp(- i"}}), "a");
  expect_near(minus.z[0][xy], ohm * Complex(2, -1.5), 1e-15);
  expect_near(minus.tipper[0][0], Complex(0.3, 0.1), 1e-15);
  EXPECT_LT(minus.inverse_signal_power[0][1].imag(), 0);
  EXPECT_EQ(minus.provenance.sign, "-");
}

TEST(EmtfXml, AxesOfTheChannelsAreSkew) {
  // Hx 10, Hy 100, Ex 12, Ey 97 degrees; numbers by numpy from e = B e', h = A h' and the 4 x 4 covariance of Z.
  const Site site =
      parse_emtf_xml(with({{"angle_to_geographic_north=\"0.0\">orthogonal", ">sitelayout"}}), "small.xml");
  EXPECT_EQ(site.rotation, 0);
  expect_near(site.z[0][xx] / ohm, Complex(0.51135117, -0.20909978), 2e-8);
  expect_near(site.z[0][xy] / ohm, Complex(2.14007095, 1.32174738), 2e-8);
  expect_near(site.z[0][yx] / ohm, Complex(-2.8919554, -2.63739713), 2e-8);
  expect_near(site.z[0][yy] / ohm, Complex(-0.3861145, 0.46906217), 2e-8);
  expect_near(site.tipper[0][0], Complex(0.33017196, -0.10716318), 2e-8);
  expect_near(site.tipper[0][1], Complex(-0.1448671, 0.03187557), 2e-8);
  const double expected[] = {1.20496352e-04, 2.37719939e-04, 7.14208079e-05, 1.40901776e-04};
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(site.z_error[0][c] / expected[c], 1, 1e-7) << c;
  EXPECT_NEAR(site.tipper_error[0][0], 0.01598481, 2e-8);
  EXPECT_NEAR(site.tipper_error[0][1], 0.03153547, 2e-8);
}

TEST(EmtfXml, OrthogonalAxesAtAnAngleAreTurnedToNorth) {
  const Site site = parse_emtf_xml(with({{"north=\"0.0\"", "north=\"10.0\""}}), "small.xml");
  EXPECT_EQ(site.rotation, 0);
  expect_near(site.z[0][xy] / ohm, Complex(2.09428247, 1.3163911), 2e-8);
  EXPECT_NEAR(site.z_error[0][yx], 7.60259582e-05, 1e-12);
  EXPECT_EQ(site.provenance.history.size(), 1u);
}

TEST(EmtfXml, DeclaredLatin1IsRead) {
  const Site site =
      parse_emtf_xml(with({{"encoding=\"UTF-8\"", "encoding='iso-8859-1'"}, {">A01<", ">M\xfcnchen<"}}), "a");
  EXPECT_EQ(site.name, "M\xc3\xbcnchen");
  ASSERT_EQ(site.provenance.repairs.size(), 1u);
  EXPECT_EQ(site.provenance.repairs[0].rule, "foreign-encoding");
  EXPECT_EQ(parse_emtf_xml(with({{">A01<", ">M\xfcnchen<"}}), "a").name, "M?nchen");  // UTF-8 is declared
}

TEST(EmtfXml, IsRecognizedByItsRoot) {
  EXPECT_TRUE(looks_like_emtf_xml(small_emtf_xml()));
  EXPECT_TRUE(looks_like_emtf_xml("\xef\xbb\xbf <!-- a > b --> <em_tf/>"));
  EXPECT_TRUE(looks_like_emtf_xml("<!DOCTYPE x [<!ENTITY a \"b\">]><EM_TF>"));  // which reading then refuses
  EXPECT_FALSE(looks_like_emtf_xml("<html><EM_TF>"));
  EXPECT_FALSE(looks_like_emtf_xml("<!-- EM_TF"));
  EXPECT_FALSE(looks_like_emtf_xml(""));
}

TEST(EmtfXml, CorruptFiles) {
  const char* const period2 = "<Period value=\"20.0\"";
  expect_outcomes(
      small_emtf_xml(),
      {{"truncated", "</EM_TF>", "", "is no well-formed XML"},
       {"element-crossed", "</Id>", "</Location>", "is no well-formed XML", 6},
       {"doctype", "<EM_TF>", "<!DOCTYPE EM_TF>\n<EM_TF>", "has a DOCTYPE", 2},
       {"entity-bomb", "<EM_TF>", "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<EM_TF>",
        "has a DOCTYPE"},
       {"external-entity", "<EM_TF>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">\n<EM_TF>", "has a DOCTYPE"},
       {"undeclared-entity", ">A01<", ">&secret;<", "fine"},  // stays as it stands
       {"root", "<EM_TF>", "<EM_TX>", "is no well-formed XML"},
       {"no-data", "<Data count=\"2\">", "<Date count=\"2\">", "is no well-formed XML"},
       {"no-id", "<Id>A01</Id>", "", "repair name-from-product"},
       {"no-id-nor-product", "<ProductId>TEST.A01.2020</ProductId>", "<ProductId/>", "fine"},
       {"latitude-word", "47.25", "north", "'north' is not a number", 8},
       {"latitude-beyond", "47.25", "97.25", "is beyond 90 degrees", 8},
       {"longitude-0-360", "-116.5", "243.5", "repair longitude-wrapped"},
       {"longitude-beyond", "-116.5", "-416.5", "is beyond 360 degrees"},
       {"no-latitude", "<Latitude>47.25</Latitude>", "", "repair no-coordinates"},
       {"no-elevation", "<Elevation units=\"meters\">850.5</Elevation>", "", "repair no-elevation"},
       {"elevation-units", "units=\"meters\"", "units=\"fathoms\"", "which is not read; metres or feet"},
       {"elevation-feet", "units=\"meters\"", "units=\"feet\"", "repair elevation-in-feet"},
       {"elevation-impossible", "850.5", "85050", "is no elevation on Earth"},
       {"no-orientation", "<Orientation angle_to_geographic_north=\"0.0\">orthogonal</Orientation>", "",
        "repair no-orientation"},
       {"orientation-unknown", ">orthogonal<", ">sideways<", "orthogonal or sitelayout"},
       {"orientation-word", "north=\"0.0\"", "north=\"north\"", "is not a number"},
       {"orientation-beyond", "north=\"0.0\"", "north=\"720\"", "is no angle in degrees"},
       {"no-sign", "<SignConvention>exp(+ i\\omega t)</SignConvention>", "", "repair no-sign-convention"},
       {"sign-unknown", "exp(+ i\\omega t)", "cos(t)", "is not known; exp(+ i"},
       {"units-unknown", "units=\"[mV/km]/[nT]\"/>", "units=\"furlong\"/>", "is not known; [mV/km]/[nT]"},
       {"units-contradict", "units=\"[mV/km]/[nT]\">", "units=\"Ohm\">", "before"},
       {"count-too-large", "count=\"2\"", "count=\"3\"", "but 2 <Period> follow"},
       {"count-too-small", "count=\"2\"", "count=\"1\"", "but 2 <Period> follow"},
       {"count-word", "count=\"2\"", "count=\"two\"", "is not a number"},
       {"no-count", "<Data count=\"2\">", "<Data>", "fine"},
       {"period-zero", "value=\"10.0\"", "value=\"0\"", "is not positive"},
       {"period-negative", "value=\"10.0\"", "value=\"-10\"", "is not positive"},
       {"period-nan", "value=\"10.0\"", "value=\"NaN\"", "is not a number"},
       {"period-missing", "<Period value=\"10.0\"", "<Period", "is not a number"},
       {"period-twice", period2, "<Period value=\"10.0\"", "stands twice"},
       {"period-order", "<Period value=\"10.0\"", "<Period value=\"30.0\"", "fine"},  // descending
       {"period-units", "units=\"secs\"", "units=\"Hz\"", "are not known; secs"},
       {"value-word", ">2.0 1.5<", ">2.0 one<", "'one' is not a number", 38},
       {"value-one-number", ">2.0 1.5<", ">2.0<", "should be two numbers", 38},
       {"value-three-numbers", ">2.0 1.5<", ">2.0 1.5 1<", "should be two numbers", 38},
       {"value-empty", ">2.0 1.5<", "><", "should be two numbers", 38},
       {"value-nan", ">2.0 1.5<", ">NaN NaN<", "repair not-a-number"},
       {"value-empty-mark", ">2.0 1.5<", ">1e32 1e32<", "repair not-a-number"},
       {"value-overflow", ">2.0 1.5<", ">1e999 0<", "repair not-a-number"},
       {"value-comma", ">2.0 1.5<", ">2,0 1,5<", "is not a number"},
       {"value-d-exponent", ">2.0 1.5<", ">2.0D+00 1.5D+00<", "fine"},
       {"value-missing", "<value name=\"Zxy\" output=\"Ex\" input=\"Hy\">2.0 1.5</value>", "", "fine"},
       {"value-twice", "input=\"Hy\">2.0", "input=\"Hx\">2.0", "stands twice", 38},
       {"channel-unknown", "output=\"Ex\" input=\"Hy\">2.0", "output=\"Ez\" input=\"Hy\">2.0",
        "is not one of its channels", 38},
       {"channel-missing", "output=\"Ex\" input=\"Hy\">2.0", "input=\"Hy\">2.0", "is not one of its channels", 38},
       {"block-twice", "<Z.VAR type=\"real\" size=\"2 2\">", "<Z/><Z.VAR type=\"real\" size=\"2 2\">", "stands twice"},
       {"variance-negative", ">0.08<", ">-0.08<", "repair negative-variance"},  // the covariances have it
       {"variance-complex", ">0.08<", ">0.08 0.0<", "should be one number"},
       {"variance-other", ">0.08<", ">0.8<", "repair variance-disagrees"},
       {"signal-not-hermitian", ">0.1 -0.2<", ">0.4 -0.2<", "repair covariance-impossible"},
       {"signal-negative", ">0.5 0.0<", ">-0.5 0.0<", "repair covariance-impossible"},
       {"signal-imaginary", ">0.5 0.0<", ">0.5 0.3<", "repair covariance-impossible"},
       {"residual-correlation", ">0.01 -0.005<", ">0.5 -0.005<", "repair covariance-impossible"},
       {"signal-half", "<value output=\"Hx\" input=\"Hy\">0.1 0.2</value>", "", "fine"},
       {"residual-missing", "<Z.RESIDCOV", "<Z.OTHER", "is no well-formed XML"},
       {"deep", "<Description>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
        "<a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></"
        "a>"
        "</a></a></a></a></a></a></a></a></a></a><Description>",
        "nested deeper than 32"},
       {"upper-case", "<Z type=\"complex\" size=\"2 2\"", "<Z type=\"complex\" size=\"9 9\"", "fine"},
       {"byte-order-mark", "<?xml", "\xef\xbb\xbf<?xml", "repair byte-order-mark"},
       {"utf-16", "<?xml", "\xff\xfe<?xml", "is UTF-16"},
       {"latin-1-name", ">A01<", ">M\xfcnchen<", "repair foreign-encoding"},
       {"cdata", ">2.0 1.5<", "><![CDATA[2.0 1.5]]><", "fine"}},
      parse);
}

TEST(EmtfXml, CutFilesAreReadOrRefused) {
  // Text before the root's end is never enough: only lines that may be missing leave a file that is read.
  EXPECT_GT(expect_no_crash_when_cut(small_emtf_xml(), parse), 20u);
}

TEST(EmtfXml, TooManyBytesAreRefused) {
  std::string text = small_emtf_xml();
  text.insert(text.find("<Site>"), "<Notes>" + std::string(std::size_t{9} << 20, 'a') + "</Notes>");
  EXPECT_THROW(parse_emtf_xml(text, "large.xml"), FormatError);
}

TEST(EmtfXml, RealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey survey = read({folder + "/usarray-emtfxml"});
  ASSERT_EQ(survey.sites.size(), 56u);
  for (const Site& site : survey.sites) {
    EXPECT_TRUE(site.has_impedance() && site.has_tipper() && site.has_covariance()) << site.name;
    EXPECT_EQ(site.periods(), 30u) << site.name;
    EXPECT_TRUE(site.provenance.repairs.empty()) << site.name << ": " << site.provenance.repairs[0].rule;
  }
  // The first values of IDD11, as they stand in the file.
  const Site& site = survey.sites[0];
  EXPECT_EQ(site.name, "IDD11");
  EXPECT_DOUBLE_EQ(site.latitude, 47.043986);
  EXPECT_DOUBLE_EQ(site.period[0], 7.31429);
  expect_near(site.z[0][yx] / ohm, Complex(1.163275, -21.05713), 1e-12);
  EXPECT_NEAR(site.z_error[0][yy] / ohm, std::sqrt(44.55861 / 2), 1e-12);
  expect_near(site.tipper[0][1], Complex(0.09296117, -0.5026581), 1e-12);
}

TEST(EmtfXml, OneStationFromTwoPrograms) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Site a = read_emtf_xml(folder + "/mt_metadata-tf/tf_xml.xml");
  const Site b = read_emtf_xml(folder + "/mt_metadata-tf/NMX20.xml");
  EXPECT_EQ(terrella::tests::difference(a, b, {.tolerance = 1e-7, .error_tolerance = 1e-6}), "");
}
