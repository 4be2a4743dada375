// Symmetric successive overrelaxation, written as a product of triangles.
#include "core/precondition/triangles.h"

namespace terrella::precondition {
namespace {

struct Ssor final : Kind {
  explicit Ssor(double w) : relaxation(w) {}
  double relaxation;

  std::shared_ptr<const Made> make(const SparsePattern& pattern, const Array& values) const override {
    return made_of_triangles("ssor", pattern, values, [&](auto& a) {
      using T = std::remove_cvref_t<decltype(a[0])>;
      const T w(static_cast<krylov::Real<T>>(relaxation)), weight = T(1) / (T(2) - w);
      std::vector<T> inverse;  // of D / w
      for (std::int64_t i = 0; i < a.rows(); ++i) {
        const T d = a[a.diagonal(i)];
        if (d == T(0)) throw SolveError(text("ssor: the diagonal of row ", i, " is zero; precondition otherwise"));
        inverse.push_back(w / d);
      }
      // ((D / w + L) (D / w)^-1) ((D / w + U) / (2 - w))
      for (std::int64_t i = 0; i < a.rows(); ++i) {
        for (std::int64_t k = a.first(i); k < a.diagonal(i); ++k)
          a[k] *= inverse[static_cast<std::size_t>(a.column(k))];
        a[a.diagonal(i)] = inverse[static_cast<std::size_t>(i)] / weight;
        for (std::int64_t k = a.diagonal(i) + 1; k < a.last(i); ++k) a[k] *= weight;
      }
    });
  }
};

}  // namespace

Preconditioner ssor(const SparseTensor& a, double relaxation) {
  if (!(relaxation > 0 && relaxation < 2))
    fail("ssor: relaxation must lie between 0 and 2, both excluded, got ", relaxation);
  return {std::make_shared<Ssor>(relaxation), a};
}

}  // namespace terrella::precondition
