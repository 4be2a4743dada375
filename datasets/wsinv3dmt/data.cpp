#include "datasets/wsinv3dmt/data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;
constexpr double masking_factor = 9999, missing_value = 1e-10;

constexpr std::array off_diagonal = {Quantity::zxy, Quantity::zyx};
constexpr std::array full = {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy};
constexpr std::array with_tipper = {Quantity::zxx, Quantity::zxy, Quantity::zyx,
                                    Quantity::zyy, Quantity::tx,  Quantity::ty};

std::span<const Quantity> quantities_of_responses(std::int64_t responses) {
  return responses == 4   ? std::span<const Quantity>(off_diagonal)
         : responses == 8 ? std::span<const Quantity>(full)
                          : std::span<const Quantity>(with_tipper);
}

bool starts_with_word(std::string_view line, std::string_view word) { return upper(line).starts_with(upper(word)); }

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_bytes, report_)), lines_(text_, report_) {}

  Observations read() {
    read_counts();
    const std::vector<double> north = places("Station_Location: N-S"), east = places("Station_Location: E-W");
    for (std::size_t i = 0; i < sites_; ++i) {
      ObservationSite site;
      site.name = std::to_string(i + 1);
      site.x = north[i];
      site.y = east[i];
      site.z = 0;
      site.rotation = result_.blocks[0].orientation;
      result_.sites.push_back(site);
    }
    std::vector<double> data, error, factor;
    read_tables("DATA_Period", data, true);
    Line line;
    const bool has_errors = lines_.peek(line) && starts_with_word(line.text, "ERROR_Period");
    if (has_errors) read_tables("ERROR_Period", error, false);
    const bool has_factors = lines_.peek(line) && starts_with_word(line.text, "ERMAP_Period");
    if (has_factors) read_tables("ERMAP_Period", factor, false);
    if (lines_.peek(line)) report_.error(line.number, "text behind the last table: '", line.text.substr(0, 40), "'");
    make_rows(data, error, factor);
    settle_sign();
    result_.provenance.path = report_.path();
    result_.provenance.format = "wsinv3dmt";
    result_.provenance.units = "ohm";
    result_.provenance.sign = result_.blocks[0].sign;
    result_.provenance.repairs = report_.take_repairs();
    return std::move(result_);
  }

 private:
  void read_counts() {
    const Line line = lines_.expect("the numbers of sites, periods and responses");
    const auto words = words_of(line.text);
    if (words.size() != 3 && words.size() != 4)
      report_.error(line.number, "the numbers of sites, periods and responses should stand here, found '",
                    line.text.substr(0, 60), "'");
    sites_ = static_cast<std::size_t>(count_of(words[0], line.number, "number of sites", 1, 10'000'000, report_));
    periods_ = static_cast<std::size_t>(count_of(words[1], line.number, "number of periods", 1, 10'000'000, report_));
    const auto responses = count_of(words[2], line.number, "number of responses", 4, 12, report_);
    if (responses % 4 != 0) report_.error(line.number, responses, " responses; there should be 4, 8 or 12");
    responses_ = static_cast<std::size_t>(responses);
    if (sites_ * periods_ * responses_ > text_.size() / 2)
      report_.error(line.number, sites_, " sites, ", periods_, " periods and ", responses_,
                    " responses are announced, but the file has only ", text_.size(), " bytes");
    ObservationBlock block;
    block.kind = text(responses, " responses");
    block.sign = "-";
    block.units = "ohm";
    if (words.size() == 4) {
      block.orientation = number_of(words[3], line.number, "azimuth of x", report_);
      block.entries["azimuth"] = "given";
    }
    result_.blocks.push_back(block);
  }

  // The heading has been written as Station_Location and Station_Locations.
  std::vector<double> places(std::string_view heading) {
    const Line line = lines_.expect(heading);
    if (!starts_with_word(line.text, "Station_Location") ||
        upper(line.text).find(heading.substr(heading.size() - 3)) == std::string::npos)
      report_.error(line.number, "'", heading, "' should stand here, found '", line.text.substr(0, 40), "'");
    return lines_.numbers(sites_, heading);
  }

  void read_tables(std::string_view heading, std::vector<double>& into, bool first) {
    into.reserve(sites_ * periods_ * responses_);
    for (std::size_t p = 0; p < periods_; ++p) {
      const Line line = lines_.expect(heading);
      const std::size_t colon = line.text.find(':');
      if (!starts_with_word(line.text, heading) || colon == std::string_view::npos)
        report_.error(line.number, "'", heading, ":' of period ", p + 1, " of ", periods_,
                      " should stand here, found '", line.text.substr(0, 40), "'");
      const double period = number_of(trim(line.text.substr(colon + 1)), line.number, heading, report_);
      if (!(period > 0)) report_.error(line.number, "period ", period, " s is not positive");
      if (first) {
        if (std::find(period_.begin(), period_.end(), period) != period_.end())
          report_.error(line.number, "period ", period, " s stands twice");
        period_.push_back(period);
      } else if (!(std::abs(period / period_[p] - 1) < 1e-3)) {
        report_.error(line.number, heading, " ", period, " s where ", period_[p], " s of the data should follow");
      }
      std::vector<std::int64_t> line_of;
      const std::vector<double> values = lines_.numbers(sites_ * responses_, heading, &line_of);
      if (!first)
        for (std::size_t i = 0; i < values.size(); ++i)
          if (values[i] < 0) report_.error(line_of[i], heading, ": negative value ", values[i]);
      into.insert(into.end(), values.begin(), values.end());
    }
  }

  void make_rows(const std::vector<double>& data, const std::vector<double>& error, const std::vector<double>& factor) {
    const auto quantities = quantities_of_responses(static_cast<std::int64_t>(responses_));
    std::size_t zeros = 0;
    const auto error_of = [&](std::size_t at, bool masked) {
      if (error.empty() || error[at] == 0) return not_a_number;
      return error[at] * (factor.empty() || masked ? 1.0 : factor[at]);
    };
    std::size_t at = 0;
    for (std::size_t p = 0; p < periods_; ++p)
      for (std::size_t s = 0; s < sites_; ++s)
        for (const Quantity quantity : quantities) {
          Observation row;
          row.period = period_[p];
          row.site = static_cast<std::uint32_t>(s);
          row.quantity = quantity;
          row.value = {data[at], -data[at + 1]};
          row.masked = !factor.empty() && (factor[at] >= masking_factor || factor[at + 1] >= masking_factor);
          const auto zero = [&](std::size_t i) { return error[i] == 0 || (!factor.empty() && factor[i] == 0); };
          if (!error.empty() && (zero(at) || zero(at + 1))) {
            row.masked = true;
            ++zeros;
          }
          row.error = error_of(at, row.masked);
          row.error_imaginary = error_of(at + 1, row.masked);
          result_.rows.push_back(row);
          at += 2;
        }
    if (zeros > 0)
      report_.repair(0, "zero-error",
                     std::to_string(zeros) + " data with errors of 0, which would weigh without end: masked");
    if (error.empty())
      result_.blocks[0].entries["errors"] = "none";
    else if (factor.empty())
      result_.blocks[0].entries["factors"] = "none";
  }

  // The manual has exp(-i w t); a half-space then has Zxy in the fourth quadrant and Zyx in the second.
  void settle_sign() {
    std::size_t minus = 0, plus = 0;
    for (const Observation& row : result_.rows)
      if ((row.quantity == Quantity::zxy || row.quantity == Quantity::zyx) && !row.masked)
        (row.value.real() * row.value.imag() > 0 ? minus : plus) += 1;
    if (plus <= 9 * minus) return;
    for (Observation& row : result_.rows) row.value = std::conj(row.value);
    result_.blocks[0].sign = "+";
    report_.repair(0, "sign-by-quadrant",
                   text("the format has exp(-i w t), but ", plus, " of ", plus + minus,
                        " elements Zxy and Zyx lie where exp(+i w t) has them: taken as that"));
  }

  Report report_;
  std::string text_;
  Lines lines_;
  Observations result_;
  std::vector<double> period_;
  std::size_t sites_ = 0, periods_ = 0, responses_ = 0;
};

