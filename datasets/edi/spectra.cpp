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

constexpr const char* channel_names[] = {"HX", "HY", "HZ", "EX", "EY"};

struct ChannelType {
  std::size_t channel = 0;  ///< of channel_names
  bool remote = false;
  bool numbered = false;  ///< HX1: of the site, or remote where the site has HX
};

// What CHTYPE says: HX; of a remote reference RX (the standard's), RHX, RRHX, HXR. nullopt where it is none of these.
std::optional<ChannelType> channel_type(const std::string& type, bool electric) {
  if (type == "RX" || type == "RY") return ChannelType{(electric ? 3u : 0u) + (type == "RY" ? 1u : 0u), true};
  for (std::size_t k = 0; k < 5; ++k) {
    if (type == channel_names[k]) return ChannelType{k};
    if (type.starts_with('R') && type.ends_with(channel_names[k])) return ChannelType{k, true};
    if (!type.starts_with(channel_names[k])) continue;
    const std::string rest = type.substr(2);
    if (rest == "R") return ChannelType{k, true};
    if (rest.find_first_not_of("0123456789") == std::string::npos) return ChannelType{k, false, true};
  }
  return std::nullopt;
}

struct Measured {
  std::string id, type;
  bool electric;
};

std::vector<Measured> measured_channels(const Document& document, Report& report) {
  std::vector<Measured> channels;
  for (const Block& block : document.blocks()) {
    if (block.keyword != "HMEAS" && block.keyword != "EMEAS") continue;
    const auto options = options_of(block, report);
    const Option *const id = find_option(options, {"ID"}), *const type = find_option(options, {"CHTYPE"});
    if (id && type) channels.push_back({id->value, upper(type->value), block.keyword == "EMEAS"});
  }
  return channels;
}

// The section's list of measurement IDs and the line on which it begins.
std::vector<std::string> listed_ids(const Block& section, std::int64_t& list_line, const Report& report) {
  std::optional<std::size_t> announced;
  std::vector<std::string> ids;
  list_line = section.line;
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
  return ids;
}

// The channel types of the list, nullopt for those that are not known and whose spectra are not used.
std::vector<std::optional<ChannelType>> listed_types(const Document& document, const std::vector<std::string>& ids,
                                                     std::int64_t list_line, Report& report) {
  const std::vector<Measured> measured = measured_channels(document, report);
  std::vector<std::optional<ChannelType>> types;
  std::string unknown;
  for (const std::string& id : ids) {
    const Measured* found = nullptr;
    for (const Measured& channel : measured)
      if (same_id(channel.id, id)) found = &channel;
    if (!found) report.error(list_line, "channel ", id, " is not defined by >HMEAS or >EMEAS");
    types.push_back(channel_type(found->type, found->electric));
    if (!types.back()) unknown += (unknown.empty() ? "" : ", ") + id + " (" + found->type.substr(0, 20) + ")";
  }
  if (!unknown.empty()) report.repair(list_line, "unknown-channel", "channels of unknown type not used: " + unknown);
  return types;
}

// The first channel of a type is the site's own, the second, or one that says so, the reference.
Channels read_channels(const Document& document, const Block& section, Report& report) {
  std::int64_t list_line = 0;
  const std::vector<std::string> ids = listed_ids(section, list_line, report);
  const auto types = listed_types(document, ids, list_line, report);
  Channels channels;
  channels.n = ids.size();
  std::array<int, 5> second = {-1, -1, -1, -1, -1};
  std::string by_number;
  for (const bool numbered : {false, true})  // HX, where there is one, comes before HX1
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!types[i] || types[i]->numbered != numbered) continue;
      const std::size_t k = types[i]->channel;
      int& place = types[i]->remote || channels.index[k] >= 0 ? second[k] : channels.index[k];
      if (place >= 0) report.error(list_line, "more than two channels of type ", channel_names[k]);
      place = static_cast<int>(i);
      if (numbered && &place == &second[k]) by_number += " " + ids[i];
    }
  if (!by_number.empty())
    report.repair(list_line, "reference-by-number",
                  "channels told apart by a number taken as the reference:" + by_number);
  for (const std::size_t needed : {0, 1})
    if (channels.index[needed] < 0) report.error(list_line, "no channel of type ", channel_names[needed]);
  for (const std::size_t x : {0, 3})
    if ((second[x] >= 0) != (second[x + 1] >= 0))
      report.repair(
          list_line, "half-a-reference",
          text("no remote ", channel_names[second[x] >= 0 ? x + 1 : x], ": the other remote channel not used"));
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
