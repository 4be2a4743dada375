#include "datasets/hdf5/survey_file.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/seal.h"

namespace terrella::datasets {
namespace {

constexpr int newest_format = 1;
constexpr std::size_t most_values = std::size_t{1} << 28;  // of one padded array

/// Which arrays a site has, as bits; a sounding may lack any of them.
enum Arrays : std::uint8_t {
  has_z = 1,
  has_z_error = 2,
  has_z_masked = 4,
  has_tipper = 8,
  has_tipper_error = 16,
  has_tipper_masked = 32,
  has_inverse_signal_power = 64,
  has_residual_covariance = 128
};

// The arrays of a site and what stands for them in the file, in one place for reading and writing. `visit` is called
// with (name, bit, member, components, dimensions, labels).
const std::vector<std::string> z_dimensions = {"station", "period", "output", "input"};
const std::vector<std::string> tipper_dimensions = {"station", "period", "input"};
const std::vector<std::string> power_dimensions = {"station", "period", "input", "input_conjugate"};
const std::vector<std::string> residual_dimensions = {"station", "period", "channel", "channel_conjugate"};
template <class Visit>
void for_each_array(const Visit& visit) {
  visit("z", has_z, &Site::z, z_dimensions, hdf5::Labels{"ohm", "impedance E/H, time factor exp(+iwt)", {}});
  visit("z_error", has_z_error, &Site::z_error, z_dimensions,
        hdf5::Labels{"ohm", "standard error of real part and, equally, of imaginary part of z", {}});
  visit("z_masked", has_z_masked, &Site::z_masked, z_dimensions, hdf5::Labels{{}, "1 where z is not to be used", {}});
  visit("tipper", has_tipper, &Site::tipper, tipper_dimensions, hdf5::Labels{"1", "tipper, Hz = Tx Hx + Ty Hy", {}});
  visit("tipper_error", has_tipper_error, &Site::tipper_error, tipper_dimensions,
        hdf5::Labels{"1", "standard error of real part and, equally, of imaginary part of tipper", {}});
  visit("tipper_masked", has_tipper_masked, &Site::tipper_masked, tipper_dimensions,
        hdf5::Labels{{}, "1 where tipper is not to be used", {}});
  visit("inverse_signal_power", has_inverse_signal_power, &Site::inverse_signal_power, power_dimensions,
        hdf5::Labels{"m2 A-2", "inverse signal power of hx and hy", {}});
  visit("residual_covariance", has_residual_covariance, &Site::residual_covariance, residual_dimensions,
        hdf5::Labels{{}, "covariance of what is unexplained in ex and ey (V/m) and hz (A/m)", {}});
}

/// bool stands as a byte in the file.
template <class T>
struct Stored {
  using type = T;
};
template <>
struct Stored<bool> {
  using type = std::uint8_t;
};

template <class T>
T padding() {
  if constexpr (std::is_same_v<T, double>)
    return not_a_number;
  else if constexpr (std::is_same_v<T, Complex>)
    return {not_a_number, not_a_number};
  else
    return 0;
}

template <class Get>
auto column(const Survey& survey, const Get& get) {
  std::vector<std::decay_t<decltype(get(survey.sites[0]))>> values;
  for (const Site& site : survey.sites) values.push_back(get(site));
  return values;
}

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

void write_sites(const Survey& survey, hdf5::WriteGroup& group) {
  const auto along_station = [&](const char* name, const auto& get, const hdf5::Labels& labels) {
    group.write(name, view(column(survey, get)), {"station"}, labels);
  };
  along_station("latitude", [](const Site& s) { return s.latitude; }, {"degrees_north", "latitude", {}});
  along_station("longitude", [](const Site& s) { return s.longitude; }, {"degrees_east", "longitude", {}});
  along_station("elevation", [](const Site& s) { return s.elevation; }, {"m", "height above sea level", {}});
  along_station("rotation", [](const Site& s) { return s.rotation; },
                {"degrees", "azimuth of x, clockwise from geographic north", {}});
  along_station("path", [](const Site& s) { return s.provenance.path; }, {{}, "file as given to the reader", {}});
  along_station("format", [](const Site& s) { return s.provenance.format; }, {{}, "format of that file", {}});
  along_station("file_units", [](const Site& s) { return s.provenance.units; },
                {{}, "units of the impedance in that file", {}});
  along_station("file_sign", [](const Site& s) { return s.provenance.sign; },
                {{}, "sign of the time factor in that file", {}});
  along_station("program", [](const Site& s) { return s.provenance.program; },
                {{}, "program that wrote that file", {}});
}

/// Lists of all sites one after another, and to which site each entry belongs.
void write_lists(const Survey& survey, hdf5::WriteGroup& group) {
  std::vector<std::int32_t> repair_station, history_station;
  std::vector<std::int64_t> lines;
  std::vector<std::string> rules, details, history;
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const Provenance& provenance = survey.sites[s].provenance;
    for (const Repair& repair : provenance.repairs) {
      repair_station.push_back(static_cast<std::int32_t>(s));
      lines.push_back(repair.line);
      rules.push_back(repair.rule);
      details.push_back(repair.detail);
    }
    for (const std::string& entry : provenance.history) {
      history_station.push_back(static_cast<std::int32_t>(s));
      history.push_back(entry);
    }
  }
  group.dimension("repair", rules.size());
  group.write("repair_station", view(repair_station), {"repair"}, {{}, "index of the station, from 0", {}});
  group.write("repair_line", view(lines), {"repair"}, {{}, "line of the file, from 1", {}});
  group.write("repair_rule", view(rules), {"repair"}, {{}, "rule by which the file was mended", {}});
  group.write("repair_detail", view(details), {"repair"}, {{}, "what stood there and what was made of it", {}});
  group.dimension("history", history.size());
  group.write("history_station", view(history_station), {"history"}, {{}, "index of the station, from 0", {}});
  group.write("history_entry", view(history), {"history"}, {{}, "operations since reading", {}});
}

void read_lists(const hdf5::ReadGroup& group, Survey& survey) {
  const auto site = [&](const char* name, std::int32_t index, std::int32_t& last) -> Site& {
    if (index < last || static_cast<std::size_t>(index) >= survey.sites.size())
      group.refuse(name, text("entry ", index, " is out of order or names none of ", survey.sites.size(), " stations"));
    return survey.sites[static_cast<std::size_t>(last = index)];
  };
  const std::size_t repairs = group.size("repair"), entries = group.size("history");
  const auto repair_station = group.read<std::int32_t>("repair_station", {repairs});
  const auto lines = group.read<std::int64_t>("repair_line", {repairs});
  const auto rules = group.read<std::string>("repair_rule", {repairs}),
             details = group.read<std::string>("repair_detail", {repairs});
  std::int32_t last = 0;
  for (std::size_t i = 0; i < repairs; ++i)
    site("repair_station", repair_station[i], last).provenance.repairs.push_back({lines[i], rules[i], details[i]});
  const auto history_station = group.read<std::int32_t>("history_station", {entries});
  const auto history = group.read<std::string>("history_entry", {entries});
  last = 0;
  for (std::size_t i = 0; i < entries; ++i)
    site("history_station", history_station[i], last).provenance.history.push_back(history[i]);
}

}  // namespace

