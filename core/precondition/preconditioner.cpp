#include "core/error.h"
#include "core/ops.h"
#include "core/precondition/kind.h"

namespace terrella {

Preconditioner::Preconditioner(std::shared_ptr<const precondition::Kind> kind, const SparseTensor& a) {
  if (a.rows() != a.columns())
    fail("preconditioner: the sparse matrix must be square, got ", a.rows(), " x ", a.columns());
  of_matrix_ =
      std::make_shared<precondition::OfMatrix>(std::move(kind), SparseTensor(a.pattern(), stop_gradient(a.values())));
}

std::shared_ptr<const precondition::Made> precondition::OfMatrix::made_for(const Array& values) const {
  const std::lock_guard lock(mutex_);
  if (!kept_.empty() && (kept_[0].values.buffer.get() != values.buffer.get() || kept_[0].values.dtype != values.dtype))
    kept_.clear();
  for (const Kept& k : kept_)
    if (k.values.offset == values.offset) return k.made;
  kept_.push_back({values, kind->make(matrix.pattern(), values)});
  return kept_.back().made;
}

}  // namespace terrella
