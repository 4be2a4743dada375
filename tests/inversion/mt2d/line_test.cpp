#include "inversion/mt2d/line.h"

#include <gtest/gtest.h>

#include <numbers>

#include "datasets/occam2d/occam2d.h"
#include "datasets/read.h"
#include "elec/strike/axes.h"
#include "tests/datasets/real_data.h"
#include "tests/inversion/mt2d/rotated_line.h"

using namespace terrella;
using namespace terrella::inversion;
using datasets::Quantity;
using terrella::tests::RotatedLine;

namespace {

double axes_apart(double a, double b) { return std::abs(elec::wrapped(a - b, 180)); }

// The message of what is thrown, and nothing else may be.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "nothing was thrown";
}

bool any_has(const std::vector<std::string>& sentences, const std::string& words) {
  for (const std::string& s : sentences)
    if (s.find(words) != std::string::npos) return true;
  return false;
}
std::string all_of(const std::vector<std::string>& sentences) {
  std::string all;
  for (const std::string& s : sentences) all += s + "\n";
  return all;
}

}  // namespace

TEST(Line2d, FindsTheStrikeOfRotatedData) {
  for (const double strike : {20.0, -5.0, 33.0})
    for (const double axes : {0.0, 50.0}) {
      const Line line = line_of(RotatedLine{.strike = strike, .axes = axes}.make());
      EXPECT_LT(axes_apart(line.strike, strike), 1) << strike << " " << axes;
      EXPECT_LT(axes_apart(line.profile, 105), 0.1);
      EXPECT_LT(axes_apart(line.azimuth, strike + 90), 1);
      EXPECT_LT(std::abs(std::remainder(line.azimuth - 105, 360)), 90);
      EXPECT_TRUE(line.warnings.empty()) << all_of(line.warnings);
    }
}

TEST(Line2d, TurnsToTheStrikeAndProjectsAlongIt) {
  const RotatedLine truth{.strike = 40, .axes = -23, .seed = 0};
  LineOptions options;
  options.impedance_floor = 0;
  set_strike(options, "40");
  for (const LineData data : {LineData::rho_phase, LineData::impedance}) {
    options.data = data;
    const Line line = line_of(truth.make(), options);
    ASSERT_EQ(line.data.sites.size(), 8U);
    EXPECT_EQ(line.azimuth, 130);
    for (int s = 0; s < 8; ++s) {
      const auto& site = line.data.sites[s];
      EXPECT_EQ(site.name, "R" + std::to_string(s + 1));
      EXPECT_NEAR(site.y, 2000 * s * std::cos(25 * M_PI / 180), 0.005 * 2000 * s + 1e-9);  // our plain ellipsoid
      EXPECT_EQ(site.z, -(100 + 10 * s));
      EXPECT_EQ(site.rotation, 40);
    }
    std::size_t compared = 0;
    for (const auto& row : line.data.rows) {
      const bool te = datasets::info(row.quantity).place == datasets::Place::te;
      const auto z = truth.mode(te, static_cast<int>(row.site));
      const auto period = truth.period();
      const auto i = static_cast<std::size_t>(std::find(period.begin(), period.end(), row.period) - period.begin());
      ASSERT_LT(i, period.size());
      ++compared;
      if (data == LineData::impedance) {
        EXPECT_LT(std::abs(row.value - z[i]), 1e-10 * std::abs(z[i]));
      } else if (datasets::info(row.quantity).kind == datasets::QuantityKind::phase) {
        EXPECT_NEAR(row.value.real(), std::arg(te ? z[i] : -z[i]) * 180 / M_PI, 1e-8);
      } else {
        const double rho = std::norm(z[i]) * row.period / (2 * M_PI * 4e-7 * M_PI);
        EXPECT_NEAR(row.value.real(), std::log10(rho), 1e-8);
      }
    }
    EXPECT_EQ(compared, 8U * 12 * (data == LineData::impedance ? 2 : 4));
  }
}

