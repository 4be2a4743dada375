// Roots by Newton's method.
#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/error.h"
#include "core/implicit/implicit_op.h"
#include "core/krylov/vectors.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/precondition/kind.h"

namespace terrella {
namespace {

using detail::Which;
using krylov::Vector;

/// f(x, parameters) and the solve (x, r, parameters) -> s, caught together so that they share their parameters.
class Root final : public implicit::Equation {
 public:
  Root(std::shared_ptr<const graph::Subgraph> both, const RootOptions& options, double tolerance)
      : options_(options), tolerance_(tolerance) {
    Tensors at = detail::inputs_of(*both);
    const Tensor r = at[1];
    step_ = std::make_shared<graph::Subgraph>(
        graph::capture([&](const Tensors& x) { return Tensors{graph::play(*both, x)[1]}; }, at));
    at.erase(at.begin() + 1);
    value_ = std::make_shared<graph::Subgraph>(graph::capture(
        [&](const Tensors& x) {
          Tensors all = x;
          all.insert(all.begin() + 1, zeros_like(r));
          return Tensors{graph::play(*both, all)[0]};
        },
        at));
  }
  std::string_view name() const override { return "root"; }

  implicit::Iterated iterate(const Array& start, std::span<const Array> parameters,
                             const std::string& which) const override {
    implicit::Iterated found;
    precondition::with_floating(start.dtype, [&](auto t) { found = newton<decltype(t)>(start, parameters, which); });
    return found;
  }

  Tensor tangent(const Tensor& x, const Tensors& parameters, const Which& moves,
                 const Tensors& tangents) const override {
    const auto f = [&](const Tensors& p) { return graph::play(*value_, implicit::joined({x}, p)); };
    const Tensor moved =
        jvp(detail::of_chosen(f, parameters, moves), detail::chosen(parameters, moves), tangents).tangent[0];
    return -graph::play(*step_, implicit::joined({x, moved}, parameters))[0];
  }

 private:
  template <class T>
  implicit::Iterated newton(const Array& start, std::span<const Array> parameters, const std::string& which) const {
    using R = krylov::Real<T>;
    const std::int64_t n = start.size();
    const auto value = [&](const Vector<T>& x) {
      return Vector<T>(implicit::value_of(*value_, x.array(), parameters));
    };
    Vector<T> x(cpu::empty_array(start.dtype, start.shape)), y(cpu::empty_array(start.dtype, start.shape));
    krylov::assign(x, Vector<T>(start));
    Vector<T> r = value(x);
    R length = krylov::norm(r);
    for (std::int64_t k = 0;; ++k) {
      const auto failed = [&](const auto&... what) {
        throw SolveError(text("root: Newton's method", which, ' ', what..., ": |f| = ", length, " after ", k,
                              " iterations; start nearer to the solution, or look at the derivatives of f"));
      };
      if (length == 0) return {x.array(), k, 0};
      if (!std::isfinite(length)) failed("met NaN or infinity");
      if (k == options_.max_iterations) failed("did not converge to a step of ", tolerance_, " |x|");
      std::vector<Array> inputs{x.array(), r.array()};
      inputs.insert(inputs.end(), parameters.begin(), parameters.end());
      const Vector<T> s(cpu::row_major(graph::run(*step_, inputs)[0]));
      const R step = krylov::norm(s);
      if (!std::isfinite(step)) failed("made a step of NaN or infinity, as where the Jacobian is singular");
      const auto go = [&](R part) {
        krylov::each(n, [&](std::int64_t i) { y[i] = x[i] - part * s[i]; });
        return value(y);
      };
      R part = 1;
      Vector<T> there = go(part);
      R next = krylov::norm(there);
      const R size = krylov::norm(y);
      if (step <= static_cast<R>(tolerance_) * size + static_cast<R>(options_.absolute_tolerance)) {
        const bool better = next <= length;  // else both are rounding
        return {better ? y.array() : x.array(), k + 1, static_cast<double>(better ? next : length)};
      }
      while (!(next <= (1 - R(1e-4) * part) * length)) {
        part /= 2;
        if (part < R(1e-9)) failed("found no step that lowers |f|");
        there = go(part);
        next = krylov::norm(there);
      }
      std::swap(x, y);
      r = std::move(there);
      length = next;
    }
  }

  RootOptions options_;
  double tolerance_;
  std::shared_ptr<const graph::Subgraph> value_, step_;
};

}  // namespace

ImplicitResult root(const ImplicitFunction& f, const Tensor& start, const RootOptions& options) {
  const Tensor x0 = implicit::floating(start);
  if (options.max_iterations < 1) fail("root: max_iterations must be at least 1, got ", options.max_iterations);
  const std::int64_t n = x0.size();
  if (!options.solver && n > 20000)
    fail("root: ", n, " unknowns would need a dense Jacobian of ", n, " x ", n,
         "; give options.solver, made of a sparse solve or of krylov_solve()");
  const auto both = [&](const Tensors& at) {
    const Tensor y = f(at[0]);
    const Tensor value = y.node()->weak ? cast(y, x0.dtype()) : y;
    implicit::require_same("root", "f", value, x0);
    Tensor s;
    if (options.solver) {
      s = options.solver(at[0], at[1]);
      implicit::require_same("root", "the solver", s, x0);
    } else {
      const Tensor jacobian = jacobian_of(function(f), {at[0]}, 0, Mode::forward);
      s = reshape(solve(reshape(jacobian, {n, n}), ravel(at[1])), x0.shape());
    }
    return Tensors{value, s};
  };
  auto caught = std::make_shared<graph::Subgraph>(graph::capture(both, {x0, zeros_like(x0)}));
  const Tensors parameters = caught->captured;
  const double tolerance = implicit::tolerance_of("root", options.tolerance, x0.dtype());
  return implicit::solved(std::make_shared<Root>(std::move(caught), options, tolerance), x0, parameters);
}

}  // namespace terrella
