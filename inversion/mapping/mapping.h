// inversion/mapping/mapping.h: from the numbers that a minimiser moves to the property that a forward operator takes.
//
// A mapping is made of operations, so derivatives follow. A learned one (a decoder, a coordinate network) is used
// alike.
#pragma once
#include <functional>
#include <string>

#include "core/tensor.h"

namespace terrella::inversion {

struct Mapping {
  std::string name;
  std::function<Tensor(const Tensor& m)> property;    ///< parameters -> property
  std::function<Tensor(const Tensor& p)> parameters;  ///< property -> parameters; for start and reference models
};

/// p = 10^m: positive properties; m in decades.
Mapping log10_mapping();

/// p = lower + (upper - lower) / (1 + exp(-4 m / (upper - lower))): lower < p < upper for every m, with slope 1 in the
/// middle, so that m and p - (lower + upper) / 2 agree there. parameters() of what lies at or beyond a bound is that of
/// a point 1e-6 of the interval inside. Throws std::invalid_argument unless lower < upper, both finite.
Mapping bounded_mapping(double lower, double upper);

/// outer(inner(m)): `inner` acts on the parameters, `outer` gives the property.
Mapping compose(const Mapping& outer, const Mapping& inner);

}  // namespace terrella::inversion