TEST(Line2d, ArrowsChooseTheStrike) {
  // 60 degrees from the profile by arrows; without them the one nearer to a right angle would be taken.
  const RotatedLine truth{.strike = 65, .profile = 105, .tipper = 0.3};
  const Line line = line_of(truth.make());
  EXPECT_LT(axes_apart(line.strike, 65), 2);
  EXPECT_TRUE(any_has(line.choices, "induction arrows")) << all_of(line.choices);
  EXPECT_TRUE(any_has(line.warnings, "degrees apart; a line across strike")) << all_of(line.warnings);
  RotatedLine without = truth;
  without.tipper = 0;
  EXPECT_LT(axes_apart(line_of(without.make()).strike, 155), 2);
  // The tipper along the line: arrows of both halves point across strike.
  for (const auto& row : line.data.rows)
    if (row.quantity == Quantity::real_tzy) {
      const double sign = std::cos((line.azimuth - 155) * M_PI / 180) > 0 ? 1 : -1;
      const bool first_half = line.data.sites[row.site].name < "R5";
      EXPECT_NEAR(row.value.real(), sign * (first_half ? 0.3 : -0.3), 0.01);
    }
}

TEST(Line2d, ADirectionlessEarthTakesTheStrikeOfItsProfile) {
  const datasets::Survey survey = RotatedLine{.layered = true}.make();
  const Line line = line_of(survey);
  EXPECT_LT(axes_apart(line.strike, 15), 0.1);
  EXPECT_TRUE(any_has(line.warnings, "the data prefer no strike")) << all_of(line.choices);
  LineOptions options;
  set_strike(options, "phase_tensor");
  EXPECT_NE(refusal([&] { line_of(survey, options); }).find("give a strike in degrees"), std::string::npos);
}

TEST(Line2d, BothWaysToAStrikeAgree) {
  LineOptions options;
  set_strike(options, "groom_bailey");
  const Line line = line_of(RotatedLine{.axes = 30}.make(), options);
  EXPECT_LT(axes_apart(line.strike, 20), 1);
  EXPECT_TRUE(any_has(line.choices, "Groom and Bailey"));
}

TEST(Line2d, PeriodsMasksAndErrors) {
  datasets::Survey survey = RotatedLine{}.make();
  survey.sites[2].z_masked.assign(12, {false, false, false, false});
  survey.sites[2].z_masked[5] = {false, true, false, false};
  survey.sites[3].z_error[4] = {NAN, NAN, NAN, NAN};
  LineOptions options;
  set_strike(options, "20");
  options.shortest_period = 0.5;
  options.longest_period = 20;
  Line line = line_of(survey, options);
  EXPECT_EQ(periods_of(line.data).size(), 7U);  // 10^-0.25 .. 10^1.25 s
  std::size_t masked = 0;
  for (const auto& row : line.data.rows) {
    masked += row.masked;
    if (row.quantity == Quantity::phase_te) { EXPECT_GE(row.error, 0.05 * 180 / M_PI * (1 - 1e-12)); }
    if (row.quantity == Quantity::log10_rho_tm) { EXPECT_GE(row.error, 0.1 / std::numbers::ln10 * (1 - 1e-12)); }
    EXPECT_TRUE(std::isfinite(row.error));  // the one that had none too
  }
  EXPECT_EQ(masked, 4U);  // turning spreads the mask
  EXPECT_TRUE(any_has(line.choices, "; 4 masked")) << all_of(line.choices);
  EXPECT_TRUE(any_has(line.choices, "set at 4 that had none")) << all_of(line.choices);
  options.periods_per_decade = 2;
  options.impedance_floor = 0;
  line = line_of(survey, options);
  EXPECT_EQ(periods_of(line.data).size(), 5U);  // those next to 10^-0.5 .. 10^1.5 s
  EXPECT_TRUE(any_has(line.choices, "errors as they stand"));
}

