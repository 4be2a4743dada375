// Minimal residuals of a Hermitian matrix by a short recurrence: Paige & Saunders (1975); with a preconditioner as in
// Elman, Silvester & Wathen (2014), algorithm 4.1. The residual itself is carried along, since with a preconditioner
// its length does not follow from the recurrence: r_k = s^2 r_(k-1) + eta_k c v_(k+1) / |v_(k+1)|.
#include "core/krylov/method.h"

namespace terrella::krylov {

template <class T>
Ending minres(Equation<T>& e) {
  using R = Real<T>;
  constexpr Ending not_definite{"M is not positive definite (r^H M^-1 r is not positive)", true};
  const std::int64_t n = e.n;
  Vector<T>&x = e.x, &r = e.r;
  Vector<T> v_before(n), v(n), v_next(n), z(n), z_next(n), w_before(n), w(n), w_next(n);
  fill(v_before, T(0));
  fill(w_before, T(0));
  fill(w, T(0));
  assign(v, r);
  e.precondition(v, z);
  const R first = real_part(dot(z, v));
  R length = norm(r);
  if (!(length > 0)) return {};
  if (!(first > 0)) return not_definite;
  R gamma_before = 1, gamma = std::sqrt(first), eta = gamma, s_before = 0, s = 0, c_before = 1, c = 1;
  while (e.goes_on(length)) {
    scale(z, T(1 / gamma));
    e.multiply(z, v_next);
    const R delta = real_part(dot(z, v_next));
    const T back = T(delta / gamma), further = T(gamma / gamma_before);
    each(n, [&](std::int64_t i) { v_next[i] -= back * v[i] + further * v_before[i]; });
    e.precondition(v_next, z_next);
    const R next_square = real_part(dot(z_next, v_next)), size = norm(v_next);
    // Where the space is exhausted v_next is rounding, and so is its sign.
    const bool exhausted = !(size > 4 * std::numeric_limits<R>::epsilon() * std::abs(delta) * gamma * R(1e-3));
    if (!(next_square > 0) && size > 0 && !exhausted) return not_definite;
    const R gamma_next = std::sqrt(std::max(R(0), next_square));
    const R a0 = c * delta - c_before * s * gamma, a1 = std::hypot(a0, gamma_next),
            a2 = s * delta + c_before * c * gamma, a3 = s_before * gamma;
    if (!(a1 > 0)) return {"A is singular for this right-hand side"};
    const R c_next = a0 / a1, s_next = gamma_next / a1, step = c_next * eta;
    eta = -s_next * eta;
    const T turn = gamma_next > 0 ? T(eta * c_next / gamma_next) : T(0);
    length = std::sqrt(total<R>(n, [&](std::int64_t i) {
      w_next[i] = (z[i] - T(a3) * w_before[i] - T(a2) * w[i]) / T(a1);
      x[i] += T(step) * w_next[i];
      r[i] = T(s_next * s_next) * r[i] + turn * v_next[i];
      return square(r[i]);
    }));
    std::swap(v_before, v);
    std::swap(v, v_next);
    std::swap(z, z_next);
    std::swap(w_before, w);
    std::swap(w, w_next);
    gamma_before = gamma, gamma = gamma_next;
    s_before = s, s = s_next;
    c_before = c, c = c_next;
    ++e.iterations;
    if (!(gamma > 0)) return {};
  }
  return {};
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(minres)
