// cli/quality.h: what the numbers of one sounding say about themselves.
#pragma once
#include <cstddef>
#include <string>

#include "datasets/survey/survey.h"

namespace terrella::cli {

struct Quality {
  std::size_t values = 0;                  ///< components times periods of impedance
  std::size_t missing = 0;                 ///< of them
  std::size_t without_error = 0;           ///< of those present: missing or 0
  double median_error = 0;                 ///< of Zxy and Zyx, relative to |Z|; NaN where there is none
  std::size_t phases_out_of_quadrant = 0;  ///< Zxy not in the first or Zyx not in the third one by more than its error
  std::size_t phases = 0;                  ///< of Zxy and Zyx, looked at
};

Quality quality_of(const datasets::Site& site);

/// "Z", "T", "Z+T": what was measured; partly missing ones in lower case.
std::string components_of(const datasets::Site& site);

}  // namespace terrella::cli
