// core/krylov.h: iterative solves with sparse matrices and with functions that apply a matrix, differentiable to any
// order. Nothing is differentiated through iterations: derivatives are solves of the same kind.
#pragma once
#include <concepts>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "core/precondition.h"
#include "core/sparse.h"

namespace terrella {

/// What is known of A decides.
///
/// cg        Hermitian positive definite. Hestenes & Stiefel (1952)
/// minres    Hermitian, definite or not; needs a positive definite preconditioner. Paige & Saunders (1975)
/// bicgstab  any, in little memory; an iteration applies A twice. van der Vorst (1992)
/// gmres     any; the residual never grows, memory for `restart` vectors. Saad & Schultz (1986)
/// fgmres    the same where the preconditioner is not quite linear, an inner solve; twice the memory. Saad (1993)
/// cocg      complex symmetric, A = A^T; also real symmetric without a check of its definiteness.
///           van der Vorst & Melissen (1990)
/// idr       any, memory for 3 `shadow` vectors. Sonneveld & van Gijzen (2008), van Gijzen & Sonneveld (2011)
enum class Krylov : std::uint8_t {
#define METHOD(name, title) name,
#include "core/krylov/methods.def"
#undef METHOD
};

/// A linear map of tensors: a sparse matrix, or a function that applies one. A function is called once, with a
/// placeholder, and may use tensors of its surroundings, through which derivatives flow.
class LinearOperator {
 public:
  LinearOperator(const SparseTensor& a) : form_(a) {}  // NOLINT: conversions are meant to be implicit
  template <class F>
  requires std::is_invocable_r_v<Tensor, const F&, const Tensor&> LinearOperator(F f)
      : form_(std::function<Tensor(const Tensor&)>(std::move(f))) {}  // NOLINT
  const std::variant<SparseTensor, std::function<Tensor(const Tensor&)>>& form() const { return form_; }

 private:
  std::variant<SparseTensor, std::function<Tensor(const Tensor&)>> form_;
};

struct KrylovOptions {
  Krylov method = Krylov::gmres;
  /// Of |b - A x| relative to |b|, in the 2-norm, of the true residual. None: 1e-10 in double precision, 1e-5 in
  /// single.
  std::optional<double> tolerance = {};
  /// The same of solves with A^H, which derivatives in reverse mode make. None: as tolerance.
  std::optional<double> adjoint_tolerance = {};
  std::optional<std::int64_t> max_iterations = {};  ///< none: 10 n, but 100 to 10 000
  std::int64_t restart = 30;                        ///< gmres, fgmres: vectors that are kept
  std::int64_t shadow = 4;                          ///< idr: s
  /// M^-1, close to A^-1. A constant: no derivative flows through it, none is needed.
  Preconditioner preconditioner = {};
  Tensor initial = Tensor::none();  ///< guess of x, of b's shape; none: zero
};

struct KrylovResult {
  Tensor x;
  Tensor iterations;  ///< i64, one for each right-hand side
  Tensor residual;    ///< |b - A x| / |b|, likewise, computed from x; no derivative flows through it
};

/// x of A x = b.
///
/// a        square sparse matrices [.., n, n] with b [n] or [.., n, m], batches broadcast; or a function of x of b's
///          shape, whatever it is, that returns the same shape
/// returns  x like b; iterations and residual [.., m], of a vector [..], of a function's []
///
/// f32 f64 c64 c128. Each right-hand side stops by itself; a batch comes about by vmap, too. The tangent of x solves
/// A x' = b' - A' x, cotangents solve with A^H, by the same method; the transpose of a function is found by vjp.
///
/// SolveError names method, iterations and residual where the tolerance is not met, where the method breaks down or
/// finds A or M not of its kind, and at NaN; std::invalid_argument for shapes and options.
KrylovResult krylov_solve(const LinearOperator& a, const Tensor& b, const KrylovOptions& options = {});

}  // namespace terrella