void write_hdf5(const Survey& survey, hdf5::WriteGroup& group) {
  validate(survey);
  const std::size_t stations = survey.sites.size();
  std::size_t periods = 0;
  for (const Site& site : survey.sites) periods = std::max(periods, site.periods());
  if (periods != 0 && stations > most_values / 9 / periods)
    throw ResourceError(text("write_hdf5: ", stations, " sites with up to ", periods,
                             " periods are too many for one file; split the survey"));

  group.set("survey_name", survey.name);
  group.set("convention", std::string("SI units, time factor exp(+iwt), x north, y east, z down"));
  group.dimension("station", view(column(survey, [](const Site& s) { return s.name; })), {{}, "site", {}});
  group.dimension("period", periods);
  group.dimension("output", view<std::string>({"ex", "ey"}), {{}, "electric field", {}});
  group.dimension("input", view<std::string>({"hx", "hy"}), {{}, "magnetic field", {}});
  // Only where they are used: a dimension without data would be noise to most.
  if (std::any_of(survey.sites.begin(), survey.sites.end(), [](const Site& s) { return s.has_covariance(); })) {
    group.dimension("input_conjugate", view<std::string>({"hx", "hy"}), {{}, "magnetic field, conjugated", {}});
    group.dimension("channel", view<std::string>({"ex", "ey", "hz"}), {{}, "output channel", {}});
    group.dimension("channel_conjugate", view<std::string>({"ex", "ey", "hz"}), {{}, "output channel, conjugated", {}});
  }
  write_sites(survey, group);

  std::vector<double> period(stations * periods, not_a_number);
  std::vector<std::int32_t> count;
  std::vector<std::uint8_t> arrays(stations, 0);
  for (std::size_t s = 0; s < stations; ++s) {
    const Site& site = survey.sites[s];
    std::copy(site.period.begin(), site.period.end(), period.begin() + static_cast<std::ptrdiff_t>(s * periods));
    count.push_back(static_cast<std::int32_t>(site.periods()));
    for_each_array([&](const char*, Arrays bit, auto member, auto&&...) {
      if (!(site.*member).empty()) arrays[s] = static_cast<std::uint8_t>(arrays[s] | bit);
    });
  }
  group.write("period_count", view(count), {"station"}, {{}, "periods of the sounding", {}});
  group.write("sounding_period", view(period), {"station", "period"}, {"s", "period", {}});
  group.write("arrays", view(arrays), {"station"}, {{}, "arrays that the sounding has", {}});
  const std::uint8_t flags[] = {1, 2, 4, 8, 16, 32, 64, 128};
  group.set_on("arrays", "flag_masks", flags);
  group.set_on("arrays", "flag_meanings",
               "z z_error z_masked tipper tipper_error tipper_masked inverse_signal_power residual_covariance");

  for_each_array(
      [&](const char* name, Arrays bit, auto member, const std::vector<std::string>& dimensions, hdf5::Labels labels) {
        if (std::none_of(arrays.begin(), arrays.end(), [bit](std::uint8_t has) { return has & bit; })) return;
        using Row = typename std::decay_t<decltype(Site{}.*member)>::value_type;
        using Value = typename Stored<typename Row::value_type>::type;
        constexpr std::size_t components = std::tuple_size_v<Row>;
        std::vector<Value> values(stations * periods * components, padding<Value>());
        for (std::size_t s = 0; s < stations; ++s)
          for (std::size_t i = 0; i < (survey.sites[s].*member).size(); ++i)
            std::copy_n((survey.sites[s].*member)[i].begin(), components,
                        values.begin() + static_cast<std::ptrdiff_t>((s * periods + i) * components));
        labels.coordinates = "sounding_period latitude longitude elevation";
        group.write(name, view(values), dimensions, labels);
      });
  write_lists(survey, group);
}

