// core/sparse/batch.h: the batch in front of values, as core/ops/matrix_batch.h has it in front of matrices.
#pragma once
#include "core/ops.h"

namespace terrella::sparse {

/// The axes before the last one.
inline Shape batch_of_values(Shape values) {
  values.erase(values.rank() - 1);
  return values;
}

inline Shape with_last(Shape batch, std::int64_t extent) {
  batch.push_back(extent);
  return batch;
}

/// Values broadcast to that batch.
inline Tensor values_over(const Tensor& values, const Shape& batch) {
  return broadcast_to(values, with_last(batch, values.size(-1)));
}

}  // namespace terrella::sparse
