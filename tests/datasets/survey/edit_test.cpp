#include "datasets/survey/edit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/hdf5/edited_survey.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/survey/mask.h"
#include "datasets/survey/merge.h"
#include "datasets/survey/periods.h"
#include "datasets/survey/scale.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

Survey example() {
  Survey survey{"example", {}};
  for (const char* name : {"A01", "A02", "B01"}) {
    Site site;
    site.name = name;
    site.latitude = -30 + 0.1 * static_cast<double>(survey.sites.size());
    site.longitude = 20;
    for (int i = 0; i < 9; ++i) {
      const double t = std::pow(10, 0.25 * i);
      site.period.push_back(t);
      const Complex z = std::polar(0.1 / std::sqrt(t), M_PI / 4);
      site.z.push_back({0.1 * z, z, -z, 0.2 * z});
      site.z_error.push_back({0.001, 0.002, 0.003, 0.004});
      site.tipper.push_back({Complex(0.1, 0.02 * i), Complex(-0.2, 0)});
      site.tipper_error.push_back({0.01, 0.02});
    }
    survey.sites.push_back(site);
  }
  return survey;
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& e) { return e.what(); }
  return "accepted";
}

}  // namespace

TEST(Mask, KeepsValuesAndSaysWhatItDid) {
  const Selection some{.sites = {"A*"}, .from = 2, .to = 20, .components = {"xy", "tx"}};
  const Survey masked = mask(example(), some, "railway");
  EXPECT_EQ(masked_values(masked.sites[0]), 8U);  // periods 3.2 5.6 10 17.8 of two components
  EXPECT_EQ(masked_values(masked.sites[2]), 0U);
  EXPECT_EQ(masked.sites[0].z, example().sites[0].z);
  EXPECT_EQ(masked.sites[0].provenance.history.back(), "mask 8 values: periods 2 .. 20 s, xy tx; railway");
  EXPECT_TRUE(masked.sites[2].provenance.history.empty());
  const Survey back = unmask(masked, {.components = {"xy", "tx"}});
  EXPECT_TRUE(back.sites[0].z_masked.empty());
  EXPECT_EQ(message([] { mask(example(), {.sites = {"C1"}}); }), "selection: no site 'C1' among 3");
  EXPECT_EQ(message([] { mask(example(), {.components = {"zz"}}); }),
            "selection: component 'zz' is none of xx, xy, yx, yy, tx, ty");
  EXPECT_EQ(message([] { mask(example(), {.from = 3, .to = 2}); }), "selection: periods 3 .. 2 s");
}

TEST(Selection, ALiteralNameFitsItselfAlone) {
  Survey survey = example();
  const char* const names[] = {"S[1]", "S1", "a*?\\b"};
  for (std::size_t s = 0; s < 3; ++s) survey.sites[s].name = names[s];
  for (std::size_t s = 0; s < 3; ++s) {
    const Survey masked = mask(survey, {.sites = {literal(names[s])}});
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(masked_values(masked.sites[k]) > 0, k == s) << names[s];
  }
  EXPECT_EQ(literal("A01 b"), "A01 b");
  const Survey by_name = mask(survey, {.sites = {"S[1]"}});  // as in files so far: the name, and what the glob fits
  EXPECT_GT(masked_values(by_name.sites[0]), 0U);
  EXPECT_GT(masked_values(by_name.sites[1]), 0U);
}

TEST(Periods, AreDecimatedToThoseNearestAGrid) {
  const Site site = decimate(example().sites[0], 2);
  EXPECT_EQ(site.period.size(), 5U);
  EXPECT_NEAR(site.period[1], std::sqrt(10.0), 1e-12);
  EXPECT_EQ(site.z.size(), 5U);
  EXPECT_EQ(site.tipper[2][0], Complex(0.1, 0.08));
  EXPECT_EQ(site.provenance.history.back(), "decimate to 2 periods a decade: 5 of 9");
  EXPECT_THROW(decimate(site, 0), std::invalid_argument);
}

TEST(Periods, InterpolationIsExactForPowersOfThePeriod) {
  const Site site = example().sites[0];
  const Site at = interpolate(site, {0.5, 1, 1.3, 42, 100.0, 300});
  EXPECT_TRUE(std::isnan(at.z[0][1].real()));  // no extrapolation
  EXPECT_TRUE(std::isnan(at.z[5][1].real()));
  EXPECT_EQ(at.z[1], site.z[0]);
  for (int k : {2, 3})
    EXPECT_LT(std::abs(at.z[k][1] / std::polar(0.1 / std::sqrt(at.period[k]), M_PI / 4) - 1.0), 1e-12);
  EXPECT_DOUBLE_EQ(at.z_error[2][1], 0.002);  // as those of the neighbours, though |Z| falls
  EXPECT_TRUE(std::isnan(interpolate(site, {1.3}, 0.2).z[0][0].real()));  // neighbours 0.25 decades apart
  EXPECT_THROW(interpolate(site, {2, 1}), std::invalid_argument);
}

