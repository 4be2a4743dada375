#include "elec/analysis/analysis.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <numbers>

#include "datasets/read.h"
#include "datasets/survey/rotation.h"
#include "tests/datasets/real_data.h"
#include "tests/elec/strike/distorted_line.h"

using namespace terrella;
using namespace terrella::elec;

namespace {

/// Sites over layered earths (determinants agree with xy), with static shifts at some.
datasets::Survey layered_line(const std::vector<double>& shift_xy, double noise = 1e-3) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  datasets::Survey survey{"layered", {}};
  for (std::size_t s = 0; s < shift_xy.size(); ++s) {
    datasets::Site site;
    site.name = "L" + std::to_string(s + 1);
    for (int i = 0; i < 20; ++i) site.period.push_back(std::pow(10, -2 + 0.2 * i));
    const auto z =
        impedance_1d({100.0 + 3.0 * static_cast<double>(s), 10.0, 500.0}, {500.0, 2000.0}, 1 / Tensor(site.period))
            .to_vector<datasets::Complex>();
    for (const datasets::Complex& value : z) {
      const double error = noise * std::abs(value);
      const auto noisy = [&] { return error * datasets::Complex(normal(random), normal(random)); };
      site.z.push_back({noisy(), value * std::sqrt(shift_xy[s]) + noisy(), -value + noisy(), noisy()});
      site.z_error.push_back({error, error, error, error});
    }
    survey.sites.push_back(site);
  }
  return survey;
}

std::vector<double> places(std::size_t n) {
  std::vector<double> result;
  for (std::size_t i = 0; i < n; ++i) result.push_back(1000.0 * static_cast<double>(i));
  return result;
}

}  // namespace

TEST(Dimensions, OfSyntheticImpedances) {
  const auto all = [](const std::vector<Dimension>& found, Dimension wanted) {
    return std::count(found.begin(), found.end(), wanted) == static_cast<std::ptrdiff_t>(found.size());
  };
  DimensionTable table = dimension_table(layered_line({1}).sites[0]);
  EXPECT_TRUE(all(table.bahr, Dimension::one));
  EXPECT_TRUE(all(table.wal, Dimension::one));
  EXPECT_TRUE(all(table.phase_tensor, Dimension::one));

  const datasets::Survey line = DistortedLine{.strike = 25, .sites = 1, .seed = 0}.make();
  table = dimension_table(line.sites[0]);
  // Where both principal impedances have one phase the regional earth cannot be told from one dimension.
  for (std::size_t i = 0; i < table.bahr.size(); ++i) {
    EXPECT_TRUE(table.bahr[i] == Dimension::distorted_two || table.bahr[i] == Dimension::distorted);
    EXPECT_NE(table.phase_tensor[i], Dimension::three);
    EXPECT_LT(table.eta[i], 1e-5);
    if (table.q[i] > 0.1) {
      EXPECT_NE(table.wal[i], Dimension::three) << i;  // twist and shear are small at some periods
    }
  }

  datasets::Site site = line.sites[0];
  for (auto& row : site.z) {  // a skewed phase tensor
    const datasets::Complex c = std::polar(1.0, 0.4);
    row[0] += 0.5 * row[1] * c, row[3] += 0.3 * row[2] * std::conj(c) * std::conj(c);
  }
  table = dimension_table(site);
  EXPECT_GT(std::count(table.phase_tensor.begin(), table.phase_tensor.end(), Dimension::three), 8);

  site.z[0][1] = {NAN, NAN};
  EXPECT_EQ(dimension_table(site).bahr[0], Dimension::unknown);
  EXPECT_EQ(dimension_table(site).wal[0], Dimension::unknown);
  EXPECT_EQ(dimension_table(site).phase_tensor[0], Dimension::unknown);
  EXPECT_THROW(dimension_table(site, {.bahr = {.kappa = -1}}), std::invalid_argument);
}

