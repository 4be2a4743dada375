#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <unordered_map>

#include "datasets/file/lines.h"
#include "datasets/file/numbers.h"
#include "datasets/file/read_file.h"
#include "datasets/modem/data.h"
#include "datasets/modem/data_kinds.h"
#include "datasets/modem/rho_scale.h"

namespace terrella::datasets {
namespace {

using namespace modem;

constexpr std::size_t most_bytes = std::size_t{1} << 30;
constexpr double no_error_from = 1e10;  // in the file's units: an error that large says that there is none
constexpr std::size_t most_blocks = 1000;

std::string_view after_mark(std::string_view line) { return trim(line.substr(1)); }

// Text behind '#' without the one blank that writers put there.
std::string comment_of(std::string_view line) {
  line.remove_prefix(1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  const std::size_t last = line.find_last_not_of(" \t");
  return printable(std::string(last == std::string_view::npos ? std::string_view{} : line.substr(0, last + 1)));
}

double wrapped(double degrees) { return std::remainder(degrees, 360.0); }

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_bytes, report_)), lines_(text_, report_) {}

  Observations read() {
    Line line;
    while (lines_.peek(line)) read_block();
    if (result_.blocks.empty()) report_.error(1, "holds no block of data; a ModEM list begins with '#' and '>' lines");
    set_places();
    Provenance& provenance = result_.provenance;
    provenance.path = report_.path();
    provenance.format = "modem";
    provenance.units = result_.blocks.front().units;
    provenance.sign = result_.blocks.front().sign;
    for (const ObservationBlock& block : result_.blocks)
      for (const std::string& header : block.header)
        for (const char* const program : {"ModEM", "MTpy", "pyMT"})
          if (provenance.program.empty() && upper(header).find(upper(program)) != std::string::npos)
            provenance.program = program;
    provenance.repairs = report_.take_repairs();
    return std::move(result_);
  }

 private:
  // What is true for all rows of the block that is being read.
  struct Block {
    const DataKind* kind = nullptr;
    double factor = 1.0;  // to ohm
    bool conjugate = false;
    std::int64_t line = 0, periods = 0, sites = 0;
    std::size_t first_row = 0;
    std::size_t words = 0;                                               // of a row, known from the first
    std::map<std::string, std::pair<std::size_t, std::int64_t>> counts;  // what is mended: how often, where first
  };

  Line mark(char c, const char* what) {
    const Line line = lines_.expect(what);
    if (line.text[0] != c)
      report_.error(line.number, "'", c, " ...' with ", what, " should stand here, found '", line.text.substr(0, 40),
                    "'");
    return line;
  }

  void read_block() {
    Line line;
    ObservationBlock block;
    while (lines_.peek(line) && line.text[0] == '#') {
      block.header.push_back(comment_of(line.text));
      lines_.next(line);
    }
    if (!lines_.peek(line)) {
      if (result_.blocks.empty()) report_.error(line.number, "holds comments only");
      report_.repair(line.number, "text-after-end", "comment lines behind the last block are not kept");
      return;
    }
    if (line.text[0] == '+') {
      block.entries["transmitter"] = printable(std::string(after_mark(line.text)));
      if (upper(block.entries["transmitter"]) != "MT")
        report_.error(line.number, "transmitter type '", block.entries["transmitter"],
                      "': only MT is read, not controlled or other sources");
      lines_.next(line);
    }
    if (result_.blocks.size() >= most_blocks) report_.error(line.number, "more than ", most_blocks, " blocks of data");
    Block facts;
    facts.line = line.number;
    read_statements(block, facts);
    result_.blocks.push_back(block);
    facts.first_row = result_.rows.size();
    read_rows(facts);
    finish(facts);
  }

