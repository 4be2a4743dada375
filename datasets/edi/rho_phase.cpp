// Apparent resistivity and phase to impedance, for files that give nothing else.
#include <algorithm>
#include <cmath>

#include "datasets/edi/sounding.h"
#include "datasets/survey/units.h"

namespace terrella::datasets::edi {
namespace {

// Programs that draw Zyx in the first quadrant write its phase so; in exp(+iwt) it belongs into the third.
void mend_phase_yx(Column& phase, Report& report) {
  std::vector<double> known;
  for (const double degrees : phase.value)
    if (!std::isnan(degrees)) known.push_back(degrees);
  if (known.empty()) return;
  std::nth_element(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2), known.end());
  const double median = known[known.size() / 2];
  if (median <= 0 || median >= 90) return;
  for (double& degrees : phase.value) degrees -= 180;
  report.repair(phase.block->line, "phase-yx-turned",
                text("phases of Zyx around ", median, " degrees taken as arg(-Zyx), 180 degrees subtracted"));
}

// The standard errors of one column: .ERR as it stands, else sqrt(.VAR).
std::optional<Column> find_error(const Document& document, const std::string& name, std::size_t n, const Empty& empty,
                                 Report& report) {
  auto error = find_column(document, name + ".ERR", n, empty, report);
  const bool is_variance = !error;
  if (!error) error = find_column(document, name + ".VAR", n, empty, report);
  if (!error) return error;
  std::size_t negative = 0;
  for (double& value : error->value) {
    if (value < 0) value = not_a_number, ++negative;
    if (is_variance) value = std::sqrt(value);
  }
  if (negative)
    report.repair(error->block->line, is_variance ? "negative-variance" : "negative-error",
                  text(">", error->block->keyword, ": ", negative, " negative values taken as missing"));
  return error;
}

}  // namespace

std::optional<Sounding> read_rho_phase(const Document& document, const Header& header, Report& report) {
  const Block* first = nullptr;
  for (const char* name : component_names)
    for (const char* kind : {"RHO", "PHS"})
      if (const Block* const block = document.find(std::string(kind) + name, report); block && !first) first = block;
  if (!first) return std::nullopt;

  Sounding sounding;
  sounding.format = "edi-rho-phase";
  sounding.frequency = read_frequencies(document, report);
  const std::size_t n = sounding.frequency.size();
  sounding.z.assign(n, {Complex(not_a_number, not_a_number), Complex(not_a_number, not_a_number),
                        Complex(not_a_number, not_a_number), Complex(not_a_number, not_a_number)});
  sounding.z_error.assign(n, {not_a_number, not_a_number, not_a_number, not_a_number});
  for (std::size_t component = 0; component < 4; ++component) {
    const std::string name = component_names[component];
    const auto rho = find_column(document, "RHO" + name, n, header.empty, report);
    auto phase = find_column(document, "PHS" + name, n, header.empty, report);
    if (!rho && !phase) continue;
    if (!rho) report.error(phase->block->line, "has >PHS", name, " but no >RHO", name);
    if (!phase) report.error(rho->block->line, "has >RHO", name, " but no >PHS", name);
    expect_same_rotation(*first, *rho->block, report);
    expect_same_rotation(*first, *phase->block, report);
    if (component == yx) mend_phase_yx(*phase, report);
    const auto rho_error = find_error(document, "RHO" + name, n, header.empty, report);
    const auto phase_error = find_error(document, "PHS" + name, n, header.empty, report);
    std::size_t halves = 0, negative = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double r = rho->value[i], degrees = phase->value[i];
      if (std::isnan(r) || std::isnan(degrees)) {
        halves += std::isnan(r) != std::isnan(degrees);
        continue;
      }
      if (r < 0) {
        ++negative;
        continue;
      }
      if (std::abs(degrees) > 540)
        report.error(phase->block->line, ">PHS", name, ": ", degrees, " is no phase in degrees");
      const double magnitude = std::sqrt(5 * std::abs(sounding.frequency[i]) * r);  // rho = 0.2 T |Z|^2
      sounding.z[i][component] = std::polar(magnitude, degrees * pi / 180);
      // d phase = d|Z| / |Z|, in degrees everywhere. The error of rho serves only where there is none of the phase:
      // the standard has it in ohm m, d rho / rho = 2 d|Z| / |Z|, but WinGLink writes that of log10 rho.
      if (phase_error)
        sounding.z_error[i][component] = magnitude * phase_error->value[i] * pi / 180;
      else if (rho_error && r > 0)
        sounding.z_error[i][component] = magnitude * rho_error->value[i] / (2 * r);
    }
    if (rho_error && !phase_error)
      report.repair(rho_error->block->line, "error-from-resistivity",
                    text(">", rho_error->block->keyword, " taken in ohm m, since the phase has no errors"));
    if (halves)
      report.repair(
          rho->block->line, "half-a-value",
          text(">RHO", name, " and >PHS", name, ": ", halves, " values with one part missing taken as missing"));
    if (negative)
      report.repair(rho->block->line, "negative-resistivity",
                    text(">RHO", name, ": ", negative, " negative values taken as missing"));
  }
  sounding.z_azimuth =
      read_azimuths(document, *first, document.find("RHOROT", report) ? "RHOROT" : "ZROT", n, header, report);
  read_tipper(document, header, sounding, report);
  return sounding;
}

}  // namespace terrella::datasets::edi
