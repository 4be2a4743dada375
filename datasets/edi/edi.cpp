#include "datasets/edi/edi.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/edi/sounding.h"
#include "datasets/file/read_file.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace edi {
namespace {

bool is_missing(const Complex& value) { return std::isnan(value.real()); }
template <std::size_t n>
std::size_t count_missing(const std::array<Complex, n>& row) {
  return static_cast<std::size_t>(std::count_if(row.begin(), row.end(), is_missing));
}

// The rows to keep, by ascending period. J files mark a missing period by 999; programs that turn them into EDI leave
// rows of that "frequency" behind.
std::vector<std::size_t> usable_rows(const Sounding& sounding, const Document& document, Report& report) {
  const Block* const block = document.find("FREQ", report);
  const std::int64_t line = block ? block->line : 0;
  const auto& frequency = sounding.frequency;
  std::vector<std::size_t> rows;
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < frequency.size(); ++i) {
    const bool empty = sounding.z.empty() || count_missing(sounding.z[i]) == 4;
    const double f = frequency[i];
    if (empty && (std::isnan(f) || std::abs(f) == 999 || std::abs(f) >= 1e30)) {
      ++dropped;
      continue;
    }
    if (!(f > 0) || std::abs(f) >= 1e30)
      report.error(line, "frequency ", f, " Hz (number ", i + 1, ") is not positive, but the row holds data");
    rows.push_back(i);
  }
  if (dropped)
    report.repair(line, "frequency-marker",
                  text(dropped, " rows without impedance whose frequency is NaN, EMPTY or 999 dropped"));
  if (rows.empty()) report.error(line, "no frequency with data");
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return frequency[a] > frequency[b]; });
  for (std::size_t k = 1; k < rows.size(); ++k)
    if (1 / frequency[rows[k]] <= 1 / frequency[rows[k - 1]])
      report.error(line, "frequency ", frequency[rows[k]], " Hz stands twice (numbers ", rows[k - 1] + 1, " and ",
                   rows[k] + 1, ")");
  const bool monotonic = std::is_sorted(rows.begin(), rows.end()) || std::is_sorted(rows.rbegin(), rows.rend());
  if (!monotonic) report.repair(line, "frequency-order", "frequencies neither ascend nor descend; sorted");
  return rows;
}

bool has_data(const Site& site) {
  return std::any_of(site.z.begin(), site.z.end(), [](const Impedance& z) { return count_missing(z) < 4; }) ||
         std::any_of(site.tipper.begin(), site.tipper.end(), [](const Tipper& t) { return count_missing(t) < 2; });
}

// Turns to north what stands in the axes of the file, see edi.h.
void turn_to_north(Site& site, const std::vector<double>& z_azimuth, const std::vector<double>& tipper_azimuth,
                   const Document& document, Report& report) {
  std::vector<double> stated;
  std::size_t partial = 0;
  // blocks: where the angles may stand
  const auto look = [&](std::size_t row, std::size_t missing, std::size_t all, double azimuth,
                        std::initializer_list<const char*> blocks) {
    if (missing == all) return;
    if (std::isnan(azimuth)) {
      const Block* angles = nullptr;
      for (const char* name : blocks)
        if (!angles) angles = document.find(name, report);
      report.error(angles ? angles->line : 0, "frequency ", 1 / site.period[row], " Hz has data but no rotation angle");
    }
    stated.push_back(azimuth);
    partial += missing > 0 && std::remainder(azimuth, 90.0) != 0;
  };
  for (std::size_t i = 0; i < site.period.size(); ++i) {
    if (site.has_impedance()) look(i, count_missing(site.z[i]), 4, z_azimuth[i], {"ZROT", "RHOROT"});
    if (site.has_tipper()) look(i, count_missing(site.tipper[i]), 2, tipper_azimuth[i], {"TROT", "TROT.EXP", "ZROT"});
  }
  if (stated.empty() || std::all_of(stated.begin(), stated.end(), [](double a) { return a == 0; })) return;
  const auto [least, most] = std::minmax_element(stated.begin(), stated.end());
  const double lowest = *least, highest = *most;
  if (partial > 0 && lowest == highest) {
    site.rotation = lowest;
    report.repair(0, "rotation-kept",
                  text(partial, " rows lack components, so the sounding stays in its axes, x at ", lowest, " degrees"));
    return;
  }
  const auto errors_known = [&] {
    std::size_t n = 0;
    for (const auto& row : site.z_error)
      for (double e : row) n += !std::isnan(e);
    for (const auto& row : site.tipper_error)
      for (double e : row) n += !std::isnan(e);
    return n;
  };
  const std::size_t before = errors_known();
  for (std::size_t i = 0; i < site.period.size(); ++i) {
    if (site.has_impedance() && !std::isnan(z_azimuth[i])) {
      site.z[i] = rotate(site.z[i], -z_azimuth[i]);
      site.z_error[i] = rotate(site.z_error[i], -z_azimuth[i]);
    }
    if (site.has_tipper() && !std::isnan(tipper_azimuth[i])) {
      site.tipper[i] = rotate(site.tipper[i], -tipper_azimuth[i]);
      site.tipper_error[i] = rotate(site.tipper_error[i], -tipper_azimuth[i]);
    }
  }
  if (partial)
    report.repair(0, "rotation-lost", text(partial, " rows lack components and could not be turned to north: missing"));
  if (!has_data(site))
    report.error(0, "components are missing and the axes change with frequency: nothing can be turned to north");
  if (const std::size_t after = errors_known(); after < before)
    report.repair(0, "rotation-error-lost",
                  text(before - after, " errors became unknown, since the turn mixes them with missing ones"));
  site.provenance.history.push_back(
      lowest == highest ? text("rotate from azimuth ", lowest, " to 0 (stated by the file)")
                        : text("rotate from azimuths ", lowest, " .. ", highest, " to 0 (stated by the file)"));
}