TEST(Periods, InterpolatedErrorsLieBetweenThoseOfTheNeighbours) {
  Site site = example().sites[0];
  site.z[0][0] = 0;  // values say nothing about errors
  site.z_error[0] = {0.001, 0.01, 0, 0.02};
  site.z_error[1] = {0.1, 0.01, 0.1, not_a_number};
  site.tipper_error[1] = {0.03, 0.02};
  const Site at = interpolate(site, {std::pow(10, 0.125)});  // half way
  EXPECT_NEAR(at.z_error[0][0], 0.01, 1e-12);
  EXPECT_EQ(at.z_error[0][1], 0.01);
  EXPECT_NEAR(at.z_error[0][2], 0.05, 1e-12);
  EXPECT_TRUE(std::isnan(at.z_error[0][3]));
  EXPECT_NEAR(at.tipper_error[0][0], 0.02, 1e-12);
  EXPECT_EQ(at.tipper_error[0][1], 0.02);
}

TEST(Periods, InterpolationDoesNotInventWhatIsMissingOrMasked) {
  Survey survey = mask(example(), {.sites = {"A01"}, .from = 9, .to = 11, .components = {"xy"}});
  survey.sites[0].z[6][2] = {not_a_number, not_a_number};  // 31.6 s
  const Site at = interpolate(survey.sites[0], {12, 40});
  EXPECT_TRUE(at.z_masked[0][1]);
  EXPECT_FALSE(at.z_masked[0][2]);
  EXPECT_TRUE(std::isnan(at.z[1][2].real()));
  EXPECT_FALSE(std::isnan(at.z[1][1].real()));
}

TEST(StaticShift, ScalesElectricFields) {
  const Site site = remove_static_shift(example().sites[0], 4, 0.25), before = example().sites[0];
  EXPECT_EQ(site.z[0][0], before.z[0][0] / 2.0);
  EXPECT_EQ(site.z[0][1], before.z[0][1] / 2.0);
  EXPECT_EQ(site.z[0][2], before.z[0][2] * 2.0);
  EXPECT_EQ(site.z_error[0][3], 2 * before.z_error[0][3]);
  EXPECT_THROW(remove_static_shift(before, 0, 1), std::invalid_argument);
}

TEST(Merge, TakesTheSmallerErrorAndAllPeriods) {
  Survey survey = example();
  Site again = survey.sites[0];
  again.name = " a01";
  again.latitude += 0.0003;  // 33 m
  again.provenance.path = "second.edi";
  again.provenance.history = {"rotate 1"};
  again.provenance.repairs = {{3, "missing-end", "detail"}};
  for (std::size_t i = 0; i < again.periods(); ++i) {
    again.period[i] *= 1.002;
    again.z[i][1] *= 2.0;
    again.z[i][2] *= 2.0;
    again.z_error[i] = {0.01, 0.0001, 0.0001, 0.01};
    if (i == 3) again.z_error[i][1] = not_a_number;
  }
  again.period.push_back(1000), again.z.push_back(again.z.back()), again.z_error.push_back(again.z_error.back());
  again.tipper.push_back({0.0, 0.0}), again.tipper_error.push_back({0.1, 0.1});
  survey.sites.push_back(again);
  const Survey merged = merge_sites(survey);
  ASSERT_EQ(merged.sites.size(), 3U);
  const Site& site = merged.sites[0];
  EXPECT_EQ(site.name, "A01");
  ASSERT_EQ(site.period.size(), 10U);
  EXPECT_EQ(site.period[0], 1);
  EXPECT_EQ(site.z[0][0], survey.sites[0].z[0][0]);
  EXPECT_EQ(site.z[0][1], again.z[0][1]);
  EXPECT_EQ(site.z[3][1], survey.sites[0].z[3][1]);
  EXPECT_EQ(site.z[3][2], again.z[3][2]);
  EXPECT_EQ(site.z[9], again.z[9]);
  EXPECT_EQ(site.provenance.history.front(), "second.edi: rotate 1");
  EXPECT_EQ(site.provenance.history.back(),
            "merge 2 soundings of the same name and place (within 100 m): component by component the smaller error; "
            "from second.edi");
  EXPECT_EQ(site.provenance.repairs[0].detail, "second.edi: detail");
  EXPECT_EQ(merge_sites(survey, {.distance = 10}).sites.size(), 4U);
  EXPECT_EQ(merge_sites(survey, {.same = SameSite::name, .distance = 10}).sites.size(), 3U);
  EXPECT_EQ(merge_sites(survey, {.same = SameSite::place, .distance = 1e5}).sites.size(), 1U);
}

