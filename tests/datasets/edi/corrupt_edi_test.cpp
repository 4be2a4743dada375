// The corrupt corpus: every file of tests/data/edi-corrupt ends as expected.tsv says, and nothing else happens.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/error.h"
#include "datasets/edi/edi.h"

using namespace terrella;
using namespace terrella::datasets;
namespace fs = std::filesystem;

namespace {

const std::string corpus = std::string(TERRELLA_TESTS_FOLDER) + "/data/edi-corrupt/";

struct Expected {
  std::string file, outcome;
  std::int64_t line = 0;
  std::string what;
};

std::ostream& operator<<(std::ostream& out, const Expected& expected) { return out << expected.file; }

std::vector<Expected> expectations() {
  std::vector<Expected> rows;
  std::ifstream in(corpus + "expected.tsv");
  std::string row;
  while (std::getline(in, row)) {
    if (row.empty() || row[0] == '#') continue;
    std::istringstream fields(row);
    Expected expected;
    std::string line;
    std::getline(fields, expected.file, '\t');
    std::getline(fields, expected.outcome, '\t');
    std::getline(fields, line, '\t');
    std::getline(fields, expected.what, '\t');
    expected.line = std::stoll(line);
    rows.push_back(expected);
  }
  return rows;
}

class CorruptEdi : public testing::TestWithParam<Expected> {};

}  // namespace

TEST_P(CorruptEdi, EndsAsExpected) {
  const Expected& expected = GetParam();
  const std::string path = corpus + expected.file;
  if (expected.outcome == "error") {
    try {
      read_edi(path);
      FAIL() << "accepted; expected an error with '" << expected.what << "'";
    } catch (const FormatError& error) {
      EXPECT_EQ(error.path(), path);
      EXPECT_NE(std::string(error.what()).find(expected.what), std::string::npos) << error.what();
      EXPECT_EQ(error.line(), expected.line) << error.what();
    }
    return;
  }
  const Site site = read_edi(path);
  EXPECT_NO_THROW(validate(Survey{"", {site}}));
  const auto& repairs = site.provenance.repairs;
  if (expected.outcome == "ok") {
    for (const Repair& repair : repairs)
      ADD_FAILURE() << repair.rule << " on line " << repair.line << ": " << repair.detail;
    return;
  }
  ASSERT_EQ(expected.outcome, "repair");
  const auto repair =
      std::find_if(repairs.begin(), repairs.end(), [&](const Repair& r) { return r.rule == expected.what; });
  ASSERT_NE(repair, repairs.end()) << "no repair " << expected.what;
  EXPECT_EQ(repair->line, expected.line) << repair->detail;
}

INSTANTIATE_TEST_SUITE_P(Files, CorruptEdi, testing::ValuesIn(expectations()), [](const auto& parameter) {
  std::string name = fs::path(parameter.param.file).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

TEST(CorruptEdi, TableAndFolderListTheSameFiles) {
  std::vector<std::string> listed, there;
  for (const Expected& expected : expectations()) listed.push_back(expected.file);
  for (const auto& entry : fs::directory_iterator(corpus))
    if (entry.path().extension() == ".edi") there.push_back(entry.path().filename().string());
  std::sort(listed.begin(), listed.end());
  std::sort(there.begin(), there.end());
  EXPECT_EQ(listed, there);
  EXPECT_GE(listed.size(), 40u);
}

TEST(CorruptEdi, SpellingsThatAreFineGiveTheSameNumbers) {
  const Site plain = read_edi(corpus + "crlf.edi");
  for (const char* other : {"old-mac-line-ends", "lower-case", "indented", "comments-without-bracket", "d-exponents",
                            "missing-exponent-letter", "lon-instead-of-long", "no-count", "spaced-options",
                            "angle-bracket-in-info", "tipper-other-spelling", "hemisphere-letters", "byte-order-mark",
                            "nul-bytes", "missing-end", "decimal-comma", "info-twice"}) {
    const Site site = read_edi(corpus + other + ".edi");
    EXPECT_EQ(site.name, plain.name) << other;
    EXPECT_EQ(site.latitude, plain.latitude) << other;
    EXPECT_EQ(site.longitude, plain.longitude) << other;
    EXPECT_EQ(site.period, plain.period) << other;
    EXPECT_EQ(site.z, plain.z) << other;
    EXPECT_EQ(site.z_error, plain.z_error) << other;
    EXPECT_EQ(site.tipper, plain.tipper) << other;
    EXPECT_EQ(site.tipper_error, plain.tipper_error) << other;
  }
}

TEST(CorruptEdi, FeetAreMetresAndAxesBehindInfoCount) {
  for (const char* file : {"elevation-in-feet.edi", "elevation-unit-feet.edi", "elevation-unit-glued.edi"})
    EXPECT_NEAR(read_edi(corpus + file).elevation, 1200.5, 1e-6) << file;
  EXPECT_EQ(read_edi(corpus + "zrot-after-info.edi").z[0][xy], -read_edi(corpus + "crlf.edi").z[0][yx]);
}

TEST(CorruptEdi, ResistivitiesStandInForEmptyImpedances) {
  EXPECT_EQ(read_edi(corpus + "impedances-empty.edi").z[0][xy], read_edi(corpus + "rho-phase.edi").z[0][xy]);
  EXPECT_EQ(read_edi(corpus + "impedances-empty.edi").provenance.format, "edi-rho-phase");
}

TEST(CorruptEdi, EveryRuleOfRepairIsDocumentedAndShown) {
  // The rules of the reader's sources; each must stand in docs/conventions.md and be shown by a file of the corpus.
  const fs::path root = fs::path(TERRELLA_TESTS_FOLDER).parent_path();
  const auto slurp = [](const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  };
  const std::string conventions = slurp(root / "docs/conventions.md");
  std::set<std::string> shown, used;
  for (const Expected& expected : expectations())
    if (expected.outcome == "repair") shown.insert(expected.what);
  const std::regex rule("\"([a-z0-9]+(-[a-z0-9]+)+)\"");
  std::vector<fs::path> sources = {root / "datasets/file/lines.cpp",  // which mends what is wrong with any text
                                   root / "datasets/file/elevation.cpp"};
  for (const auto& entry : fs::directory_iterator(root / "datasets/edi"))
    if (entry.path().stem() != "coherence") sources.push_back(entry.path());  // of blocks that the analysis reads
  for (const fs::path& path : sources) {
    const std::string source = slurp(path);
    for (std::sregex_iterator match(source.begin(), source.end(), rule), end; match != end; ++match)
      if (!(*match)[1].str().starts_with("edi-")) used.insert((*match)[1]);
  }
  EXPECT_GT(used.size(), 25u);
  EXPECT_EQ(used, shown);
  for (const std::string& name : used) EXPECT_NE(conventions.find("`" + name + "`"), std::string::npos) << name;
}
