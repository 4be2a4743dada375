#include "inversion/mt1d.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "inversion/layered_earth.h"
#include "inversion/result_file.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/inversion/layered_data.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::layered_sounding;

namespace {

const std::vector<double> true_resistivity = {100, 10, 1000}, true_thickness = {1000, 2000};

/// Resistivity of the true model at a depth.
double truth(double depth) { return depth < 1000 ? 100 : depth < 3000 ? 10 : 1000; }

template <class Call>
std::string message(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) { return error.what(); }
  return "nothing thrown";
}

TEST(Invert1d, OccamFindsTheLayersWithinTheErrors) {
  const Sounding data = layered_sounding(true_resistivity, true_thickness, 0.03, 1);
  const Result r = invert_1d({data});
  ASSERT_EQ(r.fits.size(), 1);
  EXPECT_TRUE(r.fits[0].converged) << r.fits[0].stopped;
  EXPECT_LE(r.fits[0].rms, 1.0);
  EXPECT_GT(r.fits[0].rms, 0.97);  // the smoothest: it spends all the misfit that it may
  // Away from the steps, where the data reach, the model is the truth within three errors or a quarter of a decade of
  // blur.
  const std::size_t n = r.model.layers;
  double depth = 0;
  std::vector<double> middle, log_truth;
  for (std::size_t j = 0; j < n; ++j) {
    const double h = j + 1 < n ? r.model.thickness[j] : 0;
    middle.push_back(depth + h / 2);
    log_truth.push_back(std::log10(truth(middle[j])));
    depth += h;
  }
  int compared = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double found = std::log10(r.model.resistivity[i]), error = r.model.log10_resistivity_error[i];
    double total = 0;
    for (std::size_t j = 0; j < n; ++j) total += r.model.resolution[i * n + j];
    EXPECT_NEAR(total, 1, 1e-6);  // first differences leave a constant alone, so the data decide it
    const bool near_a_step = (middle[i] > 600 && middle[i] < 1500) || (middle[i] > 2200 && middle[i] < 12000);
    if (middle[i] < 100 || middle[i] > 40000 || near_a_step) continue;
    EXPECT_LT(std::abs(found - log_truth[i]), std::max(0.25, 3 * error)) << "at " << middle[i] << " m";
    ++compared;
  }
  EXPECT_GT(compared, 10);
  // Sum of squares over 80 real numbers of unit variance: chi^2 of the truth is 80 +- 13.
  const Tensor z = elec::impedance_1d(Tensor(true_resistivity), Tensor(true_thickness), 1.0 / Tensor(data.period));
  const double chi2 = sum(square(misfit_of(data, {}).residual(z))).item();
  EXPECT_NEAR(chi2, 80, 3 * 13);
}

TEST(Invert1d, ResultIsCompleteAndComesBackFromItsFile) {
  const tests::TemporaryFolder folder("invert1d");
  const Result r = invert_1d({layered_sounding(true_resistivity, true_thickness, 0.03, 2)});
  EXPECT_EQ(r.model.sites, 1);
  EXPECT_EQ(r.model.resolution.size(), r.model.layers * r.model.layers);
  EXPECT_GT(r.model.depth_of_investigation[0], 3000);
  EXPECT_FALSE(r.history.empty());
  EXPECT_NE(r.config.find("method = \"occam\""), std::string::npos);
  EXPECT_FALSE(r.versions.empty());
  write_hdf5(r, folder / "run.h5");
  const Result back = read_result(folder / "run.h5");
  EXPECT_TRUE(back.model == r.model && back.fits == r.fits && back.history == r.history && back.config == r.config);
}

TEST(Invert1d, SitesWithoutDataAreReportedAndOthersGoOn) {
  datasets::Survey survey;
  for (std::uint64_t seed : {3, 4, 5}) survey.sites.push_back(to_site(layered_sounding({100}, {}, 0.02, seed)));
  survey.sites[1].z_masked.assign(survey.sites[1].periods(), {true, true, true, true});
  survey.sites[2].z[7][datasets::xy] = datasets::not_a_number;
  survey.sites[2].period.pop_back();
  survey.sites[2].z.pop_back();
  survey.sites[2].z_error.pop_back();
  for (const double lateral : {0.0, 1.0}) {
    const Result r = invert_1d(survey, {.data = Data1d::xy, .target_rms = 1.2, .lateral = lateral});
    ASSERT_EQ(r.fits.size(), 3);
    EXPECT_EQ(r.fits[0].period.size(), 40);
    EXPECT_EQ(r.fits[1].stopped, "no period has all that xy needs");
    EXPECT_FALSE(r.fits[1].converged);
    EXPECT_TRUE(std::isnan(r.model.resistivity[r.model.layers]));
    EXPECT_EQ(r.fits[2].period.size(), 38);
    for (const std::size_t i : {0, 2}) {
      EXPECT_LT(r.fits[i].rms, 1.3);
      for (std::size_t j = 0; j < r.model.layers; ++j)
        EXPECT_NEAR(r.model.resistivity[i * r.model.layers + j], 100, 10);
    }
  }
  EXPECT_EQ(invert_1d(survey).fits[0].stopped, "no period has all that determinant needs");
}