TEST(Merge, DistanceIsThatOfASphere) {
  Site a, b;
  a.latitude = 10, a.longitude = 179.5, b.latitude = 10, b.longitude = -179.5;
  EXPECT_NEAR(distance_between(a, b), 109506, 20);
  EXPECT_TRUE(std::isnan(distance_between(a, Site{})));
}

TEST(Edits, AreKeptAsTextToTheLastBit) {
  const double third = 1.0 / 3;
  const std::vector<Edit> edits = {
      {MaskEdit{{.sites = {"A*"}, .from = third, .to = 20, .periods = {third}, .components = {"xy"}}, true}, "wh\"y\n"},
      {MaskEdit{{}, false}},
      {DropSitesEdit{{"B01"}}},
      {FloorEdit{{.impedance = {third, 0, 0, 1}, .reference = ErrorFloor::Reference::own, .tipper = {0.1, 0.2}}}},
      {RotateEdit{-third}},
      {DecimateEdit{3}},
      {KeepPeriodsEdit{1, INFINITY}},
      {InterpolateEdit{{third, 1}, 0.7}},
      {StaticShiftEdit{{"A01"}, {third}, {3}}},
      {MergeEdit{{.same = SameSite::place, .distance = 3, .same_period = 0.1}}}};
  for (const Edit& edit : edits) {
    const std::string line = to_text(edit);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(to_text(edit_of(line)), line);
    EXPECT_EQ(edit_of(line).change.index(), edit.change.index());
    EXPECT_EQ(describe(edit_of(line)), describe(edit));
  }
  EXPECT_EQ(message([] { edit_of("no"); }), "edit: is no JSON");
  EXPECT_EQ(message([] { edit_of("[1]"); }), "edit: is no JSON object");
  EXPECT_EQ(message([] { edit_of(R"({"edit":"rotate"})"); }), "edit: key 'azimuth' is missing");
  EXPECT_EQ(message([] { edit_of(R"({"edit":"rotate","azimuth":"x"})"); }), "edit: key 'azimuth' is of the wrong type");
  EXPECT_EQ(message([] { edit_of(R"({"edit":"rotate","azimuth":1,"b":2})"); }), "edit: key 'b' is unknown");
  EXPECT_EQ(message([] { edit_of(R"({"edit":"merge","same":"x"})"); }), "edit: key 'same': 'x' is unknown");
}

TEST(Edits, AreTakenBack) {
  const Survey original = example();
  EditedSurvey edited{original, {}, original};
  edited = with_edit(edited, {MaskEdit{{.sites = {"A01"}}}, "bad"});
  edited = with_edit(edited, {RotateEdit{30}});
  edited = with_edit(edited, {DropSitesEdit{{"B01"}}});
  EXPECT_EQ(edited.survey.sites.size(), 2U);
  EXPECT_EQ(edited.survey.sites[0].rotation, 30);
  const EditedSurvey less = without_last_edits(edited, 2);
  EXPECT_EQ(less.edits.size(), 1U);
  EXPECT_EQ(less.survey.sites.size(), 3U);
  EXPECT_EQ(less.survey.sites[0].z, original.sites[0].z);
  EXPECT_EQ(masked_values(less.survey.sites[0]), 54U);
  EXPECT_EQ(message([&] { without_last_edits(edited, 4); }), "undo: 4 edits are to be taken back, and there are 3");
  EXPECT_EQ(message([&] { with_edit(edited, {DropSitesEdit{{"B01"}}}); }), "selection: no site 'B01' among 2");
}

TEST(EditedSurveyFile, RemembersAndReadsAsAnySurvey) {
  const std::string path = ::testing::TempDir() + "edited.h5";
  const Survey original = example();
  EditedSurvey edited{original, {}, original};
  write_edited(edited, path);
  EXPECT_TRUE(read_edited(path).edits.empty());
  edited = with_edit(edited, {MaskEdit{{.sites = {"A01"}, .components = {"xx"}}}, "bad"});
  edited = with_edit(edited, {StaticShiftEdit{{"A02"}, {2}, {3}}});
  write_edited(edited, path);
  const EditedSurvey back = read_edited(path);
  ASSERT_EQ(back.edits.size(), 2U);
  EXPECT_EQ(describe(back.edits[0]), "mask sites A01, xx: bad");
  EXPECT_EQ(back.survey.sites[1].z, edited.survey.sites[1].z);
  EXPECT_EQ(back.original.sites[1].z, original.sites[1].z);
  EXPECT_EQ(read_survey(path).sites[1].z, edited.survey.sites[1].z);
  write_edited(without_last_edits(back, 2), path);
  EXPECT_EQ(read_survey(path).sites[1].z, original.sites[1].z);
  std::filesystem::remove(path);
}
