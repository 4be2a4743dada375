// Incomplete L U without fill, row by row: Meijerink & van der Vorst (1977); Saad (2003), algorithm 10.4.
#include "core/precondition/triangles.h"

namespace terrella::precondition {
namespace {

template <class T>
void factorise(Triangles<T>& a) {
  std::vector<std::int64_t> place(static_cast<std::size_t>(a.rows()), -1);  // entry of the row at hand in each column
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    for (std::int64_t k = a.first(i); k < a.last(i); ++k) place[static_cast<std::size_t>(a.column(k))] = k;
    for (std::int64_t k = a.first(i); k < a.diagonal(i); ++k) {
      const std::int64_t row = a.column(k);
      a[k] *= a[a.diagonal(row)];  // inverted already
      for (std::int64_t l = a.diagonal(row) + 1; l < a.last(row); ++l)
        if (const std::int64_t to = place[static_cast<std::size_t>(a.column(l))]; to >= 0) a[to] -= a[k] * a[l];
    }
    T& pivot = a[a.diagonal(i)];
    if (pivot == T(0) || !krylov::finite(pivot))
      throw SolveError(text("ilu: the pivot of row ", i, " is ", pivot == T(0) ? "zero" : "not finite",
                            "; shift the matrix that it is made of, or precondition otherwise"));
    pivot = T(1) / pivot;
    for (std::int64_t k = a.first(i); k < a.last(i); ++k) place[static_cast<std::size_t>(a.column(k))] = -1;
  }
}

struct Ilu final : Kind {
  std::shared_ptr<const Made> make(const SparsePattern& pattern, const Array& values) const override {
    return made_of_triangles("ilu", pattern, values, [](auto& a) { factorise(a); });
  }
};

}  // namespace

Preconditioner ilu(const SparseTensor& a) { return {std::make_shared<Ilu>(), a}; }

}  // namespace terrella::precondition
