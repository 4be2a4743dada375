#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/bounds.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

constexpr double empty = 1e32;

// Thirteen digits: more than any file carries, and few enough that mV/km/nT -> ohm -> mV/km/nT ends where it began.
void append_number(std::string& out, double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::isnan(value) ? empty : value,
                                 std::chars_format::scientific, 12)
                       .ptr;
  const auto n = static_cast<std::size_t>(end - buffer);
  out.append(n < 21 ? 21 - n : 1, ' ').append(buffer, n);
}

// "degrees:minutes:seconds" would round; decimal degrees are legal too and exact to a millimetre.
std::string degrees(double value) {
  char buffer[40];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 8).ptr};
}

class Writer {
 public:
  explicit Writer(const Site& site) : site_(site) {}

  template <class... Parts>
  void line(const Parts&... parts) {
    (out_.append(parts), ...);
    out_ += '\n';
  }

  // One block of a number a frequency, from the shortest period on: frequencies descend.
  template <class Value>
  void block(const std::string& header, const Value& value) {
    const std::size_t n = site_.periods();
    line(">", header, " // ", std::to_string(n));
    for (std::size_t i = 0; i < n; ++i) {
      append_number(out_, value(i));
      if (i % 5 == 4 || i + 1 == n) out_ += '\n';
    }
  }

  // Real part, imaginary part and variance of one component; a masked or half missing value goes out as EMPTY.
  template <class Value>
  void component(const std::string& real, const std::string& imaginary, const std::string& variance,
                 const std::string& rotation, const Value& value_error_masked) {
    const auto known = [&](std::size_t i) {
      const auto [value, error, masked] = value_error_masked(i);
      return !masked && !std::isnan(value.real()) && !std::isnan(value.imag());
    };
    block(real + rotation,
          [&](std::size_t i) { return known(i) ? std::get<0>(value_error_masked(i)).real() : not_a_number; });
    block(imaginary + rotation,
          [&](std::size_t i) { return known(i) ? std::get<0>(value_error_masked(i)).imag() : not_a_number; });
    block(variance + rotation, [&](std::size_t i) {
      const double error = std::get<1>(value_error_masked(i));
      return known(i) ? 2 * error * error : not_a_number;
    });
  }

  std::string take() { return std::move(out_); }

 private:
  const Site& site_;
  std::string out_;
};

void expect_writable(const Site& site) {
  validate(Survey{"", {site}});
  expect_readable(site, "write_edi: site '" + site.name + "'");
  if (site.periods() == 0) fail("write_edi: site '", site.name, "' has no periods");
  if (!site.has_impedance() && !site.has_tipper())
    fail("write_edi: site '", site.name, "' has neither impedance nor tipper");
  if (!has_usable_values(site)) fail("write_edi: site '", site.name, "' has no value that is not masked or missing");
  if (site.name.empty()) fail("write_edi: a site needs a name");
  for (const char c : site.name)
    if (static_cast<unsigned char>(c) < 0x20 || c == '"')
      fail("write_edi: site '", site.name, "': a name with quotes or control characters cannot stand in DATAID");
  for (const Impedance& row : site.z)
    for (const Complex& value : row)
      if (std::abs(value) / ohm_per_field_unit >= 1e30)
        fail("write_edi: site '", site.name, "': impedance ", value, " ohm would read as EMPTY");
}

std::string without_line_breaks(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string edi_text(const Site& site) {
  expect_writable(site);
  Writer out(site);
  out.line(">HEAD");
  out.line("  DATAID=\"", site.name, "\"");
  if (!std::isnan(site.latitude)) out.line("  LAT=", degrees(site.latitude));
  if (!std::isnan(site.longitude)) out.line("  LONG=", degrees(site.longitude));
  out.line("  ELEV=", degrees(site.elevation));
  out.line("  STDVERS=\"SEG 1.0\"");
  out.line("  PROGVERS=\"Terrella\"");
  out.line("  EMPTY=1.0E+32");
  out.line("");
  out.line(">INFO");
  out.line("  SIGNCONVENTION=exp(+ i\\omega t)");
  out.line("  SOURCE=", without_line_breaks(site.provenance.path));
  for (const std::string& step : site.provenance.history) out.line("  HISTORY=", without_line_breaks(step));
  out.line("");
  out.line(">=DEFINEMEAS");
  out.line("  UNITS=M");
  out.line("  REFTYPE=CART");
  if (!std::isnan(site.latitude)) out.line("  REFLAT=", degrees(site.latitude));
  if (!std::isnan(site.longitude)) out.line("  REFLONG=", degrees(site.longitude));
  out.line("  REFELEV=", degrees(site.elevation));
  out.line("");
  out.line(">=MTSECT");
  out.line("  SECTID=\"", site.name, "\"");
  out.line("  NFREQ=", std::to_string(site.periods()));
  out.line("");
  out.block("FREQ ORDER=DEC", [&](std::size_t i) { return 1 / site.period[i]; });
  if (site.has_impedance()) {
    out.block("ZROT", [&](std::size_t) { return azimuth_in_range(site.rotation); });
    constexpr const char* names[] = {"ZXX", "ZXY", "ZYX", "ZYY"};
    for (std::size_t c = 0; c < 4; ++c)
      out.component(std::string(names[c]) + "R", std::string(names[c]) + "I", std::string(names[c]) + ".VAR",
                    " ROT=ZROT", [&](std::size_t i) {
                      return std::tuple(site.z[i][c] / ohm_per_field_unit, site.z_error[i][c] / ohm_per_field_unit,
                                        !site.z_masked.empty() && site.z_masked[i][c]);
                    });
  }
  if (site.has_tipper()) {
    out.block("TROT.EXP", [&](std::size_t) { return azimuth_in_range(site.rotation); });
    constexpr const char* names[] = {"TX", "TY"};
    for (std::size_t c = 0; c < 2; ++c)
      out.component(std::string(names[c]) + "R.EXP", std::string(names[c]) + "I.EXP", std::string(names[c]) + "VAR.EXP",
                    " ROT=TROT", [&](std::size_t i) {
                      return std::tuple(site.tipper[i][c], site.tipper_error[i][c],
                                        !site.tipper_masked.empty() && site.tipper_masked[i][c]);
                    });
  }
  out.line(">END");
  return out.take();
}

void write_edi(const Site& site, const std::string& path) { write_file(path, edi_text(site)); }

}  // namespace terrella::datasets
