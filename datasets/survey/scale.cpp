#include "datasets/survey/scale.h"

#include <cmath>

#include "core/error.h"

namespace terrella::datasets {

Site remove_static_shift(Site site, double shift_xy, double shift_yx) {
  for (double factor : {shift_xy, shift_yx})
    if (!(factor > 0) || std::isinf(factor))
      fail("remove_static_shift: site '", site.name, "': factor ", factor, " of apparent resistivity is not positive");
  const double gain[] = {1 / std::sqrt(shift_xy), 1 / std::sqrt(shift_yx)};
  for (auto& row : site.z)
    for (std::size_t k = 0; k < 4; ++k) row[k] *= gain[k / 2];
  for (auto& row : site.z_error)
    for (std::size_t k = 0; k < 4; ++k) row[k] *= gain[k / 2];
  for (auto& n : site.residual_covariance)  // of Ex, Ey, Hz: as the errors, and Hz as it was
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k) n[3 * i + k] *= (i < 2 ? gain[i] : 1.0) * (k < 2 ? gain[k] : 1.0);
  site.provenance.history.push_back(
      text("static shift: apparent resistivity xy divided by ", shift_xy, ", yx by ", shift_yx));
  return site;
}

}  // namespace terrella::datasets
