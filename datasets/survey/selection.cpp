#include "datasets/survey/selection.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/error.h"

namespace terrella::datasets {
namespace {

constexpr const char* component_names[] = {"xx", "xy", "yx", "yy", "tx", "ty"};

bool fits(const std::string& pattern, const Site& site) {
  return pattern == site.name || ::fnmatch(pattern.c_str(), site.name.c_str(), 0) == 0;
}

}  // namespace

void check(const Selection& selection, const Survey& survey) {
  if (!(selection.from >= 0) || !(selection.to >= selection.from))
    fail("selection: periods ", selection.from, " .. ", selection.to, " s");
  for (double period : selection.periods)
    if (!(period > 0)) fail("selection: period ", period, " s is not positive");
  selected_components(selection);
  for (const std::string& pattern : selection.sites)
    if (std::none_of(survey.sites.begin(), survey.sites.end(), [&](const Site& site) { return fits(pattern, site); }))
      fail("selection: no site '", pattern, "' among ", survey.sites.size());
}

std::string literal(const std::string& name) {
  std::string pattern;
  for (const char letter : name) {
    if (std::string_view("*?[\\").find(letter) != std::string_view::npos) pattern += '\\';
    pattern += letter;
  }
  return pattern;
}

bool selects_site(const Selection& selection, const Site& site) {
  return selection.sites.empty() || std::any_of(selection.sites.begin(), selection.sites.end(),
                                                [&](const std::string& pattern) { return fits(pattern, site); });
}

bool selects_period(const Selection& selection, double period) {
  if (period < selection.from || period > selection.to) return false;
  return selection.periods.empty() ||
         std::any_of(selection.periods.begin(), selection.periods.end(),
                     [&](double wanted) { return std::abs(period - wanted) <= 1e-6 * wanted; });
}

std::uint8_t selected_components(const Selection& selection) {
  if (selection.components.empty()) return 63;
  std::uint8_t bits = 0;
  for (const std::string& name : selection.components) {
    const auto* found = std::find(std::begin(component_names), std::end(component_names), name);
    if (found == std::end(component_names)) fail("selection: component '", name, "' is none of xx, xy, yx, yy, tx, ty");
    bits = static_cast<std::uint8_t>(bits | 1U << (found - std::begin(component_names)));
  }
  return bits;
}

std::string describe(const Selection& selection) {
  std::string words;
  const auto add = [&](const std::string& part) { words += (words.empty() ? "" : ", ") + part; };
  const auto joined = [](const auto& values) {
    std::string all;
    for (const auto& value : values) all += text(" ", value);
    return all;
  };
  if (!selection.sites.empty()) add("sites" + joined(selection.sites));
  if (selection.from > 0 || std::isfinite(selection.to))
    add(text("periods ", selection.from, " .. ", selection.to, " s"));
  if (!selection.periods.empty()) add("periods" + joined(selection.periods) + " s");
  if (!selection.components.empty()) add(joined(selection.components).substr(1));
  return words.empty() ? "all" : words;
}

}  // namespace terrella::datasets
