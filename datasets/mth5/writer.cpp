#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/file/settle.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/writer.h"
#include "datasets/mth5/mth5.h"
#include "datasets/survey/covariance.h"

namespace terrella::datasets {
namespace {

const std::vector<std::string> inputs = {"hx", "hy"}, outputs = {"ex", "ey", "hz"};
constexpr std::size_t longest_survey_name = 50;  // bytes, of the summary
constexpr const char* units_of_functions = "milliVolt per kilometer per nanoTesla";

void expect_writable(const Survey& survey) {
  validate(survey);
  std::set<std::string> names;
  for (const Site& site : survey.sites) {
    const std::string who = "write_mth5: site '" + site.name + "'";
    expect_readable(site, who);
    if (site.periods() == 0 || (!site.has_impedance() && !site.has_tipper()))
      fail(who, " has neither impedance nor tipper");
    if (!has_usable_values(site)) fail(who, " has no value that is not masked or missing");
    if (site.name.empty() || site.name == "." || site.name.find('/') != std::string::npos ||
        printable(site.name) != site.name)
      fail(who, ": that name cannot stand in an MTH5 file");
    if (site.name.size() > 30) fail(who, ": an MTH5 file holds names of 30 bytes");
    if (!names.insert(site.name).second) fail(who, ": two sites of that name cannot stand in one MTH5 file");
    if (site.rotation != 0) fail(who, " has x at ", site.rotation, " degrees; rotate it to 0, as MTH5 has it");
  }
}

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

// A dataset with the attributes that mth5 looks for.
template <class T>
void write_estimate(hdf5::WriteGroup& group, const std::string& name, const std::vector<T>& values,
                    const std::vector<std::size_t>& shape, const std::vector<std::string>& rows,
                    const std::vector<std::string>& columns) {
  group.write_array(name, view(values), shape);
  group.set_on(name, "name", name);
  group.set_on(name, "mth5_type", "Estimate");
  group.set_on(name, "data_type", std::is_same_v<T, double> ? "float64" : "complex128");
  group.set_on(name, "description", "none");
  group.set_on(name, "units", name == "period" ? "seconds" : "none");
  if (rows.empty()) return;
  group.set_on(name, "output_channels", rows);
  group.set_on(name, "input_channels", columns);
}

void write_function(const Site& site, hdf5::WriteGroup& group) {
  group.set("id", site.name);
  group.set("mth5_type", std::string("TransferFunction"));
  group.set("units", std::string(units_of_functions));
  group.set("sign_convention", std::string("+"));
  group.set("coordinate_system", std::string("geographic"));
  group.set("software.name", site.provenance.program.empty() ? std::string("none") : site.provenance.program);
  const std::size_t n = site.periods();
  std::vector<Complex> values(n * 6, missing_value);
  std::vector<double> errors(n * 6, not_a_number);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < 4 && site.has_impedance(); ++c) {
      if (!site.z_masked.empty() && site.z_masked[i][c]) continue;
      values[6 * i + c] = site.z[i][c] / ohm_per_field_unit;
      errors[6 * i + c] = std::sqrt(2.0) * site.z_error[i][c] / ohm_per_field_unit;
    }
    for (std::size_t c = 0; c < 2 && site.has_tipper(); ++c) {
      if (!site.tipper_masked.empty() && site.tipper_masked[i][c]) continue;
      values[6 * i + 4 + c] = site.tipper[i][c];
      errors[6 * i + 4 + c] = std::sqrt(2.0) * site.tipper_error[i][c];
    }
  }
  write_estimate(group, "period", site.period, {n}, {}, {});
  write_estimate(group, "transfer_function", values, {n, 3, 2}, outputs, inputs);
  write_estimate(group, "transfer_function_error", errors, {n, 3, 2}, outputs, inputs);
  if (!site.has_covariance()) return;
  std::vector<Complex> signal, residual;
  for (std::size_t i = 0; i < n; ++i) {
    const InverseSignalPower s = from_si(site.inverse_signal_power[i]);
    const ResidualCovariance r = from_si(site.residual_covariance[i]);
    signal.insert(signal.end(), s.begin(), s.end());
    residual.insert(residual.end(), r.begin(), r.end());
  }
  write_estimate(group, "inverse_signal_power", signal, {n, 2, 2}, inputs, inputs);
  write_estimate(group, "residual_covariance", residual, {n, 3, 3}, outputs, outputs);
}

