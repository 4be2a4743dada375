#include "datasets/observations/observations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

// One site over a half-space of 100 ohm m: Z = sqrt(w mu_0 rho) exp(i 45 deg), errors of 5 % of |Z|.
Site half_space(const std::string& name = "a", double latitude = 45.0, double longitude = 10.0) {
  Site site;
  site.name = name;
  site.latitude = latitude;
  site.longitude = longitude;
  site.elevation = 300;
  for (const double period : {0.1, 10.0}) {
    const Complex z = std::polar(std::sqrt(2 * pi / period * mu_0 * 100), pi / 4);
    site.period.push_back(period);
    site.z.push_back({0.0, z, -z, 0.0});
    site.z_error.push_back({0.05 * std::abs(z), 0.05 * std::abs(z), 0.05 * std::abs(z), 0.05 * std::abs(z)});
    site.tipper.push_back({Complex(0.1, -0.2), Complex(0.3, 0.4)});
    site.tipper_error.push_back({0.01, 0.02});
  }
  return site;
}

Observations of(const Site& site, std::vector<Quantity> quantities) {
  return observations_of(Survey{"s", {site}}, quantities);
}

Observation only(const Site& site, Quantity quantity) { return of(site, {quantity}).rows.at(0); }

std::string refusal(const Observations& observations) {
  try {
    validate(observations);
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "";
}

}  // namespace

TEST(Quantities, NamesAreUniqueAndFound) {
  std::set<std::string> names;
  for (const QuantityInfo& entry : quantities()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(quantity_named(entry.name), entry.quantity);
    EXPECT_EQ(quantity_of(entry.kind, entry.place), entry.quantity);
    EXPECT_EQ(&info(entry.quantity), &entry);
  }
  EXPECT_EQ(quantity_named("LOG10_RHO_te"), Quantity::log10_rho_te);
  EXPECT_EQ(quantity_named("nothing"), std::nullopt);
  EXPECT_EQ(quantity_of(QuantityKind::phase, Place::x), std::nullopt);
}

// Five per cent of |Z| are 10 % of rho_a, 0.05 rad of phase and 0.1 / ln 10 of log10 rho_a (docs/conventions.md).
TEST(ObservationsOf, HalfSpace) {
  const Site site = half_space();
  const Observation rho = only(site, Quantity::rho_xy);
  EXPECT_NEAR(rho.value.real(), 100, 1e-10);
  EXPECT_NEAR(rho.error, 10, 1e-10);
  EXPECT_EQ(rho.error_imaginary, rho.error);
  EXPECT_NEAR(only(site, Quantity::log10_rho_yx).value.real(), 2, 1e-13);
  EXPECT_NEAR(only(site, Quantity::log10_rho_yx).error, 0.1 / std::log(10.0), 1e-13);
  EXPECT_NEAR(only(site, Quantity::phase_xy).value.real(), 45, 1e-12);
  EXPECT_NEAR(only(site, Quantity::phase_xy).error, 0.05 * 180 / pi, 1e-12);
  EXPECT_NEAR(only(site, Quantity::phase_yx).value.real(), -135, 1e-12);
  EXPECT_NEAR(only(site, Quantity::phase_tm).value.real(), 45, 1e-12);
  EXPECT_NEAR(only(site, Quantity::phase_det).value.real(), 45, 1e-12);
  EXPECT_NEAR(only(site, Quantity::rho_det).value.real(), 100, 1e-10);
  EXPECT_EQ(only(site, Quantity::z_te).value, site.z[0][xy]);
  EXPECT_EQ(only(site, Quantity::imag_z_tm).value, Complex(site.z[0][yx].imag()));
  EXPECT_EQ(only(site, Quantity::tzy).value, Complex(0.3, 0.4));
  EXPECT_EQ(only(site, Quantity::real_tzy).value, Complex(0.3));
  EXPECT_EQ(only(site, Quantity::tx).error, 0.01);
  // The phase tensor of a half-space is the unit tensor. Z = X + iY with X = Y: its error is sqrt(2) sigma / |X|.
  EXPECT_NEAR(only(site, Quantity::phase_tensor_xx).value.real(), 1, 1e-14);
  EXPECT_NEAR(only(site, Quantity::phase_tensor_xy).value.real(), 0, 1e-14);
  EXPECT_NEAR(only(site, Quantity::phase_tensor_xx).error, std::sqrt(2) * 0.05 * std::sqrt(2), 1e-14);
  // |Z_det| = |Z|; two independent components with weight 1/2 each.
  EXPECT_NEAR(only(site, Quantity::z_det).error, 0.05 / std::sqrt(2) * std::abs(site.z[0][xy]), 1e-15);
  // log10 of zero is no number, so there is no row.
  EXPECT_TRUE(of(site, {Quantity::log10_rho_xx}).rows.empty());
  EXPECT_THROW(of(site, {Quantity::magnetic_xx}), std::invalid_argument);
}

