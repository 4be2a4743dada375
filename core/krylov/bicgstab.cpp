// Stabilised biconjugate gradients, preconditioned from the right: van der Vorst (1992).
#include "core/krylov/method.h"

namespace terrella::krylov {

template <class T>
Ending bicgstab(Equation<T>& e) {
  using R = Real<T>;
  const std::int64_t n = e.n;
  Vector<T>&x = e.x, &r = e.r;
  Vector<T> shadow(n), p(n), v(n), y(n), t(n);
  assign(shadow, r);
  R length = norm(r);
  const R shadow_length = length;
  T rho(1), alpha(1), omega(1);
  for (bool first = true; e.goes_on(length); first = false) {
    const T next = dot(shadow, r);
    if (vanishes(next, shadow_length, length)) return {"the residual is orthogonal to the first one"};
    if (first)
      assign(p, r);
    else
      each(n,
           [&, beta = (next / rho) * (alpha / omega)](std::int64_t i) { p[i] = r[i] + beta * (p[i] - omega * v[i]); });
    rho = next;
    e.precondition(p, y);
    e.multiply(y, v);
    const T sigma = dot(shadow, v);
    if (vanishes(sigma, shadow_length, norm(v))) return {"A p is orthogonal to the first residual"};
    alpha = rho / sigma;
    length = std::sqrt(total<R>(n, [&](std::int64_t i) {
      x[i] += alpha * y[i];
      r[i] -= alpha * v[i];
      return square(r[i]);
    }));
    ++e.iterations;
    if (!(length > e.target)) return {};
    e.precondition(r, y);
    e.multiply(y, t);
    const R size = norm(t);
    omega = dot(t, r) / T(size * size);
    if (!(std::abs(omega) * size > std::numeric_limits<R>::epsilon() * length))
      return {"A r is orthogonal to r; gmres and idr do without that product"};
    length = std::sqrt(total<R>(n, [&](std::int64_t i) {
      x[i] += omega * y[i];
      r[i] -= omega * t[i];
      return square(r[i]);
    }));
  }
  return {};
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(bicgstab)
