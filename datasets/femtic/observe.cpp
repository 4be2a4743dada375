#include "datasets/femtic/observe.h"

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
constexpr double masking_error = 9999;

using Q = Quantity;

struct Kind {
  const char* name;
  std::span<const Q> quantities;
  bool is_complex;
  bool masks_by_sign;  // an error that is not positive excludes the datum
};

constexpr std::array impedance = {Q::zxx, Q::zxy, Q::zyx, Q::zyy};
constexpr std::array rho_phase = {Q::rho_xx, Q::phase_xx, Q::rho_xy, Q::phase_xy,
                                  Q::rho_yx, Q::phase_yx, Q::rho_yy, Q::phase_yy};
constexpr std::array magnetic = {Q::magnetic_xx, Q::magnetic_xy, Q::magnetic_yx, Q::magnetic_yy};
constexpr std::array tipper = {Q::tx, Q::ty};
constexpr std::array tensor = {Q::phase_tensor_xx, Q::phase_tensor_xy, Q::phase_tensor_yx, Q::phase_tensor_yy};

constexpr Kind kinds[] = {{"MT", impedance, true, false},
                          {"APP_RES_AND_PHS", rho_phase, false, true},
                          {"HTF", magnetic, true, false},
                          {"VTF", tipper, true, false},
                          {"PT", tensor, false, false}};

