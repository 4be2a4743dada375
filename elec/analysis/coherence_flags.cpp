#include "elec/analysis/coherence_flags.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/edi/coherence.h"

namespace terrella::elec {

CoherenceFlags coherence_flags(const datasets::Survey& survey, double least) {
  if (!(least >= 0 && least <= 1)) fail("coherence_flags: least coherence ", least, "; from 0 to 1");
  CoherenceFlags result;
  for (std::size_t s = 0; s < survey.sites.size(); ++s) {
    const datasets::Site& site = survey.sites[s];
    if (!site.provenance.format.starts_with("edi")) continue;
    datasets::Coherences found;
    try {
      found = datasets::read_edi_coherences(site.provenance.path);
    } catch (const FormatError& error) {
      result.notes.push_back(text("no coherences: ", error.what()));
      continue;
    }
    result.sites_with += !found.list.empty();
    for (const datasets::Repair& repair : found.repairs)
      result.notes.push_back(text(site.name, ": ", repair.rule, ": ", repair.detail));
    for (const datasets::Coherence& c : found.list) {
      const bool xy = c.electric == "EX" && c.magnetic == "HY";
      if (!xy && !(c.electric == "EY" && c.magnetic == "HX")) continue;
      for (double period : site.period)
        for (std::size_t i = 0; i < c.period.size(); ++i)
          if (std::abs(c.period[i] - period) <= 1e-6 * period && c.value[i] < least)
            result.flags.push_back({s, period, xy ? "xy" : "yx", "coherence", c.value[i]});
    }
  }
  return result;
}

}  // namespace terrella::elec