TEST(Dimensions, ClassesDoNotTurn) {
  const datasets::Survey line = DistortedLine{.strike = 25, .sites = 1}.make();
  const DimensionTable a = dimension_table(line.sites[0]), b = dimension_table(datasets::rotate_to(line.sites[0], 40));
  EXPECT_EQ(a.wal, b.wal);
  EXPECT_EQ(a.bahr, b.bahr);
  EXPECT_EQ(a.phase_tensor, b.phase_tensor);
}

TEST(StaticShifts, AreFoundAtTheSitesThatHaveThem) {
  const std::vector<double> shift = {1, 1, 4, 1, 1, 1, 0.2, 1, 1, 1};
  const auto found = estimate_static_shift(layered_line(shift), places(10), std::vector<double>(10, 0.0));
  for (std::size_t s = 0; s < shift.size(); ++s) {
    EXPECT_NEAR(std::log10(found[s].xy.factor / shift[s]), 0, 0.02) << s;
    EXPECT_NEAR(found[s].yx.factor, 1, 0.04);
    EXPECT_EQ(found[s].xy.periods, 20U);
    EXPECT_LT(found[s].xy.scatter, 0.02);
  }
  EXPECT_THROW(estimate_static_shift(layered_line({1, 1}), {0, 1}, {0, 0}), std::invalid_argument);
  EXPECT_THROW(estimate_static_shift(layered_line({1, 1, 1}), {0, 1, NAN}, {0, 0, 0}), std::invalid_argument);
}

TEST(Curves, OfALayeredEarth) {
  const datasets::Site site = layered_line({1}).sites[0];
  const Curve xy = curve_of(site, Mode::xy), det = curve_of(site, Mode::determinant);
  for (std::size_t i = 0; i < xy.period.size(); ++i) {
    EXPECT_NEAR(std::abs(xy.z[i] / det.z[i]), 1, 0.01);
    EXPECT_NEAR(det.error[i] / xy.error[i], std::sqrt(0.5), 0.01);  // the mean of two independent ones
  }
  const DepthTable depth = niblett_bostick(xy);
  EXPECT_NEAR(depth.resistivity[0], 100, 25);  // 360 m deep in a layer of 500 m: an approximation
  EXPECT_NEAR(depth.resistivity.back(), 500, 200);
  for (std::size_t i = 1; i < depth.depth.size(); ++i) EXPECT_GT(depth.depth[i], depth.depth[i - 1]);
  EXPECT_NEAR(depth.by_slope[10] / depth.resistivity[10], 1, 0.35);  // two approximations of each other
}

TEST(Outliers, AreWhatWasPutThere) {
  datasets::Site site = layered_line({1}, 0.01).sites[0];
  site.z[7][1] *= 1.3;
  site.z[13][1] *= std::polar(1.0, 0.35);
  const std::vector<double> measure = outlier_measure(curve_of(site, Mode::xy));
  for (std::size_t i = 0; i < measure.size(); ++i)
    EXPECT_EQ(measure[i] > 5, i == 7 || i == 13) << i << " " << measure[i];
}

TEST(Analysis, OfASyntheticLine) {
  datasets::Survey line = layered_line({1, 1, 3, 1, 1}, 0.01);
  line.sites[1].z[5][1] *= 2.0;
  std::size_t last = 0;
  const Analysis a = analyze(line, places(5), std::vector<double>(5, 0.0), {},
                             [&](std::size_t done, std::size_t all, const std::string&) {
                               EXPECT_EQ(done, last + 1);
                               EXPECT_EQ(all, 8U);
                               last = done;
                             });
  EXPECT_EQ(last, 8U);
  ASSERT_EQ(a.sites.size(), 5U);
  for (std::size_t s = 0; s < 5; ++s) {
    ASSERT_EQ(a.sites[s].layered.size(), 3U);
    EXPECT_EQ(a.sites[s].layered[0].best.exists, s != 1);
    EXPECT_TRUE(a.sites[s].layered[1].best.exists);
  }
  bool found = false;
  for (const Flag& flag : a.flags) {
    EXPECT_EQ(flag.site, 1U) << flag.rule;
    EXPECT_EQ(flag.component, "xy");
    found = found || (flag.rule == "outlier" && flag.period == line.sites[1].period[5]);
  }
  EXPECT_TRUE(found);
  EXPECT_NEAR(a.static_shifts[2].xy.factor, 3, 0.1);
  ASSERT_TRUE(a.decomposition);
  EXPECT_TRUE(a.notes.empty());
}

