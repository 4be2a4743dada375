// datasets/survey/scale.h: static shifts taken from impedances.
#pragma once
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// The site with its apparent resistivities divided by positive factors: Zxx and Zxy by sqrt(xy), Zyx and Zyy by
/// sqrt(yx), errors likewise, since a static shift is a gain of the electric fields. In the axes that the site has.
/// Noted in the history. Throws std::invalid_argument for factors that are not positive.
Site remove_static_shift(Site site, double xy, double yx);

}  // namespace terrella::datasets
