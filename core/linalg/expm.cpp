// Matrix exponential by scaling and squaring. Higham (2005), doi:10.1137/04061101X.
#include "core/linalg.h"
#include "core/linalg/dense.h"
#include "core/ops.h"

namespace terrella {
namespace {

using graph::RuleContext;
using linalg::Stack;

struct Degree {
  int degree;
  double largest;  ///< norm up to which the approximant is right to rounding
};
constexpr Degree double_degrees[] = {{3, 1.495585217958292e-2},
                                     {5, 2.539398330063230e-1},
                                     {7, 9.504178996162932e-1},
                                     {9, 2.097847961257068e0},
                                     {13, 5.371920351148152e0}};
constexpr Degree single_degrees[] = {{3, 4.258730016922831e-1}, {5, 1.880152677804762e0}, {7, 3.925724783138660e0}};

/// Square row-major matrices of one size.
template <class T>
struct Square {
  std::int64_t n;
  std::vector<T> values;
  explicit Square(std::int64_t rows) : n(rows), values(linalg::lapack_memory<T>(rows * rows, rows)) {}
  void add_unit(T c) {
    for (std::int64_t i = 0; i < n; ++i) values[static_cast<std::size_t>(i * n + i)] += c;
  }
  void add(T c, const Square& x) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += c * x.values[i];
  }
};

template <class T>
Square<T> times(const Square<T>& x, const Square<T>& y) {
  Square<T> out(x.n);
  const int n = static_cast<int>(x.n);
  const T one(1), zero(0);
  const T *a = x.values.data(), *b = y.values.data();
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, one, a, n, b, n, zero, out.values.data(), n);
  else if constexpr (std::is_same_v<T, double>)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, one, a, n, b, n, zero, out.values.data(), n);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cblas_cgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, &one, a, n, b, n, &zero, out.values.data(), n);
  else
    cblas_zgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, &one, a, n, b, n, &zero, out.values.data(), n);
  return out;
}

/// Solves in place of `right`; column-major LAPACK sees transposes, and so solves X^T: x q = p as functions commute.
template <class T>
int solve_in_place(Square<T>& q, Square<T>& p) {
  const int n = static_cast<int>(q.n);
  std::vector<int> pivots(static_cast<std::size_t>(n));
  int info = 0;
  if constexpr (std::is_same_v<T, float>)
    sgesv_(&n, &n, q.values.data(), &n, pivots.data(), p.values.data(), &n, &info);
  else if constexpr (std::is_same_v<T, double>)
    dgesv_(&n, &n, q.values.data(), &n, pivots.data(), p.values.data(), &n, &info);
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    cgesv_(&n, &n, q.values.data(), &n, pivots.data(), p.values.data(), &n, &info);
  else
    zgesv_(&n, &n, q.values.data(), &n, pivots.data(), p.values.data(), &n, &info);
  return info;
}

/// Coefficients of the numerator, c_0 = 1; the denominator has them with alternating signs.
std::vector<double> coefficients(int m) {
  std::vector<double> c = {1.0};
  for (int j = 1; j <= m; ++j) c.push_back(c.back() * (m - j + 1) / (static_cast<double>(2 * m - j + 1) * j));
  return c;
}

/// exp by the diagonal Pade approximant, odd and even parts apart.
template <class T>
int approximate(const Square<T>& a, int degree, Square<T>& out) {
  const std::vector<double> c = coefficients(degree);
  const auto of = [&](int j) { return T(static_cast<decltype(std::abs(T()))>(c[static_cast<std::size_t>(j)])); };
  std::vector<Square<T>> even = {Square<T>(a.n), times(a, a)};  // even[j] = A^2j
  even[0].add_unit(T(1));
  const int stored = degree == 13 ? 3 : degree / 2;
  while (static_cast<int>(even.size()) <= stored) even.push_back(times(even.back(), even[1]));
  Square<T> u(a.n), v(a.n);
  if (degree == 13) {
    Square<T> high_u(a.n), high_v(a.n);
    for (int j = 1; j <= 3; ++j) {
      const auto& power = even[static_cast<std::size_t>(j)];
      high_u.add(of(2 * j + 7), power);
      high_v.add(of(2 * j + 6), power);
    }
    u = times(even[3], high_u);
    v = times(even[3], high_v);
  }
  for (int j = 0; j <= stored; ++j) {
    u.add(of(2 * j + 1), even[static_cast<std::size_t>(j)]);
    v.add(of(2 * j), even[static_cast<std::size_t>(j)]);
  }
  u = times(a, u);
  out = v;
  out.add(T(1), u);
  v.add(T(-1), u);
  return solve_in_place(v, out);
}