class Writer {
 public:
  explicit Writer(const Observations& observations) : observations_(observations) {}

  std::string text() {
    choose();
    const auto& sites = observations_.sites;
    const bool azimuth = observations_.blocks[0].entries.contains("azimuth") || observations_.sites[0].rotation != 0;
    out_ = terrella::text(sites.size(), " ", periods_.size(), " ", 2 * quantities_.size());
    if (azimuth) append_fixed(out_, observations_.sites[0].rotation, 1, 6);
    out_ += "\nStation_Location: N-S\n";
    for (const ObservationSite& site : sites) place(site.x);
    out_ += "Station_Location: E-W\n";
    for (const ObservationSite& site : sites) place(site.y);
    const bool errors = std::any_of(observations_.rows.begin(), observations_.rows.end(),
                                    [](const Observation& row) { return !std::isnan(row.error); });
    const bool masks = rows_.size() < sites.size() * periods_.size() * quantities_.size() ||  // some are not there
                       std::any_of(observations_.rows.begin(), observations_.rows.end(),
                                   [](const Observation& row) { return row.masked; });
    for (const std::string heading : {"DATA_Period:", "ERROR_Period:", "ERMAP_Period:"}) {
      if (!errors && heading[0] == 'E' && !(masks && heading[1] == 'R' && heading[2] == 'M')) continue;
      for (const double period : periods_) table(heading, period);
    }
    return std::move(out_);
  }

