// elec/analysis/phase_tensors.h: phase tensors of a site as a table with errors.
#pragma once
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::elec {

/// A column with standard errors, both [n]; NaN where it or its error is not known.
struct Column {
  std::vector<double> value, error;
};

/// Degrees but for ellipticity; one entry a period. See elec/response/phase_tensor.h.
struct PhaseTensorTable {
  Column phi_max, phi_min, alpha, beta, strike, ellipticity;
};

/// Errors to first order from those of the impedance components, which count as independent. Rows in which a component
/// is missing or masked are NaN. Caldwell, Bibby & Brown (2004); Booker (2014).
PhaseTensorTable phase_tensor_table(const datasets::Site& site);

}  // namespace terrella::elec
