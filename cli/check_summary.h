// cli/check_summary.h: what became of many files, counted.
#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "datasets/read.h"

namespace terrella::cli {

struct Outcome {
  std::string path;
  std::string format;  ///< name of the format; "unknown"
  std::size_t sites = 0;
  std::vector<datasets::Repair> repairs;
  std::vector<datasets::Unreadable> refusal;  ///< one where the file was refused, else none
};

/// Tables of files by folder and format, of distinct refusals and of repair rules, each with its count. Messages count
/// as the same where only numbers and quoted words differ; the first file of each is named.
std::string summary_text(const std::vector<Outcome>& outcomes);
nlohmann::ordered_json summary_json(const std::vector<Outcome>& outcomes);

}  // namespace terrella::cli