// Quantities derived from impedance and tipper, and measures of quality: known, and not needed.
bool is_derived(std::string_view keyword) {
  for (const char* start :
       {"RHO",   "PHS",     "COH",    "PREDCOH", "EPREDCOH", "HPREDCOH", "SIG",   "INDMAG", "INDANG", "TIP",
        "ZSKEW", "ZSTRIKE", "ZELLIP", "TSKEW",   "TSTRIKE",  "TELLIP",   "RES1D", "DEP1D",  "FRHO",   "FPHS"})
    if (keyword.starts_with(start)) return true;
  return false;
}

// The first block of impedances where all of them hold EMPTY only beside whole pairs of resistivities and phases, as
// programs write that fill what they know of a form; else nullptr.
const Block* empty_impedances(const Document& document, const Header& header, const Report& report) {
  Report quiet(report.path());  // who reads the blocks notes what is mended
  const Block* const frequencies = document.find("FREQ", quiet);
  if (!frequencies) return nullptr;
  if (!document.find("RHOXY", quiet) && !document.find("RHOYX", quiet)) return nullptr;
  const std::size_t n = numbers_of(*frequencies, quiet).size();
  if (n == 0) return nullptr;
  const auto column = [&](const std::string& name) { return find_column(document, name, n, header.empty, quiet); };
  const auto known = [](double number) { return !std::isnan(number); };
  const Block* first = nullptr;
  for (const std::string name : component_names)
    for (const char* part : {"R", "I"})
      if (const auto z = column("Z" + name + part)) {
        if (std::any_of(z->value.begin(), z->value.end(), known)) return nullptr;
        if (!first) first = z->block;
      }
  if (!first) return nullptr;
  bool whole = false;
  for (const std::string name : component_names) {
    const auto rho = column("RHO" + name), phase = column("PHS" + name);
    if (rho.has_value() != phase.has_value()) return nullptr;
    for (std::size_t i = 0; rho && i < n; ++i) whole = whole || (known(rho->value[i]) && known(phase->value[i]));
  }
  return whole ? first : nullptr;
}

Sounding read_sounding(const Document& document, const Header& header, Report& report) {
  if (const Block* const empty = empty_impedances(document, header, report)) {
    report.repair(empty->line, "impedances-empty", "impedances hold EMPTY only: resistivities and phases are read");
    if (auto sounding = read_rho_phase(document, header, report)) return *std::move(sounding);
  }
  if (auto sounding = read_impedances(document, header, report)) return *std::move(sounding);
  if (auto sounding = read_spectra(document, header, report)) return *std::move(sounding);
  if (auto sounding = read_rho_phase(document, header, report)) return *std::move(sounding);
  Sounding sounding;
  sounding.format = "edi-tipper";
  if (document.find("FREQ", report)) {
    sounding.frequency = read_frequencies(document, report);
    if (read_tipper(document, header, sounding, report)) return sounding;
  }
  report.error(0, "holds neither impedances, spectra, apparent resistivities nor a tipper");
}

}  // namespace

