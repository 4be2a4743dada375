// core/implicit.h: functions that are given by an equation: roots and fixed points, differentiable to any order by the
// implicit function theorem at the solution. Nothing is differentiated through iterations.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "core/krylov.h"
#include "core/tensor.h"

namespace terrella {

/// Called with placeholders; may use tensors of its surroundings, through which derivatives flow.
using ImplicitFunction = std::function<Tensor(const Tensor& x)>;

struct ImplicitResult {
  Tensor x;           ///< of the start's shape
  Tensor iterations;  ///< i64 []
  Tensor residual;    ///< |f(x)|, or |g(x) - x|, in the 2-norm; no derivative flows through it
};

struct RootOptions {
  /// Of the last Newton step relative to |x|: about the error of x before that step. None: 1e-10 in double precision,
  /// 1e-5 in single.
  std::optional<double> tolerance = {};
  double absolute_tolerance = 0;  ///< added to tolerance |x|, where x may be zero
  std::int64_t max_iterations = 50;
  /// s of J(x) s = r with J the Jacobian of f at x; made of solve() for sparse matrices, krylov_solve() or the like.
  /// Its derivatives become those of the root, so that it must solve with J itself, not with something close to it.
  /// None: the dense Jacobian in forward mode.
  std::function<Tensor(const Tensor& x, const Tensor& r)> solver = {};
};

/// x of f(x) = 0, by Newton's method from `start`, with steps halved until |f| falls.
///
/// start    any shape, f32 f64 c64 c128 (f holomorphic where complex); f returns the same shape and dtype
///
/// Under vmap each element iterates by itself. The tangent of x is -J^-1 f', cotangents are pulled back through the
/// solver.
/// SolveError with iterations and residual where no step lowers |f|, where the tolerance is not met, and at NaN.
/// Nocedal & Wright (2006), chapter 11.
ImplicitResult root(const ImplicitFunction& f, const Tensor& start, const RootOptions& options = {});

struct FixedPointOptions {
  /// Of |g(x) - x| relative to |x|. None: 1e-10 in double precision, 1e-5 in single.
  std::optional<double> tolerance = {};
  double absolute_tolerance = 0;  ///< added to tolerance |x|, where x may be zero
  std::int64_t max_iterations = 1000;
  /// Former steps that Anderson acceleration combines; 0: x, g(x), g(g(x)), ...
  std::int64_t memory = 5;
  /// How derivatives solve x' = g' + (dg/dx) x'.
  KrylovOptions derivative = {};
};

/// x of g(x) = x, by iteration from `start`; otherwise like root().
/// Anderson (1965); Walker & Ni (2011).
ImplicitResult fixed_point(const ImplicitFunction& g, const Tensor& start, const FixedPointOptions& options = {});

}  // namespace terrella
