// Frequencies, azimuths and the joining of columns, shared by the sections that are written column by column.
#include <cmath>

#include "datasets/edi/options.h"
#include "datasets/edi/sounding.h"
#include "datasets/file/numbers.h"

namespace terrella::datasets::edi {

std::vector<double> read_frequencies(const Document& document, Report& report) {
  const Block* const block = document.find("FREQ", report);
  if (!block) report.error(0, "has data but no >FREQ block");
  auto frequency = numbers_of(*block, report);
  if (frequency.empty()) report.error(block->line, ">FREQ holds no frequency");
  for (const char* section : {"=MTSECT", "=EMAPSECT"}) {
    const Block* const start = document.find(section, report);
    if (!start) continue;
    const auto options = options_of(*start, report);
    const Option* const announced = find_option(options, {"NFREQ"});
    double n = 0;
    if (announced &&
        (parse_number(announced->value, n) != NumberKind::plain || n != static_cast<double>(frequency.size())))
      report.error(announced->line, "NFREQ=", announced->value, ", but >FREQ on line ", block->line, " holds ",
                   frequency.size());
  }
  const auto options = options_of(*block, report);
  if (const Option* const announced = find_option(options, {"NFREQ"})) {
    double n = 0;
    if (parse_number(announced->value, n) != NumberKind::plain || n != static_cast<double>(frequency.size()))
      report.error(block->line, ">FREQ has NFREQ=", announced->value, ", but holds ", frequency.size());
  }
  if (const Option* const order = find_option(options, {"ORDER"}); order && frequency.size() > 1) {
    const std::string stated = upper(order->value);
    const bool increasing = frequency.front() < frequency.back();
    if ((stated.starts_with("INC") && !increasing) || (stated.starts_with("DEC") && increasing))
      report.repair(block->line, "order-disagrees", "ORDER=" + stated + ", but the frequencies run the other way");
  }
  return frequency;
}

std::vector<double> read_azimuths(const Document& document, const Block& block, const char* angle_block,
                                  std::size_t size, const Header& header, Report& report) {
  const auto options = options_of(block, report);
  const Option* const rotation = find_option(options, {"ROT"});
  std::string source = rotation ? upper(rotation->value) : angle_block;
  double fixed = 0;
  if (source == "NONE" || source == "NORTH" || source == "NO") return std::vector<double>(size, 0.0);
  if (rotation && parse_number(rotation->value, fixed) == NumberKind::plain) {
    if (std::abs(fixed) > 360) report.error(block.line, "ROT=", rotation->value, " is no angle in degrees");
    return std::vector<double>(size, fixed);
  }
  if (source != "ZROT" && source != "TROT" && source != "RHOROT" && source != "TROT.EXP")
    report.error(block.line, "ROT=", source, " is not known; ZROT, TROT, RHOROT, NORTH, NONE or an angle");
  const Block* angles = document.find(source, report);
  if (!angles && source == "TROT") angles = document.find("TROT.EXP", report);
  if (!angles && source != "ZROT") {
    angles = document.find("ZROT", report);
    if (angles && rotation)
      report.repair(block.line, "rotation-missing", "ROT=" + source + ", but no such block: >ZROT taken");
  }
  if (!angles) {
    if (rotation)
      report.repair(block.line, "rotation-missing", "ROT=" + source + ", but no such block: taken as 0 degrees");
    else if (header.channel_azimuth != 0)
      report.repair(block.line, "channel-azimuth-unused",
                    text("HX has AZM=", header.channel_azimuth, ", but no rotation is stated: x taken as north"));
    return std::vector<double>(size, 0.0);
  }
  auto azimuth = numbers_of(*angles, report);
  if (azimuth.size() != size)
    report.error(angles->line, ">", angles->keyword, " has ", azimuth.size(), " numbers for ", size, " frequencies");
  for (double& angle : azimuth) {
    // Missing, which matters only where the row holds data. EMPTY may be an angle, 0 above all: that is one here.
    if (std::abs(angle) > 360 && header.empty.matches(angle)) angle = not_a_number;
    if (std::abs(angle) > 360) report.error(angles->line, ">", angles->keyword, ": ", angle, " is no angle in degrees");
  }
  return azimuth;
}

void expect_same_rotation(const Block& first, const Block& other, Report& report) {
  const auto stated = [&](const Block& block) {
    const auto options = options_of(block, report);
    const Option* const rotation = find_option(options, {"ROT"});
    return rotation ? upper(rotation->value) : std::string();
  };
  const std::string a = stated(first), b = stated(other);
  if (a != b)
    report.error(other.line, ">", other.keyword, " has ROT='", b, "', but >", first.keyword, " on line ", first.line,
                 " has ROT='", a, "'");
}

std::vector<double> errors_of_variances(const Column& variance, Report& report) {
  std::vector<double> error;
  std::size_t negative = 0;
  double first = 0;
  for (const double value : variance.value) {
    if (value < 0 && negative++ == 0) first = value;
    error.push_back(value < 0 ? not_a_number : std::sqrt(value / 2));
  }
  if (negative)
    report.repair(
        variance.block->line, "negative-variance",
        text(">", variance.block->keyword, ": ", negative, " negative values such as ", first, " taken as missing"));
  return error;
}

std::vector<Complex> join(const Column& real, const Column& imaginary, Report& report) {
  std::vector<Complex> values;
  std::size_t halves = 0;
  for (std::size_t i = 0; i < real.value.size(); ++i) {
    const double re = real.value[i], im = imaginary.value[i];
    if (std::isnan(re) != std::isnan(im)) ++halves;
    values.push_back(std::isnan(re) || std::isnan(im) ? Complex(not_a_number, not_a_number) : Complex(re, im));
  }
  if (halves)
    report.repair(real.block->line, "half-a-value",
                  text(">", real.block->keyword, " and >", imaginary.block->keyword, ": ", halves,
                       " values with one part missing taken as missing"));
  return values;
}

}  // namespace terrella::datasets::edi
