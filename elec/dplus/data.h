// elec/dplus/data.h: what D+ and rho+ share: the data that are there, and the judgement.
#pragma once
#include "datasets/survey/survey.h"
#include "elec/dplus/dplus.h"

namespace terrella::elec {

struct ResponseData {
  const std::vector<double>& period;
  const std::vector<Complex>& z;
  const std::vector<double>& error;
  std::vector<std::size_t> rows;  ///< of the data that are there
};

/// Throws std::invalid_argument in the name of `function`; see d_plus.
ResponseData response_data(const char* function, const std::vector<double>& period, const std::vector<Complex>& z,
                           const std::vector<double>& error);

/// Number of data, limit and verdict, for chi_squared as it stands.
void judge(LeastMisfit& fit, std::size_t data);

}  // namespace terrella::elec
