#include "elec/response/site_tensors.h"

namespace terrella::elec {
namespace {

template <class T, class Rows, class Masks>
Tensor tensor_of(std::size_t periods, std::size_t components, const Rows& rows, const Masks& masked,
                 const Shape& shape) {
  std::vector<T> values(periods * components, T(datasets::not_a_number));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < components; ++k)
      if (i >= masked.size() || !masked[i][k]) values[i * components + k] = rows[i][k];
  return Tensor::from(values, shape);
}

}  // namespace

Tensor impedance_of(const datasets::Site& site) {
  return tensor_of<datasets::Complex>(site.periods(), 4, site.z, site.z_masked,
                                      {static_cast<std::int64_t>(site.periods()), 2, 2});
}

Tensor impedance_error_of(const datasets::Site& site) {
  return tensor_of<double>(site.periods(), 4, site.z_error, decltype(site.z_masked){},
                           {static_cast<std::int64_t>(site.periods()), 2, 2});
}

Tensor tipper_of(const datasets::Site& site) {
  return tensor_of<datasets::Complex>(site.periods(), 2, site.tipper, site.tipper_masked,
                                      {static_cast<std::int64_t>(site.periods()), 2});
}

Tensor tipper_error_of(const datasets::Site& site) {
  return tensor_of<double>(site.periods(), 2, site.tipper_error, decltype(site.tipper_masked){},
                           {static_cast<std::int64_t>(site.periods()), 2});
}

}  // namespace terrella::elec