TEST(Line2d, SaysWhatWasDecided) {
  datasets::Survey survey = RotatedLine{}.make();
  survey.sites[4].latitude += 0.05;  // 5.5 km off a line of 14
  for (auto& site : survey.sites) {
    site.tipper.assign(12, {0, 0});
    site.tipper_error.assign(12, {0, 0});
  }
  const Line line = line_of(survey);
  const std::string told = all_of(line.choices);
  for (const char* words :
       {"the best straight line through the sites", "8 sites", "R5 the farthest", "dimensions by 96", "strike 20.",
        "sites projected along strike", "100 to 170 m above sea level", "12 periods from 0.1",
        "tipper of 8 sites left out: it is 0 throughout", "errors raised to 5 % of |Z|", "96 log10_rho_TE"})
    EXPECT_NE(told.find(words), std::string::npos) << words << "\nin\n" << told;
  EXPECT_TRUE(any_has(line.warnings, "farther from the profile than a tenth of its length: R5"));
  LineOptions options;
  options.largest_distance = 3000;
  const Line shorter = line_of(survey, options);
  EXPECT_EQ(shorter.data.sites.size(), 7U);
  EXPECT_TRUE(any_has(shorter.choices, "left out, farther than 3 km from the profile: R5"));
}

TEST(Line2d, PhasesOfNoTwoDimensionalEarthAreMaskedOrTold) {
  datasets::Survey survey = RotatedLine{.axes = 20}.make();
  survey.sites[1].z[3][datasets::yx] *= -1.0;
  LineOptions options;
  set_strike(options, "20");
  for (const LineData data : {LineData::rho_phase, LineData::impedance}) {
    options.data = data;
    options.mask_impossible_phases = true;
    const Line line = line_of(survey, options);
    for (const auto& row : line.data.rows) {
      const bool it = row.site == 1 && row.period == survey.sites[1].period[3] &&
                      datasets::info(row.quantity).place == datasets::Place::tm;
      EXPECT_EQ(row.masked, it);
    }
    EXPECT_TRUE(any_has(line.choices, "1 of 96 phases of TM outside 0 to 90")) << all_of(line.choices);
    options.mask_impossible_phases = false;
    EXPECT_TRUE(any_has(line_of(survey, options).warnings, "1 of 96 phases of TM outside 0 to 90"));
  }
}

TEST(Line2d, SitesSideBySideAreOnePlace) {
  datasets::Survey survey = RotatedLine{}.make();
  survey.sites.push_back(survey.sites[3]);
  survey.sites.back().name = "R4b";
  survey.sites.back().longitude += 1e-4;  // 10 m
  const Line line = line_of(survey);
  EXPECT_EQ(line.data.sites[3].y, line.data.sites[4].y);
  EXPECT_TRUE(any_has(line.choices, "stand at one place of the line")) << all_of(line.choices);
}

TEST(Line2d, AFlatEarthWithoutNoiseHasNoStrike) {
  // Phase tensors are circles, of which the angle is 0 and its error no number.
  const datasets::Survey survey = RotatedLine{.noise = 1e-3, .seed = 0, .layered = true}.make();
  const Line line = line_of(survey);
  EXPECT_TRUE(any_has(line.warnings, "the data prefer no strike")) << all_of(line.choices);
  EXPECT_LT(axes_apart(line.strike, line.profile + 90), 1e-9);
}

TEST(Line2d, ASiteFarFromAllOthersIsToldAndJoinsNone) {
  datasets::Survey survey = RotatedLine{}.make();
  survey.sites.back().longitude += 20;
  LineOptions options;
  options.strike_from = StrikeFrom::perpendicular;
  const Line line = line_of(survey, options);
  EXPECT_TRUE(any_has(line.warnings, "are their coordinates right?")) << all_of(line.warnings);
  EXPECT_FALSE(any_has(line.choices, "stand at one place")) << all_of(line.choices);
  EXPECT_TRUE(line_of(RotatedLine{}.make()).warnings.empty());
}

