#include "inversion/result_file.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "datasets/file/read_file.h"
#include "datasets/hdf5/survey_file.h"
#include "tests/datasets/hdf5/example.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::odd_survey;
using tests::same_bits;
using tests::TemporaryFolder;

namespace {

Result odd_result() {
  Result result;
  result.survey = odd_survey();
  result.model = {2, 3, {1, 10, 1e5, 0.1, datasets::not_a_number, 7}, {100, 200, 300, 1e-300}, {}, {}, {}, {}};
  result.model.log10_resistivity_error = {1, 2, 3, 4, 5, 6};
  result.model.sensitivity = {7, 2, 0.1, datasets::not_a_number, 1, 1e-300};
  for (int i = 0; i < 18; ++i) result.model.resolution.push_back(1.0 / (i + 3));
  result.fits.resize(2);
  result.fits[0] = {
      "kap100",         {0.1, 1, 10}, {{1, 2}, {3, -0.0}, {5, 6}}, {0.1, 0.2, 0.3}, {{1, 2}, {3, 4}, {5, 7}}, 1.01,
      "target reached", true};
  result.fits[1] = {"東京", {7}, {{datasets::not_a_number, 1}}, {0.5}, {{0, 0}}, 3, "", false};
  for (int i = 0; i < 5; ++i)
    result.history.push_back({i - 1, i, 1.0 / (i + 1), 2.5 * i, 1e-9 * i, 1e3, 0.5, 0.25 * i});
  result.config = "[inversion]\ntarget_rms = 1.0  # naïve\n";
  result.versions = {{"terrella", "0.1.0"}, {"instruction set", "avx2"}};
  return result;
}

/// The first part in which they differ.
std::string difference(const Result& a, const Result& b) {
  if (const std::string survey = tests::difference(a.survey, b.survey); !survey.empty()) return survey;
  const LayeredModel &x = a.model, &y = b.model;
  if (x.sites != y.sites || x.layers != y.layers || !same_bits(x.resistivity, y.resistivity) ||
      !same_bits(x.thickness, y.thickness) || !same_bits(x.log10_resistivity_error, y.log10_resistivity_error) ||
      !same_bits(x.resolution, y.resolution) || !same_bits(x.sensitivity, y.sensitivity) ||
      !same_bits(x.depth_of_investigation, y.depth_of_investigation))
    return "model";
  if (a.fits.size() != b.fits.size()) return "fits";
  for (std::size_t s = 0; s < a.fits.size(); ++s) {
    const SiteFit &f = a.fits[s], &g = b.fits[s];
    if (f.site != g.site || !same_bits(f.period, g.period) || !same_bits(f.observed, g.observed) ||
        !same_bits(f.error, g.error) || !same_bits(f.predicted, g.predicted) || !same_bits(f.rms, g.rms) ||
        f.stopped != g.stopped || f.converged != g.converged)
      return "fit " + f.site;
  }
  if (a.history != b.history) return "history";
  if (a.config != b.config) return "config";
  return a.versions == b.versions ? "" : "versions";
}

TEST(ResultFile, EverythingComesBackToTheLastBit) {
  const TemporaryFolder folder("result_file");
  const std::string path = folder / "run.h5";
  write_hdf5(odd_result(), path);
  EXPECT_EQ(difference(odd_result(), read_result(path)), "");
  EXPECT_EQ(tests::difference(odd_result().survey, datasets::read_survey(path)), "");

  for (Result result : {Result{}, odd_result()}) {
    result.model.depth_of_investigation.assign(result.model.sites, 5000);
    result.model.resolution.clear();
    result.history.clear();
    result.fits.clear();
    write_hdf5(result, path);
    EXPECT_EQ(difference(result, read_result(path)), "");
  }
}

TEST(ResultFile, ReportsEveryPartThatDiffers) {  // the comparison above can fail
  Result changed = odd_result();
  changed.model.thickness[3] = 0;
  EXPECT_EQ(difference(odd_result(), changed), "model");
  changed = odd_result();
  changed.fits[0].observed[1] = {3, 0.0};
  EXPECT_EQ(difference(odd_result(), changed), "fit kap100");
}

TEST(ResultFile, SizesThatDisagreeAreRefusedBeforeWriting) {
  const TemporaryFolder folder("result_sizes");
  const auto message = [&](const Result& result) -> std::string {
    try {
      write_hdf5(result, folder / "run.h5");
    } catch (const std::invalid_argument& error) { return error.what(); }
    return "accepted";
  };
  Result result = odd_result();
  result.model.thickness.pop_back();
  EXPECT_EQ(message(result), "write_hdf5: model.thickness has 3 entries instead of 4");
  result = odd_result();
  result.model.resolution.pop_back();
  EXPECT_EQ(message(result), "write_hdf5: resolution has 17 entries instead of 18");
  result = odd_result();
  result.fits[1].predicted.clear();
  EXPECT_EQ(message(result), "write_hdf5: predicted has 0 entries instead of 1");
  EXPECT_FALSE(std::filesystem::exists(folder / "run.h5"));
}

TEST(ResultFile, SurveysDamagedAndTruncatedFilesAreRefused) {
  const TemporaryFolder folder("result_damaged");
  const std::string path = folder / "run.h5";
  const auto message = [&](std::string_view bytes) -> std::string {
    try {
      read_result(path, bytes);
    } catch (const FormatError& error) { return std::string(error.what()).substr(path.size() + 2); }
    return "accepted";
  };
  datasets::write_hdf5(odd_survey(), path);
  EXPECT_EQ(message(datasets::read_file(path, 1 << 20)), "holds a survey, not a result");
  write_hdf5(odd_result(), path);
  const std::string bytes = datasets::read_file(path, 1 << 20);
  for (std::size_t length = 0; length < bytes.size(); length += 997)
    EXPECT_NE(message(std::string_view(bytes).substr(0, length)), "accepted");
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    std::string damaged = bytes;
    damaged[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    EXPECT_NE(message(damaged), "accepted");
  }
}

}  // namespace
