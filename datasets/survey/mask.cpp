#include "datasets/survey/mask.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {
namespace {

bool present(Complex z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

template <class Values, class Masks>
std::size_t set(const std::vector<double>& period, const Values& values, Masks& masks, const Selection& selection,
                unsigned bits, bool to) {
  std::size_t changed = 0;
  if (values.empty()) return 0;
  if (masks.empty()) masks.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!selects_period(selection, period[i])) continue;
    for (std::size_t k = 0; k < values[i].size(); ++k)
      if ((bits >> k & 1U) != 0 && masks[i][k] != to && (!to || present(values[i][k]))) {
        masks[i][k] = to;
        ++changed;
      }
  }
  bool any = false;
  for (const auto& row : masks)
    for (bool value : row) any = any || value;
  if (!any) masks.clear();
  return changed;
}

Survey change(Survey survey, const Selection& selection, const std::string& reason, bool to) {
  check(selection, survey);
  const unsigned bits = selected_components(selection);
  for (Site& site : survey.sites) {
    if (!selects_site(selection, site)) continue;
    const std::size_t changed = set(site.period, site.z, site.z_masked, selection, bits, to) +
                                set(site.period, site.tipper, site.tipper_masked, selection, bits >> 4, to);
    if (changed == 0) continue;
    Selection here = selection;
    here.sites.clear();
    site.provenance.history.push_back(text(to ? "mask " : "unmask ", changed, changed == 1 ? " value: " : " values: ",
                                           describe(here), reason.empty() ? "" : "; ", reason));
  }
  return survey;
}

}  // namespace

Survey mask(Survey survey, const Selection& selection, const std::string& reason) {
  return change(std::move(survey), selection, reason, true);
}
Survey unmask(Survey survey, const Selection& selection, const std::string& reason) {
  return change(std::move(survey), selection, reason, false);
}

std::size_t masked_values(const Site& site) {
  std::size_t count = 0;
  for (const auto& row : site.z_masked)
    for (bool value : row) count += value;
  for (const auto& row : site.tipper_masked)
    for (bool value : row) count += value;
  return count;
}

}  // namespace terrella::datasets