TEST(Line2d, RefusesWhatMakesNoLine) {
  const datasets::Survey good = RotatedLine{}.make();
  const auto with = [&](const auto& change) {
    datasets::Survey survey = good;
    change(survey);
    return refusal([&] { line_of(survey); });
  };
  const auto expect = [](const std::string& message, const char* words) {
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };
  expect(with([](auto& s) { s.sites.resize(1); }), "1 site; a line needs two");
  expect(with([](auto& s) { s.sites.clear(); }), "0 sites; a line needs two");
  expect(with([](auto& s) { s.sites[1].latitude = NAN, s.sites[6].longitude = NAN; }),
         "2 sites without coordinates: R2, R7");
  expect(with([](auto& s) {
           for (auto& site : s.sites) site.latitude = -30, site.longitude = 20;
         }),
         "all 8 sites stand in one place");
  expect(with([](auto& s) {
           for (auto& site : s.sites) site.z.clear(), site.z_error.clear();
         }),
         "no site has an impedance or a tipper");
  expect(with([](auto& s) {
           for (auto& site : s.sites) site.z_masked.assign(12, {true, true, true, true});
         }),
         "are masked");
  expect(with([](auto& s) {
           for (auto& site : s.sites)
             for (auto& z : site.z) z[datasets::xx] = z[datasets::yy] = NAN;
         }),
         "components are missing");
  expect(with([](auto& s) {
           for (auto& site : s.sites)
             for (auto& z : site.z) z = {};
         }),
         "components are missing or 0");
  LineOptions options;
  options.shortest_period = 1000;
  expect(refusal([&] { line_of(good, options); }), "the data have 0.1 to 56.23 s");
  options = {};
  options.largest_distance = -1;
  expect(refusal([&] { line_of(good, options); }), "largest_distance is -1");
  options = {};
  options.impedance_floor = 5;
  expect(refusal([&] { line_of(good, options); }), "it is a fraction of |Z|");
  options = {};
  set_strike(options, "100");
  expect(refusal([&] { line_of(good, options); }), "is within 5 degrees of the profile");
  expect(refusal([&] { line_of(good, options); }), "give strike = 'perpendicular', or the other one, 10.0");
  expect(refusal([&] { set_strike(options, "north"); }), "neither degrees nor one of auto");
  expect(refusal([&] { set_profile(options, "east"); }), "neither degrees nor 'auto'");
}

TEST(Line2d, ASiteThatCannotBeTurnedIsNamed) {
  datasets::Survey survey = RotatedLine{.axes = 0}.make();
  for (auto& z : survey.sites[2].z) z[datasets::xx] = NAN;
  LineOptions options;
  set_strike(options, "20");
  const Line line = line_of(survey, options);
  EXPECT_TRUE(any_has(line.warnings, "no TE, TM or tipper along strike 20.0 degrees: R3")) << all_of(line.warnings);
}

TEST(Line2d, OfParalanaIsThatOfItsOccam2dInversion) {
  TERRELLA_NEED_REAL_DATA(folder);
  const datasets::Survey survey = datasets::read({folder + "/paralana-profile/edi"});
  Line line = line_of(survey);
  EXPECT_LT(axes_apart(line.strike, 7), 5) << all_of(line.choices);
  EXPECT_TRUE(any_has(line.choices, "tipper of 15 sites left out"));
  // Along its own strike: the same sites in the same order, the same offsets but for its map projection, and the same
  // numbers up to what its authors edited.
  LineOptions options;
  set_strike(options, "7");
  set_profile(options, "97");
  line = line_of(survey, options);
  const auto theirs = datasets::read_occam2d_data(folder + "/paralana-profile/occam2d/OccamDataFile.dat");
  ASSERT_EQ(line.data.sites.size(), theirs.sites.size());
  const auto back = [](double y, double length, bool turned) { return turned ? length - y : y; };
  const bool turned = line.data.sites.front().name != theirs.sites.front().name;
  const double length = line.data.sites.back().y, first = theirs.sites.front().y;
  for (std::size_t s = 0; s < theirs.sites.size(); ++s) {
    const auto& ours = line.data.sites[turned ? theirs.sites.size() - 1 - s : s];
    EXPECT_EQ(ours.name, theirs.sites[s].name);
    EXPECT_NEAR(back(ours.y, length, turned), theirs.sites[s].y - first, 100);
  }
}

