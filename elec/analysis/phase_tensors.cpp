#include "elec/analysis/phase_tensors.h"

#include "core/ops.h"
#include "elec/response/error_propagation.h"
#include "elec/response/phase_tensor.h"
#include "elec/response/site_tensors.h"

namespace terrella::elec {
namespace {

/// The six columns as one function of real parts and imaginary parts [n, 8], so that they share the work.
Tensor columns_of(const Tensor& parts) {
  const std::int64_t n = parts.size(0);
  const Tensor re = reshape(slice(parts, -1, {0, 4}), {n, 2, 2}), im = reshape(slice(parts, -1, {4, 8}), {n, 2, 2});
  const auto e = phase_tensor_ellipse(phase_tensor(re + Tensor(std::complex<double>(0, 1)) * im));
  return stack({e.phi_max, e.phi_min, e.alpha, e.beta, e.strike, e.ellipticity}, -1);
}

}  // namespace

PhaseTensorTable phase_tensor_table(const datasets::Site& site) {
  PhaseTensorTable table;
  const auto n = static_cast<std::int64_t>(site.periods());
  if (n == 0) return table;
  const Tensor z = reshape(impedance_of(site), {n, 4}), error = reshape(impedance_error_of(site), {n, 4});
  const Tensor parts = concatenate({real(z), imag(z)}, -1), errors = concatenate({error, error}, -1);
  const std::vector<double> value = columns_of(parts).to_vector<double>();
  const Tensor covariance = propagate_covariance(columns_of, parts, diagonal_matrix(errors * errors));
  const std::vector<double> deviation = sqrt(diagonal(covariance)).to_vector<double>();
  Column* const columns[] = {&table.phi_max, &table.phi_min, &table.alpha,
                             &table.beta,    &table.strike,  &table.ellipticity};
  for (std::size_t k = 0; k < 6; ++k)
    for (std::size_t i = 0; i < site.periods(); ++i) {
      columns[k]->value.push_back(value[6 * i + k]);
      columns[k]->error.push_back(deviation[6 * i + k]);
    }
  return table;
}

}  // namespace terrella::elec
