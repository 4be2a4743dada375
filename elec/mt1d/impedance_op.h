// elec/mt1d/impedance_op.h: the graph operations behind impedance.h. Arguments are checked there.
#pragma once
#include "core/tensor.h"

namespace terrella::elec::mt1d {

/// Z [..., n_freq] of a model {resistivity [..., n], thickness [..., n-1], frequency [..., n_freq]}, all f64.
Tensor impedance_node(const Tensors& model);

/// {Z, dZ/dresistivity [..., n_freq, n], dZ/dthickness [..., n_freq, n-1]}.
Tensors jacobian_node(const Tensors& model);

}  // namespace terrella::elec::mt1d
