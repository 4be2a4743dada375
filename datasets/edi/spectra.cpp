// Auto- and cross-spectra to impedance and tipper.
//
// A >SPECTRA block is a real n x n matrix M of n channels: autospectra on the diagonal, below it the real and above it
// the imaginary parts, so that <A_i A_j*> = M_ij + i M_ji for i > j (with exp(+iwt)). E is in mV/km, H in nT.
// Z = <E R*> <H R*>^-1 with R the remote reference where the file has one, else H itself; Gamble et al. (1979).
#include <array>
#include <cmath>

#include "datasets/edi/options.h"
#include "datasets/edi/sounding.h"
#include "datasets/file/numbers.h"

namespace terrella::datasets::edi {
namespace {

using Matrix = std::array<std::array<Complex, 2>, 2>;

struct Channels {
  std::size_t n = 0;
  std::array<int, 5> index = {-1, -1, -1, -1, -1};  // HX HY HZ EX EY of this site
  std::array<int, 2> reference = {-1, -1};
};

bool same_id(const std::string& a, std::string_view b) {
  double x = 0, y = 0;
  if (a == b) return true;
  return parse_number(a, x) == NumberKind::plain && parse_number(b, y) == NumberKind::plain && x == y;
}

// The channel types of the section's list of measurement IDs: the first of a type is the site's own, the second (or
// RHX, RRHX ...) the reference.
Channels read_channels(const Document& document, const Block& section, Report& report) {
  std::vector<std::pair<std::string, std::string>> types;  // ID, CHTYPE
  for (const Block& block : document.blocks()) {
    if (block.keyword != "HMEAS" && block.keyword != "EMEAS") continue;
    const auto options = options_of(block, report);
    const Option *const id = find_option(options, {"ID"}), *const type = find_option(options, {"CHTYPE"});
    if (id && type) types.emplace_back(id->value, upper(type->value));
  }
  std::optional<std::size_t> announced;
  std::vector<std::string> ids;
  std::int64_t list_line = section.line;
  for_each_line(section, [&](std::string_view line, std::int64_t number) {
    if (line.starts_with("//")) {
      double count = 0;
      if (parse_number(trim(line.substr(2)), count) != NumberKind::plain || count < 1 || count > 64 ||
          count != std::floor(count))
        report.error(number, "'", std::string(line.substr(0, 40)), "' is no count of channels from 1 to 64");
      announced = static_cast<std::size_t>(count);
      list_line = number;
    } else if (announced && ids.size() < *announced) {
      while (!(line = trim(line)).empty()) {
        const std::size_t stop = std::min(line.find_first_of(" \t"), line.size());
        ids.emplace_back(line.substr(0, stop));
        line.remove_prefix(stop);
      }
    }
  });
  if (!announced || ids.size() != *announced)
    report.error(list_line, ">=SPECTRASECT needs a list of channels '// n' and n IDs; ", ids.size(), " IDs found");

  Channels channels;
  channels.n = ids.size();
  constexpr const char* names[] = {"HX", "HY", "HZ", "EX", "EY"};
  std::array<int, 5> second = {-1, -1, -1, -1, -1};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::string type;
    for (const auto& [id, its_type] : types)
      if (same_id(id, ids[i])) type = its_type;
    if (type.empty()) report.error(list_line, "channel ", ids[i], " is not defined by >HMEAS or >EMEAS");
    const bool remote = type.size() > 2 && type[0] == 'R';
    const std::string base = remote ? type.substr(type.size() - 2) : type;
    for (std::size_t k = 0; k < 5; ++k)
      if (base == names[k]) {
        int& place = remote || channels.index[k] >= 0 ? second[k] : channels.index[k];
        if (place >= 0) report.error(list_line, "more than two channels of type ", base);
        place = static_cast<int>(i);
      }
  }
  for (const std::size_t needed : {0, 1})
    if (channels.index[needed] < 0) report.error(list_line, "no channel of type ", names[needed]);
  if (second[0] >= 0 && second[1] >= 0)
    channels.reference = {second[0], second[1]};
  else if (second[3] >= 0 && second[4] >= 0)
    channels.reference = {second[3], second[4]};
  else
    channels.reference = {channels.index[0], channels.index[1]};
  return channels;
}

// One frequency's matrix and what follows from it.
class CrossSpectra {
 public:
  CrossSpectra(const std::vector<double>& m, const Channels& channels, double estimates)
      : m_(m), channels_(channels), estimates_(estimates) {
    const Matrix h = {{{reference(channels.index[0], 0), reference(channels.index[0], 1)},
                       {reference(channels.index[1], 0), reference(channels.index[1], 1)}}};
    const Complex determinant = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    const double scale = std::abs(h[0][0] * h[1][1]) + std::abs(h[0][1] * h[1][0]);
    regular_ = std::abs(determinant) > 1e-12 * scale;
    if (!regular_) return;
    inverse_ = {{{h[1][1] / determinant, -h[0][1] / determinant}, {-h[1][0] / determinant, h[0][0] / determinant}}};
  }

  bool regular() const { return regular_; }

