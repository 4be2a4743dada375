#include "datasets/survey/edit.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "datasets/survey/mask.h"
#include "datasets/survey/periods.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/scale.h"

namespace terrella::datasets {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>  // clang 14 deduces none by itself
Overloaded(Functions...)->Overloaded<Functions...>;

Survey drop(const Survey& survey, const DropSitesEdit& edit) {
  const Selection selection{.sites = edit.sites};
  if (edit.sites.empty()) fail("drop sites: no names given");
  check(selection, survey);
  Survey result{survey.name, {}};
  for (const Site& site : survey.sites)
    if (!selects_site(selection, site)) result.sites.push_back(site);
  return result;
}

Survey shift(Survey survey, const StaticShiftEdit& edit) {
  if (edit.xy.size() != edit.sites.size() || edit.yx.size() != edit.sites.size())
    fail("static shift: ", edit.sites.size(), " sites, ", edit.xy.size(), " and ", edit.yx.size(), " factors");
  for (std::size_t k = 0; k < edit.sites.size(); ++k) {
    bool found = false;
    for (Site& site : survey.sites)
      if (site.name == edit.sites[k]) {
        site = remove_static_shift(std::move(site), edit.xy[k], edit.yx[k]);
        found = true;
      }
    if (!found) fail("static shift: no site '", edit.sites[k], "' among ", survey.sites.size());
  }
  return survey;
}

}  // namespace

Survey apply(const Survey& survey, const Edit& edit) {
  Survey result = std::visit(Overloaded{
                                 [&](const MaskEdit& e) {
                                   return e.masked ? mask(survey, e.selection, edit.reason)
                                                   : unmask(survey, e.selection, edit.reason);
                                 },
                                 [&](const DropSitesEdit& e) { return drop(survey, e); },
                                 [&](const FloorEdit& e) { return with_error_floor(survey, e.floor); },
                                 [&](const RotateEdit& e) { return rotate_to(survey, e.azimuth); },
                                 [&](const DecimateEdit& e) { return decimate(survey, e.per_decade); },
                                 [&](const KeepPeriodsEdit& e) { return keep_periods(survey, e.from, e.to); },
                                 [&](const InterpolateEdit& e) { return interpolate(survey, e.period, e.largest_gap); },
                                 [&](const StaticShiftEdit& e) { return shift(survey, e); },
                                 [&](const MergeEdit& e) { return merge_sites(survey, e.options); },
                             },
                             edit.change);
  validate(result);
  return result;
}

std::string describe(const Edit& edit) {
  const auto joined = [](const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : " ") + name;
    return all;
  };
  const std::string words = std::visit(
      Overloaded{
          [](const MaskEdit& e) { return (e.masked ? "mask " : "unmask ") + describe(e.selection); },
          [&](const DropSitesEdit& e) { return "drop sites " + joined(e.sites); },
          [](const FloorEdit& e) { return describe(e.floor); },
          [](const RotateEdit& e) { return text("rotate to azimuth ", e.azimuth); },
          [](const DecimateEdit& e) { return text("decimate to ", e.per_decade, " periods a decade"); },
          [](const KeepPeriodsEdit& e) { return text("keep periods ", e.from, " .. ", e.to, " s"); },
          [](const InterpolateEdit& e) {
            return text("interpolate to ", e.period.size(), " periods, gaps up to ", e.largest_gap, " decades");
          },
          [](const StaticShiftEdit& e) { return text("remove static shifts of ", e.sites.size(), " sites"); },
          [](const MergeEdit& e) {
            const char* const same = e.options.same == SameSite::name    ? "name"
                                     : e.options.same == SameSite::place ? "place"
                                                                         : "name and place";
            return text("merge soundings of the same ", same, ", within ", e.options.distance, " m, periods within ",
                        100 * e.options.same_period, " %");
          },
      },
      edit.change);
  return edit.reason.empty() ? words : words + ": " + edit.reason;
}

EditedSurvey with_edit(EditedSurvey survey, const Edit& edit) {
  survey.survey = apply(survey.survey, edit);
  survey.edits.push_back(edit);
  return survey;
}

EditedSurvey without_last_edits(const EditedSurvey& survey, std::size_t count) {
  if (count > survey.edits.size())
    fail("undo: ", count, " edits are to be taken back, and there ", survey.edits.size() == 1 ? "is " : "are ",
         survey.edits.size());
  EditedSurvey result{survey.original, {}, survey.original};
  for (std::size_t k = 0; k + count < survey.edits.size(); ++k) result = with_edit(std::move(result), survey.edits[k]);
  return result;
}

}  // namespace terrella::datasets
