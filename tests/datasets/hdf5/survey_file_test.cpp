#include "datasets/hdf5/survey_file.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/read_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/read.h"
#include "tests/datasets/hdf5/example.h"
#include "tests/datasets/real_data.h"

namespace fs = std::filesystem;
using namespace terrella;
using namespace terrella::datasets;
using tests::difference;
using tests::odd_survey;
using tests::TemporaryFolder;

namespace {

std::string image(const Survey& survey) {
  hdf5::Writer writer("survey", 1);
  write_hdf5(survey, writer.root());
  return writer.finish();
}

/// The message without the path.
std::string refusal(const std::string& path) {
  try {
    read_survey(path);
  } catch (const FormatError& error) {
    EXPECT_EQ(error.path(), path);
    return std::string(error.what()).substr(path.size() + 2);
  }
  ADD_FAILURE() << path << " was accepted";
  return {};
}

std::string refusal_of_bytes(std::string_view bytes) {
  try {
    read_survey("x.h5", bytes);
  } catch (const FormatError& error) { return std::string(error.what()).substr(6); }
  ADD_FAILURE() << "accepted";
  return {};
}

TEST(SurveyFile, EveryOddityComesBackToTheLastBit) {
  const TemporaryFolder folder("survey_file");
  const std::string path = folder / "odd.h5";
  write_hdf5(odd_survey(), path);
  EXPECT_EQ(difference(odd_survey(), read_survey(path)), "");
}

TEST(SurveyFile, EmptyAndOneSidedSurveys) {
  for (const Survey& survey : {Survey{}, Survey{"name only", {}}, Survey{"", {Site{}}}, Survey{"two", {Site{}, Site{}}},
                               odd_survey(0), odd_survey(1, 1)})
    EXPECT_EQ(difference(survey, read_survey("x.h5", image(survey))), "");
}

TEST(SurveyFile, LargeArraysAreChunkedAndPacked) {
  const Survey survey = odd_survey(400, 60);
  const std::string bytes = image(survey);
  EXPECT_EQ(difference(survey, read_survey("x.h5", bytes)), "");
  Survey constant = survey;
  for (Site& site : constant.sites) std::fill(site.z.begin(), site.z.end(), Impedance{});
  EXPECT_LT(image(constant).size() + 1000000, bytes.size());  // 1.5 MB of zeros take next to nothing
}

TEST(SurveyFile, EqualSurveysGiveEqualBytesAtAnyTime) {
  const std::string first = image(odd_survey(100, 40));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a stored time would have a resolution of a second
  EXPECT_EQ(first, image(odd_survey(100, 40)));
}

TEST(SurveyFile, WritingRefusesWhatCannotBeStored) {
  Survey survey = odd_survey();
  survey.sites[0].provenance.program = std::string("a\0b", 3);
  try {
    image(survey);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "hdf5: /program: the text 'a' has a NUL byte at position 1; remove it");
  }
  survey = odd_survey();
  survey.sites[0].z_error.pop_back();
  EXPECT_THROW(image(survey), std::invalid_argument);
}

TEST(SurveyFile, TruncatedAnywhereIsRefused) {
  const std::string bytes = image(odd_survey());
  ASSERT_GT(bytes.size(), 20000u);
  for (std::size_t length = 0; length < bytes.size(); length += length < 1200 ? 1 : 61) {
    const std::string what = refusal_of_bytes(std::string_view(bytes).substr(0, length));
    if (length >= hdf5::seal_bytes) {
      EXPECT_NE(what.find("is truncated or damaged: its seal speaks of " + std::to_string(bytes.size() - 512) +
                          " bytes, but " + std::to_string(length - 512) + " follow"),
                std::string::npos)
          << what;
    }
  }
  EXPECT_NE(refusal_of_bytes(bytes + "x").find("truncated or damaged"), std::string::npos);
}

TEST(SurveyFile, AFlippedBitAnywhereIsRefused) {
  const std::string bytes = image(odd_survey());
  std::mt19937_64 random(11);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string damaged = bytes;
    const std::size_t at = trial < 512 ? static_cast<std::size_t>(trial) : random() % bytes.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    EXPECT_FALSE(refusal_of_bytes(damaged).empty());
  }
}