 private:
  void choose() {
    if (observations_.rows.empty()) fail("write_wsinv3dmt: there are no observations");
    const std::vector<Quantity> there = quantities_of(observations_);
    for (const auto choice : {std::span<const Quantity>(off_diagonal), std::span<const Quantity>(full),
                              std::span<const Quantity>(with_tipper)}) {
      quantities_ = choice;
      const auto holds = [&](Quantity q) { return std::find(choice.begin(), choice.end(), q) != choice.end(); };
      if (std::all_of(there.begin(), there.end(), holds)) break;
      if (choice.size() == with_tipper.size())
        for (const Quantity quantity : there)
          if (!holds(quantity)) fail("write_wsinv3dmt: WSINV3DMT has impedance and tipper, not ", info(quantity).name);
    }
    sign_ = observations_.provenance.format == "wsinv3dmt" && observations_.blocks[0].sign == "+" ? 1 : -1;
    for (const ObservationSite& site : observations_.sites) {
      if (!std::isfinite(site.x) || !std::isfinite(site.y))
        fail("write_wsinv3dmt: site '", site.name, "' has no local coordinates");
      if (site.rotation != observations_.sites[0].rotation || site.channel_azimuth)
        fail("write_wsinv3dmt: site '", site.name, "' has other axes than the first; turn them to one azimuth");
    }
    for (const Observation& row : observations_.rows) {  // periods in the order of the file
      if (known_.insert(row.period).second) periods_.push_back(row.period);
      if (!rows_.try_emplace({row.period, row.site, row.quantity}, &row).second)
        fail("write_wsinv3dmt: ", info(row.quantity).name, " of site '", observations_.sites[row.site].name,
             "', period ", row.period, " s stands twice");
    }
  }

  void place(double value) {
    append_fixed(out_, value, 1);
    out_ += '\n';
  }

  void table(const std::string& heading, double period) {
    out_ += heading;
    append_scientific(out_, period, 5);
    out_ += '\n';
    for (std::uint32_t s = 0; s < observations_.sites.size(); ++s) {
      for (const Quantity quantity : quantities_) {
        const auto found = rows_.find({period, s, quantity});
        const Observation* const row = found == rows_.end() ? nullptr : found->second;
        if (heading[0] == 'D') {
          append_scientific(out_, row ? row->value.real() : missing_value);
          append_scientific(out_, row ? sign_ * row->value.imag() : missing_value);
        } else if (heading[1] == 'R' && heading[2] == 'R') {
          append_scientific(out_, error_of(row, row ? row->error : not_a_number));
          append_scientific(out_, error_of(row, row ? row->error_imaginary : not_a_number));
        } else {
          out_ += !row || row->masked ? " 9999 9999" : " 1 1";
        }
      }
      out_ += '\n';
    }
  }

  double error_of(const Observation* row, double error) const {
    if (!std::isnan(error)) return error;
    if (!row || row->masked) return 0.0;  // none
    fail("write_wsinv3dmt: ", info(row->quantity).name, " of site '", observations_.sites[row->site].name, "', period ",
         row->period, " s has no error, which others have; set an error floor or mask it");
  }

  const Observations& observations_;
  std::string out_;
  std::span<const Quantity> quantities_;
  std::vector<double> periods_;
  std::set<double> known_;
  std::map<std::tuple<double, std::uint32_t, Quantity>, const Observation*> rows_;
  double sign_ = -1;
};

}  // namespace

bool looks_like_wsinv3dmt_data(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  if (!lines.next(line)) return false;
  const auto words = words_of(line.text);
  if (words.size() < 3 || words.size() > 4 || words[0].find_first_not_of("0123456789") != std::string_view::npos)
    return false;
  return lines.next(line) && starts_with_word(line.text, "Station_Location");
}

Observations parse_wsinv3dmt_data(std::string_view bytes, const std::string& path) {
  Observations observations = Reader(bytes, path).read();
  validate(observations);
  return observations;
}

Observations read_wsinv3dmt_data(const std::string& path) {
  return parse_wsinv3dmt_data(read_file(path, most_bytes), path);
}

std::string wsinv3dmt_data_text(const Observations& observations) {
  validate(observations);
  expect_local_fields(observations, "write_wsinv3dmt");
  return Writer(observations).text();
}

void write_wsinv3dmt_data(const Observations& observations, const std::string& path) {
  write_file(path, wsinv3dmt_data_text(observations));
}

}  // namespace terrella::datasets