Survey read_survey(const hdf5::ReadGroup& group) {
  Survey survey;
  survey.name = group.text("survey_name");
  const std::vector<std::string> names = group.read<std::string>("station");
  const std::size_t stations = names.size(), periods = group.size("period");
  survey.sites.resize(stations);
  const auto along_station = [&]<class T>(const char* name, T, const auto& set) {
    const std::vector<T> values = group.read<T>(name, {stations});
    for (std::size_t s = 0; s < stations; ++s) set(survey.sites[s], values[s]);
  };
  using std::string;
  for (std::size_t s = 0; s < stations; ++s) survey.sites[s].name = names[s];
  along_station("latitude", double{}, [](Site& s, double v) { s.latitude = v; });
  along_station("longitude", double{}, [](Site& s, double v) { s.longitude = v; });
  along_station("elevation", double{}, [](Site& s, double v) { s.elevation = v; });
  along_station("rotation", double{}, [](Site& s, double v) { s.rotation = v; });
  along_station("path", string{}, [](Site& s, const string& v) { s.provenance.path = v; });
  along_station("format", string{}, [](Site& s, const string& v) { s.provenance.format = v; });
  along_station("file_units", string{}, [](Site& s, const string& v) { s.provenance.units = v; });
  along_station("file_sign", string{}, [](Site& s, const string& v) { s.provenance.sign = v; });
  along_station("program", string{}, [](Site& s, const string& v) { s.provenance.program = v; });

  const auto count = group.read<std::int32_t>("period_count", {stations});
  const auto arrays = group.read<std::uint8_t>("arrays", {stations});
  const auto period = group.read<double>("sounding_period", {stations, periods});
  for (std::size_t s = 0; s < stations; ++s) {
    if (count[s] < 0 || static_cast<std::size_t>(count[s]) > periods)
      group.refuse("period_count", text("station '", names[s], "' claims ", count[s], " of ", periods, " periods"));
    const auto first = period.begin() + static_cast<std::ptrdiff_t>(s * periods);
    survey.sites[s].period.assign(first, first + count[s]);
  }
  for_each_array([&](const char* name, Arrays bit, auto member, auto&& dimensions, auto&&) {
    if (std::none_of(arrays.begin(), arrays.end(), [bit](std::uint8_t has) { return has & bit; })) return;
    using Row = typename std::decay_t<decltype(Site{}.*member)>::value_type;
    using Value = typename Stored<typename Row::value_type>::type;
    constexpr std::size_t components = std::tuple_size_v<Row>;
    std::vector<std::size_t> shape = {stations, periods, 2, 2};
    shape.resize(dimensions.size());
    if (bit == has_residual_covariance) shape[2] = shape[3] = 3;
    const std::vector<Value> values = group.read<Value>(name, shape);
    for (std::size_t s = 0; s < stations; ++s) {
      if (!(arrays[s] & bit)) continue;
      auto& rows = survey.sites[s].*member;
      rows.resize(survey.sites[s].periods());
      for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t c = 0; c < components; ++c) {
          const Value value = values[(s * periods + i) * components + c];
          if constexpr (std::is_same_v<Value, std::uint8_t>)
            if (value > 1) group.refuse(name, text("station '", names[s], "': ", int{value}, " is neither 0 nor 1"));
          rows[i][c] = static_cast<typename Row::value_type>(value);
        }
    }
  });
  read_lists(group, survey);
  try {
    validate(survey);
  } catch (const std::invalid_argument& error) { group.refuse("", error.what()); }
  return survey;
}

std::string hdf5_bytes(const Survey& survey) {
  hdf5::Writer writer("survey", newest_format);
  write_hdf5(survey, writer.root());
  return writer.finish();
}

void write_hdf5(const Survey& survey, const std::string& path) { write_file(path, hdf5_bytes(survey)); }

namespace {
Survey read(const hdf5::Reader& reader) {
  if (reader.root().has("survey")) return read_survey(reader.root().group("survey"));  // of a result
  reader.expect("survey", newest_format);
  return read_survey(reader.root());
}
}  // namespace

Survey read_survey(const std::string& path) { return hdf5::read_sealed(path, read); }
Survey read_survey(const std::string& path, std::string_view bytes) { return hdf5::read_sealed(path, bytes, read); }

bool is_survey_file(std::string_view first_bytes) { return hdf5::has_seal(first_bytes, "survey"); }

}  // namespace terrella::datasets
