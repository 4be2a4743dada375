#include "inversion/mt2d/feature.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/ranks.h"
#include "inversion/mt2d/result_mesh.h"

namespace terrella::inversion {
namespace {

void check(const FeatureOptions& o) {
  for (const double x : {o.left, o.right, o.top, o.bottom})
    if (!std::isfinite(x)) fail("feature: the box has an edge at ", x, " m");
  if (!(o.left < o.right) || !(o.top < o.bottom))
    fail("feature: the box from y = ", o.left, " to ", o.right, " m and from ", o.top, " to ", o.bottom,
         " m below the ground is none; give the smaller numbers first");
  if (!(o.resistivity > 0)) fail("feature: resistivity is ", o.resistivity, " ohm m; give a positive number");
  if (!(o.resistivity >= 1e-5 && o.resistivity <= 1e9))
    fail("feature: resistivity is ", o.resistivity, " ohm m; give 1e-5 to 1e9");
  if (!(o.tolerance >= 0)) fail("feature: tolerance is ", o.tolerance, "; give 0 or more");
}

/// Cells numbered without gaps.
void renumber(std::vector<std::int64_t>& cell) {
  std::vector<std::int64_t> number(cell.size(), -1);
  std::int64_t next = 0;
  for (std::int64_t& c : cell) {
    if (c < 0) continue;
    std::int64_t& own = number.at(static_cast<std::size_t>(c));
    if (own < 0) own = next++;
    c = own;
  }
}

}  // namespace

FeatureTest feature_test(const Result2d& result, const Invert2dOptions& options, const FeatureOptions& feature,
                         const RunControl& control) {
  check(feature);
  FeatureTest test;
  std::optional<Section2d> made;
  std::vector<double> changed = result.model.resistivity;
  std::vector<std::int64_t> cell = result.model.cell;
  together([&] {  // on all processes or on none
    made = section_of_result(result, options, test.notes);
    const std::vector<double> shift = shifts_of_result(*made, result);
    const ElementPlaces places = element_places(made->mesh.grid);
    for (std::size_t e = result.model.sea_rows * result.model.columns; e < changed.size(); ++e) {
      if (places.y[e] < feature.left || places.y[e] > feature.right || places.depth[e] < feature.top ||
          places.depth[e] > feature.bottom)
        continue;
      ++test.elements;
      changed[e] = feature.resistivity;
      cell[e] = -1;
    }
    if (test.elements == 0)
      fail("feature: no element has its middle in the box; the section reaches from y = ", result.model.y.front(),
           " to ", result.model.y.back(), " m, and elements grow with depth");
    if (std::all_of(cell.begin(), cell.end(), [](std::int64_t c) { return c < 0; }))
      fail("feature: the box holds the whole section; nothing is left to invert for");
    for (const double rho : changed) test.changed.push_back(std::log10(rho));
    const Fit2d before = fit_of(*made, result.model.resistivity, shift), after = fit_of(*made, changed, shift);
    test.rms = before.rms, test.rms_changed = after.rms;
    test.site = before.rms_of_sites, test.site_changed = after.rms_of_sites;
    if (std::abs(before.rms - result.rms) > 0.01 * result.rms)
      test.notes.push_back(text("the result's RMS is ", before.rms, " here, where its file says ", result.rms,
                                ": air or floors differ from those of its run"));
  });
  if (!feature.invert) return test;
  Mesh2d mesh = made->mesh;
  renumber(cell);
  mesh.cell = std::move(cell);
  mesh.resistivity = changed;
  test.again = invert_2d(result.data, mesh, options, control);
  test.again.azimuth = result.azimuth;
  test.rms_again = test.again.rms;
  test.site_again = rms_of_sites(test.again);
  double best = test.rms_again;  // on the way: Occam's answer is a smoother one where the target is out of reach
  for (const Iteration& row : test.again.history) best = std::min(best, row.rms);
  test.needed = best > (1 + feature.tolerance) * std::max(test.rms, options.target_rms);
  return test;
}

}  // namespace terrella::inversion
