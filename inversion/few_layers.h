// inversion/few_layers.h: resistivities and thicknesses of a few layers from one sounding, by Ceres.
#pragma once
#include <vector>

#include "inversion/mt1d_options.h"
#include "inversion/problem.h"
#include "inversion/sounding.h"

namespace terrella::inversion {

struct FewLayersAnswer {
  std::vector<double> resistivity;  ///< ohm m, [count]
  std::vector<double> thickness;    ///< m, [count - 1]
  std::vector<double> error;        ///< of log10 resistivity; NaN where the data do not tell it
  std::vector<double>
      resolution;  ///< [count, count] of log10 resistivity; identity where it is told, there is no prior
  std::vector<double> sensitivity;  ///< cumulated, [count]
  double depth_of_investigation = 0;
  Summary summary;  ///< parameters: log10 of resistivities, then of thicknesses
};

FewLayersAnswer invert_few_layers(const Sounding& sounding, const Invert1dOptions& options);

}  // namespace terrella::inversion