TEST(SurveyOf, GivesBackWhatObservationsWereMadeOf) {
  const Site site = half_space();
  const auto [survey, lost] =
      survey_of(of(site, {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy, Quantity::tx, Quantity::ty}));
  EXPECT_TRUE(lost.empty());
  ASSERT_EQ(survey.sites.size(), 1U);
  EXPECT_EQ(survey.sites[0].period, site.period);
  EXPECT_EQ(survey.sites[0].z, site.z);
  EXPECT_EQ(survey.sites[0].z_error, site.z_error);
  EXPECT_EQ(survey.sites[0].tipper, site.tipper);
  EXPECT_EQ(survey.sites[0].tipper_error, site.tipper_error);
  EXPECT_EQ(survey.sites[0].elevation, 300);
  EXPECT_TRUE(survey.sites[0].z_masked.empty());
}

TEST(SurveyOf, ResistivityAndPhaseMakeAnImpedance) {
  const Site site = half_space();
  for (const auto& pair :
       {std::array{Quantity::rho_xy, Quantity::phase_xy, Quantity::rho_yx, Quantity::phase_yx},
        std::array{Quantity::log10_rho_te, Quantity::phase_te, Quantity::log10_rho_tm, Quantity::phase_tm}}) {
    const auto [survey, lost] = survey_of(of(site, {pair.begin(), pair.end()}));
    EXPECT_TRUE(lost.empty());
    for (const Component c : {xy, yx}) {
      EXPECT_LT(std::abs(survey.sites[0].z[1][c] - site.z[1][c]), 1e-14 * std::abs(site.z[1][c]));
      EXPECT_NEAR(survey.sites[0].z_error[1][c], site.z_error[1][c], 1e-14 * std::abs(site.z[1][c]));
    }
    EXPECT_TRUE(std::isnan(survey.sites[0].z[0][xx].real()));
  }
}

TEST(SurveyOf, SaysWhatIsLost) {
  const auto [survey, lost] = survey_of(of(
      half_space(), {Quantity::zxy, Quantity::phase_xy, Quantity::rho_yx, Quantity::phase_tensor_xx, Quantity::z_det}));
  ASSERT_EQ(lost.size(), 4U);
  EXPECT_EQ(lost[0], "2 values of PTxx");
  EXPECT_EQ(lost[1], "2 values of Z_det");
  EXPECT_EQ(lost[2], "2 values without their other half (real and imaginary part, resistivity and phase)");
  EXPECT_EQ(lost[3], "2 apparent resistivities or phases beside an impedance");
}

TEST(SurveyOf, RefusesADatumThatStandsTwice) {
  Observations twice = of(half_space(), {Quantity::zxy});
  twice.rows.push_back(twice.rows[0]);
  twice.provenance.path = "some.dat";
  EXPECT_THROW(survey_of(twice), FormatError);
}

TEST(SurveyOf, KeepsMasksAndJoinsErrorsOfTwoParts) {
  Observations observations = of(half_space(), {Quantity::zxy, Quantity::real_tzy, Quantity::imag_tzy});
  observations.rows[0].masked = true;
  observations.rows[0].error = 3;
  observations.rows[0].error_imaginary = 4;
  const Site site = survey_of(observations).survey.sites.at(0);
  EXPECT_TRUE(site.z_masked.at(0)[xy]);
  EXPECT_FALSE(site.z_masked.at(1)[xy]);
  EXPECT_DOUBLE_EQ(site.z_error[0][xy], std::sqrt(12.5));
  EXPECT_EQ(site.tipper[0][1], Complex(0.3, 0.4));
}

TEST(LocalCoordinates, AgreeWithGeodesy) {
  // A degree of latitude at 45 N is 111 132 m, one of longitude 78 847 m (WGS84: M = 6 367 382 m, N cos = 4 517 590 m).
  const auto north = local_coordinates(45.5, 10, 44.5, 10);
  EXPECT_NEAR(north[0], 111132, 1);
  EXPECT_NEAR(north[1], 0, 1e-9);
  EXPECT_NEAR(local_coordinates(45, 10.5, 45, 10)[1], 0.5 * 78847, 2);
  // From the equator to the pole: the quarter meridian.
  EXPECT_NEAR(local_coordinates(90, 0, 0, 0)[0], 10001965.729, 0.001);
  EXPECT_NEAR(local_coordinates(-10, -179.5, -10, 179.5)[1], local_coordinates(-10, 1, -10, 0)[1], 1e-6);
}

TEST(ObservationsOf, TurnsPlacesAndDataToTheOrientation) {
  ObservationsOptions options;
  options.orientation = 90;
  const Observations turned = observations_of(Survey{"", {half_space("a", 45, 10), half_space("b", 45.01, 10)}},
                                              {Quantity::zxy, Quantity::ty}, options);
  EXPECT_NEAR(turned.sites[0].y - turned.sites[1].y, 1111.3, 0.1);  // y looks south
  EXPECT_NEAR(turned.sites[0].x, 0, 1e-6);
  EXPECT_EQ(turned.sites[0].rotation, 90);
  EXPECT_NEAR(std::abs(turned.rows[1].value - Complex(-0.1, 0.2)), 0, 1e-15);
}

