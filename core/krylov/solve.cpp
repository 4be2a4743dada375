// A Krylov solve as a node: its value by iterations, its derivatives by solves of the same kind.
#include "core/backend/cpu/cpu.h"
#include "core/backend/entry.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/krylov/drive.h"
#include "core/krylov/linear_map.h"
#include "core/ops.h"
#include "core/ops/matrix_batch.h"
#include "core/precondition/kind.h"
#include "core/sparse/batch.h"
#include "core/transform/parts.h"

namespace terrella {
namespace {

using detail::Which;
using graph::RuleContext;
using krylov::Apply;

/// What a solve is of, but for tensors. Its inputs: b [systems, n]; the guess of x, if it has one; parameters of the
/// map, parameters of the preconditioner. Some of these stand alone, the `several` have `matrices` of them along a
/// first axis: the first systems belong to the first matrix, and so on.
struct System {
  std::shared_ptr<const krylov::LinearMap> map;
  std::shared_ptr<const krylov::Applied> preconditioner;
  krylov::Plan plan;
  double adjoint_tolerance;
  bool adjoint = false, has_initial = false;
  std::int64_t matrices = 1;
  std::size_t map_parameters = 0;
  Which several;

  std::size_t first_parameter() const { return has_initial ? 2 : 1; }
  std::size_t inputs() const { return first_parameter() + several.size(); }
};

Tensors solved(const System& system, Tensors inputs);

class KrylovSolve final : public graph::Op {
 public:
  explicit KrylovSolve(System system) : s_(std::move(system)) {}
  std::string_view name() const override { return s_.adjoint ? "krylov_solve_adjoint" : "krylov_solve"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    std::vector<Array> x;
    for (const Array& a : in) x.push_back(cpu::row_major(a));
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    precondition::with_floating(out[0].dtype, [&](auto t) { evaluate_in<decltype(t)>(x, out); });
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensor right = t[0];
    const Tensors parameters = parameters_of(node.inputs);
    const Which moves = detail::defined(t.subspan(s_.first_parameter(), s_.map_parameters));
    if (detail::any(moves)) {  // A x' = b' - A' x
      const Tensor moved = terrella::jvp(detail::of_chosen(applied(node.outputs[0]), parameters, moves),
                                         detail::chosen(parameters, moves),
                                         detail::chosen(t.subspan(s_.first_parameter(), s_.map_parameters), moves))
                               .tangent[0];
      right = right.defined() ? right - moved : -moved;
    }
    if (!right.defined()) return {Tensor::none(), Tensor::none(), Tensor::none()};
    return {again(right, node.inputs, s_.adjoint), Tensor::none(), Tensor::none()};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    Tensors result(node.inputs.size(), Tensor::none());
    if (!g[0].defined()) return result;
    const Tensor lambda = again(g[0], node.inputs, !s_.adjoint);
    if (needed[0]) result[0] = lambda;
    const Tensors parameters = parameters_of(node.inputs);
    Which wanted;
    for (std::size_t i = 0; i < s_.map_parameters; ++i) wanted.push_back(needed[s_.first_parameter() + i]);
    if (!detail::any(wanted)) return result;
    const Tensors parts = terrella::vjp(detail::of_chosen(applied(node.outputs[0]), parameters, wanted),
                                        detail::chosen(parameters, wanted))
                              .pullback({-lambda});
    for (std::size_t i = 0, k = 0; i < wanted.size(); ++i)
      if (wanted[i]) result[s_.first_parameter() + i] = parts[k++];
    return result;
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    System system = s_;
    Tensors x(in.begin(), in.end());
    bool split = false;  // the matrices differ along the new axis, or did before
    for (std::size_t i = s_.first_parameter(); i < x.size(); ++i)
      split = split || batched[i] || s_.several[i - s_.first_parameter()];
    if (split) system.matrices = s_.matrices * size;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool parameter = i >= s_.first_parameter();
      const bool has_axis = !parameter || s_.several[i - s_.first_parameter()];
      if (parameter && !has_axis && !batched[i]) continue;
      Shape one = x[i].shape();  // of one, behind [size, matrices or systems]
      if (batched[i]) one.erase(0);
      const std::int64_t along = has_axis ? one[0] : s_.matrices;
      if (has_axis) one.erase(0);
      Shape full = {size, along}, flat = {size * along};
      for (const std::int64_t extent : one) full.push_back(extent), flat.push_back(extent);
      if (!has_axis) x[i] = expand_dims(x[i], 1);
      x[i] = reshape(broadcast_to(x[i], full), flat);
      if (parameter) system.several[i - s_.first_parameter()] = true;
    }
    Tensors y = solved(system, x);
    for (Tensor& t : y) {
      Shape shape = {size, t.shape()[0] / std::max<std::int64_t>(1, size)};
      for (int i = 1; i < t.rank(); ++i) shape.push_back(t.shape()[i]);
      t = reshape(t, shape);
    }
    return y;
  }

