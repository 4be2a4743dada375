// core/precondition/kind.h: what a kind of preconditioner has to do. For the files beside it and the Krylov methods.
#pragma once
#include <mutex>
#include <vector>

#include "core/array.h"
#include "core/precondition.h"

namespace terrella::precondition {

/// A preconditioner of numbers, ready for use.
struct Made {
  virtual ~Made() = default;
  /// z = M^-1 r, or M^-H r, on row-major vectors of the values' dtype.
  virtual void apply(const Array& r, Array& z, bool adjoint) const = 0;
};

struct Kind {
  virtual ~Kind() = default;
  /// For one matrix with row-major values [entries].
  virtual std::shared_ptr<const Made> make(const SparsePattern& pattern, const Array& values) const = 0;
};

/// A kind with its matrix, and what was made for the values that were seen last.
struct OfMatrix {
  std::shared_ptr<const Kind> kind;
  SparseTensor matrix;

  OfMatrix(std::shared_ptr<const Kind> k, SparseTensor a) : kind(std::move(k)), matrix(std::move(a)) {}
  std::shared_ptr<const Made> made_for(const Array& values) const;

 private:
  struct Kept {
    Array values;  // held, so that nothing else gets its memory
    std::shared_ptr<const Made> made;
  };
  mutable std::mutex mutex_;
  mutable std::vector<Kept> kept_;  // all of one buffer: a batch of matrices
};

/// `f` called with a value of the type of `dtype`, which is floating.
template <class F>
void with_floating(DType dtype, const F& f) {
  with_type(dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!std::is_integral_v<T>) f(T{});
  });
}

}  // namespace terrella::precondition