TEST(Invert1d, DataWithoutErrorsNeedAFloor) {
  datasets::Survey survey{"", {to_site(layered_sounding({100}, {}, 0.02, 6))}};
  for (auto& error : survey.sites[0].z_error) error.fill(datasets::not_a_number);
  EXPECT_EQ(invert_1d(survey, {.data = Data1d::xy}).fits[0].stopped,
            "the data have no errors; set error_floor, for example 0.05");
  const Result r = invert_1d(survey, {.data = Data1d::xy, .error_floor = 0.05});
  EXPECT_NEAR(r.fits[0].error[3], 0.05 * std::abs(r.fits[0].observed[3]), 1e-15);
}

TEST(Invert1d, ThreadsDoNotChangeABit) {
  std::vector<Sounding> line;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    line.push_back(layered_sounding(true_resistivity, true_thickness, 0.05, seed));
  for (const double lateral : {0.0, 1.0}) {
    const int before = cpu::set_threads(1);
    const Result one = invert_1d(line, {.lateral = lateral});
    cpu::set_threads(4);
    const Result four = invert_1d(line, {.lateral = lateral});
    cpu::set_threads(before);
    EXPECT_TRUE(one.model == four.model);
    EXPECT_TRUE(one.fits == four.fits);
  }
}

TEST(Invert1d, ScalarsOfALayeredTensorAgree) {
  // Over layers Zxx = Zyy = 0 and Zyx = -Zxy, so that all four scalars are Zxy.
  const Sounding s = layered_sounding(true_resistivity, true_thickness, 0.0, 1);
  datasets::Site site = to_site(s);
  for (std::size_t i = 0; i < site.z.size(); ++i) {
    const auto z = site.z[i][datasets::xy];
    site.z[i] = {0.0, z, -z, 0.0};
    site.z_error[i].fill(0.02 * std::abs(z));
  }
  for (const Data1d data : {Data1d::determinant, Data1d::xy, Data1d::yx, Data1d::average}) {
    const Sounding scalar = sounding(site, {.data = data});
    ASSERT_EQ(scalar.z.size(), s.z.size());
    for (std::size_t i = 0; i < s.z.size(); ++i) EXPECT_LT(std::abs(scalar.z[i] - s.z[i]), 1e-14 * std::abs(s.z[i]));
    // d det = (dZxy - dZyx) / 2 here, as the average: errors shrink by sqrt(2).
    const double factor = data == Data1d::determinant || data == Data1d::average ? std::sqrt(0.5) : 1.0;
    EXPECT_NEAR(scalar.z_error[5], factor * 0.02 * std::abs(s.z[5]), 1e-12 * std::abs(s.z[5])) << to_string(data);
  }
}

TEST(Invert1d, WrongOptionsAreRefused) {
  const std::vector<Sounding> data = {layered_sounding({100}, {}, 0.02, 6)};
  const auto refused = [&](const Invert1dOptions& o) { return message([&] { invert_1d(data, o); }); };
  EXPECT_EQ(refused({.target_rms = 0}), "invert_1d: target_rms is 0; give a positive number");
  EXPECT_EQ(refused({.error_floor = 5}), "invert_1d: error_floor is 5; it is a fraction of |Z|: 0.05 means 5 %");
  EXPECT_EQ(refused({.layers = {.count = 1}}),
            "invert_1d: layers.count is 1; give 2 to 500, or 0 to have them designed");
  EXPECT_EQ(refused({.layers = {.thickness = {10, 10}}, .start_model = {100, 100}}),
            "invert_1d: start_model has 2 values; the layering needs 3");
  EXPECT_EQ(refused({.lowest_resistivity = 10, .highest_resistivity = 1}),
            "invert_1d: bounds 10 and 1 ohm m; give two positive ones, the lower first");
  EXPECT_EQ(refused({.method = Method1d::few_layers, .lateral = 1}),
            "invert_1d: few_layers takes each site alone; set lateral to 0 or choose another method");
  EXPECT_EQ(message([] { invert_1d(datasets::Survey{}); }), "invert_1d: the survey has no sites");
  EXPECT_EQ(message([] { parse<Data1d>("det"); }), "data: 'det' is unknown; give one of determinant, xy, yx, average");
  Sounding broken = data[0];
  broken.z_error[2] = 0;
  EXPECT_NE(message([&] { invert_1d({broken}); }).find("error 0 ohm is not positive; set an error floor"),
            std::string::npos);
}

}  // namespace
