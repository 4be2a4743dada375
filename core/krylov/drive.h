// core/krylov/drive.h: a method run until the true residual is small, or until it is known that it will not be.
#pragma once
#include <string>

#include "core/krylov/method.h"

namespace terrella::krylov {

/// What a solve asks for, besides the system.
struct Plan {
  Krylov method;
  double tolerance;
  std::int64_t max_iterations, restart, shadow;
};

struct Outcome {
  std::int64_t iterations;
  double residual;  ///< |b - A x| / |b|
};

/// Solves for x, which starts at `initial` (null: zero). SolveError, which calls the right-hand side `which`,
/// otherwise.
template <class T>
Outcome drive(const Plan& plan, const Apply& a, const Apply& m, const Vector<T>& b, const T* initial, Vector<T>& x,
              const std::string& which);

}  // namespace terrella::krylov
