// The diagonal.
#include "core/error.h"
#include "core/krylov/vectors.h"
#include "core/precondition/kind.h"
#include "core/sparse/pattern_data.h"

namespace terrella::precondition {
namespace {

template <class T>
class Diagonal final : public Made {
 public:
  explicit Diagonal(krylov::Vector<T> inverse) : inverse_(std::move(inverse)) {}
  void apply(const Array& r, Array& z, bool adjoint) const override {
    const T* from = r.data<T>();
    T* to = z.data<T>();
    krylov::each(inverse_.size(),
                 [&](std::int64_t i) { to[i] = (adjoint ? krylov::conjugate(inverse_[i]) : inverse_[i]) * from[i]; });
  }

 private:
  krylov::Vector<T> inverse_;
};

struct Jacobi final : Kind {
  std::shared_ptr<const Made> make(const SparsePattern& pattern, const Array& values) const override {
    std::shared_ptr<const Made> made;
    with_floating(values.dtype, [&](auto t) {
      using T = decltype(t);
      krylov::Vector<T> inverse(pattern.rows());
      krylov::fill(inverse, T(0));
      sparse::for_entries(pattern, [&](std::int32_t i, std::int32_t j, std::size_t k) {
        if (i == j && values.data<T>()[k] != T(0)) inverse[i] = T(1) / values.data<T>()[k];
      });
      for (std::int64_t i = 0; i < inverse.size(); ++i)
        if (inverse[i] == T(0))
          throw SolveError(text("jacobi: the diagonal of row ", i,
                                " is zero; ilu or multigrid of a shifted matrix, or "
                                "none, may do"));
      made = std::make_shared<Diagonal<T>>(std::move(inverse));
    });
    return made;
  }
};

}  // namespace

Preconditioner jacobi(const SparseTensor& a) { return {std::make_shared<Jacobi>(), a}; }

}  // namespace terrella::precondition
