// datasets/file/report.h: what a reader says about one file: errors that end it, repairs that it notes and goes on.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "datasets/file/text.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

class Report {
 public:
  explicit Report(std::string path) : path_(std::move(path)) {}

  /// Throws FormatError at `line` (0: the file as a whole) with the parts streamed one after another.
  template <class... Parts>
  [[noreturn]] void error(std::int64_t line, const Parts&... parts) const {
    throw FormatError(path_, line, printable(text(parts...)));
  }

  /// Notes what was mended, by which rule; once a block and rule, with the number of values in the detail.
  void repair(std::int64_t line, std::string rule, std::string detail) {
    repairs_.push_back({line, std::move(rule), printable(std::move(detail))});
  }

  const std::string& path() const { return path_; }
  std::vector<Repair> take_repairs() { return std::move(repairs_); }

 private:
  std::string path_;
  std::vector<Repair> repairs_;
};

}  // namespace terrella::datasets