TEST(SurveyFile, ForeignFilesAreNamedForWhatTheyAre) {
  const TemporaryFolder folder("survey_foreign");
  const std::string path = folder / "foreign.h5";
  write_file(path, "");
  EXPECT_EQ(refusal(path), "is empty");
  write_file(path, ">HEAD\n");
  EXPECT_EQ(refusal(path), "is not an HDF5 file written by Terrella");
  write_file(path, image(odd_survey()).substr(512));
  EXPECT_EQ(refusal(path), "is an HDF5 file, but not one written by Terrella");
  EXPECT_EQ(refusal(folder / "none.h5"), "cannot be opened: No such file or directory");
  EXPECT_EQ(refusal(fs::temp_directory_path().string()), "is not a regular file");
}

TEST(SurveyFile, OtherProducersFilesAreRefused) {
  TERRELLA_NEED_REAL_DATA(data);
  int files = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(data) / "mth5"))
    if (entry.path().extension() == ".h5") {
      EXPECT_EQ(refusal(entry.path().string()), "is an HDF5 file, but not one written by Terrella");
      ++files;
    }
  EXPECT_GE(files, 2);
}

TEST(SurveyFile, OtherKindsAndNewerFormatsAreRefused) {
  const auto file = [](const char* kind, int version) {
    hdf5::Writer writer(kind, version);
    write_hdf5(odd_survey(), writer.root());
    return writer.finish();
  };
  EXPECT_EQ(refusal_of_bytes(file("checkpoint", 1)), "holds a checkpoint, not a survey");
  EXPECT_EQ(
      refusal_of_bytes(file("survey", 2)),
      "holds a survey of format version 2, written by Terrella 0.1.0; this Terrella 0.1.0 reads up to 1: update it");
  std::string newer = image(odd_survey());
  newer.replace(0, 27, "Terrella HDF5 file, seal 2\n");
  EXPECT_EQ(refusal_of_bytes(newer),
            "was sealed by a newer Terrella (seal 2, known here: 1); read it with that version");
}

/// A file whose seal is right and whose content is not: what verification by the reader must catch.
template <class Edit>
std::string forged(const Edit& edit) {
  hdf5::Writer writer("survey", 1);
  edit(writer.root());
  return writer.finish();
}

TEST(SurveyFile, SealedButWrongContentIsRefusedByName) {
  EXPECT_EQ(refusal_of_bytes(forged([](hdf5::WriteGroup&) {})), "/@survey_name: is missing");
  EXPECT_EQ(refusal_of_bytes(forged([](hdf5::WriteGroup& root) { root.set("survey_name", std::int64_t{1}); })),
            "/@survey_name: has another type than expected");
  const auto with_stations = [](hdf5::WriteGroup& root) {
    root.set("survey_name", std::string("forged"));
    const std::vector<std::string> names = {"a", "b"};
    root.dimension("station", std::span<const std::string>(names));
  };
  EXPECT_EQ(refusal_of_bytes(forged([&](hdf5::WriteGroup& root) {
              with_stations(root);
              root.dimension("period", std::size_t{1} << 50);
            })).substr(0, 41),
            "/period: claims 1125899906842624 entries ");
  EXPECT_EQ(refusal_of_bytes(forged([&](hdf5::WriteGroup& root) {
              with_stations(root);
              root.dimension("period", 1);
              const std::vector<double> three = {1, 2, 3};
              root.write("latitude", std::span<const double>(three));
            })),
            "/latitude: has shape [3] instead of [2]");
  EXPECT_EQ(refusal_of_bytes(forged([&](hdf5::WriteGroup& root) {
              with_stations(root);
              root.dimension("period", 1);
              root.group("latitude");
            })).substr(0, 24),
            "/latitude: is no dataset");
}

TEST(SurveyFile, WhatBreaksInTheChildIsAnErrorHere) {
  const hdf5::Library alone;
  EXPECT_NO_THROW(hdf5::try_in_child("x.h5", 0, [] {}));
  EXPECT_NO_THROW(hdf5::try_in_child("x.h5", 0, [] { throw std::runtime_error("an end like another"); }));
  EXPECT_THROW(hdf5::try_in_child("x.h5", 0, [] { std::abort(); }), FormatError);
  try {
    hdf5::try_in_child("x.h5", 0, [] { throw FormatError("x.h5", 0, "is odd"); });
    ADD_FAILURE() << "accepted";
  } catch (const FormatError& error) { EXPECT_STREQ(error.what(), "x.h5: is odd"); }
  EXPECT_THROW(hdf5::try_in_child("x.h5", 0, [] { ::raise(SIGKILL); }), FormatError);
}

