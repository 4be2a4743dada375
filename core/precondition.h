// core/precondition.h: what makes Krylov methods (core/krylov.h) fast: z = M^-1 r with M close to A.
//
// A preconditioner is a constant: no derivative flows through it. What is made of a matrix is made when a solve first
// needs it, and made again only where values have changed, so that it serves the adjoint solve and derivatives, too.
#pragma once
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/sparse.h"

namespace terrella {

namespace precondition {
struct Kind;
struct OfMatrix;
}  // namespace precondition

/// A value: cheap to copy, never changed.
class Preconditioner {
 public:
  /// None: M = 1.
  Preconditioner() = default;
  /// A linear function z = M^-1 r. The adjoint is found by vjp. In fgmres alone it may be not quite linear.
  template <class F>
  requires std::is_invocable_r_v<Tensor, const F&, const Tensor&> Preconditioner(F f)
      : function_(std::move(f)) {}  // NOLINT: conversions are meant to be implicit
  /// A kind of preconditioner for a matrix; the functions below have the kinds there are.
  Preconditioner(std::shared_ptr<const precondition::Kind> kind, const SparseTensor& a);

  const std::function<Tensor(const Tensor&)>& function() const { return function_; }
  const std::shared_ptr<const precondition::OfMatrix>& of_matrix() const { return of_matrix_; }

 private:
  std::function<Tensor(const Tensor&)> function_;
  std::shared_ptr<const precondition::OfMatrix> of_matrix_;
};

namespace precondition {

/// M is the diagonal of A. SolveError names a row where it is zero.
Preconditioner jacobi(const SparseTensor& a);

/// M = (D / w + L) (D / w)^-1 (D / w + U) / (2 - w), 0 < w < 2 (std::invalid_argument): positive definite where A is.
/// SolveError names a row with zero on the diagonal.
Preconditioner ssor(const SparseTensor& a, double relaxation = 1.0);

/// M = L U in the pattern of A, without fill. Meijerink & van der Vorst (1977). SolveError names the row of a zero
/// pivot.
Preconditioner ilu(const SparseTensor& a);

struct MultigridOptions {
  /// Entries are strong where |a_ij| > strength sqrt(|a_ii a_jj|); others do not tie unknowns together.
  double strength = 0.08;
  std::int64_t smoothing = 2;   ///< degree of the Chebyshev polynomial before and after each correction
  std::int64_t coarsest = 200;  ///< unknowns that are solved for directly
};
/// One V-cycle of algebraic multigrid by smoothed aggregation, for A like a discrete elliptic operator: Hermitian
/// positive definite or close to it, also with a complex shift. Vanek, Mandel & Brezina (1996); smoothing by Chebyshev
/// polynomials, Adams et al. (2003), and so Hermitian, and the same bits for any number of threads.
/// SolveError names a row whose diagonal is zero, NaN or infinite.
Preconditioner multigrid(const SparseTensor& a, const MultigridOptions& options = {});

}  // namespace precondition
}  // namespace terrella
