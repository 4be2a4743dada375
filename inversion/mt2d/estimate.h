// inversion/mt2d/estimate.h: what a two-dimensional inversion will be and cost, from its data, its mesh and one forward
// computation.
#pragma once
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/section.h"

namespace terrella::inversion {

struct Estimate2d {
  std::int64_t sites = 0, periods = 0, numbers = 0;  ///< that are fitted
  std::int64_t rows = 0, columns = 0, cells = 0;     ///< elements of the earth, and what is sought
  std::int64_t unknowns_te = 0, unknowns_tm = 0;     ///< of the fields of one period; 0: the mode is not needed
  double forward_seconds = 0;                        ///< all periods and modes, measured on this machine now
  double seconds_at_most = 0;  ///< as if all iterations were needed; most runs end after a third of them
  double bytes = 0;            ///< Jacobian, the system of a step, derivatives in the making and factors
  std::vector<std::string> choices;
};

/// Throws as invert_2d() does.
Estimate2d estimate_2d(const datasets::Observations& data, const Invert2dOptions& options = {});

/// Throws std::invalid_argument where the inversion would take more than twice the memory that the machine has.
void expect_memory(const Section2d& section, const Invert2dOptions& options);

}  // namespace terrella::inversion