TEST(SurveyFile, WhatCostsTooMuchInTheChildIsAnErrorHere) {
  const hdf5::Library alone;
  const auto hold = [](std::size_t bytes) {
    const std::string held(bytes, 'x');
    EXPECT_EQ(held.back(), 'x');
  };
  EXPECT_NO_THROW(hdf5::try_in_child("x.h5", 0, [&] { hold(std::size_t{100} << 20); }));
  EXPECT_NO_THROW(hdf5::try_in_child("x.h5", 100'000, [&] { hold(std::size_t{400} << 20); }));
  EXPECT_THROW(hdf5::try_in_child("x.h5", 0, [&] { hold(std::size_t{400} << 20); }), FormatError);
  std::atomic<bool> ends = false;
  const auto spin = [&] {
    while (!ends) continue;
  };
  EXPECT_THROW(hdf5::try_in_child("x.h5", 0, spin), FormatError);
}

/// The image with some bytes replaced.
std::string with_damage(std::string image_, std::mt19937_64& random) {
  for (int i = 0; i < 8; ++i) image_[random() % image_.size()] = static_cast<char>(random() % 4 == 0 ? 255 : random());
  return image_;
}

TEST(SurveyFile, DamageUnderARenewedSealNeverCrashes) {
  const std::string image_ = image(odd_survey()).substr(hdf5::seal_bytes);
  std::mt19937_64 random(221);
  int refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    try {
      validate(read_survey("x.h5", hdf5::sealed("survey", with_damage(image_, random))));
    } catch (const FormatError&) { ++refused; }
  }
  EXPECT_GT(refused, 20);
}

TEST(SurveyFile, ProcessesThatReadDamageEndWell) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "blocks of the sanitizer's allocator lie elsewhere; these files do harm between those of glibc";
#endif
  // libhdf5 writes beyond its blocks on these and says nothing; it ended the process at its exit.
  const std::string image_ = image(odd_survey(2, 3)).substr(hdf5::seal_bytes);
  std::mt19937_64 random(11);
  for (int trial = 0; trial <= 5743; ++trial) {
    const std::string damaged = with_damage(image_, random);
    if (trial != 3465 && trial != 4633 && trial != 5487 && trial != 5743) continue;
    EXPECT_EXIT(
        {
          try {
            read_survey("x.h5", hdf5::sealed("survey", damaged));
          } catch (const FormatError&) {}
          std::exit(0);
        },
        testing::ExitedWithCode(0), "")
        << trial;
  }
}

TEST(SurveyFile, ReadTakesSurveysFromFoldersAndTheRestByName) {
  const TemporaryFolder folder("survey_read");
  write_hdf5(odd_survey(), folder / "survey.h5");
  hdf5::Writer run("result", 1);
  hdf5::WriteGroup part = run.root().group("survey");
  write_hdf5(odd_survey(1), part);
  const std::string result = run.finish();
  write_file(folder / "run.h5", result);
  write_file(folder / "foreign.h5", result.substr(512));
  EXPECT_EQ(difference(odd_survey(), read({folder / ""})), "");
  EXPECT_EQ(difference(odd_survey(1), read({folder / "run.h5"})), "");
  const Reading foreign = read_readable({folder / "foreign.h5"});
  ASSERT_EQ(foreign.unreadable.size(), 1u);
  EXPECT_EQ(foreign.unreadable[0].message, "is an HDF5 file, but neither one of Terrella nor MTH5");
}

TEST(SurveyFile, FullDiskLeavesTheOldFile) {
  const TemporaryFolder folder("survey_full");
  EXPECT_THROW(write_hdf5(odd_survey(), folder / "no/where.h5"), Error);
  const std::string path = folder / "old.h5";
  write_hdf5(odd_survey(), path);
  EXPECT_THROW(write_hdf5(odd_survey(), "/dev/full"), Error);
  EXPECT_EQ(difference(odd_survey(), read_survey(path)), "");
}

TEST(SurveyFile, ThreadsTakeTurns) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer's allocator keeps, in a child, the locks that other threads held at the fork";
#endif
  const std::string bytes = image(odd_survey());
  std::vector<std::thread> threads;
  std::vector<std::string> found(4);
  for (std::size_t t = 0; t < found.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        found[t] += difference(odd_survey(), read_survey("x.h5", bytes));
        if (image(odd_survey()) != bytes) found[t] += "bytes";
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, std::vector<std::string>(4));
}

}  // namespace
