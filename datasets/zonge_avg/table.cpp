#include "datasets/zonge_avg/table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "datasets/file/digits.h"
#include "datasets/file/numbers.h"

namespace terrella::datasets::zonge_avg {
namespace {

std::vector<std::string_view> comma_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t comma = line.find(',');
    fields.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

std::size_t component_of(std::string_view name, const Line& line, const Report& report) {
  constexpr std::string_view natural[] = {"ZXX", "ZXY", "ZYX", "ZYY", "TZX", "TZY"};
  constexpr std::string_view controlled[] = {"EXHX", "EXHY", "EYHX", "EYHY", "HZHX", "HZHY"};
  const std::string word = upper(name);
  for (std::size_t i = 0; i < 6; ++i)
    if (word == natural[i] || word == controlled[i]) return i;
  report.error(line.number, "component '", name.substr(0, 40), "' is not known; Zxx ... Zyy, Tzx, Tzy, or ExHy ...");
}

// Keys that belong to one station and one component.
bool is_of_station(std::string_view key) {
  return key.starts_with("GPS.") || key.starts_with("RX.") || key.starts_with("STN.") || key.starts_with("CH.");
}

// Those of them that the site draws on.
bool is_of_site(std::string_view key) {
  return key == "GPS.LAT" || key == "GPS.LON" || key == "RX.HPR" || key == "RX.CENTER" || key == "UNIT.LENGTH";
}

class Builder {
 public:
  Builder(std::string_view text, Report& report) : lines_(text, report), report_(report) {}

  Table build() {
    Line line;
    while (lines_.next(line)) {
      std::string_view content = line.text;
      if (content.starts_with('\\')) content = trim(content.substr(1));  // "\$" beside "$"
      if (content.starts_with('$'))
        keyword(content.substr(1), line);
      else if (content.size() != line.text.size() || line.text.starts_with('/') || line.text.starts_with('!'))
        comment(content);
      else if (upper(line.text.substr(0, 3)) == "SKP")
        columns(line);
      else
        row(line);
    }
    if (table_.stations.empty()) report_.error(lines_.number(), "holds no row of data");
    return std::move(table_);
  }

 private:
  void comment(std::string_view content) {
    if (table_.program.empty() && upper(content).find("AVG") != std::string::npos)
      table_.program = printable(std::string(content.substr(0, 200)));
  }

  void keyword(std::string_view content, const Line& line) {
    const std::size_t sign = content.find('=');
    if (sign == std::string_view::npos)
      report_.error(line.number, "should be '$Key = value': '", line.text.substr(0, 60), "'");
    std::string key = upper(trim(content.substr(0, sign)));
    const std::string value(trim(content.substr(sign + 1)));
    if (key.starts_with("MTEDIT:VERSION") || key.starts_with("MTEDIT:VERS"))
      table_.program = printable("MTEdit " + value).substr(0, 200);
    if ((key == "RX.GDPSTN" || key == "STN.NAME") && keys_.count(key) && keys_[key].value != value && !fresh_) {
      std::erase_if(keys_, [](const auto& entry) { return is_of_station(entry.first); });
      fresh_ = true;
    }
    keys_[std::move(key)] = {value, line.number};
  }

  void columns(const Line& line) {
    comma_ = line.text.find(',') != std::string_view::npos;
    names_.clear();
    for (const std::string_view name : comma_ ? comma_fields(line.text) : words_of(line.text))
      names_.push_back(upper(name));
    table_.controlled_source = !find({"Z.MAG"});
    const std::vector<std::string_view> needed =
        table_.controlled_source ? std::vector<std::string_view>{"STATION", "FREQ", "COMP", "RESISTIVITY", "PHASE"}
                                 : std::vector<std::string_view>{"FREQ", "Z.PHZ"};
    for (const std::string_view name : needed)
      if (!find({name})) report_.error(line.number, "the names of columns lack ", name);
  }

  std::optional<std::size_t> find(std::initializer_list<std::string_view> choices) const {
    for (const std::string_view choice : choices)
      if (const auto at = std::find(names_.begin(), names_.end(), choice); at != names_.end())
        return static_cast<std::size_t>(at - names_.begin());
    return std::nullopt;
  }

