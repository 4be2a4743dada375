// Every rule by which a reader mends a file stands in docs/conventions.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

TEST(Repairs, EveryRuleIsDocumented) {
  const fs::path root = fs::path(TERRELLA_TESTS_FOLDER).parent_path();
  const auto slurp = [](const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  };
  const std::string conventions = slurp(root / "docs/conventions.md");
  const std::regex rule("repair\\(\\s*[^,;]+,\\s*\"([a-z][a-z0-9-]*)\"");
  std::set<std::string> rules;
  for (const char* folder : {"coprod2", "dsm1", "edi", "emtf_xml", "femtic", "file", "jformat", "mackie", "modem",
                             "mth5", "wsinv3dmt", "zfile", "zonge_avg"})
    for (const auto& entry : fs::directory_iterator(root / "datasets" / folder)) {
      const std::string source = slurp(entry.path());
      for (std::sregex_iterator match(source.begin(), source.end(), rule), end; match != end; ++match)
        rules.insert((*match)[1]);
    }
  EXPECT_GT(rules.size(), 45u);
  for (const std::string& name : rules) EXPECT_NE(conventions.find("`" + name + "`"), std::string::npos) << name;
}
