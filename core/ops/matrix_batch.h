// core/ops/matrix_batch.h: the batch in front of matrices, for operations on them.
#pragma once
#include "core/tensor.h"

namespace terrella {

/// The axes before the last two.
Shape batch_of(const Shape& matrices);
/// Matrices broadcast to those axes.
Tensor over_batch(const Tensor& matrices, Shape batch);

}  // namespace terrella