TEST(Analysis, TheErrorFloorReachesOutliers) {
  datasets::Site site;
  site.name = "A";
  for (int i = 0; i < 20; ++i) {
    site.period.push_back(std::pow(10, -2 + 0.2 * i));
    const datasets::Complex z = std::polar(1 / std::sqrt(site.period.back()), std::numbers::pi / 4);
    site.z.push_back({0, z, -z, 0});
    site.z_error.emplace_back().fill(1e-4 * std::abs(z));
  }
  site.z[9][1] *= 1.05;  // ln 1.05 = 0.049: 488 errors off a straight line, or 2.5 of 2 %
  const auto outliers = [&](double floor) {
    const Analysis a = analyze({"half-space", {site}}, {}, {}, {.error_floor = floor, .decompose = false});
    return std::count_if(a.flags.begin(), a.flags.end(), [](const Flag& flag) { return flag.rule == "outlier"; });
  };
  EXPECT_GE(outliers(0), 1);
  EXPECT_EQ(outliers(0.02), 0);
}

TEST(Analysis, SaysWhatItLeavesOut) {
  datasets::Survey line = layered_line({1, 1, 1});
  for (auto& site : line.sites)
    for (auto& error : site.z_error) error.fill(datasets::not_a_number);
  const Analysis a = analyze(line, {}, {}, {.error_floor = 0});
  EXPECT_EQ(a.notes.size(), 3U);
  EXPECT_TRUE(a.sites[0].layered.empty());
  EXPECT_FALSE(a.decomposition);
  EXPECT_EQ(analyze(line, {}, {}, {}).sites[0].layered.size(), 3U);
  EXPECT_THROW(analyze({"", {}}, {}, {}), std::invalid_argument);
  EXPECT_THROW(analyze(line, {}, {}, {.error_floor = -1}), std::invalid_argument);
}

TEST(Analysis, OfKap03) {
  TERRELLA_NEED_REAL_DATA(folder);
  const datasets::Survey survey = datasets::read({folder + "/kap03-profile/edi"});
  const auto before = std::chrono::steady_clock::now();
  const Analysis a = analyze(survey, places(survey.sites.size()), std::vector<double>(survey.sites.size(), 0.0));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - before;
  std::map<std::string, int> classes, rules;
  int exists = 0;
  for (const auto& site : a.sites) {
    for (Dimension d : site.dimensions.phase_tensor) ++classes[std::string("PT ") + name_of(d)];
    for (Dimension d : site.dimensions.wal) ++classes[std::string("WAL ") + name_of(d)];
    for (Dimension d : site.dimensions.bahr) ++classes[std::string("Bahr ") + name_of(d)];
    for (const auto& test : site.layered) exists += test.best.exists;
  }
  for (const Flag& flag : a.flags) ++rules[flag.rule];
  std::cout << seconds.count() << " s; strike " << a.decomposition->strike.value << " +- "
            << a.decomposition->strike.half << ", rms " << a.decomposition->rms() << ", reduced "
            << a.decomposition->reduced() << "; layered " << exists << " of " << 3 * a.sites.size() << "\n";
  for (const auto& [name, count] : classes) std::cout << name << ": " << count << "\n";
  for (const auto& [name, count] : rules) std::cout << name << ": " << count << "\n";
  for (const auto& note : a.notes) std::cout << note << "\n";
  EXPECT_EQ(a.sites.size(), 26U);
  EXPECT_TRUE(a.decomposition->converged);
}
