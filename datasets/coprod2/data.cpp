#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/lines.h"
#include "datasets/file/number_text.h"
#include "datasets/file/read_file.h"
#include "datasets/observations/profile.h"

namespace terrella::datasets {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path)
      : report_(path), text_(text_of(bytes, most_bytes, report_)), lines_(text_, report_) {}

  Observations read() {
    result_.blocks.emplace_back();
    ObservationBlock& block = result_.blocks[0];
    block.units = "ohm";
    Line line;
    while (next(line)) {
      const std::size_t colon = line.text.find(':');
      if (colon == std::string_view::npos)
        report_.error(line.number, "'Name: value' should stand here, found '", line.text.substr(0, 40), "'");
      const std::string name = upper(trim(line.text.substr(0, colon)));
      const std::string_view value = trim(line.text.substr(colon + 1));
      if (name == "FORMAT")
        block.kind = printable(std::string(value));
      else if (name == "RECEIVER LOCATION (M)")
        read_receivers(count(value, line));
      else if (name == "FREQUENCIES (HZ)")
        read_frequencies(count(value, line));
      else if (name == "DATATYPE")
        read_type(value, line);
      else if (name == "DATACOMP")
        read_components(count(value, line));
      else if (name == "DATA BLOCK")
        read_data(count(value, line));
      else
        report_.error(line.number, "'", name.substr(0, 40), "' is nothing that MT2DData_1.0 has");
    }
    if (!has_data_) report_.error(lines_.number(), "there is no 'Data Block'");
    result_.provenance.path = report_.path();
    result_.provenance.format = "coprod2";
    result_.provenance.units = "ohm";
    result_.provenance.repairs = report_.take_repairs();
    return std::move(result_);
  }

 private:
  // The next line that is no comment; comments before the first word are kept.
  bool next(Line& line) {
    while (lines_.next(line)) {
      if (line.text[0] != '#') return true;
      if (result_.sites.empty() && frequencies_.empty() && line.text.find(':') != std::string_view::npos)
        result_.blocks[0].header.push_back(std::string(trim(printable(std::string(line.text.substr(1))))));
    }
    return false;
  }

  Line expect(const char* what) {
    Line line;
    if (!next(line)) report_.error(lines_.number(), "the file ends where ", what, " should stand");
    return line;
  }

  std::size_t count(std::string_view value, const Line& line) const {
    const auto n = count_of(value, line.number, "count", 1, 100'000'000, report_);
    if (static_cast<std::size_t>(n) > text_.size())
      report_.error(line.number, n, " are announced, but the file has only ", text_.size(), " bytes");
    return static_cast<std::size_t>(n);
  }

  void once(bool empty, const char* what) const {
    if (!empty) report_.error(lines_.number(), what, " stand twice");
  }

  void read_receivers(std::size_t n) {
    once(result_.sites.empty(), "receivers");
    for (std::size_t i = 0; i < n; ++i) {
      const Line line = expect("a receiver");
      const auto words = words_of(line.text);
      if (words.size() != 2) report_.error(line.number, "a receiver has y and z, found ", words.size(), " words");
      ObservationSite site;
      site.name = std::to_string(i + 1);
      site.x = 0;
      site.y = number_of(words[0], line.number, "y", report_);
      site.z = number_of(words[1], line.number, "z", report_);
      result_.sites.push_back(site);
    }
  }

  void read_frequencies(std::size_t n) {
    once(frequencies_.empty(), "frequencies");
    for (std::size_t i = 0; i < n; ++i) {
      const Line line = expect("a frequency");
      frequencies_.push_back(number_of(line.text, line.number, "frequency", report_));
      if (!(frequencies_.back() > 0))
        report_.error(line.number, "frequency ", frequencies_.back(), " Hz is not positive");
    }
  }

  void read_type(std::string_view value, const Line& line) {
    if (upper(value) != "IMPEDANCE")
      report_.error(line.number, "data type '", value.substr(0, 20), "': only Impedance is read");
    is_impedance_ = true;
  }

  void read_components(std::size_t n) {
    once(components_.empty(), "components");
    for (std::size_t i = 0; i < n; ++i) {
      const Line line = expect("a component");
      const std::string name = upper(line.text);
      if (name != "ZXY" && name != "ZYX")
        report_.error(line.number, "component '", name.substr(0, 20), "' should be ZXY or ZYX");
      components_.push_back(name == "ZXY" ? Quantity::z_te : Quantity::z_tm);
      result_.blocks[0].entries["components"] += (i ? " " : "") + name;
    }
  }

  void read_data(std::size_t n) {
    if (result_.sites.empty() || frequencies_.empty() || components_.empty() || !is_impedance_)
      report_.error(lines_.number(), "receivers, frequencies, type and components should stand before the data");
    once(!has_data_, "data");
    has_data_ = true;
    std::vector<std::int64_t> line_of;
    for (std::size_t i = 0; i < n; ++i) {
      const Line line = expect("a row of data");
      const auto words = words_of(line.text);
      if (words.size() != 6)
        report_.error(line.number, "a row has frequency, receiver, component, real, imaginary and error, found ",
                      words.size(), " words");
      const auto index = [&](std::size_t k, const char* what, std::size_t most) {
        return static_cast<std::size_t>(
            count_of(words[k], line.number, what, 1, static_cast<std::int64_t>(most), report_) - 1);
      };
      Observation row;
      row.period = 1 / frequencies_[index(0, "number of the frequency", frequencies_.size())];
      row.site = static_cast<std::uint32_t>(index(1, "number of the receiver", result_.sites.size()));
      row.quantity = components_[index(2, "number of the component", components_.size())];
      row.value = {number_of(words[3], line.number, "real part", report_),
                   number_of(words[4], line.number, "imaginary part", report_)};
      row.error = row.error_imaginary = number_of(words[5], line.number, "error", report_);
      if (!(row.error > 0)) report_.error(line.number, "error ", row.error, " is not positive");
      result_.rows.push_back(row);
      line_of.push_back(line.number);
    }
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    const auto key = [&](std::size_t i) {
      const Observation& row = result_.rows[i];
      return std::tuple(row.site, row.period, row.quantity);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    for (std::size_t i = 1; i < n; ++i)
      if (key(order[i]) == key(order[i - 1]))
        report_.error(line_of[order[i]], "this datum stands in line ", line_of[order[i - 1]], " too; keep one");
  }

  Report report_;
  std::string text_;
  Lines lines_;
  Observations result_;
  std::vector<double> frequencies_;
  std::vector<Quantity> components_;
  bool is_impedance_ = false, has_data_ = false;
};

}  // namespace

