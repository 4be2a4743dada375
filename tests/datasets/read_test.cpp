#include "datasets/read.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "datasets/file/read_file.h"
#include "tests/datasets/edi/small_edi.h"
#include "tests/datasets/jformat/small_jformat.h"
#include "tests/datasets/zonge_avg/small_zonge_avg.h"

using namespace terrella;
using namespace terrella::datasets;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, removed at the end.
class Read : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::path(testing::TempDir()) /
             ("terrella_read_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder);
    fs::create_directories(folder / "sub");
  }
  void TearDown() override { fs::remove_all(folder); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
    return (folder / name).string();
  }
  static std::string named(const std::string& name) {
    std::string text = small_edi();
    return text.replace(text.find("S 01"), 4, name);
  }
  fs::path folder;
};

std::vector<std::string> names(const Survey& survey) {
  std::vector<std::string> result;
  for (const Site& site : survey.sites) result.push_back(site.name);
  return result;
}

}  // namespace

TEST_F(Read, FolderGivesKnownFilesInNaturalOrder) {
  write("kap12.edi", named("kap12"));
  write("kap3.EDI", named("kap3"));
  write("edi_by_content.txt", named("content"));
  write("notes.txt", "these are notes, not data\n");
  write("data.aux.xml", "<PAMDataset/>\n");
  write("sub/kap1.edi", named("below"));
  const Survey survey = read({folder.string()});
  EXPECT_EQ(names(survey), (std::vector<std::string>{"content", "kap3", "kap12"}));
  EXPECT_EQ(survey.name, folder.filename().string());
}

TEST_F(Read, FolderTellsOfFilesThatBearTheNameOfASoundingOnly) {
  write("good.edi", named("good"));
  const std::string notes = write("Notes.EDI", "these are notes, not data\n"), empty = write("empty.zmm", "");
  std::string utf_16 = "\xff\xfe";
  for (const char c : small_edi()) utf_16 += std::string{c, '\0'};
  const std::string wide = write("wide.edi", utf_16);
  const Reading reading = read_readable({folder.string()});
  EXPECT_EQ(names(reading.survey), (std::vector<std::string>{"good"}));
  ASSERT_EQ(reading.unreadable.size(), 3u);
  EXPECT_EQ(reading.unreadable[0].path, empty);
  EXPECT_EQ(reading.unreadable[1].path, notes);
  EXPECT_TRUE(reading.unreadable[1].message.starts_with("is of no known format")) << reading.unreadable[1].message;
  EXPECT_EQ(reading.unreadable[2].path, wide);
  EXPECT_TRUE(reading.unreadable[2].message.starts_with("is UTF-16 text")) << reading.unreadable[2].message;
  EXPECT_THROW(read({folder.string()}), FormatError);
}

TEST_F(Read, FolderGivesFilesThatBeginWithAByteOrderMark) {
  const std::string mark = "\xef\xbb\xbf";
  write("a.edi", mark + named("S01"));
  write("b.j", mark + small_jformat());
  write("c.avg", mark + small_zonge_avg());
  const Survey survey = read({folder.string()});
  EXPECT_EQ(names(survey), (std::vector<std::string>{"S01", "A01", "A22"}));
  for (const Site& site : survey.sites) EXPECT_EQ(site.provenance.repairs.at(0).rule, "byte-order-mark") << site.name;
}

TEST_F(Read, ArgumentsKeepTheirOrderAndFilesComeOnce) {
  const std::string b = write("b.edi", named("b")), a2 = write("a2.edi", named("a2"));
  write("a10.edi", named("a10"));
  EXPECT_EQ(names(read({b, (folder / "*.edi").string(), a2})), (std::vector<std::string>{"b", "a2", "a10"}));
  EXPECT_EQ(names(read({(folder / "a[0-9].edi").string()})), (std::vector<std::string>{"a2"}));
}

TEST_F(Read, SurveysAreNamedByTheirFolder) {
  for (const char* inner : {"line7", "line7/edi"}) {
    fs::create_directories(folder / inner);
    EXPECT_EQ(read({write(std::string(inner) + "/a.edi", named("a"))}).name, "line7") << inner;
  }
}

TEST_F(Read, ReportsEveryFailureAtOnce) {
  const std::string good = write("good.edi", named("good"));
  std::string text = small_edi();
  const std::string bad = write("bad.edi", text.replace(text.find("  10.0  5.0"), 11, "  10.0 five"));
  const std::string foreign = write("foreign.edi", "PK\x03\x04 a zip file");
  const std::string missing = (folder / "missing.edi").string(), glob = (folder / "*.nothing").string();
  try {
    read({good, bad, foreign, missing, glob, (folder / "sub").string()});
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    const std::string what = error.what();
    for (const std::string& part :
         {missing + ": no such file or folder", glob + ": matches no file",
          (folder / "sub").string() + ": holds no file of a known format", bad + ":31: >ZXYR: 'five' is not a number",
          foreign + ": is of no known format", std::string("5 files cannot be read")})
      EXPECT_NE(what.find(part), std::string::npos) << part << "\n in \n" << what;
    EXPECT_EQ(error.path(), missing);  // what names no file is found before anything is read
  }
  const Reading reading = read_readable({good, bad, foreign});
  EXPECT_EQ(names(reading.survey), (std::vector<std::string>{"good"}));
  ASSERT_EQ(reading.unreadable.size(), 2u);
  EXPECT_EQ(reading.unreadable[0].path, bad);
  EXPECT_EQ(reading.unreadable[0].line, 31);
  EXPECT_EQ(reading.unreadable[0].message, ">ZXYR: 'five' is not a number");
}

TEST_F(Read, RefusesNothingAndDevices) {
  EXPECT_THROW(read({}), std::invalid_argument);
  EXPECT_THROW(read({"/dev/zero"}), FormatError);
  EXPECT_THROW(read_file(write("large", "12345"), 4), FormatError);
}

TEST_F(Read, NaturalOrder) {
  EXPECT_TRUE(natural_less("a2", "a10"));
  EXPECT_FALSE(natural_less("a10", "a2"));
  EXPECT_TRUE(natural_less("a02", "a3"));
  EXPECT_TRUE(natural_less("A1", "a2"));
  EXPECT_TRUE(natural_less("22-4U", "22-12U"));
  EXPECT_TRUE(natural_less("a", "a1"));
  EXPECT_FALSE(natural_less("a1", "a1"));
  EXPECT_TRUE(natural_less("a1", "a01") != natural_less("a01", "a1"));  // a strict order, whatever it is
}
