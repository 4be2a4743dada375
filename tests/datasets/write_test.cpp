#include "datasets/write.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/file/text.h"
#include "datasets/read.h"
#include "tests/datasets/edi/small_edi.h"

using namespace terrella;
using namespace terrella::datasets;
namespace fs = std::filesystem;

namespace {

Survey line_of(const std::vector<std::string>& names) {
  Survey survey;
  for (const std::string& name : names) {
    Site site = parse_edi(small_edi(), "small.edi");
    site.name = name;
    survey.sites.push_back(std::move(site));
  }
  return survey;
}

std::string what_of(const auto& action) {
  try {
    action();
  } catch (const std::exception& error) { return error.what(); }
  return "nothing thrown";
}

fs::path fresh_folder(const char* name) {
  const fs::path folder = fs::path(testing::TempDir()) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace

TEST(Formats, NamesAreWordsAndAllDifferent) {
  std::set<std::string> names;
  for (const Format& format : formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_NE(format.recognizes, nullptr) << format.name;
    EXPECT_TRUE(format.read || format.inspect) << format.name << " can neither be read nor inspected";
    EXPECT_FALSE(format.site_bytes && format.survey_bytes) << format.name;
    EXPECT_TRUE(!format.writes() || *format.extensions == '.') << format.name << " is written without an extension";
    EXPECT_EQ(format.name, printable(format.name));
  }
}

TEST(Write, ExtensionOrNameChoosesTheFormat) {
  EXPECT_STREQ(format_to_write("a.edi").name, "edi");
  EXPECT_STREQ(format_to_write("a.EDI").name, "edi");
  EXPECT_STREQ(format_to_write("a.hdf5").name, "hdf5");
  EXPECT_STREQ(format_to_write("folder").name, "edi");
  EXPECT_STREQ(format_to_write("folder", "hdf5").name, "hdf5");
  const std::string what = what_of([] { format_to_write("a", "edl"); });
  EXPECT_NE(what.find("'edl' is no format that can be written; there are "), std::string::npos) << what;
  EXPECT_NE(what.find("edi, "), std::string::npos) << what;
}

TEST(Write, FolderGetsOneFileASiteWithHarmlessNames) {
  const fs::path folder = fresh_folder("terrella_write");
  const Survey survey = line_of({"../evil", "same", "SAME"});
  const auto paths = write(survey, (folder / "out").string());
  ASSERT_EQ(paths.size(), 3u);
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder / "out")) found.insert(entry.path().filename().string());
  EXPECT_EQ(found, (std::set<std::string>{"%2E.%2Fevil.edi", "same.edi", "SAME~2.edi"}));
  const Survey back = read(paths);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back.sites[i].name, survey.sites[i].name);
    EXPECT_EQ(back.sites[i].period, survey.sites[i].period);
  }
  fs::remove_all(folder);
}

TEST(Write, OneFileHoldsOneSiteOrASurvey) {
  const fs::path folder = fresh_folder("terrella_write_one");
  const std::string edi = (folder / "a.edi").string(), h5 = (folder / "a.h5").string();
  const std::string what = what_of([&] { write(line_of({"a", "b"}), edi); });
  EXPECT_NE(what.find("2 sites do not fit into one EDI file"), std::string::npos) << what;
  EXPECT_FALSE(fs::exists(edi));
  EXPECT_EQ(write(line_of({"a"}), edi), std::vector<std::string>{edi});
  EXPECT_EQ(write(line_of({"a", "b"}), h5), std::vector<std::string>{h5});
  EXPECT_EQ(read({h5}).sites.size(), 2u);
  fs::remove_all(folder);
}

TEST(Write, NothingIsWrittenUnlessAllSitesCanBe) {
  const fs::path folder = fresh_folder("terrella_write_all_or_none");
  Survey survey = line_of({"a", "b"});
  survey.sites[1].name = "no \"quotes\"";
  EXPECT_THROW(write(survey, (folder / "out").string()), std::invalid_argument);
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(Write, DataThatTurningWouldLoseKeepTheirAxesOrAreRefused) {
  Survey survey = line_of({"a", "b"});
  for (Site& site : survey.sites) {
    site.rotation = 30;
    for (Impedance& z : site.z) z[xx] = z[yx] = z[yy] = Complex(not_a_number, not_a_number);
  }
  const Format& modem = format_to_write("a.dat", "modem");
  const fs::path folder = fresh_folder("terrella_write_axes");
  const std::string path = (folder / "a.dat").string();
  write(survey, path, "modem");
  const Survey back = read({path});
  ASSERT_EQ(back.sites.size(), 2u);
  EXPECT_EQ(back.sites[0].rotation, 30);
  for (Site& site : survey.sites) site.rotation = site.name == "a" ? 390 : -330;
  write(survey, path, "modem");
  EXPECT_EQ(read({path}).sites[1].rotation, 30);
  EXPECT_LT(std::abs(back.sites[0].z[0][xy] - survey.sites[0].z[0][xy]), 1e-5 * std::abs(survey.sites[0].z[0][xy]));
  for (Site& site : survey.sites) site.tipper.clear(), site.tipper_error.clear(), site.tipper_masked.clear();
  survey.sites[1].rotation = 40;
  const std::string what = what_of([&] { output_bytes(survey, modem); });
  EXPECT_NE(what.find("site 'a' has nothing of what the format holds with x at 0 degrees"), std::string::npos) << what;
  fs::remove_all(folder);
}
