// Induced dimension reduction, IDR(s): Sonneveld & van Gijzen (2008), in the biorthogonal form of van Gijzen &
// Sonneveld (2011), algorithm 913. An iteration is a product with A.
#include "core/krylov/method.h"

namespace terrella::krylov {
namespace {

/// A number in (-1, 1) for each place, the same on every machine.
template <class T>
T scattered(std::uint64_t place) {
  const auto one = [](std::uint64_t k) {
    k = (k ^ (k >> 30)) * 0xbf58476d1ce4e5b9U;
    k = (k ^ (k >> 27)) * 0x94d049bb133111ebU;
    return static_cast<Real<T>>(static_cast<double>((k ^ (k >> 31)) >> 11) * 0x1p-52 - 1);
  };
  const std::uint64_t seed = (place + 1) * 0x9e3779b97f4a7c15U;
  if constexpr (std::is_floating_point_v<T>)
    return one(seed);
  else
    return {one(seed), one(seed + 0x632be59bd9b4e019U)};
}

template <class T>
std::vector<Vector<T>> orthonormal(std::int64_t n, std::int64_t count) {
  std::vector<Vector<T>> p;
  for (std::int64_t k = 0; k < count; ++k) {
    Vector<T> v(n);
    each(n, [&](std::int64_t i) { v[i] = scattered<T>(static_cast<std::uint64_t>(k * n + i)); });
    for (int pass = 0; pass < 2; ++pass)
      for (const Vector<T>& u : p) add(v, -dot(u, v), u);
    scale(v, T(1 / norm(v)));
    p.push_back(std::move(v));
  }
  return p;
}

}  // namespace

template <class T>
Ending idr(Equation<T>& e) {
  using R = Real<T>;
  const std::int64_t n = e.n;
  const auto s = static_cast<std::size_t>(std::min(e.shadow, n));
  Vector<T>&x = e.x, &r = e.r;
  const std::vector<Vector<T>> p = orthonormal<T>(n, static_cast<std::int64_t>(s));
  std::vector<Vector<T>> g, u;
  std::vector<std::vector<T>> m(s, std::vector<T>(s, T(0)));  // lower triangle P^H G
  for (std::size_t k = 0; k < s; ++k) {
    g.emplace_back(n), u.emplace_back(n);
    fill(g[k], T(0)), fill(u[k], T(0));
    m[k][k] = T(1);
  }
  Vector<T> v(n), t(n);
  std::vector<T> f(s), c(s);
  T omega(1);
  R length = norm(r);
  while (e.goes_on(length)) {
    for (std::size_t i = 0; i < s; ++i) f[i] = dot(p[i], r);
    for (std::size_t k = 0; k < s && e.goes_on(length); ++k) {
      for (std::size_t i = k; i < s; ++i) {
        c[i] = f[i];
        for (std::size_t j = k; j < i; ++j) c[i] -= m[i][j] * c[j];
        c[i] /= m[i][i];
      }
      assign(t, r);
      for (std::size_t i = k; i < s; ++i) add(t, -c[i], g[i]);
      e.precondition(t, v);
      scale(u[k], c[k]);
      add(u[k], omega, v);
      for (std::size_t i = k + 1; i < s; ++i) add(u[k], c[i], u[i]);
      e.multiply(u[k], g[k]);
      ++e.iterations;
      for (std::size_t i = 0; i < k; ++i) {
        const T alpha = dot(p[i], g[k]) / m[i][i];
        add(g[k], -alpha, g[i]);
        add(u[k], -alpha, u[i]);
      }
      for (std::size_t i = k; i < s; ++i) m[i][k] = dot(p[i], g[k]);
      if (vanishes(m[k][k], norm(g[k]), R(1))) return {"a direction is orthogonal to the shadow space"};
      const T beta = f[k] / m[k][k];
      length = std::sqrt(total<R>(n, [&](std::int64_t i) {
        x[i] += beta * u[k][i];
        r[i] -= beta * g[k][i];
        return square(r[i]);
      }));
      for (std::size_t i = k + 1; i < s; ++i) f[i] -= beta * m[i][k];
    }
    if (!e.goes_on(length)) break;
    e.precondition(r, v);
    e.multiply(v, t);
    ++e.iterations;
    const R size = norm(t);
    const T along = dot(t, r);
    const R angle = std::abs(along) / (size * length);
    if (!(size > 0) || !(angle > std::numeric_limits<R>::epsilon())) return {"A r is orthogonal to r"};
    omega = along / T(size * size);
    if (angle < R(0.7)) omega *= R(0.7) / angle;  // keeps omega away from zero
    length = std::sqrt(total<R>(n, [&](std::int64_t i) {
      x[i] += omega * v[i];
      r[i] -= omega * t[i];
      return square(r[i]);
    }));
  }
  return {};
}

}  // namespace terrella::krylov

TERRELLA_KRYLOV(idr)