 private:
  Tensors parameters_of(std::span<const Tensor> in) const {
    const auto p = in.subspan(s_.first_parameter(), s_.map_parameters);
    return {p.begin(), p.end()};
  }
  /// The same system, or its adjoint, for another right-hand side.
  Tensor again(const Tensor& b, std::span<const Tensor> in, bool adjoint) const {
    System system = s_;
    system.has_initial = false;
    if (adjoint != s_.adjoint) std::swap(system.plan.tolerance, system.adjoint_tolerance);
    system.adjoint = adjoint;
    Tensors inputs{b};
    inputs.insert(inputs.end(), in.begin() + static_cast<std::ptrdiff_t>(s_.first_parameter()), in.end());
    return solved(system, inputs)[0];
  }
  /// A x for all systems, as a function of the parameters of the map.
  Function applied(const Tensor& x) const {
    return [s = s_, x](const Tensors& parameters) {
      const Function one = [&](const Tensors& all) {  // x, parameters
        return Tensors{s.map->apply(all[0], std::span(all).subspan(1), s.adjoint)};
      };
      Tensors all{reshape(x, {s.matrices, x.shape()[0] / std::max<std::int64_t>(1, s.matrices), x.shape()[1]})};
      all.insert(all.end(), parameters.begin(), parameters.end());
      std::vector<std::optional<int>> systems(all.size()), matrices(all.size());
      systems[0] = matrices[0] = 0;
      for (std::size_t i = 0; i < parameters.size(); ++i)
        if (s.several[i]) matrices[i + 1] = 0;
      return Tensors{reshape(vmap_of(vmap_of(one, systems), matrices)(all)[0], x.shape())};
    };
  }

  template <class T>
  void evaluate_in(const std::vector<Array>& in, std::span<Array> out) const {
    const std::int64_t count = out[0].shape[0], n = out[0].shape[1],
                       each = count / std::max<std::int64_t>(1, s_.matrices);
    if (count == 0 || n == 0) {
      std::fill_n(out[1].data<std::int64_t>(), count, 0);
      std::fill_n(out[2].data<krylov::Real<T>>(), count, krylov::Real<T>(0));
      return;
    }
    Apply a, m;
    for (std::int64_t k = 0; k < count; ++k) {
      if (k % each == 0) {
        std::vector<Array> parameters;
        for (std::size_t i = 0; i < s_.several.size(); ++i) {
          const Array& p = in[s_.first_parameter() + i];
          parameters.push_back(s_.several[i] ? entry(p, k / each) : p);
        }
        const std::span<const Array> all(parameters);
        a = s_.map->bound(all.first(s_.map_parameters), s_.adjoint);
        if (s_.preconditioner) m = s_.preconditioner->bound(all.subspan(s_.map_parameters), s_.adjoint);
      }
      const krylov::Vector<T> b(entry(in[0], k));
      krylov::Vector<T> x(entry(out[0], k));
      const std::string which =
          text(s_.adjoint ? " for A^H" : "", count > 1 ? text(" (number ", k, " of the batch)") : "");
      const auto outcome =
          krylov::drive(s_.plan, a, m, b, s_.has_initial ? in[1].data<T>() + k * n : nullptr, x, which);
      out[1].data<std::int64_t>()[k] = outcome.iterations;
      out[2].data<krylov::Real<T>>()[k] = static_cast<krylov::Real<T>>(outcome.residual);
    }
  }

