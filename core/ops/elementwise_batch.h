// core/ops/elementwise_batch.h: for vmap rules whose operation broadcasts.
#pragma once
#include <span>
#include <vector>

#include "core/tensor.h"

namespace terrella {

/// Inputs whose ranks count the batch axis as one more, so that ordinary broadcasting aligns what lies behind it:
/// batched [B, 3] beside an unbatched [2, 3] becomes [B, 1, 3].
Tensors align_batches(std::span<const Tensor> inputs, const std::vector<bool>& batched);

}  // namespace terrella
