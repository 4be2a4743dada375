// inversion/mt2d/feature.h: is a feature of a section needed? Its resistivity is replaced, the misfit looked at, and
// then it is tried whether another model with the same replacement fits as well.
#pragma once
#include "inversion/mt2d/mt2d.h"

namespace terrella::inversion {

struct FeatureOptions {
  double left = 0, right = 0;  ///< m along the profile
  double top = 0, bottom = 0;  ///< m below the ground
  double resistivity = 0;      ///< ohm m, in its place
  bool invert = true;          ///< try to fit the data again, the box held
  double tolerance =
      0.05;  ///< the fit counts as got back where its RMS exceeds the result's by no more than this share
};

struct FeatureTest {
  std::size_t elements = 0;                   ///< in the box: those whose middles lie there
  std::vector<double> changed;                ///< log10 resistivity of the result with the box replaced, [row, column]
  double rms = 0;                             ///< of the result
  double rms_changed = 0;                     ///< with the box replaced and nothing else
  double rms_again = datasets::not_a_number;  ///< inverted again; NaN where that was not asked for
  std::vector<double> site, site_changed, site_again;  ///< RMS of sites likewise, [site]
  bool needed = false;  ///< no iteration came to a model that fits as well without; meaningless where none was sought
  Result2d again;       ///< the inversion with the box held, `truth` empty
  std::vector<std::string> notes;
};

/// The inversion starts from the changed model and follows the options that the result was made by.
/// std::invalid_argument where the box is none, holds no element or all of them, and for anisotropic results.
FeatureTest feature_test(const Result2d& result, const Invert2dOptions& options, const FeatureOptions& feature,
                         const RunControl& control = {});

}  // namespace terrella::inversion
