// datasets/survey/error_floor.h: smallest errors that data are given, component by component.
#pragma once
#include <array>
#include <string>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

struct ErrorFloor {
  /// own: |Zij| of each component; off_diagonal: sqrt|Zxy Zyx| for all four, so that diagonal components, small and
  /// noisy over a layered earth, do not get errors that are smaller still.
  enum class Reference { own, off_diagonal };
  std::array<double, 4> impedance =
      {};  ///< xx xy yx yy, fractions of the reference: 0.05 is 2.9 degrees and 10 % of rho_a
  Reference reference = Reference::off_diagonal;
  std::array<double, 2> tipper = {};  ///< Tx Ty, absolute
};

/// The rule in words, for example "error floor xy 5 %, yx 5 % of sqrt|Zxy Zyx|".
std::string describe(const ErrorFloor& floor);

/// The site with errors of at least the floor; missing errors become the floor where it is positive. Where the
/// reference itself is missing, own |Zij| serves. The rule is kept in the site's history. Throws std::invalid_argument
/// for negative or infinite floors.
Site with_error_floor(Site site, const ErrorFloor& floor);
Survey with_error_floor(Survey survey, const ErrorFloor& floor);

}  // namespace terrella::datasets
