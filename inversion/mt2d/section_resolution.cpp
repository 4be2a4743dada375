#include "inversion/mt2d/section_resolution.h"

#include <memory>

#include "core/error.h"
#include "inversion/mt2d/result_mesh.h"
#include "inversion/sampling/posterior.h"

namespace terrella::inversion {

std::vector<double> section_resolution(const Result2d& result, const Invert2dOptions& options) {
  validate(result);
  if (!result.model.resistivity_y.empty())
    fail("section_resolution: the result is anisotropic; resolution is computed for one resistivity in every cell");
  if (options.smoothing == Smoothing2d::covariance)
    fail("section_resolution: the result has a prior covariance; resolution is computed for differences of cells");
  const double lambda = result.lambda;
  if (!(lambda > 0)) fail("section_resolution: the result has no lambda, by which data and smoothness are weighed");
  std::vector<std::string> notes;
  Section2d made = section_of_result(result, options, notes);
  for (std::size_t e = 0; e < made.mesh.resistivity.size(); ++e) made.mesh.resistivity[e] = result.model.resistivity[e];
  const auto section = std::make_shared<const Section2d>(std::move(made));
  std::vector<double> m = start_of(*section);
  const std::vector<double> shift = shifts_of_result(*section, result);
  std::copy(shift.begin(), shift.end(), m.end() - static_cast<std::ptrdiff_t>(shift.size()));
  const std::vector<double> of_cells = resolved(posterior(section_problem(section, options), Tensor(m), lambda));
  std::vector<double> all;
  for (const std::int64_t c : section->cells.cell)
    all.push_back(c >= 0 ? of_cells[static_cast<std::size_t>(c)] : datasets::not_a_number);
  return all;
}

}  // namespace terrella::inversion
