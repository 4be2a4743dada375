// Generalised minimal residuals, preconditioned from the right, one cycle a call: Saad & Schultz (1986); the flexible
// variant, which keeps the preconditioned vectors, Saad (1993).
#include "core/krylov/method.h"

namespace terrella::krylov {
namespace {

template <class T>
Ending cycle(Equation<T>& e, bool flexible) {
  using R = Real<T>;
  const std::int64_t n = e.n;
  std::vector<Vector<T>> basis, turned;
  std::vector<std::vector<T>> columns;  // of the triangle R in H = Q R
  std::vector<R> cosine;
  std::vector<T> sine, right;
  Vector<T> z(n);
  R length = norm(e.r);
  const auto keep = [&](R size) {
    basis.emplace_back(n);
    each(n, [&](std::int64_t i) { basis.back()[i] = e.r[i] / size; });
  };
  if (!(length > 0)) return {};
  right.push_back(T(length));
  keep(length);
  Ending ending;
  while (e.goes_on(length) && static_cast<std::int64_t>(columns.size()) < e.restart) {
    e.precondition(basis.back(), z);
    if (flexible && e.m) {
      turned.emplace_back(n);
      assign(turned.back(), z);
    }
    Vector<T>& w = e.r;  // the residual is computed again when the cycle has ended
    e.multiply(z, w);
    ++e.iterations;
    const R before = norm(w);
    std::vector<T> column;
    for (const Vector<T>& v : basis) {
      column.push_back(dot(v, w));
      add(w, -column.back(), v);
    }
    R next = norm(w);
    if (next < R(0.1) * before)  // cancellation: once more
      for (std::size_t j = 0; j < basis.size(); ++j) {
        const T more = dot(basis[j], w);
        column[j] += more;
        add(w, -more, basis[j]);
      }
    next = norm(w);
    if (!std::isfinite(next)) break;
    const bool exhausted = !(next > std::numeric_limits<R>::epsilon() * before);
    for (std::size_t j = 0; j < cosine.size(); ++j) {
      const T upper = column[j];
      column[j] = cosine[j] * upper + sine[j] * column[j + 1];
      column[j + 1] = -conjugate(sine[j]) * upper + cosine[j] * column[j + 1];
    }
    const R lower = exhausted ? R(0) : next, size = std::hypot(std::abs(column.back()), lower);
    if (!(size > std::numeric_limits<R>::epsilon() * before)) {
      ending = {"A is singular on the space of this right-hand side"};
      break;
    }
    const T phase = column.back() == T(0) ? T(1) : column.back() / std::abs(column.back());
    cosine.push_back(std::abs(column.back()) / size);
    sine.push_back(phase * lower / size);
    column.back() = phase * size;
    right.push_back(-conjugate(sine.back()) * right.back());
    right[right.size() - 2] *= cosine.back();
    columns.push_back(std::move(column));
    length = std::abs(right.back());
    if (exhausted) break;
    keep(next);
  }
  std::vector<T> y(columns.size());
  for (std::size_t k = columns.size(); k-- > 0;) {
    y[k] = right[k];
    for (std::size_t j = k + 1; j < columns.size(); ++j) y[k] -= columns[j][k] * y[j];
    y[k] /= columns[k][k];
  }
  if (flexible && e.m) {
    for (std::size_t k = 0; k < y.size(); ++k) add(e.x, y[k], turned[k]);
    return ending;
  }
  fill(e.r, T(0));
  for (std::size_t k = 0; k < y.size(); ++k) add(e.r, y[k], basis[k]);
  e.precondition(e.r, z);
  add(e.x, T(1), z);
  return ending;
}

}  // namespace

template <class T>
Ending gmres(Equation<T>& equation) {
  return cycle(equation, false);
}
template <class T>
Ending fgmres(Equation<T>& equation) {
  return cycle(equation, true);
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(gmres)
TERRELLA_KRYLOV(fgmres)