  // The number in the column of one of these names; NaN where there is no such column, or nothing in it.
  double number(const std::vector<std::string_view>& fields, std::initializer_list<std::string_view> choices,
                const Line& line) const {
    const auto column = find(choices);
    if (!column || *column >= fields.size() || fields[*column].empty()) return not_a_number;
    double value = 0;
    const NumberKind kind = parse_number(fields[*column], value);
    if (kind == NumberKind::bad || kind == NumberKind::decimal_comma)
      report_.error(line.number, *choices.begin(), ": '", fields[*column].substr(0, 40), "' is not a number");
    return value;
  }

  void row(const Line& line) {
    if (names_.empty())
      report_.error(line.number, "should be '$Key = value' or the names of columns: '", line.text.substr(0, 60), "'");
    const auto fields = comma_ ? comma_fields(line.text) : words_of(line.text);
    if (fields.size() < names_.size())
      report_.error(line.number, fields.size(), " fields where ", names_.size(), " columns are named");
    if (fields.size() > names_.size() && ++extra_ == 1)
      report_.repair(line.number, "extra-column",
                     text(fields.size(), " fields where ", names_.size(), " columns are named: the last not read"));
    Row r;
    r.line = line.number;
    r.frequency = number(fields, {"FREQ"}, line);
    if (!(r.frequency > 0) || !(r.frequency < 1e30))
      report_.error(line.number, "frequency ", r.frequency, " Hz is not positive");
    const double skip = number(fields, {"SKP"}, line);
    r.skipped = skip < 2;
    r.resistivity = number(fields, {"RESISTIVITY", "ARES.MAG"}, line);
    r.phase = number(fields, {"PHASE", "Z.PHZ"}, line);
    r.phase_error = number(fields, {"SPHZ", "Z.PERR"}, line);
    r.percent_error = number(fields, {"%RHO", "ARES.%ERR"}, line);
    if (table_.controlled_source) {
      r.component = component_of(fields[*find({"COMP"})], line, report_);
      // 5e-1 times rho is |Z|^2 / f; a negative rho is noted by who makes Z of it.
      r.magnitude = r.resistivity < 0 ? not_a_number : std::sqrt(5 * r.frequency * r.resistivity);
      const double station = number(fields, {"STATION"}, line);
      if (std::isnan(station)) report_.error(line.number, "a row without station");
      at(plain_digits(station), line).rows.push_back(r);
      return;
    }
    const auto component = keys_.find("RX.CMP");
    if (component == keys_.end()) report_.error(line.number, "rows of data before $Rx.Cmp");
    r.component = component_of(component->second.value, line, report_);
    r.magnitude = number(fields, {"Z.MAG"}, line);
    std::string name = keys_.count("STN.NAME") ? keys_["STN.NAME"].value : std::string();
    if (name.empty() && keys_.count("RX.GDPSTN")) name = keys_["RX.GDPSTN"].value;
    Station& station = at(name, line);
    keep_keys(station);
    station.rows.push_back(r);
    fresh_ = false;
  }

  // Adds the keys that hold now. What a site has once must not change between its components; only centres do, since
  // MTEdit itself writes others for the tipper, half as high.
  void keep_keys(Station& station) const {
    const auto plain = [](std::string value) {
      std::erase(value, ' ');
      return value;
    };
    for (const auto& [key, now] : keys_) {
      const auto [old, is_new] = station.keys.emplace(key, now);
      const Key& first = old->second;
      if (is_new || !is_of_site(key) || first.value == now.value || plain(first.value) == plain(now.value)) continue;
      if (key != "RX.CENTER")
        report_.error(now.line, "$", key, " = '", now.value.substr(0, 40), "' contradicts that of line ", first.line,
                      " for the same station");
      if (station.other_center == 0) station.other_center = now.line;
    }
  }

  // The station of that name: the last one, mostly.
  Station& at(const std::string& name, const Line& line) {
    if (const auto found = index_.find(name); found != index_.end()) return table_.stations[found->second];
    index_.emplace(name, table_.stations.size());
    table_.stations.push_back({name, line.number, {}, {}});
    return table_.stations.back();
  }

  Lines lines_;
  Report& report_;
  Table table_;
  std::map<std::string, Key> keys_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> names_;
  bool comma_ = false, fresh_ = true;
  std::size_t extra_ = 0;
};

}  // namespace

Table read_table(std::string_view text, Report& report) { return Builder(text, report).build(); }

}  // namespace terrella::datasets::zonge_avg