  System s_;
};

Tensors solved(const System& system, Tensors inputs) {
  const Tensor& b = inputs[0];
  const DType real = real_of(b.dtype());
  const std::int64_t count = b.shape()[0];
  const std::vector<graph::Aval> avals = {graph::aval(b), {{count}, DType::i64}, {{count}, real}};
  return graph::make_tuple(std::make_shared<KrylovSolve>(system), std::move(inputs), avals);
}

void check(const KrylovOptions& o) {
  const auto positive = [](const char* what, double value) {
    if (!(value > 0) || !(value < 1)) fail("krylov_solve: ", what, " must lie between 0 and 1, got ", value);
  };
  if (o.tolerance) positive("tolerance", *o.tolerance);
  if (o.adjoint_tolerance) positive("adjoint_tolerance", *o.adjoint_tolerance);
  if (o.max_iterations && *o.max_iterations < 1)
    fail("krylov_solve: max_iterations must be at least 1, got ", *o.max_iterations);
  if (o.restart < 1) fail("krylov_solve: restart must be at least 1, got ", o.restart);
  if (o.shadow < 1) fail("krylov_solve: shadow must be at least 1, got ", o.shadow);
}

/// b and all that a system needs; systems along the first axis of b.
Tensors solve_systems(const krylov::Caught<krylov::LinearMap>& map, const Shape& unknowns, const Tensor& b,
                      const Tensor& initial, const KrylovOptions& o, std::int64_t matrices, Which several) {
  const bool single = real_of(map.dtype) == DType::f32;
  const double tolerance = o.tolerance.value_or(single ? 1e-5 : 1e-10);
  const std::int64_t n = unknowns.size();
  const auto preconditioner = krylov::caught(o.preconditioner, unknowns, map.dtype);
  System s{.map = map.map,
           .preconditioner = preconditioner.map,
           .plan = {o.method, tolerance, o.max_iterations.value_or(std::clamp<std::int64_t>(10 * n, 100, 10000)),
                    o.restart, o.shadow},
           .adjoint_tolerance = o.adjoint_tolerance.value_or(tolerance),
           .has_initial = initial.defined(),
           .matrices = matrices,
           .map_parameters = map.parameters.size(),
           .several = std::move(several)};
  Tensors inputs{b};
  if (initial.defined()) inputs.push_back(stop_gradient(initial));
  inputs.insert(inputs.end(), map.parameters.begin(), map.parameters.end());
  for (Tensor p : preconditioner.parameters) {
    // A matrix of its own for each system's matrix, or one for all.
    const bool batch = o.preconditioner.of_matrix() && p.rank() > 1;
    if (batch) {
      p = reshape(p, {p.size() / p.size(-1), p.size(-1)});
      if (p.shape()[0] != matrices)
        fail("preconditioner: it is of ", p.shape()[0], " matrices, the system of ", matrices,
             "; make it of as many, or of one");
    }
    s.several.push_back(batch);
    inputs.push_back(stop_gradient(p));
  }
  return solved(s, std::move(inputs));
}

KrylovResult solve_sparse(const SparseTensor& a, const Tensor& b, const KrylovOptions& o) {
  if (a.rows() != a.columns())
    fail("krylov_solve: the sparse matrix must be square, got ", a.rows(), " x ", a.columns());
  if (b.rank() == 1) {
    KrylovOptions as_column = o;
    if (o.initial.defined()) as_column.initial = expand_dims(o.initial, -1);
    const KrylovResult r = solve_sparse(a, expand_dims(b, 1), as_column);
    return {squeeze(r.x, -1), squeeze(r.iterations, -1), squeeze(r.residual, -1)};
  }
  if (b.rank() < 2 || b.size(-2) != a.rows())
    fail("krylov_solve: a sparse matrix of ", a.rows(), " rows and a right-hand side of shape ", b.shape(),
         " do not match; rows must agree");
  DType dtype = common_dtype(a.values(), b);
  if (!is_floating(dtype)) dtype = DType::f64;
  const std::int64_t n = a.rows(), m = b.size(-1);
  const Shape own = sparse::batch_of_values(a.values().shape());
  const Shape batch = broadcast_shapes("krylov_solve", own, batch_of(b.shape()));
  krylov::Caught<krylov::LinearMap> map = krylov::caught(a, dtype);
  const bool several = own.rank() > 0;
  if (several)
    map.parameters[0] = reshape(sparse::values_over(map.parameters[0], batch), {batch.size(), a.pattern().entries()});
  const auto rows = [&](const Tensor& x) {
    return reshape(move_axis(over_batch(cast(x, dtype), batch), -1, -2), {batch.size() * m, n});
  };
  if (o.initial.defined() && !(o.initial.shape() == b.shape()))
    fail("krylov_solve: initial of shape ", o.initial.shape(), " for b of shape ", b.shape(), "; both must be one");
  const Tensors y = solve_systems(map, {n}, rows(b), o.initial.defined() ? rows(o.initial) : Tensor::none(), o,
                                  several ? batch.size() : 1, {several});
  Shape systems = batch, all;
  systems.push_back(m);
  all = systems;
  all.push_back(n);
  return {move_axis(reshape(y[0], all), -1, -2), reshape(y[1], systems), reshape(y[2], systems)};
}

}  // namespace

KrylovResult krylov_solve(const LinearOperator& a, const Tensor& b, const KrylovOptions& options) {
  check(options);
  if (const auto* matrix = std::get_if<SparseTensor>(&a.form())) return solve_sparse(*matrix, b, options);
  const Shape shape = b.shape();
  const auto map =
      krylov::caught("krylov_solve", std::get<1>(a.form()), shape, is_floating(b.dtype()) ? b.dtype() : DType::f64);
  const auto row = [&](const Tensor& x) { return reshape(cast(x, map.dtype), {1, shape.size()}); };
  const Tensor& guess = options.initial;
  if (guess.defined() && !(guess.shape() == shape))
    fail("krylov_solve: initial of shape ", guess.shape(), " for b of shape ", shape, "; both must be one");
  const Tensors y = solve_systems(map, shape, row(b), guess.defined() ? row(guess) : Tensor::none(), options, 1,
                                  Which(map.parameters.size(), false));
  return {reshape(y[0], shape), reshape(y[1], {}), reshape(y[2], {})};
}

}  // namespace terrella
