#include "inversion/mt2d/result_file.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "datasets/file/read_file.h"
#include "datasets/format.h"
#include "datasets/hdf5/observations_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/read.h"
#include "inversion/result_file.h"
#include "tests/inversion/mt2d/example.h"

using namespace terrella;
using namespace terrella::inversion;
using tests::difference;
using tests::odd_result_2d;
using tests::TemporaryFolder;

namespace {

std::string message(const std::string& path, std::string_view bytes) {
  try {
    read_result_2d(path, bytes);
  } catch (const FormatError& error) { return std::string(error.what()).substr(path.size() + 2); }
  return "accepted";
}

/// A smaller one without all that is optional.
Result2d bare_result() {
  Result2d r;
  r.model.rows = r.model.columns = 1;
  r.model.y = {0, 1};
  r.model.z = {0, 0, 1, 1};
  r.model.resistivity = {100};
  r.model.cell = {0};
  return r;
}

TEST(Result2dFile, EverythingComesBackToTheLastBit) {
  const TemporaryFolder folder("result_2d_file");
  const std::string path = folder / "run.h5";
  for (const Result2d& result : {odd_result_2d(), bare_result()}) {
    write_hdf5(result, path);
    EXPECT_EQ(difference(result, read_result_2d(path)), "");
    EXPECT_EQ(difference(result.data, datasets::read_observations(path)), "");
    EXPECT_EQ(datasets::read_file(path, 1 << 20), hdf5_bytes(result)) << "equal results, equal bytes";
  }
  Result2d changed = odd_result_2d();
  changed.model.z[3] = std::nextafter(changed.model.z[3], 1);  // the comparison can fail
  EXPECT_EQ(difference(odd_result_2d(), changed), "arrays of the model");
}

TEST(Result2dFile, KindsAreToldApart) {
  const TemporaryFolder folder("result_2d_kinds");
  const std::string flat = folder / "flat.h5", line = folder / "line.h5", survey = folder / "survey.h5";
  write_hdf5(Result{}, flat);
  write_hdf5(odd_result_2d(), line);
  datasets::write_hdf5(tests::odd_survey(), survey);
  EXPECT_TRUE(is_result_2d(line));
  EXPECT_FALSE(is_result_2d(flat));
  EXPECT_FALSE(is_result_2d(survey));
  EXPECT_FALSE(is_result_2d(folder / "absent.h5"));
  EXPECT_EQ(message(flat, datasets::read_file(flat, 1 << 20)),
            "/: is the result of a layered (1D) inversion, not of a two-dimensional one");
  EXPECT_EQ(message(survey, datasets::read_file(survey, 1 << 20)), "holds a survey, not a result-2d");
  try {
    read_result(line);
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_EQ(std::string(error.what()),
              line + ": /: is the result of a two-dimensional inversion, not of a layered one");
  }
  EXPECT_STREQ(datasets::format_of_file(line)->name, "result-2d");
  EXPECT_STREQ(datasets::format_of_file(flat)->name, "result");
  // What of its data makes soundings is read as such by all that read soundings: one site has an impedance.
  EXPECT_EQ(datasets::read({line}).sites.size(), 1u);
}

TEST(Result2dFile, WhatIsNotValidIsNotWritten) {
  const TemporaryFolder folder("result_2d_invalid");
  Result2d result = odd_result_2d();
  result.model.y.pop_back();
  EXPECT_THROW(write_hdf5(result, folder / "run.h5"), std::invalid_argument);
  EXPECT_FALSE(std::filesystem::exists(folder / "run.h5"));
}

TEST(Result2dFile, DamagedAndTruncatedFilesAreRefused) {
  const std::string bytes = hdf5_bytes(odd_result_2d());
  for (std::size_t length = 0; length < bytes.size(); length += 997)
    EXPECT_NE(message("run.h5", std::string_view(bytes).substr(0, length)), "accepted");
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::string damaged = bytes;
    damaged[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    EXPECT_NE(message("run.h5", damaged), "accepted");
  }
}

TEST(Result2dFile, ForgedSealsGiveAnErrorOrAValidResult) {
  const std::string bytes = hdf5_bytes(odd_result_2d());
  std::mt19937_64 random(7);
  int refused = 0;
  for (int trial = 0; trial < 60; ++trial) {
    std::string image = bytes.substr(datasets::hdf5::seal_bytes);
    for (int edit = 0; edit < 3; ++edit) image[random() % image.size()] = static_cast<char>(random());
    const std::string forged = datasets::hdf5::sealed(datasets::kind_of_result_2d, image);
    try {
      const Result2d result = read_result_2d("run.h5", forged);
      validate(result);
      EXPECT_EQ(difference(result, read_result_2d("again.h5", hdf5_bytes(result))), "");
    } catch (const FormatError&) { ++refused; }
  }
  EXPECT_GT(refused, 5);  // the rest hit padding, or numbers that may be anything
}

}  // namespace
