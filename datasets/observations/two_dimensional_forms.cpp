#include <algorithm>
#include <set>

#include "datasets/observations/profile.h"
#include "datasets/observations/survey.h"

namespace terrella::datasets {
namespace {

// Names by which soundings find their places again, and one azimuth.
bool has_names_and_one_azimuth(const Observations& observations) {
  std::set<std::string> names;
  for (const ObservationSite& site : observations.sites)
    if (!names.insert(site.name).second || site.rotation != observations.sites.front().rotation) return false;
  return !names.empty();
}

Observations form_of(const SurveyOfObservations& soundings, const std::vector<Quantity>& quantities,
                     const Observations& original) {
  Observations form = observations_of(soundings.survey, quantities, {.orientation = original.sites[0].rotation});
  for (ObservationSite& site : form.sites)
    site = *std::find_if(original.sites.begin(), original.sites.end(),
                         [&](const ObservationSite& candidate) { return candidate.name == site.name; });
  form.name = original.name;
  if (!original.blocks.empty()) form.blocks[0].origin = original.blocks[0].origin;
  form.provenance = original.provenance;
  for (const std::string& lost : soundings.lost)
    if (lost.find("local x and y") == std::string::npos) form.provenance.history.push_back("not carried: " + lost);
  return form;
}

}  // namespace

std::vector<Observations> two_dimensional_forms(const Observations& observations) {
  const bool local = std::none_of(observations.rows.begin(), observations.rows.end(), [](const Observation& row) {
    return row.reference != Observation::no_site && row.reference != row.site;
  });
  const bool is_line = std::any_of(observations.rows.begin(), observations.rows.end(),
                                   [](const Observation& row) { return is_two_dimensional(info(row.quantity).place); });
  if (!local || !is_line || !has_names_and_one_azimuth(observations)) return {};
  const SurveyOfObservations soundings = survey_of(observations);
  if (soundings.survey.sites.empty()) return {};
  return {form_of(soundings, {Quantity::z_te, Quantity::z_tm, Quantity::tzy}, observations),
          form_of(soundings, two_dimensional_quantities(soundings.survey), observations)};
}

}  // namespace terrella::datasets
