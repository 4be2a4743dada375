#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/occam2d/occam2d.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;
constexpr double most_index = 4e9;

}  // namespace

Occam2dResponse parse_occam2d_response(std::string_view bytes, const std::string& path) {
  Report report(path);
  const std::string text = text_of(bytes, largest_file, report);
  Lines lines(text, report);
  Occam2dResponse response;
  response.path = path;
  for (Line line; lines.next(line);) {
    const auto words = words_of(line.text);
    if (words.size() != 7)
      report.error(line.number, "a response wants site, frequency, type, 0, datum, response and residual, not ",
                   words.size(), " words");
    double number[7];
    for (std::size_t i = 0; i < 7; ++i) number[i] = number_of(words[i], line.number, "response file", report);
    for (std::size_t i = 0; i < 3; ++i)
      if (!(number[i] >= 1 && number[i] <= (i == 2 ? 99 : most_index)) || number[i] != std::floor(number[i]))
        report.error(line.number, "site, frequency or type: ", number[i], " is not a whole number from 1 on");
    response.rows.push_back({static_cast<std::uint32_t>(number[0]), static_cast<std::uint32_t>(number[1]),
                             static_cast<std::int32_t>(number[2]), number[4], number[5], number[6]});
  }
  if (response.rows.empty()) report.error(0, "holds no responses");
  response.repairs = report.take_repairs();
  return response;
}

Occam2dResponse read_occam2d_response(const std::string& path) {
  return parse_occam2d_response(read_file(path, largest_file), path);
}

bool looks_like_occam2d_response(std::string_view bytes) {
  const bool whole = bytes.size() < 4096;
  std::size_t rows = 0;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos && !whole) break;
    const auto words = words_of(trim(bytes.substr(0, end)));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (words.empty()) continue;
    if (words.size() != 7) return false;
    double number[7];
    for (std::size_t i = 0; i < 7; ++i)
      if (parse_number(words[i], number[i]) != NumberKind::plain) return false;
    for (std::size_t i = 0; i < 3; ++i)
      if (!(number[i] >= 1) || number[i] != std::floor(number[i])) return false;
    if (number[2] > 18 || number[3] != 0) return false;
    ++rows;
  }
  return rows > 0;
}

std::string occam2d_response_text(const Occam2dResponse& response) {
  if (response.rows.empty()) fail("occam2d_response_text: there are no responses");
  std::string out;
  for (std::size_t i = 0; i < response.rows.size(); ++i) {
    const Occam2dResponseRow& row = response.rows[i];
    if (!std::isfinite(row.value) || !std::isfinite(row.response) || !std::isfinite(row.residual))
      fail("occam2d_response_text: a number of row ", i + 1, " is not finite");
    out += fmt::format("{:>12} {:>12} {:>12} {:>12} {:>18.10g} {:>18.10g} {:>18.10g}\n", row.site, row.frequency,
                       row.type, 0, row.value, row.response, row.residual);
  }
  return out;
}

std::string inspect_occam2d_response(const std::string& path) {
  const Occam2dResponse response = read_occam2d_response(path);
  double sum = 0;
  for (const Occam2dResponseRow& row : response.rows) sum += row.residual * row.residual;
  return fmt::format("{} responses, rms {:.4f}", response.rows.size(),
                     std::sqrt(sum / static_cast<double>(response.rows.size())));
}

void write_occam2d_response(const Occam2dResponse& response, const std::string& path) {
  write_file(path, occam2d_response_text(response));
}

Observations responses_of(const Observations& data, const Occam2dResponse& response) {
  const Report report(response.path);
  if (data.rows.size() != response.rows.size())
    report.error(0, "holds ", response.rows.size(), " responses to the ", data.rows.size(), " data of ",
                 data.provenance.path);
  Observations result = data;
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    const Occam2dResponseRow& row = response.rows[i];
    Observation& observation = result.rows[i];
    if (row.site != observation.site + 1 ||
        !(std::abs(row.value - observation.value.real()) <= 1e-3 * std::abs(row.value) + 1e-12))
      report.error(static_cast<std::int64_t>(i) + 1, "datum ", i + 1, " is ", row.value, " of site ", row.site, ", in ",
                   data.provenance.path, " ", observation.value.real(), " of site ", observation.site + 1);
    observation.value = row.response;
  }
  result.provenance.history.push_back("responses of " + response.path);
  return result;
}

}  // namespace terrella::datasets
