// core/krylov/conjugate_gradients.h: the recurrence that CG and COCG share; they differ in their product of vectors.
#pragma once
#include "core/krylov/method.h"

namespace terrella::krylov {

/// Conjugated: sum conj(x) y, for Hermitian positive definite A and M; else sum x y, for A = A^T and M = M^T.
template <bool conjugated, class T>
Ending conjugate_gradients(Equation<T>& e) {
  const std::int64_t n = e.n;
  Vector<T>&x = e.x, &r = e.r;
  Vector<T> z_own(e.m ? n : 0), p(n), q(n);
  Vector<T>& z = e.m ? z_own : r;
  const auto product = [&](const Vector<T>& u, const Vector<T>& v) {
    return total<T>(n, [&](std::int64_t i) { return (conjugated ? conjugate(u[i]) : u[i]) * v[i]; });
  };
  Real<T> length = norm(r);
  T rz(0);
  for (bool first = true; e.goes_on(length); first = false) {
    if (e.m) e.precondition(r, z);
    const T next = e.m || !conjugated ? product(r, z) : T(length * length);
    if (conjugated && !(real_part(next) > 0)) return {"M is not positive definite (r^H M^-1 r is not positive)", true};
    if (!conjugated && vanishes(next, length, e.m ? norm(z) : length)) return {"r^T M^-1 r vanishes"};
    if (first)
      assign(p, z);
    else
      each(n, [&, beta = next / rz](std::int64_t i) { p[i] = z[i] + beta * p[i]; });
    rz = next;
    e.multiply(p, q);
    const T curvature = product(p, q);
    if (conjugated && !(real_part(curvature) > 0)) {
      if (!finite(curvature)) return {"A p is not finite", true};
      return {"A is not positive definite (p^H A p is not positive); minres takes indefinite matrices", true};
    }
    if (!conjugated && vanishes(curvature, norm(p), norm(q))) return {"p^T A p vanishes"};
    const T alpha = rz / (conjugated ? T(real_part(curvature)) : curvature);
    length = std::sqrt(total<Real<T>>(n, [&](std::int64_t i) {
      x[i] += alpha * p[i];
      r[i] -= alpha * q[i];
      return square(r[i]);
    }));
    ++e.iterations;
  }
  return {};
}

}  // namespace terrella::krylov
