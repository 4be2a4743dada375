#include "elec/mt2d/pieces.h"

#include <algorithm>

#include "core/ops.h"
#include "core/ranks.h"

namespace terrella::elec::mt2d {
namespace {

template <class Value>
Value join(std::vector<Value>& parts, const std::vector<Piece>& pieces, Value all) {
  std::vector<std::size_t> by_period;
  for (std::size_t k = 0; k < pieces.size(); ++k) by_period.push_back(k);
  std::stable_sort(by_period.begin(), by_period.end(),
                   [&](std::size_t a, std::size_t b) { return pieces[a].period < pieces[b].period; });
  const auto into = arrays_of(all);
  for (std::size_t i = 0; i < into.size(); ++i) {
    Tensors of_periods;
    for (const std::size_t k : by_period)
      if (Tensor& x = *arrays_of(parts[k])[i]; x.defined()) of_periods.push_back(std::move(x));
    if (of_periods.size() == 1) *into[i] = of_periods[0];
    if (of_periods.size() > 1) *into[i] = concatenate(of_periods, 0).eval();
  }
  return all;
}

}  // namespace

void put(BytesWriter& bytes, const Tensor& x) {
  const std::int64_t rank = x.defined() ? x.rank() : -1;
  bytes.put(rank);
  if (rank < 0) return;
  bytes.put(is_complex(x.dtype()));
  for (const std::int64_t extent : x.shape()) bytes.put(extent);
  if (is_complex(x.dtype()))
    bytes.put_all(x.to_vector<std::complex<double>>());
  else
    bytes.put_all(x.to_vector<double>());
}

Tensor get(BytesReader& bytes) {
  const auto rank = bytes.get<std::int64_t>();
  if (rank < 0) return Tensor::none();
  const bool complex = bytes.get<bool>();
  Shape shape;
  for (std::int64_t i = 0; i < rank; ++i) shape.push_back(bytes.get<std::int64_t>());
  return complex ? Tensor::from(bytes.get_all<std::complex<double>>(), shape)
                 : Tensor::from(bytes.get_all<double>(), shape);
}

bool is_own(std::size_t number) {
  const Ranks& here = ranks();
  return static_cast<int>(number % static_cast<std::size_t>(here.size)) == here.rank;
}

Response no_response() { return {Tensor::none(), Tensor::none(), Tensor::none()}; }

Sensitivity no_sensitivity() {
  const Derivatives none{Tensor::none(), Tensor::none(), Tensor::none(), Tensor::none()};
  return {none, none, none};
}

std::vector<Tensor*> arrays_of(Response& r) { return {&r.zxy, &r.zyx, &r.tipper}; }

std::vector<Tensor*> arrays_of(Sensitivity& s) {
  std::vector<Tensor*> all;
  for (Derivatives* d : {&s.zxy, &s.zyx, &s.tipper})
    for (Tensor* x : {&d->value, &d->by_x, &d->by_y, &d->by_z, &d->by}) all.push_back(x);
  return all;
}

Response joined(std::vector<Response> parts, const std::vector<Piece>& pieces) {
  return join(parts, pieces, no_response());
}

Sensitivity joined(std::vector<Sensitivity> parts, const std::vector<Piece>& pieces) {
  return join(parts, pieces, no_sensitivity());
}

}  // namespace terrella::elec::mt2d