TEST(Select, KeepsRowsSitesAndBlocksThatAreUsed) {
  Observations all = observations_of(Survey{"", {half_space("a"), half_space("b")}}, {Quantity::zxy, Quantity::zyx});
  all.blocks.push_back(all.blocks[0]);
  for (Observation& row : all.rows) row.block = row.site == 1;
  all.rows[4].masked = true;
  const Observations b = select(all, {{Quantity::zxy}, {"b"}, 0, 1, true});
  ASSERT_EQ(b.rows.size(), 1U);
  EXPECT_EQ(b.sites.size(), 1U);
  EXPECT_EQ(b.blocks.size(), 1U);
  EXPECT_EQ(b.rows[0].site, 0U);
  EXPECT_EQ(b.rows[0].block, 0U);
  EXPECT_EQ(periods_of(b), std::vector<double>{0.1});
  EXPECT_EQ(b.provenance.history.back(), "selected 1 of 8 observations");
  ObservationSelection unmasked;
  unmasked.masked = false;
  EXPECT_EQ(select(all, unmasked).rows.size(), 7U);
  EXPECT_THROW(select(all, {{}, {"c"}, 0, 1, true}), std::invalid_argument);
}

TEST(ErrorFloors, AreOfTheGeometricMeanAndRecorded) {
  Site site = half_space();
  site.z_error[0] = {1e-9, not_a_number, 1.0, 1e-9};
  const Observations data = of(site, {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy});
  const Observations raised = with_error_floor(data, {{Quantity::zxx, Quantity::zxy, Quantity::zyx}, 0, 0.05});
  const double floor = 0.05 * std::abs(site.z[0][xy]);
  EXPECT_NEAR(raised.rows[0].error, floor, 1e-15);
  EXPECT_NEAR(raised.rows[1].error, floor, 1e-15);
  EXPECT_EQ(raised.rows[2].error, 1.0);
  EXPECT_EQ(raised.rows[3].error, 1e-9);
  ASSERT_EQ(raised.floors.size(), 1U);
  EXPECT_NE(raised.provenance.history.back().find("1 errors raised, 1 set where there was none"), std::string::npos);
  EXPECT_THROW(with_error_floor(data, {{Quantity::zxy}, 0, 0}), std::invalid_argument);
  EXPECT_THROW(with_error_floor(data, {{Quantity::zxy}, -1, 2}), std::invalid_argument);
}

TEST(Observations, RefuseWhatCannotBe) {
  const Observations good = of(half_space(), {Quantity::zxy, Quantity::phase_xy});
  EXPECT_EQ(refusal(good), "");
  const auto broken = [&](auto change) {
    Observations bad = good;
    change(bad);
    return refusal(bad);
  };
  const auto has = [](const std::string& message, const char* part) { return message.find(part) != std::string::npos; };
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[1].site = 7; }), "row 1: site 7 of 1"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[1].block = 7; }), "block 7 of 1"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[0].period = 0; }), "not positive"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[0].value = {1, INFINITY}; }), "not finite"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[1].value = {1, 1}; }), "phase_xy of site 'a', period 0.1 s: a real"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[0].error = -1; }), "negative error"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[0].error = INFINITY; }), "mask the row"));
  EXPECT_TRUE(has(broken([](auto& o) { o.rows[0].quantity = Quantity::magnetic_xx; }), "no reference"));
  EXPECT_TRUE(has(broken([](auto& o) { o.sites[0].latitude = 91; }), "beyond 90"));
}

TEST(TwoDimensionalForms, AreOfTheSameDataAtTheSamePlaces) {
  Observations line = of(half_space(), {Quantity::log10_rho_te, Quantity::phase_te, Quantity::log10_rho_tm,
                                        Quantity::phase_tm, Quantity::real_tzy, Quantity::imag_tzy});
  line.sites[0].y = 1234;
  line.sites[0].x = not_a_number;
  const std::vector<Observations> forms = two_dimensional_forms(line);
  ASSERT_EQ(forms.size(), 2U);
  ASSERT_EQ(forms[0].rows.size(), 6U);  // TE, TM, tipper at two periods
  const Site site = half_space();
  EXPECT_EQ(forms[0].rows[0].quantity, Quantity::z_te);
  EXPECT_LT(std::abs(forms[0].rows[0].value - site.z[0][xy]), 1e-12 * std::abs(site.z[0][xy]));
  EXPECT_NEAR(forms[0].rows[0].error, site.z_error[0][xy], 1e-12 * site.z_error[0][xy]);
  EXPECT_LT(std::abs(forms[0].rows[2].value - site.tipper[0][1]), 1e-12);
  EXPECT_EQ(forms[1].rows.size(), line.rows.size());
  for (const Observations& form : forms) EXPECT_EQ(form.sites[0].y, 1234);
  line.sites.push_back(line.sites[0]);  // of the same name: places would be confused
  EXPECT_TRUE(two_dimensional_forms(line).empty());
  EXPECT_TRUE(two_dimensional_forms(of(half_space(), {Quantity::zxy})).empty());
}
