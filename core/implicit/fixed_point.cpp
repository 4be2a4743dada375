// Fixed points by Anderson's acceleration: Anderson (1965), in the form of Walker & Ni (2011).
#include <deque>

#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "core/implicit/implicit_op.h"
#include "core/interrupt.h"
#include "core/krylov/vectors.h"
#include "core/ops.h"
#include "core/precondition/kind.h"

namespace terrella {
namespace {

using detail::Which;
using krylov::Vector;

/// Differences of residuals and of values of the last steps.
template <class T>
class Anderson {
 public:
  explicit Anderson(std::int64_t memory) : memory_(static_cast<std::size_t>(memory)) {}

  /// The next x: g less the combination of former differences that explains most of the residual r = g - x.
  void next(const Vector<T>& r, const Vector<T>& g, Vector<T>& x) {
    const std::int64_t n = r.size();
    if (memory_ > 0 && r_.size() == n) {
      Vector<T> dr(n), dg(n);
      krylov::each(n, [&](std::int64_t i) { dr[i] = r[i] - r_[i], dg[i] = g[i] - g_[i]; });
      steps_.push_back({std::move(dr), std::move(dg)});
      if (steps_.size() > memory_) steps_.pop_front();
    }
    r_ = copied(r), g_ = copied(g);
    krylov::assign(x, g);
    // Modified Gram-Schmidt from the newest one; what is not independent of those counts for nothing.
    Vector<T> rest = copied(r);
    std::vector<Step> basis;
    for (std::size_t k = steps_.size(); k-- > 0;) {
      Step one{copied(steps_[k].r), copied(steps_[k].g)};
      const krylov::Real<T> before = krylov::norm(one.r);
      for (const Step& b : basis) {
        const T along = krylov::dot(b.r, one.r);
        krylov::add(one.r, -along, b.r);
        krylov::add(one.g, -along, b.g);
      }
      const krylov::Real<T> size = krylov::norm(one.r);
      if (!(size > krylov::Real<T>(1e-4) * before)) continue;
      krylov::scale(one.r, T(1 / size));
      krylov::scale(one.g, T(1 / size));
      const T along = krylov::dot(one.r, rest);
      krylov::add(rest, -along, one.r);
      krylov::add(x, -along, one.g);
      basis.push_back(std::move(one));
    }
  }

 private:
  struct Step {
    Vector<T> r, g;
  };
  static Vector<T> copied(const Vector<T>& x) {
    Vector<T> y(x.size());
    krylov::assign(y, x);
    return y;
  }
  std::size_t memory_;
  std::deque<Step> steps_;
  Vector<T> r_, g_;
};

class FixedPoint final : public implicit::Equation {
 public:
  FixedPoint(std::shared_ptr<const graph::Subgraph> g, const FixedPointOptions& options, double tolerance)
      : g_(std::move(g)), options_(options), tolerance_(tolerance) {}
  std::string_view name() const override { return "fixed_point"; }

  implicit::Iterated iterate(const Array& start, std::span<const Array> parameters,
                             const std::string& which) const override {
    implicit::Iterated found;
    precondition::with_floating(start.dtype,
                                [&](auto t) { found = iterations<decltype(t)>(start, parameters, which); });
    return found;
  }

  Tensor tangent(const Tensor& x, const Tensors& parameters, const Which& moves,
                 const Tensors& tangents) const override {
    const auto g = [&](const Tensors& p) { return graph::play(*g_, implicit::joined({x}, p)); };
    const Tensor moved =
        jvp(detail::of_chosen(g, parameters, moves), detail::chosen(parameters, moves), tangents).tangent[0];
    const auto rest = [&](const Tensor& v) {  // (1 - dg/dx) v
      const auto of_x = [&](const Tensors& at) { return graph::play(*g_, implicit::joined(at, parameters)); };
      return v - jvp(of_x, {x}, {v}).tangent[0];
    };
    return krylov_solve(rest, moved, options_.derivative).x;
  }

 private:
  template <class T>
  implicit::Iterated iterations(const Array& start, std::span<const Array> parameters, const std::string& which) const {
    using R = krylov::Real<T>;
    const std::int64_t n = start.size();
    Vector<T> x(cpu::empty_array(start.dtype, start.shape)), r(n);
    krylov::assign(x, Vector<T>(start));
    Anderson<T> anderson(options_.memory);
    for (std::int64_t k = 1;; ++k) {
      check_interrupt();
      const Vector<T> g(implicit::value_of(*g_, x.array(), parameters));
      krylov::each(n, [&](std::int64_t i) { r[i] = g[i] - x[i]; });
      const R residual = krylov::norm(r), size = krylov::norm(g);
      const auto failed = [&](const char* what) {
        throw SolveError(text("fixed_point: the iteration", which, ' ', what, ": |g(x) - x| = ", residual,
                              ", |g(x)| = ", size, " after ", k, " iterations, wanted ", tolerance_,
                              " |x|; start nearer, raise max_iterations, change memory, or use root()"));
      };
      if (!std::isfinite(residual) || !std::isfinite(size)) failed("met NaN or infinity");
      if (residual <= static_cast<R>(tolerance_) * size + static_cast<R>(options_.absolute_tolerance))
        return {x.array(), k, static_cast<double>(residual)};
      if (k == options_.max_iterations) failed("did not converge");
      Vector<T> next(cpu::empty_array(start.dtype, start.shape));
      anderson.next(r, g, next);
      std::swap(x, next);
    }
  }

  std::shared_ptr<const graph::Subgraph> g_;
  FixedPointOptions options_;
  double tolerance_;
};

}  // namespace

ImplicitResult fixed_point(const ImplicitFunction& g, const Tensor& start, const FixedPointOptions& options) {
  const Tensor x0 = implicit::floating(start);
  if (options.max_iterations < 1) fail("fixed_point: max_iterations must be at least 1, got ", options.max_iterations);
  if (options.memory < 0) fail("fixed_point: memory must not be negative, got ", options.memory);
  const auto wrapped = [&](const Tensors& at) {
    const Tensor y = g(at[0]);
    const Tensor value = y.node()->weak ? cast(y, x0.dtype()) : y;
    implicit::require_same("fixed_point", "g", value, x0);
    return Tensors{value};
  };
  auto caught = std::make_shared<graph::Subgraph>(graph::capture(wrapped, {x0}));
  const Tensors parameters = caught->captured;
  const double tolerance = implicit::tolerance_of("fixed_point", options.tolerance, x0.dtype());
  return implicit::solved(std::make_shared<FixedPoint>(std::move(caught), options, tolerance), x0, parameters);
}

}  // namespace terrella