bool looks_like_coprod2_data(std::string_view first_bytes) {
  const Report report("");
  Lines lines(first_bytes, report);
  Line line;
  while (lines.next(line)) {
    if (line.text[0] == '#') continue;
    const std::string text = upper(line.text);
    return text.starts_with("FORMAT:") && text.find("MT2DDATA") != std::string::npos;
  }
  return false;
}

Observations parse_coprod2_data(std::string_view bytes, const std::string& path) {
  Observations observations = Reader(bytes, path).read();
  validate(observations);
  return observations;
}

Observations read_coprod2_data(const std::string& path) {
  return parse_coprod2_data(read_file(path, most_bytes), path);
}

std::string coprod2_data_text(const Observations& observations) {
  validate(observations);
  expect_local_fields(observations, "write_coprod2");
  if (observations.rows.empty()) fail("write_coprod2: there are no observations");
  for (const Observation& row : observations.rows) {
    const auto& site = observations.sites[row.site];
    if (row.quantity != Quantity::z_te && row.quantity != Quantity::z_tm)
      fail("write_coprod2: the format has impedances of TE and TM, not ", info(row.quantity).name);
    if (!row.masked && !(row.error > 0))
      fail("write_coprod2: ", info(row.quantity).name, " of site '", site.name, "', period ", row.period,
           " s has no error; set an error floor or mask it");
  }
  std::string out = "Format: MT2DData_1.0\n";
  if (observations.blocks[0].header.empty()) out += "#Comments: Written by Terrella\n";
  for (const std::string& line : observations.blocks[0].header) out += "#" + line + "\n";
  out += text("Receiver Location (m): ", observations.sites.size(), "\n# Y Z\n");
  for (const ObservationSite& site : observations.sites) {
    if (!std::isfinite(site.y) || !std::isfinite(site.z))
      fail("write_coprod2: site '", site.name, "' has no y and z along a profile");
    append_fixed(out, site.y, 2);
    append_fixed(out, site.z, 2);
    out += '\n';
  }
  std::vector<double> periods = periods_of(observations, false);
  if (periods.empty()) fail("write_coprod2: all data are masked");
  std::reverse(periods.begin(), periods.end());
  out += text("Frequencies (Hz): ", periods.size(), "\n");
  for (const double period : periods) {
    append_scientific(out, 1 / period, 5);
    out += '\n';
  }
  std::string names = "ZXY ZYX";
  if (const auto said = observations.blocks[0].entries.find("components"); said != observations.blocks[0].entries.end())
    names = said->second;
  const auto components = words_of(names);
  out += text("DataType: Impedance\nDataComp: ", components.size(), "\n");
  for (const std::string_view name : components) out += std::string(name) + "\n";
  const auto rows =
      std::count_if(observations.rows.begin(), observations.rows.end(), [](const Observation& r) { return !r.masked; });
  out += text("Data Block: ", rows, "\n# FreqNo. RxNo. DataType RealValue ImagValue Error\n");
  for (const Observation& row : observations.rows) {
    if (row.masked) continue;  // the format has rows that are there, and no others
    const auto frequency = std::find(periods.begin(), periods.end(), row.period) - periods.begin();
    const std::string_view name = row.quantity == Quantity::z_te ? "ZXY" : "ZYX";
    const auto component = std::find(components.begin(), components.end(), name);
    if (component == components.end()) fail("write_coprod2: the block has no component ", std::string(name));
    out += text(frequency + 1, " ", row.site + 1, " ", component - components.begin() + 1);
    append_scientific(out, row.value.real());
    append_scientific(out, row.value.imag());
    append_scientific(out, row.error == row.error_imaginary
                               ? row.error
                               : std::hypot(row.error, row.error_imaginary) / std::sqrt(2.0));
    out += '\n';
  }
  return out;
}

std::string coprod2_survey_text(const Survey& survey) {
  return coprod2_data_text(observations_along_line(survey, {Quantity::z_te, Quantity::z_tm}, "coprod2_survey_text"));
}

void write_coprod2_data(const Observations& observations, const std::string& path) {
  write_file(path, coprod2_data_text(observations));
}

}  // namespace terrella::datasets