/// The table by which mth5 finds transfer functions; it opens none without.
void write_summary(const Survey& survey, const std::string& survey_name, const std::string& stations,
                   hdf5::WriteGroup& experiment) {
  using hdf5::Column;
  using hdf5::Truth;
  Column::Texts station{30, {}}, in_survey{longest_survey_name, {}}, units{60, {}};
  std::vector<double> latitude, longitude, elevation, shortest, longest;
  std::vector<Truth> impedance, tipper, covariance;
  Column::References function, place;
  const auto truth = [](bool value) { return value ? Truth::yes : Truth::no; };
  for (const Site& site : survey.sites) {
    station.value.push_back(site.name);
    in_survey.value.push_back(survey_name);
    units.value.emplace_back(units_of_functions);
    latitude.push_back(std::isnan(site.latitude) ? 0 : site.latitude);  // as mth5 has them where there are none
    longitude.push_back(std::isnan(site.longitude) ? 0 : site.longitude);
    elevation.push_back(site.elevation);
    impedance.push_back(truth(site.has_impedance()));
    tipper.push_back(truth(site.has_tipper()));
    covariance.push_back(truth(site.has_covariance()));
    const auto [low, high] = std::minmax_element(site.period.begin(), site.period.end());
    shortest.push_back(*low);
    longest.push_back(*high);
    place.path.push_back(stations + site.name);
    function.path.push_back(stations + site.name + "/Transfer_Functions/" + site.name);
  }
  experiment.write_table("tf_summary", {{"station", station},
                                        {"survey", in_survey},
                                        {"latitude", latitude},
                                        {"longitude", longitude},
                                        {"elevation", elevation},
                                        {"tf_id", station},
                                        {"units", units},
                                        {"has_impedance", impedance},
                                        {"has_tipper", tipper},
                                        {"has_covariance", covariance},
                                        {"period_min", shortest},
                                        {"period_max", longest},
                                        {"hdf5_reference", function},
                                        {"station_hdf5_reference", place}});
}

}  // namespace

std::string mth5_bytes(const Survey& survey) {
  expect_writable(survey);
  hdf5::Writer writer;
  hdf5::WriteGroup& root = writer.root();
  root.set("file.type", std::string("MTH5"));
  root.set("file.version", std::string("0.2.0"));
  root.set("mth5.software.name", std::string("Terrella"));
  root.set("mth5.software.version", std::string(TERRELLA_VERSION));
  root.set("data_level", std::int64_t{1});
  hdf5::WriteGroup experiment = root.group("Experiment");
  experiment.set("mth5_type", std::string("Experiment"));
  hdf5::WriteGroup surveys = experiment.group("Surveys");
  surveys.set("mth5_type", std::string("Surveys"));
  std::string name = printable(survey.name);
  for (char& c : name)
    if (c == '/') c = '_';
  if (name.empty() || name == ".") name = "survey";
  name.resize(std::min<std::size_t>(name.size(), longest_survey_name));
  while (!is_utf8(name)) name.pop_back();  // a character that was cut
  hdf5::WriteGroup own = surveys.group(name);
  own.set("mth5_type", std::string("Survey"));
  own.set("id", name);
  hdf5::WriteGroup stations = own.group("Stations");
  stations.set("mth5_type", std::string("Stations"));
  for (const Site& site : survey.sites) {
    hdf5::WriteGroup station = stations.group(site.name);
    station.set("mth5_type", std::string("Station"));
    station.set("id", site.name);
    if (!std::isnan(site.latitude)) station.set("location.latitude", site.latitude);
    if (!std::isnan(site.longitude)) station.set("location.longitude", site.longitude);
    station.set("location.elevation", site.elevation);
    hdf5::WriteGroup functions = station.group("Transfer_Functions");
    functions.set("mth5_type", std::string("TransferFunctions"));
    hdf5::WriteGroup function = functions.group(site.name);
    write_function(site, function);
  }
  write_summary(survey, name, "/Experiment/Surveys/" + name + "/Stations/", experiment);
  return writer.finish();
}

void write_mth5(const Survey& survey, const std::string& path) { write_file(path, mth5_bytes(survey)); }

}  // namespace terrella::datasets
