#include "inversion/mt2d/line.h"

namespace terrella::inversion {

Result2d invert_2d(const Line& line, const Invert2dOptions& options, const RunControl& control) {
  Result2d result = invert_2d(line.data, options, control);
  result.azimuth = line.azimuth;
  result.choices.insert(result.choices.begin(), line.choices.begin(), line.choices.end());
  result.config = line.config + "\n" + result.config;
  return result;
}

}  // namespace terrella::inversion
