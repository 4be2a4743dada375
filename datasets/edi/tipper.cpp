#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "datasets/edi/sounding.h"

namespace terrella::datasets::edi {
namespace {

// The column of the first spelling that the file has; two spellings of one thing are refused.
std::optional<Column> find_spelling(const Document& document, std::initializer_list<std::string> keywords,
                                    std::size_t n, const Empty& empty, Report& report) {
  std::optional<Column> found;
  for (const std::string& keyword : keywords) {
    auto column = find_column(document, keyword, n, empty, report);
    if (!column) continue;
    if (found)
      report.error(column->block->line, ">", column->block->keyword, " repeats >", found->block->keyword, " of line ",
                   found->block->line);
    found = std::move(column);
  }
  return found;
}

}  // namespace

bool read_tipper(const Document& document, const Header& header, Sounding& sounding, Report& report) {
  const std::size_t n = sounding.frequency.size();
  const Block* first = nullptr;
  std::vector<Tipper> tipper(n, {Complex(not_a_number, not_a_number), Complex(not_a_number, not_a_number)});
  std::vector<TipperError> error(n, {not_a_number, not_a_number});
  std::string absent;
  for (std::size_t component = 0; component < 2; ++component) {
    const std::string name = component == 0 ? "TX" : "TY";
    const auto real = find_spelling(document, {name + "R.EXP", name + "R"}, n, header.empty, report);
    const auto imaginary = find_spelling(document, {name + "I.EXP", name + "I"}, n, header.empty, report);
    if (!real && !imaginary) {
      absent = name;
      continue;
    }
    if (!real) report.error(imaginary->block->line, "has >", imaginary->block->keyword, " but no >", name, "R");
    if (!imaginary) report.error(real->block->line, "has >", real->block->keyword, " but no >", name, "I");
    if (!first) first = real->block;
    expect_same_rotation(*first, *real->block, report);
    expect_same_rotation(*first, *imaginary->block, report);
    const auto values = join(*real, *imaginary, report);
    for (std::size_t i = 0; i < n; ++i) tipper[i][component] = values[i];
    const auto variance = find_spelling(document, {name + "VAR.EXP", name + ".VAR", name + "VAR", name + ".VAR.EXP"}, n,
                                        header.empty, report);
    if (!variance) continue;
    const auto errors = errors_of_variances(*variance, report);
    for (std::size_t i = 0; i < n; ++i) error[i][component] = errors[i];
  }
  if (!first) return false;
  if (!absent.empty()) {
    if (!document.ended()) report.error(0, "ends without >END and has no >", absent, "R: the file is truncated");
    report.repair(first->line, "half-a-tipper", "the file has no " + absent + "; it is missing at all frequencies");
  }
  const bool measured = std::any_of(tipper.begin(), tipper.end(), [](const Tipper& t) {
    return !std::isnan(t[0].real()) || !std::isnan(t[1].real());  // both parts of a missing value are NaN
  });
  if (!measured) return false;  // blocks of EMPTY: no tipper was measured
  sounding.tipper_azimuth = read_azimuths(document, *first, "TROT", n, header, report);
  sounding.tipper = std::move(tipper);
  sounding.tipper_error = std::move(error);
  return true;
}

}  // namespace terrella::datasets::edi
