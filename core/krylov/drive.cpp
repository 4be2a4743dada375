#include "core/krylov/drive.h"

#include "core/error.h"

namespace terrella::krylov {
namespace {

std::string_view title(Krylov method) {
  switch (method) {
#define METHOD(name, title) \
  case Krylov::name:        \
    return title;
#include "core/krylov/methods.def"
#undef METHOD
  }
  fail("krylov_solve: method number ", static_cast<int>(method), " does not exist");
}

template <class T>
Ending step(Krylov method, Equation<T>& equation) {
  switch (method) {
#define METHOD(name, title) \
  case Krylov::name:        \
    return name(equation);
#include "core/krylov/methods.def"
#undef METHOD
  }
  return {};
}

}  // namespace

template <class T>
Outcome drive(const Plan& plan, const Apply& a, const Apply& m, const Vector<T>& given, const T* initial, Vector<T>& x,
              const std::string& which) {
  using R = Real<T>;
  const std::int64_t n = given.size();
  R size = norm(given);
  if (!std::isfinite(size))
    throw SolveError(text("krylov_solve: the right-hand side", which, " holds NaN or infinity, or overflows"));
  if (size == 0) {
    fill(x, T(0));
    return {0, 0};
  }
  // With b of a length near 1 the squares that methods compute stay in the range of the type, at no rounding.
  const R scale = scale_to_one(size);
  Vector<T> b(n);
  each(n, [&](std::int64_t i) { b[i] = given[i] * scale; });
  size = norm(b);
  Equation<T> e{.n = n,
                .a = a,
                .m = m,
                .target = static_cast<R>(plan.tolerance) * size,
                .restart = plan.restart,
                .shadow = plan.shadow,
                .max_iterations = plan.max_iterations,
                .x = x,
                .r = Vector<T>(n)};
  each(n, [&](std::int64_t i) { x[i] = initial ? initial[i] * scale : T(0); });
  R before = std::numeric_limits<R>::infinity();
  Ending ending;
  std::int64_t made = 1;  // iterations of the last call
  for (int stalls = 0;;) {
    if (before == std::numeric_limits<R>::infinity() && !initial)
      assign(e.r, b);
    else {
      e.multiply(x, e.r);
      each(n, [&](std::int64_t i) { e.r[i] = b[i] - e.r[i]; });
    }
    const R length = norm(e.r);
    const auto failed = [&](const auto&... what) {
      throw SolveError(text("krylov_solve: ", title(plan.method), which, " of ", n, " unknowns ", what...,
                            ": residual ", length / size, " of |b| after ", e.iterations, " iterations, wanted ",
                            plan.tolerance));
    };
    if (length <= e.target) {
      krylov::scale(x, T(1 / scale));
      return {e.iterations, static_cast<double>(length / size)};
    }
    if (!std::isfinite(length)) failed("met NaN or infinity; look at A, the preconditioner and the initial guess");
    if (ending.final) failed("broke down: ", ending.breakdown);
    const bool broke_down = !ending.breakdown.empty();
    stalls = length < R(0.9999) * before ? 0 : stalls + 1;
    // From where it stands a broken-down recurrence can begin anew; not where it breaks down at once.
    if (broke_down && (made == 0 || stalls > 10))
      failed("broke down: ", ending.breakdown, "; try gmres or idr, or a preconditioner");
    if (!e.has_iterations_left())
      failed("did not converge; give it a preconditioner, more max_iterations or a larger tolerance");
    if (!broke_down && stalls > 1)
      failed("stagnates; rounding may allow no better, else take a larger restart, a preconditioner or another method");
    before = std::min(before, length);
    made = e.iterations;
    ending = step(plan.method, e);
    made = e.iterations - made;
  }
}

#define TERRELLA_OF(T)                                                                                    \
  template Outcome drive(const Plan&, const Apply&, const Apply&, const Vector<T>&, const T*, Vector<T>&, \
                         const std::string&);
TERRELLA_OF(float)
TERRELLA_OF(double)
TERRELLA_OF(std::complex<float>)
TERRELLA_OF(std::complex<double>)
#undef TERRELLA_OF

}  // namespace terrella::krylov
