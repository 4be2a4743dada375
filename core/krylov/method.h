// core/krylov/method.h: what a Krylov method is given and what it tells. For the files beside it.
#pragma once
#include <functional>
#include <string_view>

#include "core/interrupt.h"
#include "core/krylov.h"
#include "core/krylov/vectors.h"

namespace terrella::krylov {

/// y = A x on row-major vectors.
using Apply = std::function<void(const Array& x, Array& y)>;

/// One right-hand side on its way. A method is called with r = b - A x, improves x, and returns when r, as it knows it,
/// has the length `target`, when no iterations are left, when it breaks down or has to restart. The true residual is
/// then computed, and the method called again if that is too large.
template <class T>
struct Equation {
  std::int64_t n;
  Apply a, m;  ///< m is empty without a preconditioner
  Real<T> target;
  std::int64_t restart, shadow;
  std::int64_t max_iterations;
  std::int64_t iterations = 0;
  Vector<T> x, r;

  void multiply(const Vector<T>& from, Vector<T>& to) const { a(from.array(), to.array()); }
  void precondition(const Vector<T>& from, Vector<T>& to) const {
    if (m)
      m(from.array(), to.array());
    else
      assign(to, from);
  }
  bool has_iterations_left() const { return iterations < max_iterations; }
  /// Whether another iteration is due at this length of r. Not at NaN.
  bool goes_on(Real<T> length) const {
    check_interrupt();
    return length > target && std::isfinite(length) && has_iterations_left();
  }
};

/// Why a method returned before its time.
struct Ending {
  std::string_view breakdown = {};  ///< in words; empty where nothing is wrong
  bool final = false;               ///< A or M is not of the method's kind; else it is called again if it made progress
};

#define METHOD(name, title) \
  template <class T>        \
  Ending name(Equation<T>& equation);
#include "core/krylov/methods.def"
#undef METHOD

/// A number that is nothing but rounding beside its factors.
template <class T>
bool vanishes(T product, Real<T> length, Real<T> other) {
  return !(std::abs(product) > std::numeric_limits<Real<T>>::epsilon() * Real<T>(1e-3) * length * other);
}

}  // namespace terrella::krylov

#define TERRELLA_KRYLOV(name)                                                               \
  template terrella::krylov::Ending terrella::krylov::name(Equation<float>&);               \
  template terrella::krylov::Ending terrella::krylov::name(Equation<double>&);              \
  template terrella::krylov::Ending terrella::krylov::name(Equation<std::complex<float>>&); \
  template terrella::krylov::Ending terrella::krylov::name(Equation<std::complex<double>>&);
