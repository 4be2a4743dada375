#include "viz/render/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace terrella::viz {
namespace {

std::vector<Tick> linear_ticks(const Axis& axis, double spacing) {
  const double pixels = std::abs(axis.high_pixel - axis.low_pixel);
  const double least = (axis.high - axis.low) * spacing / std::max(pixels, 1.0);
  const double power = std::pow(10, std::floor(std::log10(least)));
  double step = 10 * power;
  for (double factor : {5.0, 2.0, 1.0})
    if (factor * power >= least) step = factor * power;
  std::vector<Tick> ticks;
  const double slack = 1e-9 * step;
  const int parts = std::lround(step / std::pow(10, std::floor(std::log10(step * 1.0001)))) == 2 ? 4 : 5;
  for (double k = std::ceil((axis.low - slack) / step * parts); k * step / parts <= axis.high + slack; ++k)
    ticks.push_back({k * step / parts, std::fmod(k, parts) == 0 ? tick_label(k / parts * step) : ""});
  return ticks;
}

std::vector<Tick> degree_ticks(const Axis& axis, double spacing) {
  const double least = (axis.high - axis.low) * spacing / std::max(std::abs(axis.high_pixel - axis.low_pixel), 1.0);
  double step = 180;
  for (double candidate : {90.0, 45.0, 30.0, 15.0})
    if (candidate >= least) step = candidate;
  std::vector<Tick> ticks;
  for (double value = std::ceil(axis.low / 15) * 15; value <= axis.high; value += 15)
    ticks.push_back({value, std::fmod(value, step) == 0 ? tick_label(value) : ""});
  return ticks;
}

std::vector<Tick> logarithmic_ticks(const Axis& axis, double spacing) {
  const double decades = std::log10(axis.high / axis.low);
  const double decade = std::abs(axis.high_pixel - axis.low_pixel) / decades;
  const int every = std::max(1, int(std::ceil(spacing / decade)));  // decades from label to label
  const bool thirds = decade > 2.3 * spacing;
  const bool minor = decade > 45;
  std::vector<Tick> ticks;
  for (int power = int(std::floor(std::log10(axis.low) + 1e-9)); power <= std::log10(axis.high) + 1e-9; ++power)
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10, power);
      if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9) || (digit > 1 && !minor)) continue;
      const bool labelled = digit == 1 ? power % every == 0 : thirds && digit == 3;
      ticks.push_back({value, labelled ? tick_label(value) : ""});
    }
  return ticks;
}

}  // namespace

double Axis::pixel(double value) const {
  const double fraction = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return low_pixel + fraction * (high_pixel - low_pixel);
}

std::vector<Tick> Axis::ticks(double spacing) const {
  if (degrees) return degree_ticks(*this, spacing);
  if (logarithmic) return logarithmic_ticks(*this, spacing);
  std::vector<Tick> ticks = linear_ticks(*this, spacing);
  if (whole) std::erase_if(ticks, [](const Tick& t) { return std::abs(t.value - std::round(t.value)) > 1e-6; });
  return ticks;
}

std::string tick_label(double value) {
  if (value == 0) return "0";
  char label[32];
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 999999) {
    const int power = int(std::floor(std::log10(size) + 1e-9));
    std::snprintf(label, sizeof label, "%.3ge%d", value / std::pow(10, power), power);
  } else {
    std::snprintf(label, sizeof label, "%.6g", value);
  }
  return label;
}

}  // namespace terrella::viz