const Kind* kind_named(std::string_view name) {
  if (name == "IMP") return &kinds[0];
  for (const Kind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

bool is_network_kind(std::string_view name) { return name.starts_with("NMT"); }

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_bytes, report_)), lines_(text_, report_) {}

  Observations read() {
    Line line;
    bool ended = false;
    while (!ended && lines_.next(line)) {
      const auto words = words_of(line.text);
      if (words[0] == "END") {
        ended = true;
      } else if (words[0] == "ADDITIONAL_OUTPUT_POINTS") {
        if (words.size() != 2) report_.error(line.number, "the number of points should stand here");
        const auto n = count_of(words[1], line.number, "number of points", 0, 10'000'000, report_);
        const auto points = lines_.numbers(3 * static_cast<std::size_t>(n), "additional point");
        additional_ = n;
        for (const double coordinate : points) append_fixed(points_, coordinate, 3, 9);
      } else {
        read_kind(words, line.number);
      }
    }
    if (!ended) report_.repair(lines_.number(), "missing-end", "no END, but all stations are whole");
    if (ended && lines_.next(line)) report_.repair(line.number, "text-after-end", "text behind END is not read");
    if (result_.blocks.empty()) report_.error(lines_.number(), "there is no station");
    if (additional_ > 0) result_.blocks[0].entries["additional points"] = points_;
    resolve_references();
    if (negative_ > 0)
      report_.repair(negative_line_, "negative-error",
                     std::to_string(negative_) + " negative errors, which FEMTIC squares: read as positive");
    result_.provenance.path = report_.path();
    result_.provenance.format = "femtic";
    result_.provenance.units = "ohm";
    result_.provenance.sign = "-";
    result_.provenance.repairs = report_.take_repairs();
    return std::move(result_);
  }

 private:
  void read_kind(std::span<const std::string_view> words, std::int64_t line) {
    const Kind* const kind = kind_named(words[0]);
    if (!kind)
      report_.error(line, "'", words[0].substr(0, 30),
                    is_network_kind(words[0]) ? "': network MT is not read"
                                              : "' should be MT, APP_RES_AND_PHS, HTF, VTF, PT or END");
    if (words.size() != 2) report_.error(line, "the number of stations should stand behind ", kind->name, " alone");
    const auto stations = count_of(words[1], line, "number of stations", 0, 100'000'000, report_);
    if (stations > 0 && !with_stations_.insert(kind).second)
      report_.error(line, kind->name, " stands twice; put its stations together");
    ObservationBlock block;
    block.kind = std::string(words[0]);
    block.sign = "-";
    block.units = kind->quantities[0] == Q::zxx ? "ohm" : "";
    result_.blocks.push_back(block);
    if (result_.blocks.size() > 1000) report_.error(line, "more than 1000 kinds of data");
    for (std::int64_t i = 0; i < stations; ++i) read_station(*kind);
  }

  // "ID, ID of the magnetic station, [what the control file asks for], x and y in km"; the number of frequencies; rows.
  void read_station(const Kind& kind) {
    const Line line = lines_.expect("a station");
    const auto words = words_of(line.text);
    if (words.size() < 4 || words.size() > 6)
      report_.error(line.number, "a station has its number, that of its magnetic field, x and y, found '",
                    line.text.substr(0, 60), "'");
    const auto id = count_of(words[0], line.number, "number of the station", 0, 2'000'000'000, report_);
    const auto magnetic_id =
        count_of(words[1], line.number, "number of the magnetic station", 0, 2'000'000'000, report_);
    if (!site_of_id_.try_emplace(id, static_cast<std::uint32_t>(result_.sites.size())).second)
      report_.error(line.number, "station ", id, " stands twice");
    ObservationSite site;
    site.name = std::to_string(id);
    site.x = 1000 * number_of(words[words.size() - 2], line.number, "x in km", report_);
    site.y = 1000 * number_of(words[words.size() - 1], line.number, "y in km", report_);
    if (words.size() > 4) {
      std::string flags(words[2]);
      count_of(words[2], line.number, "flag of the station", 0, 9, report_);
      if (words.size() == 6) {
        count_of(words[3], line.number, "flag of the station", 0, 9, report_);
        flags += " " + std::string(words[3]);
      }
      result_.blocks.back().entries["flags " + site.name] = flags;
    }
    const auto number = static_cast<std::uint32_t>(result_.sites.size());
    result_.sites.push_back(site);
    magnetic_.push_back({magnetic_id, line.number});
    const Line count_line = lines_.expect("the number of frequencies");
    const auto count_words = words_of(count_line.text);
    if (count_words.size() != 1)
      report_.error(count_line.number, "the number of frequencies of station ", id, " should stand here alone");
    const auto frequencies =
        count_of(count_words[0], count_line.number, "number of frequencies", 0, 10'000'000, report_);
    std::set<double> seen;
    for (std::int64_t i = 0; i < frequencies; ++i) read_frequency(kind, number, seen);
  }

  void read_frequency(const Kind& kind, std::uint32_t site, std::set<double>& seen) {
    const std::size_t parts = kind.quantities.size() * (kind.is_complex ? 2 : 1);
    std::vector<std::int64_t> line_of;
    const std::vector<double> values = lines_.numbers(1 + 2 * parts, "row of a frequency", &line_of);
    const std::int64_t line = line_of[0];
    if (!(values[0] > 0)) report_.error(line, "frequency ", values[0], " Hz is not positive");
    if (!seen.insert(values[0]).second) report_.error(line, "frequency ", values[0], " Hz stands twice");
    for (std::size_t q = 0; q < kind.quantities.size(); ++q) {
      Observation row;
      row.period = 1 / values[0];
      row.site = site;
      row.block = static_cast<std::uint16_t>(result_.blocks.size() - 1);
      row.quantity = kind.quantities[q];
      if (kind.is_complex) {
        row.value = {values[1 + 2 * q], -values[2 + 2 * q]};
        row.error = values[1 + parts + 2 * q];
        row.error_imaginary = values[2 + parts + 2 * q];
      } else {
        const double value = values[1 + q];
        row.value =
            info(row.quantity).kind == QuantityKind::phase || info(row.quantity).kind == QuantityKind::phase_tensor
                ? -value
                : value;
        row.error = row.error_imaginary = values[1 + parts + q];
      }
      weigh(kind, row, line);
      result_.rows.push_back(row);
    }
  }

  void weigh(const Kind& kind, Observation& row, std::int64_t line) {
    if (kind.masks_by_sign && !(row.error > 0)) row.masked = true;
    if (std::abs(row.error) >= masking_error || std::abs(row.error_imaginary) >= masking_error) row.masked = true;
    if (row.error == 0 || row.error_imaginary == 0) row.masked = true;  // FEMTIC would divide by it
    if (row.masked) {
      row.error = row.error_imaginary = not_a_number;
      return;
    }
    if ((row.error < 0 || row.error_imaginary < 0) && negative_++ == 0) negative_line_ = line;
    row.error = std::abs(row.error);
    row.error_imaginary = std::abs(row.error_imaginary);
  }

  void resolve_references() {
    std::vector<std::uint32_t> reference(result_.sites.size(), Observation::no_site);
    for (std::size_t i = 0; i < magnetic_.size(); ++i) {
      const auto [id, line] = magnetic_[i];
      const auto found = site_of_id_.find(id);
      if (found == site_of_id_.end()) report_.error(line, "there is no station ", id, " for the magnetic field");
      reference[i] = found->second;
    }
    for (Observation& row : result_.rows)
      if (reference[row.site] != row.site || info(row.quantity).kind == QuantityKind::interstation)
        row.reference = reference[row.site];
  }

  Report report_;
  std::string text_;
  Lines lines_;
  Observations result_;
  std::set<const Kind*> with_stations_;
  std::map<std::int64_t, std::uint32_t> site_of_id_;
  std::vector<std::pair<std::int64_t, std::int64_t>> magnetic_;  // number and line
  std::string points_;
  std::int64_t additional_ = 0, negative_line_ = 0;
  std::size_t negative_ = 0;
};

class Writer {
 public:
  explicit Writer(const Observations& observations) : observations_(observations) {}

  std::string text() {
    if (observations_.rows.empty()) fail("write_femtic: there are no observations");
    for (const Observation& row : observations_.rows) {
      const Kind& kind = kind_of(row.quantity);
      if (!data_.contains(&kind)) order_.push_back(&kind);  // kinds in the order of the rows
      SiteRows& rows = data_[&kind][row.site];
      auto& at = rows.data[row.period];
      if (at.empty()) rows.periods.push_back(row.period);
      if (!at.try_emplace(row.quantity, &row).second)
        fail("write_femtic: ", info(row.quantity).name, " of site '", observations_.sites[row.site].name, "', period ",
             row.period, " s stands twice");
      auto [reference, is_new] = reference_.try_emplace({&kind, row.site}, row.reference);
      if (!is_new && reference->second != row.reference)
        fail("write_femtic: site '", observations_.sites[row.site].name, "' has two reference sites");
    }
    keep_stations_without_data();
    number_stations();
    for (const Kind* const kind : order_) write_kind(*kind);
    if (!observations_.blocks.empty())
      if (const auto points = observations_.blocks[0].entries.find("additional points");
          points != observations_.blocks[0].entries.end()) {
        const auto words = words_of(points->second);
        out_ += "ADDITIONAL_OUTPUT_POINTS " + std::to_string(words.size() / 3) + "\n";
        for (std::size_t i = 0; i < words.size(); ++i) out_ += std::string(words[i]) + (i % 3 == 2 ? "\n" : " ");
      }
    return out_ + "END\n";
  }

 private:
  static const Kind& kind_of(Quantity quantity) {
    for (const Kind& kind : kinds)
      if (std::find(kind.quantities.begin(), kind.quantities.end(), quantity) != kind.quantities.end()) return kind;
    fail("write_femtic: FEMTIC has no data of ", info(quantity).name);
  }

  // As the file had them: of no frequencies, perhaps the magnetic stations of others.
  void keep_stations_without_data() {
    std::vector<bool> has_data(observations_.sites.size(), false);
    for (const Observation& row : observations_.rows) has_data[row.site] = true;
    for (std::uint32_t site = 0; site < has_data.size(); ++site)
      if (!has_data[site]) {
        data_[order_.front()][site];
        reference_[{order_.front(), site}] = Observation::no_site;
      }
  }

  // One number for every pair of kind and site.
  void number_stations() {
    std::set<std::int64_t> used;
    std::vector<std::int64_t> own;
    for (const ObservationSite& site : observations_.sites) {
      const bool digits = !site.name.empty() && site.name.size() < 10 &&
                          site.name.find_first_not_of("0123456789") == std::string::npos &&
                          (site.name == "0" || site.name[0] != '0');
      if (!digits || !used.insert(std::stoll(site.name)).second) break;
      own.push_back(std::stoll(site.name));
    }
    if (own.size() != observations_.sites.size()) {
      own.clear();
      used.clear();
      for (std::size_t i = 0; i < observations_.sites.size(); ++i) used.insert(own.emplace_back(i + 1));
    }
    std::vector<bool> taken(own.size(), false);
    for (const Kind* const kind : order_) {
      for (const auto& [site, rows] : data_.at(kind)) {
        std::int64_t id = own[site];
        if (taken[site]) {
          id = *used.rbegin() + 1;
          used.insert(id);
        }
        taken[site] = true;
        id_[{kind, site}] = id;
        if (!station_.contains(site)) station_[site] = id;
      }
    }
  }

  void write_kind(const Kind& kind) {
    const auto found = data_.find(&kind);
    std::string name = kind.name;
    const ObservationBlock* block = nullptr;
    for (const ObservationBlock& candidate : observations_.blocks)
      if (kind_named(candidate.kind) == &kind) block = &candidate, name = candidate.kind;
    out_ += name + " " + std::to_string(found->second.size()) + "\n";
    for (const auto& [site, rows] : found->second) {
      const ObservationSite& place = observations_.sites[site];
      if (!std::isfinite(place.x) || !std::isfinite(place.y))
        fail("write_femtic: site '", place.name, "' has no local coordinates");
      if (place.rotation != 0 || place.channel_azimuth)
        fail("write_femtic: site '", place.name, "': turn x to the north first");
      const std::uint32_t reference = reference_.at({&kind, site});
      std::int64_t magnetic_id = id_.at({&kind, site});
      if (reference != Observation::no_site && reference != site) {
        const auto station = station_.find(reference);
        if (station == station_.end())
          fail("write_femtic: site '", place.name, "' needs the magnetic field of '",
               observations_.sites[reference].name, "', which has no data");
        magnetic_id = station->second;
      }
      out_ += std::to_string(id_.at({&kind, site})) + " " + std::to_string(magnetic_id);
      if (block)
        if (const auto flags = block->entries.find("flags " + place.name); flags != block->entries.end())
          out_ += " " + flags->second;
      append_fixed(out_, place.x / 1000, 3, 9);
      append_fixed(out_, place.y / 1000, 3, 9);
      out_ += "\n" + std::to_string(rows.periods.size()) + "\n";
      for (const double period : rows.periods) write_row(kind, place, period, rows.data.at(period));
    }
  }

  void write_row(const Kind& kind, const ObservationSite& place, double period,
                 const std::map<Quantity, const Observation*>& data) {
    append_scientific(out_, 1 / period);
    std::string errors;
    for (const Quantity quantity : kind.quantities) {
      const auto found = data.find(quantity);
      const Observation* const row = found == data.end() ? nullptr : found->second;
      const bool masked = !row || row->masked;
      if (!masked && (std::isnan(row->error) || std::isnan(row->error_imaginary)))
        fail("write_femtic: ", info(quantity).name, " of site '", place.name, "', period ", period,
             " s has no error; set an error floor or mask it");
      const double mask = kind.masks_by_sign ? -1.0 : masking_error;
      if (kind.is_complex) {
        append_scientific(out_, row ? row->value.real() : 0.0);
        append_scientific(out_, row ? 0.0 - row->value.imag() : 0.0);
        append_scientific(errors, masked ? mask : row->error);
        append_scientific(errors, masked ? mask : row->error_imaginary);
      } else {
        const auto what = info(quantity).kind;
        const double sign = what == QuantityKind::phase || what == QuantityKind::phase_tensor ? -1.0 : 1.0;
        append_scientific(out_, row ? sign * row->value.real() : 0.0);
        append_scientific(errors, masked ? mask : row->error);
      }
    }
    out_ += errors + "\n";
  }

  struct SiteRows {
    std::vector<double> periods;  // in the order in which they came
    std::map<double, std::map<Quantity, const Observation*>> data;
  };

  const Observations& observations_;
  std::string out_;
  std::vector<const Kind*> order_;
  std::map<const Kind*, std::map<std::uint32_t, SiteRows>> data_;
  std::map<std::pair<const Kind*, std::uint32_t>, std::uint32_t> reference_;
  std::map<std::pair<const Kind*, std::uint32_t>, std::int64_t> id_;
  std::map<std::uint32_t, std::int64_t> station_;
};

}  // namespace

bool looks_like_femtic_data(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  if (!lines.next(line)) return false;
  const auto words = words_of(line.text);
  return words.size() == 2 && (kind_named(words[0]) || is_network_kind(words[0])) &&
         words[1].find_first_not_of("0123456789") == std::string_view::npos;
}

Observations parse_femtic_data(std::string_view bytes, const std::string& path) {
  Observations observations = Reader(bytes, path).read();
  validate(observations);
  return observations;
}

Observations read_femtic_data(const std::string& path) { return parse_femtic_data(read_file(path, most_bytes), path); }

std::string femtic_data_text(const Observations& observations) {
  validate(observations);
  return Writer(observations).text();
}

void write_femtic_data(const Observations& observations, const std::string& path) {
  write_file(path, femtic_data_text(observations));
}

}  // namespace terrella::datasets