Site read_document(std::string_view bytes, const std::string& path) {
  Report report(path);
  const Document document(bytes, report);
  const Header header = read_header(document, report);
  for (const Block& block : document.blocks())
    if (!is_read(block.keyword) && !is_derived(block.keyword))
      report.repair(block.line, "unknown-block", ">" + block.keyword.substr(0, 40) + " not read");
  Sounding sounding = read_sounding(document, header, report);
  const auto rows = usable_rows(sounding, document, report);

  Site site;
  site.name = header.name;
  site.latitude = header.latitude;
  site.longitude = header.longitude;
  site.elevation = header.elevation;
  site.provenance.path = path;
  site.provenance.format = sounding.format;
  site.provenance.units = header.in_ohm ? "ohm" : "mV/km/nT";
  site.provenance.sign = header.negative_sign ? "-" : "+";
  site.provenance.program = header.program;
  // Resistivity and phase carry no unit of Z: their |Z| is always made in mV/km/nT.
  const double unit = header.in_ohm && sounding.format != std::string_view("edi-rho-phase") ? 1.0 : ohm_per_field_unit;
  std::vector<double> z_azimuth, tipper_azimuth;
  for (const std::size_t i : rows) {
    site.period.push_back(1 / sounding.frequency[i]);
    if (!sounding.z.empty()) {
      Impedance z = sounding.z[i];
      ImpedanceError error = sounding.z_error[i];
      for (Complex& value : z) value = unit * (header.negative_sign ? std::conj(value) : value);
      for (double& value : error) value *= unit;
      site.z.push_back(z);
      site.z_error.push_back(error);
      z_azimuth.push_back(sounding.z_azimuth[i]);
    }
    if (!sounding.tipper.empty()) {
      Tipper tipper = sounding.tipper[i];
      for (Complex& value : tipper)
        if (header.negative_sign) value = std::conj(value);
      site.tipper.push_back(tipper);
      site.tipper_error.push_back(sounding.tipper_error[i]);
      tipper_azimuth.push_back(sounding.tipper_azimuth[i]);
    }
  }
  if (!has_data(site)) report.error(0, "all values are missing (EMPTY)");
  turn_to_north(site, z_azimuth, tipper_azimuth, document, report);
  site.provenance.repairs = report.take_repairs();
  try {
    validate(Survey{"", {site}});
  } catch (const std::invalid_argument& error) { throw FormatError(path, 0, error.what()); }
  return site;
}

}  // namespace edi

Site parse_edi(std::string_view bytes, const std::string& path) { return edi::read_document(bytes, path); }

Site read_edi(const std::string& path) { return edi::read_document(read_file(path, std::size_t{64} << 20), path); }

bool looks_like_edi(std::string_view bytes) {
  // UTF-16, whose reading says what to do about it: NUL bytes between the letters are passed over.
  const bool little = bytes.starts_with("\xff\xfe"), big = bytes.starts_with("\xfe\xff");
  if (little || big) {
    std::string letters;
    for (std::size_t i = little ? 2 : 3; i < bytes.size(); i += 2) letters += bytes[i];
    return looks_like_edi(letters);
  }
  bytes = without_byte_order_mark(bytes);
  while (!bytes.empty()) {
    const std::size_t stop = std::min(bytes.find_first_of("\r\n"), bytes.size());
    std::string_view line = trim(bytes.substr(0, stop));
    while (line.starts_with('\0')) line = trim(line.substr(1));
    bytes.remove_prefix(std::min(stop + 1, bytes.size()));
    if (line.empty() || line.starts_with('!')) continue;
    if (!line.starts_with('>')) return false;
    line = trim(line.substr(1));
    if (line.starts_with('!')) continue;
    return upper(line.substr(0, 4)) == "HEAD";
  }
  return false;
}

}  // namespace terrella::datasets
