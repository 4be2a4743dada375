#include "elec/dplus/data.h"

#include "core/error.h"

namespace terrella::elec {

ResponseData response_data(const char* function, const std::vector<double>& period, const std::vector<Complex>& z,
                           const std::vector<double>& error) {
  if (z.size() != period.size() || error.size() != period.size())
    fail(function, ": ", period.size(), " periods, ", z.size(), " impedances, ", error.size(), " errors");
  ResponseData data{period, z, error, {}};
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (!(period[i] > 0) || std::isinf(period[i])) fail(function, ": period ", period[i], " s is not positive");
    if (!std::isfinite(z[i].real()) || !std::isfinite(z[i].imag()) || z[i] == 0.0) continue;
    if (!(error[i] > 0) || std::isinf(error[i]))
      fail(function, ": period ", period[i], " s: error ", error[i], " ohm is not positive; give an error floor");
    data.rows.push_back(i);
  }
  if (data.rows.empty()) fail(function, ": no impedance at any of ", period.size(), " periods");
  return data;
}

void judge(LeastMisfit& fit, std::size_t data) {
  fit.data = data;
  const auto n = static_cast<double>(data);
  fit.limit = n + 2 * std::sqrt(2 * n);
  fit.exists = fit.chi_squared <= fit.limit;
}

}  // namespace terrella::elec