TEST(Line2d, OfKap03AndGeorgina) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Line kap = line_of(datasets::read({folder + "/kap03-profile/edi"}));
  EXPECT_EQ(kap.data.sites.size(), 26U);
  EXPECT_NEAR(kap.data.sites.back().y, 1.43e6, 0.03e6);
  EXPECT_TRUE(any_has(kap.choices, "prefer no direction")) << all_of(kap.choices);  // as `terrella analyze` says
  EXPECT_TRUE(any_has(kap.warnings, "three-dimensional"));
  const Line georgina = line_of(datasets::read({folder + "/georgina-edi"}));
  EXPECT_NEAR(georgina.strike, 72, 6) << all_of(georgina.choices);
  EXPECT_TRUE(georgina.warnings.empty()) << all_of(georgina.warnings);
}

TEST(Line2d, TakesLinesOfInversionCodesAsTheyAre) {
  TERRELLA_NEED_REAL_DATA(folder);
  const auto data = datasets::read_occam2d_data(folder + "/paralana-profile/occam2d/OccamDataFile.dat");
  ASSERT_TRUE(is_line(data));
  Line line = line_of(data);
  EXPECT_EQ(line.data.rows.size(), data.rows.size());
  EXPECT_EQ(line.strike, 7);
  EXPECT_EQ(line.azimuth, 97);
  LineOptions options;
  options.periods_per_decade = 2;
  options.longest_period = 100;
  line = line_of(data, options);
  EXPECT_LT(periods_of(line.data).size(), periods_of(data).size() / 2);
  EXPECT_LE(periods_of(line.data).back(), 100);
  set_strike(options, "7");
  EXPECT_NE(refusal([&] { line_of(data, options); }).find("these data stand along a line already"), std::string::npos);
}

TEST(Line2d, FilesOfLinesAreToldFromSoundings) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string occam = folder + "/paralana-profile/occam2d/OccamDataFile.dat";
  for (const std::string& file :
       {occam, folder + "/coprod2/coprod2data.dat", folder + "/mare2dem/Demo_forward_MT/DemoSynthMT.emdata",
        folder + "/modem-examples/2D_BLOCK2/de_JT.dat"}) {
    const auto data = line_in({file});
    ASSERT_TRUE(data) << file;
    const Line line = line_of(*data);
    EXPECT_EQ(line.data.rows.size(), data->rows.size());
    EXPECT_GE(line.data.sites.size(), 15U);
    for (const auto& site : line.data.sites) EXPECT_TRUE(std::isfinite(site.z));
  }
  const std::string edi = folder + "/paralana-profile/edi/pb23.edi";
  EXPECT_FALSE(line_in({edi}));
  EXPECT_FALSE(line_in({folder + "/paralana-profile/modem/ModEM_Data.dat"}));  // full tensors
  EXPECT_NE(refusal([&] { line_in({edi, occam}); }).find("a line comes alone"), std::string::npos);
}

TEST(Line2d, OptionsAreTheirToml) {
  LineOptions options;
  EXPECT_NE(to_toml(options).find("[line]\nprofile = 'auto'\nstrike = 'auto'\n"), std::string::npos);
  set_strike(options, "7");
  set_profile(options, "97.5");
  EXPECT_NE(to_toml(options).find("profile = 97.5\nstrike = 7.0\n"), std::string::npos) << to_toml(options);
}
