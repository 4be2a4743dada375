#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/error.h"
#include "datasets/emdata/codes.h"
#include "datasets/emdata/emdata.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/entries.h"

namespace terrella::datasets {
namespace {

void check_finite(double value, const char* what, std::size_t i) {
  if (!std::isfinite(value)) fail("emdata_text: ", what, " ", i + 1, " is not finite");
}

void check_word(const std::string& value, const char* what) {
  for (const char c : value)
    if (c == '\n' || c == '\r' || c == '!' || c == '%')
      fail("emdata_text: ", what, " '", printable(value), "' cannot stand in a line");
}

void write_frequencies(std::string& out, const char* key, const std::vector<double>& frequency) {
  if (frequency.empty()) return;
  out += fmt::format("{}: {}\n", key, frequency.size());
  for (std::size_t i = 0; i < frequency.size(); ++i) {
    check_finite(frequency[i], "frequency", i);
    out += fmt::format("   {:.10g}\n", frequency[i]);
  }
}

void write_lines(std::string& out, const char* key, const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out += fmt::format("{}: {}\n{}\n", key, lines.size(), heading);
  for (const std::string& line : lines) {
    check_word(line, key);
    out += "   " + line + "\n";
  }
}

void write_receivers(std::string& out, const EmData& data) {
  if (data.receiver.empty()) return;
  const bool has_static = data.version.ends_with("2.1") || data.version.ends_with("2.2");
  const bool has_length = data.version.ends_with("2.2");
  out += fmt::format("{}: {}\n", is_version_1(data) ? "# Receivers" : "# MT Receivers", data.receiver.size());
  out += fmt::format("!{:>15} {:>15} {:>15} {:>9} {:>9} {:>9}", "X", "Y", "Z", "Theta", "Alpha", "Beta");
  if (has_length) out += "    Length";
  if (has_static) out += " SolveStatic Name";
  out += '\n';
  for (std::size_t i = 0; i < data.receiver.size(); ++i) {
    const EmReceiver& r = data.receiver[i];
    for (const double value : {r.x, r.y, r.z, r.theta, r.alpha, r.beta, r.length})
      check_finite(value, "a number of receiver", i);
    out += fmt::format(" {:>15.10g} {:>15.10g} {:>15.10g} {:>9.10g} {:>9.10g} {:>9.10g}", r.x, r.y, r.z, r.theta,
                       r.alpha, r.beta);
    if (has_length) out += fmt::format(" {:>9.10g}", r.length);
    if (has_static) {
      check_word(r.name, "name");
      out += fmt::format(" {:>11} {}", r.solve_static, r.name);
    } else if (!r.name.empty()) {
      fail("emdata_text: ", data.version, " holds no names of receivers; write EMData_2.2");
    }
    out += '\n';
  }
}

}  // namespace

std::string emdata_text(const EmData& data) {
  const bool one_list = is_version_1(data);
  check_word(data.version, "version");
  std::string out = fmt::format("Format: {}\n", data.version);
  for (const std::string& comment : data.comments) {
    if (comment.find_first_of("\n\r") != std::string::npos) fail("emdata_text: a comment holds a line end");
    out += "!" + comment + "\n";
  }
  const auto setting = [&](const char* key, const std::string& value) {
    check_word(value, key);
    if (!value.empty()) out += fmt::format("{}: {}\n", key, value);
  };
  setting("UTM of x,y origin (UTM zone, N, E, 2D strike)", data.origin);
  setting("Phase Convention", data.phase_convention);
  setting("Reciprocity Used", data.reciprocity);
  setting("Dipole length", data.dipole_length);
  write_frequencies(out, "# CSEM Frequencies", data.csem_frequency);
  write_lines(out, "# Transmitters", "!  X Y Z Azimuth Dip", data.transmitter);
  write_lines(out, "# CSEM Receivers", "!  X Y Z Theta Alpha Beta", data.csem_receiver);
  write_frequencies(out, one_list ? "# Frequencies" : "# MT Frequencies", data.frequency);
  write_receivers(out, data);
  out += fmt::format("# Data: {}\n!{:>11} {:>9} {:>9} {:>9} {:>18} {:>18}", data.data.size(), "Type", "Freq#", "Tx#",
                     "Rx#", "Data", "StdError");
  if (data.is_response) out += fmt::format(" {:>18} {:>18}", "Response", "Residual");
  out += '\n';
  for (std::size_t i = 0; i < data.data.size(); ++i) {
    const EmDatum& d = data.data[i];
    if (!emdata::is_code(d.type)) fail("emdata_text: datum ", i + 1, " has the unknown type ", d.type);
    const bool mt = d.type > 100;
    const std::size_t frequencies = mt || one_list ? data.frequency.size() : data.csem_frequency.size(),
                      receivers = mt || one_list ? data.receiver.size() : data.csem_receiver.size(),
                      transmitters = mt && !one_list ? data.receiver.size() : data.transmitter.size();
    if (d.frequency < 1 || d.frequency > frequencies || d.receiver < 1 || d.receiver > receivers ||
        d.transmitter > transmitters || (!mt && d.transmitter < 1))
      fail("emdata_text: datum ", i + 1, " names frequency ", d.frequency, ", transmitter ", d.transmitter,
           " and receiver ", d.receiver, " of ", frequencies, ", ", transmitters, " and ", receivers);
    check_finite(d.value, "datum", i);
    check_finite(d.error, "error of datum", i);
    out += fmt::format(" {:>11} {:>9} {:>9} {:>9} {:>18.10g} {:>18.10g}", d.type, d.frequency, d.transmitter,
                       d.receiver, d.value, d.error);
    if (data.is_response) {
      check_finite(d.response, "response", i);
      check_finite(d.residual, "residual", i);
      out += fmt::format(" {:>18.10g} {:>18.10g}", d.response, d.residual);
    }
    out += '\n';
  }
  return out;
}

void write_emdata(const EmData& data, const std::string& path) { write_file(path, emdata_text(data)); }

}  // namespace terrella::datasets