class Expm final : public graph::Op {
 public:
  std::string_view name() const override { return "expm"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Array a = cpu::row_major(in[0]);
    out[0] = cpu::empty_array(out[0].dtype, out[0].shape);
    const Stack stack(a.shape);
    if (stack.rows == 0) return;
    linalg::for_batch(a.dtype, stack.count, 30 * stack.size() * stack.rows,
                      [&](auto t, std::int64_t first, std::int64_t last) {
                        using T = decltype(t);
                        for (std::int64_t b = first; b < last; ++b) {
                          linalg::require_finite("expm", stack, b, a.data<T>());
                          one(stack, b, a.data<T>() + b * stack.size(), out[0].data<T>() + b * stack.size());
                        }
                      });
  }

  // exp of [A E; 0 A] is [exp A, L(A, E); 0, exp A], with L the derivative in the direction E.
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    return {along(node.inputs[0], t[0])};
  }
  // The adjoint of L(A, .) is L(A^H, .).
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {along(adjoint(node.inputs[0]), g[0])};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {apply(x[0])};
  }

  static Tensor apply(const Tensor& a) {
    static const Expm op;
    return graph::make(graph::unowned(op), {a}, graph::aval(a));
  }

 private:
  static Tensor along(const Tensor& a, const Tensor& direction) {
    const std::int64_t n = a.size(-1);
    // L is linear in E: scaled to one, so that a large E does not cause squarings that A does not need.
    const Tensor length = stop_gradient(norm(direction, {-2, -1}, true));
    const Tensor scale = cast(where(length == 0.0, 1.0, length), a.dtype()), unit = direction / scale;
    const Tensor block = concatenate({concatenate({a, unit}, -1), concatenate({zeros_like(a), a}, -1)}, -2);
    return scale * slice(slice(apply(block), -2, {0, n, 1}), -1, {n, 2 * n, 1});
  }

  template <class T>
  static void one(const Stack& stack, std::int64_t b, const T* a, T* out) {
    using Real = decltype(std::abs(T()));
    const std::int64_t n = stack.rows;
    Square<T> x(n), y(n);
    std::copy_n(a, n * n, x.values.begin());
    double norm = 0;  // of the columns
    for (std::int64_t j = 0; j < n; ++j) {
      double column = 0;
      for (std::int64_t i = 0; i < n; ++i) column += static_cast<double>(std::abs(a[i * n + j]));
      norm = std::max(norm, column);
    }
    const std::span<const Degree> degrees =
        std::is_same_v<Real, float> ? std::span<const Degree>(single_degrees) : std::span<const Degree>(double_degrees);
    std::size_t chosen = 0;
    while (chosen + 1 < degrees.size() && norm > degrees[chosen].largest) ++chosen;
    int squarings = 0;
    for (double rest = norm; rest > degrees[chosen].largest; rest /= 2) ++squarings;
    const Real scale = std::ldexp(Real(1), -squarings);
    for (T& value : x.values) value *= scale;
    if (approximate(x, degrees[chosen].degree, y) != 0)
      throw SolveError(text("expm: the denominator for the matrix", linalg::which(stack, b), " is singular"));
    for (int i = 0; i < squarings; ++i) y = times(y, y);
    std::copy(y.values.begin(), y.values.end(), out);
  }
};

}  // namespace

Tensor expm(const Tensor& a) { return Expm::apply(linalg::square_matrices("expm", a)); }

}  // namespace terrella