  void read_statements(ObservationBlock& block, Block& facts) {
    Line line = mark('>', "the data type");
    block.kind = printable(std::string(after_mark(line.text)));
    facts.kind = kind_named(block.kind);
    if (!facts.kind)
      report_.error(line.number, "data type '", block.kind,
                    is_field_kind(block.kind) ? "' is a field of a source; only transfer functions are read"
                                              : "' is none of ModEM's (Full_Impedance, Full_Vertical_Components ...)");
    line = mark('>', "the time factor");
    const std::string sign = printable(std::string(after_mark(line.text)));
    if (sign.find("exp") == std::string::npos)
      report_.error(line.number, "time factor '", sign, "' should be exp(+i\\omega t) or exp(-i\\omega t)");
    block.entries["sign"] = sign;
    block.sign = sign.find('-') == std::string::npos ? "+" : "-";  // as ModEM does: exp(i\omega t) is plus
    facts.conjugate = block.sign == "-";
    line = mark('>', "the units");
    block.units = printable(std::string(after_mark(line.text)));
    if (facts.kind->is_impedance) {
      facts.factor = ohm_per_unit(block.units);
      if (facts.factor == 0)
        report_.error(line.number, "units '", block.units, "' should be [mV/km]/[nT], [V/m]/[T] or Ohm");
    }
    line = mark('>', "the orientation");
    const auto orientation = words_of(after_mark(line.text));
    if (orientation.size() != 1) report_.error(line.number, "the orientation should be one angle in degrees");
    block.orientation = number_of(orientation[0], line.number, "orientation", report_);
    if (std::abs(block.orientation) > 360) report_.error(line.number, "orientation ", block.orientation, " degrees");
    line = mark('>', "the origin");
    const auto origin = words_of(after_mark(line.text));
    if (origin.size() != 2 && origin.size() != 3)
      report_.error(line.number, "the origin should be latitude and longitude, found ", origin.size(), " words");
    for (std::size_t i = 0; i < origin.size(); ++i)
      block.origin[i] = number_of(origin[i], line.number, "origin", report_);
    line = mark('>', "the numbers of periods and sites");
    const auto counts = words_of(after_mark(line.text));
    if (counts.size() != 2)
      report_.error(line.number, "the numbers of periods and of sites should stand here, found ", counts.size(),
                    " words");
    facts.periods = count_of(counts[0], line.number, "number of periods", 0, 1'000'000'000, report_);
    facts.sites = count_of(counts[1], line.number, "number of sites", 0, 1'000'000'000, report_);
    block.entries["periods"] = std::to_string(facts.periods);
    block.entries["sites"] = std::to_string(facts.sites);
  }

  void read_rows(Block& facts) {
    std::array<std::string_view, 24> words;
    Line line;
    while (lines_.peek(line) && line.text[0] != '#' && line.text[0] != '>' && line.text[0] != '+') {
      lines_.next(line);
      const std::size_t count = words_of(line.text, words);
      if (facts.words == 0) set_width(facts, count, line.number);
      if (count != facts.words)
        report_.error(line.number, count, " words in a row of ", facts.kind->name, " where ", facts.words,
                      " should be");
      read_row(facts, std::span(words.data(), count), line.number);
    }
  }

  static std::size_t least_words(const DataKind& kind) {
    return 8 + (kind.is_complex ? 3U : 2U) + (kind.has_reference ? 6U : 0U);
  }

  void set_width(Block& facts, std::size_t count, std::int64_t line) {
    const std::size_t least = least_words(*facts.kind);
    if (count < least || count > least + 4)
      report_.error(line, count, " words in a row of ", facts.kind->name, " where ", least,
                    facts.kind->is_complex
                        ? " (period, code, latitude, longitude, x, y, z, component, real, imaginary, "
                          "error), or azimuths behind them, should be"
                        : " (period, code, latitude, longitude, x, y, z, component, value, error), or "
                          "azimuths behind them, should be");
    facts.words = count;
    result_.blocks.back().entries["azimuths"] = std::to_string(count - least);
  }

  double number(std::string_view word, std::int64_t line, const char* what) const {
    return number_of(word, line, what, report_);
  }

  // A value or an error; NaN where the file has NaN, Inf or asterisks.
  double value_of(std::string_view word, std::int64_t line, const char* what) const {
    double value = 0;
    const NumberKind kind = parse_number(word, value);
    if (kind == NumberKind::plain) return value;
    if (kind == NumberKind::nan) return not_a_number;
    return number_of(word, line, what, report_);  // says what is wrong
  }

  static void mend(Block& facts, const char* rule, std::int64_t line) {
    auto& [count, first] = facts.counts[rule];
    if (count++ == 0) first = line;
  }

  std::uint32_t site_of(Block& facts, std::span<const std::string_view> words, std::int64_t line) {
    const std::string_view name = words[0];
    const std::array<double, 5> place = {number(words[1], line, "latitude"), number(words[2], line, "longitude"),
                                         number(words[3], line, "x"), number(words[4], line, "y"),
                                         number(words[5], line, "z")};
    std::uint32_t site = 0;
    if (last_site_ < names_.size() && names_[last_site_] == name) {
      site = last_site_;
    } else {
      const auto [found, is_new] = numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
      site = found->second;
      if (is_new) {
        names_.push_back(found->first);
        places_.push_back(place);
        azimuths_.push_back({not_a_number, not_a_number, not_a_number, not_a_number});
      }
      last_site_ = site;
    }
    const std::array<double, 5>& known = places_[site];
    if (known != place) {
      for (std::size_t i = 0; i < 5; ++i)
        if (!(std::abs(known[i] - place[i]) <= (i < 2 ? 0.0011 : 1.1)))
          report_.error(line, "site '", name, "' stands at ", i < 2 ? "another latitude or longitude" : "another place",
                        " than before (", place[i], ", not ", known[i], "); give the two sites two names");
      mend(facts, "places-disagree", line);
    }
    return site;
  }

  void read_row(Block& facts, std::span<const std::string_view> words, std::int64_t line) {
    const DataKind& kind = *facts.kind;
    Observation row;
    row.period = number(words[0], line, "period");
    if (!(row.period > 0)) report_.error(line, "period ", row.period, " s is not positive");
    row.site = site_of(facts, words.subspan(1, 6), line);
    std::size_t at = 7;
    if (kind.has_reference) {
      row.reference = site_of(facts, words.subspan(7, 6), line);
      at = 13;
    }
    const DataComponent* const component = component_named(kind, words[at]);
    if (!component) report_.error(line, "component '", words[at].substr(0, 40), "' does not belong to ", kind.name);
    row.quantity = component->quantity;
    const double real = value_of(words[at + 1], line, "value");
    const double imaginary = kind.is_complex ? value_of(words[at + 2], line, "imaginary part") : 0.0;
    const std::size_t error_at = at + (kind.is_complex ? 3 : 2);
    double error = value_of(words[error_at], line, "error");
    row.block = static_cast<std::uint16_t>(result_.blocks.size() - 1);
    check_azimuths(facts, row, words.subspan(error_at + 1), line);
    if (std::isnan(real) || std::isnan(imaginary)) return mend(facts, "not-a-number", line);
    if (std::isnan(error) || error <= 0) {
      mend(facts, std::isnan(error) ? "error-not-a-number" : error < 0 ? "negative-error" : "zero-error", line);
      error = not_a_number;
      row.masked = true;
    } else if (error >= no_error_from) {
      result_.blocks.back().entries.try_emplace("no error", std::string(words[error_at]));
      error = not_a_number;
      row.masked = true;
    }
    row.value = {real * facts.factor, (facts.conjugate ? -imaginary : imaginary) * facts.factor};
    if (is_less_one(row.quantity)) row.value += 1.0;
    row.error = row.error_imaginary = error * facts.factor;
    result_.rows.push_back(row);
    row_lines_.push_back(line);
  }

  // Azimuths of Hx, Hy, Ex, Ey relative to the orientation, as many as there are; the rest follows as in ModEM.
  void check_azimuths(Block& facts, const Observation& row, std::span<const std::string_view> words,
                      std::int64_t line) {
    const double orientation = result_.blocks.back().orientation;
    std::array<double, 4> azimuth = {0, 90, 0, 90};
    if (!words.empty()) {
      const double hx = number(words[0], line, "azimuth of Hx");
      azimuth = {hx, hx + 90, hx, hx + 90};
      if (words.size() > 1) azimuth[1] = number(words[1], line, "azimuth of Hy");
      if (words.size() > 2) azimuth[2] = number(words[2], line, "azimuth of Ex");
      if (words.size() > 2) azimuth[3] = azimuth[2] + 90;
      if (words.size() > 3) azimuth[3] = number(words[3], line, "azimuth of Ey");
      // ModEM's main branch heads the columns of phases and phase tensors as of the others and writes Hx, Ex, Hy, Ey.
      const auto parallel = [&](std::size_t a, std::size_t b) {
        return std::abs(wrapped(azimuth[a] - azimuth[b])) < 1e-6;
      };
      if (words.size() > 3 && parallel(0, 1) && parallel(2, 3) && !parallel(0, 2)) {
        std::swap(azimuth[1], azimuth[2]);
        mend(facts, "azimuth-order", line);
      }
    }
    if (facts.kind->has_reference && azimuth != std::array<double, 4>{0, 90, 0, 90})
      report_.error(line, "azimuths of the two sites differ from the orientation; turn the data first");
    for (double& angle : azimuth) angle += orientation;
    know_azimuths(row.site, azimuth, facts.kind->name == std::string_view("Full_Vertical_Components") ? 2 : 4, line);
    if (facts.kind->has_reference) know_azimuths(row.reference, azimuth, 4, line);
  }

  void know_azimuths(std::size_t site, const std::array<double, 4>& azimuth, std::size_t used, std::int64_t line) {
    std::array<double, 4>& known = azimuths_[site];
    for (std::size_t i = 0; i < used; ++i) {
      if (std::isnan(known[i])) known[i] = azimuth[i];
      if (std::abs(wrapped(known[i] - azimuth[i])) > 1e-6)
        report_.error(line, "site '", names_[site], "' has two orientations (", azimuth[i], " and ", known[i],
                      " degrees); turn the data to one");
    }
  }

  void finish(Block& facts) {
    ObservationBlock& block = result_.blocks.back();
    const auto first = result_.rows.begin() + static_cast<std::ptrdiff_t>(facts.first_row);
    const auto rows = std::span(first, result_.rows.end());
    check_counts(facts, rows);
    // Errors that say "none": of all rows, then nobody weighed these data; of some, then those are not to be used.
    const bool unweighted = std::all_of(rows.begin(), rows.end(), [](const Observation& row) { return row.masked; });
    if (unweighted)
      for (Observation& row : rows) row.masked = false;
    if (facts.kind->name == std::string_view("Off_Diagonal_Rho_Phase") ||
        facts.kind->name == std::string_view("Rho_Phs_TM"))
      finish_rho_phase(facts, block, rows);
    for (const auto& [rule, mended] : facts.counts) {
      std::string what = rule == "not-a-number"         ? " values that are no number: rows left out"
                         : rule == "error-not-a-number" ? " errors that are no number"
                         : rule == "negative-error"     ? " negative errors"
                         : rule == "zero-error"         ? " errors of 0, which would weigh without end"
                         : rule == "azimuth-order" ? " rows with azimuths of Hx, Ex, Hy, Ey, whatever the heading says"
                                                   : " places that differ from the site's first by rounding";
      if (rule.find("error") != std::string::npos)
        what += unweighted ? ": no datum of the block has an error" : ": data masked";
      report_.repair(mended.second, rule, std::to_string(mended.first) + what);
    }
  }

  void check_counts(const Block& facts, std::span<const Observation> rows) {
    std::vector<std::uint32_t> sites;
    std::vector<double> periods;
    std::vector<std::uint32_t> order(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      order[i] = static_cast<std::uint32_t>(i);
      if (sites.empty() || sites.back() != rows[i].site) sites.push_back(rows[i].site);
      if (periods.empty() || periods.back() != rows[i].period) periods.push_back(rows[i].period);
    }
    const auto unique = [](auto& values) {
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      return static_cast<std::int64_t>(values.size());
    };
    const std::int64_t site_count = unique(sites), period_count = unique(periods);
    if (site_count > facts.sites || period_count > facts.periods)
      report_.error(facts.line, facts.kind->name, " announces ", facts.periods, " periods and ", facts.sites,
                    " sites, but has ", period_count, " and ", site_count);
    if ((site_count < facts.sites || period_count < facts.periods) && !rows.empty())
      report_.repair(facts.line, "fewer-than-announced",
                     text(facts.kind->name, " announces ", facts.periods, " periods and ", facts.sites, " sites, has ",
                          period_count, " and ", site_count));
    const auto key = [&](std::uint32_t i) {
      const Observation& row = rows[i];
      return std::tuple(row.site, row.period, row.quantity, row.reference);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    for (std::size_t i = 1; i < order.size(); ++i)
      if (key(order[i]) == key(order[i - 1])) {
        const Observation& row = rows[order[i]];
        report_.error(row_lines_[facts.first_row + order[i]], info(row.quantity).name, " of site '", names_[row.site],
                      "', period ", row.period, " s stands twice (first in line ",
                      row_lines_[facts.first_row + order[i - 1]], "); keep one");
      }
  }

  void finish_rho_phase(const Block& facts, ObservationBlock& block, std::span<Observation> rows) {
    const auto kind_of = [](const Observation& row) { return info(row.quantity).kind; };
    // ModEM has phases of Zyx turned by 180 degrees, so that they lie between 0 and 90.
    std::size_t first_quadrant = 0, third_quadrant = 0, negative = 0, positive = 0;
    for (const Observation& row : rows) {
      if (row.quantity == Quantity::phase_yx) (std::abs(row.value.real()) <= 90 ? first_quadrant : third_quadrant) += 1;
      if (row.quantity == Quantity::phase_xy || row.quantity == Quantity::phase_tm)
        (row.value.real() < 0 ? negative : positive) += 1;
    }
    const bool turned = first_quadrant >= third_quadrant;
    const bool conjugate = facts.conjugate && negative >= positive;
    if (facts.conjugate && !conjugate)
      report_.repair(
          facts.line, "phase-of-other-sign",
          "the time factor is exp(-i w t), but phases are positive as with exp(+i w t): taken as they stand");
    block.entries["phase of zyx"] = turned ? "0 .. 90" : "-180 .. -90";
    block.entries["phase sign"] = conjugate ? "-" : "+";
    for (Observation& row : rows) {
      if (kind_of(row) != QuantityKind::phase) continue;
      double degrees = conjugate ? -row.value.real() : row.value.real();
      if (row.quantity == Quantity::phase_yx && turned) degrees -= 180;
      row.value = degrees;
    }
    const ScaleFinding finding = find_rho_scale(curves_of(rows));
    block.entries["resistivity"] = name_of(finding.scale);
    if (!finding.proven)
      report_.repair(facts.line, "resistivity-scale-unproven",
                     "apparent resistivities are taken as ohm m, as ModEM reads them; " + finding.why);
    else if (finding.scale != RhoScale::linear)
      report_.repair(facts.line, "resistivity-is-logarithm",
                     text("apparent resistivities are read as ", name_of(finding.scale), " of ohm m; ", finding.why));
    for (Observation& row : rows) {
      if (kind_of(row) != QuantityKind::apparent_resistivity) continue;
      if (finding.scale == RhoScale::linear) {
        if (!(row.value.real() > 0))
          report_.error(row_lines_[static_cast<std::size_t>(&row - result_.rows.data())], "apparent resistivity ",
                        row.value.real(), " is not positive, and ", finding.why);
        continue;
      }
      const double per = finding.scale == RhoScale::ln ? std::numbers::log10e : 1.0;
      row.quantity = *quantity_of(QuantityKind::log10_apparent_resistivity, info(row.quantity).place);
      row.value *= per;
      row.error *= per;
      row.error_imaginary = row.error;
    }
  }

  std::vector<Curve> curves_of(std::span<const Observation> rows) const {
    struct Point {
      double rho = not_a_number, phase = not_a_number;
    };
    std::map<std::pair<std::uint32_t, Place>, std::map<double, Point>> points;
    for (const Observation& row : rows) {
      const QuantityInfo& what = info(row.quantity);
      Point& point = points[{row.site, what.place}][row.period];
      if (what.kind == QuantityKind::phase)
        point.phase = row.value.real() + (row.quantity == Quantity::phase_yx ? 180 : 0);
      else
        point.rho = row.value.real();
    }
    std::vector<Curve> curves;
    for (const auto& [key, at] : points) {
      Curve& curve = curves.emplace_back();
      for (const auto& [period, point] : at) {
        if (std::isnan(point.rho) || std::isnan(point.phase)) continue;
        curve.period.push_back(period);
        curve.rho.push_back(point.rho);
        curve.phase.push_back(point.phase);
      }
    }
    return curves;
  }

  void set_places() {
    std::size_t wrapped_longitudes = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      ObservationSite site;
      site.name = printable(std::string(names_[i]));
      site.latitude = places_[i][0];
      site.longitude = places_[i][1];
      if (std::abs(site.latitude) > 90 || std::abs(site.longitude) > 360)
        report_.error(0, "site '", site.name, "' stands at latitude ", site.latitude, ", longitude ", site.longitude);
      if (std::abs(site.longitude) > 180) {
        site.longitude = wrapped(site.longitude);
        ++wrapped_longitudes;
      }
      site.x = places_[i][2];
      site.y = places_[i][3];
      site.z = places_[i][4];
      std::array<double, 4>& azimuth = azimuths_[i];
      if (std::isnan(azimuth[0])) azimuth = {0, 90, 0, 90};  // reference sites only
      if (std::isnan(azimuth[2])) azimuth[2] = azimuth[0], azimuth[3] = azimuth[1];
      const auto differs = [](double a, double b) { return std::abs(wrapped(a - b)) > 1e-6; };
      if (differs(azimuth[1], azimuth[0] + 90) || differs(azimuth[2], azimuth[0]) || differs(azimuth[3], azimuth[1]))
        site.channel_azimuth = azimuth;
      else
        site.rotation = azimuth[0];
      result_.sites.push_back(std::move(site));
    }
    if (wrapped_longitudes > 0)
      report_.repair(0, "longitude-wrapped",
                     std::to_string(wrapped_longitudes) + " longitudes beyond 180 degrees written as -180 .. 180");
  }

  Report report_;
  std::string text_;
  Lines lines_;
  Observations result_;
  std::vector<std::string_view> names_;  // views of the keys of numbers_
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::array<double, 5>> places_;
  std::vector<std::array<double, 4>> azimuths_;
  std::vector<std::int64_t> row_lines_;
  std::uint32_t last_site_ = 0;
};

}  // namespace

bool looks_like_modem_data(std::string_view first_bytes) {
  while (!first_bytes.empty()) {
    const std::size_t end = first_bytes.find('\n');
    const std::string_view line = trim(first_bytes.substr(0, end));
    first_bytes.remove_prefix(end == std::string_view::npos ? first_bytes.size() : end + 1);
    if (line.empty() || line[0] == '#' || line[0] == '+' || line == "\xef\xbb\xbf") continue;
    return line[0] == '>' && (kind_named(line.substr(1)) || is_field_kind(line.substr(1)));
  }
  return false;
}

Observations parse_modem_data(std::string_view bytes, const std::string& path) {
  Observations observations = Reader(bytes, path).read();
  validate(observations);
  return observations;
}

Observations read_modem_data(const std::string& path) { return parse_modem_data(read_file(path, most_bytes), path); }

}  // namespace terrella::datasets
