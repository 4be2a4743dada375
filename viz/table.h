// viz/table.h: a CSV table that grows field by field; how it is written: viz/csv.h.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace terrella::viz {

class Table {
 public:
  explicit Table(std::initializer_list<std::string_view> header);

  /// Quoted where needed; what a spreadsheet would run as a formula gets an apostrophe in front.
  void field(std::string_view value);
  /// So that it reads back to the last bit; empty for NaN and infinity.
  void field(double value);
  void end_row();

  const std::string& bytes() const { return bytes_; }

 private:
  void separate();

  std::string bytes_;
  bool first_ = true;
};

}  // namespace terrella::viz