  // Row of the transfer function of output channel `output`, and its standard errors.
  void transfer(int output, Complex* value, double* error) const {
    const std::array<Complex, 2> e = {reference(output, 0), reference(output, 1)};
    for (std::size_t j = 0; j < 2; ++j) value[j] = e[0] * inverse_[0][j] + e[1] * inverse_[1][j];
    // Power of what H does not predict, <|E - Z H|^2>, unbiased for the two parameters fitted.
    const int hx = channels_.index[0], hy = channels_.index[1];
    double residual = spectrum(output, output).real();
    residual -= 2 * (value[0] * spectrum(hx, output) + value[1] * spectrum(hy, output)).real();
    residual += std::norm(value[0]) * spectrum(hx, hx).real() + std::norm(value[1]) * spectrum(hy, hy).real() +
                2 * (value[0] * std::conj(value[1]) * spectrum(hx, hy)).real();
    residual = std::max(residual, 0.0);
    for (std::size_t j = 0; j < 2; ++j) {
      Complex sum = 0;
      for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t l = 0; l < 2; ++l)
          sum += std::conj(inverse_[k][j]) * inverse_[l][j] * spectrum(channels_.reference[k], channels_.reference[l]);
      const double variance = residual * std::max(sum.real(), 0.0) / (estimates_ - 2);
      error[j] = estimates_ > 2 ? std::sqrt(variance / 2) : not_a_number;
    }
  }

 private:
  Complex spectrum(int i, int j) const {  // <A_i A_j*>
    const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j), n = channels_.n;
    if (i == j) return m_[row * n + row];
    if (i > j) return {m_[row * n + column], m_[column * n + row]};
    return {m_[column * n + row], -m_[row * n + column]};
  }
  Complex reference(int i, std::size_t k) const { return spectrum(i, channels_.reference[k]); }

  const std::vector<double>& m_;
  const Channels& channels_;
  double estimates_;
  bool regular_ = false;
  Matrix inverse_{};
};

double number_option(const std::vector<Option>& options, const char* key, double absent, Report& report) {
  const Option* const option = find_option(options, {key});
  double value = absent;
  if (option && parse_number(option->value, value) != NumberKind::plain)
    report.error(option->line, key, "='", option->value, "' is not a number");
  return value;
}

}  // namespace

std::optional<Sounding> read_spectra(const Document& document, const Header& header, Report& report) {
  const Block* const section = document.find("=SPECTRASECT", report);
  if (!section) return std::nullopt;
  const Channels channels = read_channels(document, *section, report);
  const bool electric = channels.index[3] >= 0 && channels.index[4] >= 0, vertical = channels.index[2] >= 0;
  if (!electric && !vertical) report.error(section->line, "needs EX and EY, or HZ");

  Sounding sounding;
  sounding.format = "edi-spectra";
  std::size_t singular = 0;
  const Complex missing(not_a_number, not_a_number);
  for (const Block& block : document.blocks()) {
    if (block.keyword != "SPECTRA") continue;
    const auto options = options_of(block, report);
    const double frequency = number_option(options, "FREQ", not_a_number, report);
    if (std::isnan(frequency)) report.error(block.line, ">SPECTRA without FREQ=");
    const double azimuth = number_option(options, "ROTSPEC", 0.0, report);
    if (std::abs(azimuth) > 360) report.error(block.line, "ROTSPEC=", azimuth, " is no angle in degrees");
    auto m = numbers_of(block, report);
    if (m.size() != channels.n * channels.n)
      report.error(block.line, ">SPECTRA holds ", m.size(), " numbers; ", channels.n, " channels make ",
                   channels.n * channels.n);
    for (double& number : m)
      if (std::abs(number) >= 1e30) number = not_a_number;  // zero is a value here, so EMPTY=0 is not heeded
    for (std::size_t i = 0; i < channels.n; ++i)
      if (m[i * channels.n + i] < 0)
        report.error(block.line, "channel ", i + 1, " has the negative power ", m[i * channels.n + i]);
    const CrossSpectra spectra(m, channels, number_option(options, "AVGT", not_a_number, report));
    Impedance z = {missing, missing, missing, missing};
    ImpedanceError z_error = {not_a_number, not_a_number, not_a_number, not_a_number};
    Tipper tipper = {missing, missing};
    TipperError tipper_error = {not_a_number, not_a_number};
    if (spectra.regular()) {
      if (electric) {
        spectra.transfer(channels.index[3], &z[0], &z_error[0]);
        spectra.transfer(channels.index[4], &z[2], &z_error[2]);
      }
      if (vertical) spectra.transfer(channels.index[2], tipper.data(), tipper_error.data());
    } else {
      ++singular;
    }
    sounding.frequency.push_back(frequency);
    if (electric) {
      sounding.z.push_back(z);
      sounding.z_error.push_back(z_error);
    }
    if (vertical) {
      sounding.tipper.push_back(tipper);
      sounding.tipper_error.push_back(tipper_error);
    }
    sounding.z_azimuth.push_back(azimuth);
    sounding.tipper_azimuth.push_back(azimuth);
  }
  if (sounding.frequency.empty()) report.error(section->line, ">=SPECTRASECT without >SPECTRA");
  const double announced = number_option(options_of(*section, report), "NFREQ", not_a_number, report);
  if (!std::isnan(announced) && announced != static_cast<double>(sounding.frequency.size()))
    report.error(section->line, "NFREQ=", announced, ", but ", sounding.frequency.size(), " >SPECTRA blocks follow");
  if (singular)
    report.repair(section->line, "singular-spectra",
                  text(singular, " frequencies whose magnetic spectra are singular taken as missing"));
  if (header.channel_azimuth != 0 && sounding.z_azimuth.front() == 0)
    report.repair(section->line, "channel-azimuth-unused",
                  text("HX has AZM=", header.channel_azimuth, ", but ROTSPEC is 0: x taken as north"));
  return sounding;
}

}  // namespace terrella::datasets::edi
