#include "core/ops/reduce.h"

#include <algorithm>
#include <limits>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/linear.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/elementwise.h"
#include "core/ops/identity.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

using graph::Aval;

/// Normal, ascending, unique; all when empty.
Axes normal_axes(std::string_view operation, const Axes& axes, int rank) {
  Axes result;
  if (axes.empty())
    for (int i = 0; i < rank; ++i) result.push_back(i);
  for (const std::int64_t a : axes) result.push_back(normal_axis(operation, a, rank));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) fail(operation, ": an axis is named twice");
  return result;
}

Shape reduced_shape(const Shape& shape, const Axes& axes, bool keep) {
  Shape out;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool gone = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!gone)
      out.push_back(shape[i]);
    else if (keep)
      out.push_back(1);
  }
  return out;
}

Axes shifted(const Axes& axes) {
  Axes s = axes;
  for (std::int64_t& a : s) ++a;
  return s;
}

void reduce(Backend& backend, Reduction reduction, const Axes& axes, const Array& x, Array& y) {
  bool reduced[max_rank] = {};
  for (const std::int64_t a : axes) reduced[a] = true;
  backend.reduce(reduction, x, reduced, y);
}

graph::Lowering reduction(Reduction reduction, const Axes& axes) {
  graph::Lowering l = graph::Lowering::of(graph::Lowering::Kind::reduce);
  l.reduction = reduction;
  for (const std::int64_t a : axes) l.reduced[static_cast<std::size_t>(a)] = true;
  return l;
}

struct Sum {
  static constexpr auto name = "sum";
  Axes axes;
  Aval output(const Aval& x) const { return {reduced_shape(x.shape, axes, false), x.dtype}; }
  void apply(Backend& backend, const Array& x, Array& y) const { reduce(backend, Reduction::sum, axes, x, y); }
  Tensor adjoint(const Tensor& g, const Aval& from) const {
    return broadcast_to(reshape(g, reduced_shape(from.shape, axes, true)), from.shape);
  }
  Tensor batched(const Tensor& x) const { return graph::linear(Sum{shifted(axes)}, x); }
  graph::Lowering lowering() const { return reduction(Reduction::sum, axes); }
  bool operator==(const Sum&) const = default;
};

struct CumulativeSum {
  static constexpr auto name = "cumsum";
  int axis;
  Aval output(const Aval& x) const { return x; }
  void apply(Backend& backend, const Array& x, Array& y) const { backend.cumulate(Cumulation::sum, x, axis, y); }
  Tensor adjoint(const Tensor& g, const Aval&) const { return flip(cumsum(flip(g, {axis}), axis), {axis}); }
  Tensor batched(const Tensor& x) const { return cumsum(x, axis + 1); }
  graph::Lowering lowering() const { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool operator==(const CumulativeSum&) const = default;
};

/// max, min; any and all, which have no derivative.
class Extremum final : public graph::Op {
 public:
  Extremum(Reduction reduction, Axes axes) : reduction_(reduction), axes_(std::move(axes)) {}
  std::string_view name() const override {
    switch (reduction_) {
      case Reduction::maximum:
        return "max";
      case Reduction::minimum:
        return "min";
      case Reduction::any:
        return "any";
      default:
        return "all";
    }
  }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    reduce(backend, reduction_, axes_, in[0], out[0]);
  }
  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> t) const override {
    return {sum(share(node) * t[0], axes_)};
  }
  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {share(node) * kept(node, g[0])};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {apply(reduction_, shifted(axes_), x[0])};
  }
  graph::Lowering lowering() const override { return reduction(reduction_, axes_); }
  bool same_as(const graph::Op& other) const override {
    const auto* same = dynamic_cast<const Extremum*>(&other);
    return same && same->reduction_ == reduction_ && same->axes_ == axes_;
  }
  static Tensor apply(Reduction reduction, const Axes& axes, const Tensor& x) {
    return graph::make(std::make_shared<Extremum>(reduction, axes), {x},
                       {reduced_shape(x.shape(), axes, false), x.dtype()});
  }

 private:
  Tensor kept(const graph::RuleContext& node, const Tensor& y) const {
    return reshape(y, reduced_shape(node.inputs[0].shape(), axes_, true));
  }
  /// 1 / (number of equal extrema) where x is the extremum, else 0.
  Tensor share(const graph::RuleContext& node) const {
    const Tensor chosen = cast(node.inputs[0] == kept(node, node.outputs[0]), node.inputs[0].dtype());
    return chosen / sum(chosen, axes_, true);
  }
  Reduction reduction_;
  Axes axes_;
};

Tensor extremum(Reduction reduction, const char* name, const Tensor& x, const Axes& wanted, bool keep) {
  if (is_complex(x.dtype())) fail(name, ": complex numbers have no order; take abs(), real() or imag() first");
  const Axes axes = normal_axes(name, wanted, x.rank());
  for (const std::int64_t a : axes)
    if (x.shape()[static_cast<int>(a)] == 0)
      fail(name, ": axis ", a, " of shape ", x.shape(), " is empty and has no extremum");
  return reshape(Extremum::apply(reduction, axes, x), reduced_shape(x.shape(), axes, keep));
}

Tensor truth(Reduction reduction, const char* name, const Tensor& x, const Axes& wanted, bool keep) {
  const Axes axes = normal_axes(name, wanted, x.rank());
  return reshape(Extremum::apply(reduction, axes, cast(x, DType::boolean)), reduced_shape(x.shape(), axes, keep));
}

class ArgExtremum final : public graph::Op {
 public:
  ArgExtremum(bool maximum, int axis) : maximum_(maximum), axis_(axis) {}
  std::string_view name() const override { return maximum_ ? "argmax" : "argmin"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    backend.arg_reduce(maximum_, in[0], axis_, out[0]);
  }
  Tensors jvp(const graph::RuleContext&, std::span<const Tensor>) const override { return {Tensor::none()}; }
  Tensors vjp(const graph::RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override {
    return {Tensor::none()};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {apply(maximum_, x[0], axis_ + 1)};
  }
  static Tensor apply(bool maximum, const Tensor& x, std::int64_t wanted) {
    const char* name = maximum ? "argmax" : "argmin";
    if (is_complex(x.dtype())) fail(name, ": complex numbers have no order; take abs(), real() or imag() first");
    const int axis = normal_axis(name, wanted, x.rank());
    Shape shape = x.shape();
    if (shape[axis] == 0) fail(name, ": axis ", wanted, " of shape ", shape, " is empty");
    shape.erase(axis);
    return graph::make(std::make_shared<ArgExtremum>(maximum, axis), {x}, {shape, DType::i64});
  }

 private:
  bool maximum_;
  int axis_;
};

/// Product over the axes by halving, so that zeros do no harm to any derivative.
Tensor product_of_last_axis(Tensor x) {
  while (x.size(-1) > 1) {
    const std::int64_t n = x.size(-1), half = n / 2;
    const Tensor paired = slice(x, -1, {0, half}) * slice(x, -1, {half, 2 * half});
    x = n % 2 ? concatenate({paired, slice(x, -1, {2 * half, n})}, -1) : paired;
  }
  return x;
}

Tensor summable(const Tensor& x) {
  return x.dtype() == DType::boolean || x.dtype() == DType::i32 ? cast(x, DType::i64) : x;
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& wanted, bool keep) {
  const Axes axes = normal_axes("sum", wanted, x.rank());
  return reshape(graph::linear(Sum{axes}, summable(x)), reduced_shape(x.shape(), axes, keep));
}

Tensor mean(const Tensor& x, const Axes& wanted, bool keep) {
  std::int64_t count = 1;
  for (const std::int64_t a : normal_axes("mean", wanted, x.rank())) count *= x.shape()[static_cast<int>(a)];
  if (count == 0) fail("mean: shape ", x.shape(), " has nothing to average");
  return sum(x, wanted, keep) / static_cast<double>(count);
}

Tensor prod(const Tensor& x, const Axes& wanted, bool keep) {
  const Axes axes = normal_axes("prod", wanted, x.rank());
  const Shape shape = reduced_shape(x.shape(), axes, keep);
  Axes order;
  std::int64_t count = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) order.push_back(i);
  for (const std::int64_t a : axes) {
    order.push_back(a);
    count *= x.shape()[static_cast<int>(a)];
  }
  if (axes.empty()) return x;
  if (count == 0) return ones(shape, summable(x).dtype());
  Shape flat = reduced_shape(x.shape(), axes, false);
  flat.push_back(count);
  return reshape(product_of_last_axis(reshape(transpose(summable(x), order), flat)), shape);
}

Tensor max(const Tensor& x, const Axes& axes, bool keep) { return extremum(Reduction::maximum, "max", x, axes, keep); }
Tensor min(const Tensor& x, const Axes& axes, bool keep) { return extremum(Reduction::minimum, "min", x, axes, keep); }
Tensor any(const Tensor& x, const Axes& axes, bool keep) { return truth(Reduction::any, "any", x, axes, keep); }
Tensor all(const Tensor& x, const Axes& axes, bool keep) { return truth(Reduction::all, "all", x, axes, keep); }
Tensor argmax(const Tensor& x, std::int64_t axis) { return ArgExtremum::apply(true, x, axis); }
Tensor argmin(const Tensor& x, std::int64_t axis) { return ArgExtremum::apply(false, x, axis); }

Tensor norm(const Tensor& x, const Axes& wanted, bool keep) {
  const Axes axes = normal_axes("norm", wanted, x.rank());
  const Shape shape = reduced_shape(x.shape(), axes, keep);
  if (x.size() == 0) return zeros(shape, real_of(floating_of(x.dtype())));
  // Scaled by the largest entry, whose own derivative cancels exactly; where all are zero the scale is 1, and the
  // square root is kept away from 0 so that the derivative there is 0, not NaN.
  const Tensor largest = stop_gradient(max(abs(x), axes, true));
  const Tensor scale = where(logical_and(largest > 0.0, isfinite(largest)), largest, 1.0);
  const Tensor y = x / scale;
  const Tensor squares = sum(real(y * conj(y)), axes, true);
  const Tensor safe = where(squares == 0.0, 1.0, squares);
  return reshape(where(squares == 0.0, 0.0 * squares, sqrt(safe)) * scale, shape);
}

Tensor logsumexp(const Tensor& x, const Axes& wanted, bool keep) {
  const Axes axes = normal_axes("logsumexp", wanted, x.rank());
  if (is_complex(x.dtype()))
    fail("logsumexp: complex numbers have no largest one to scale by; take real() or abs() first");
  if (x.size() == 0)
    return full(reduced_shape(x.shape(), axes, keep), -std::numeric_limits<double>::infinity(), floating_of(x.dtype()));
  const Tensor largest = stop_gradient(max(x, axes, true));
  const Tensor shift = where(isfinite(largest), largest, 0.0);
  return reshape(log(sum(exp(x - shift), axes, true)) + shift, reduced_shape(x.shape(), axes, keep));
}

Tensor var(const Tensor& x, const Axes& axes, bool keep) {
  const Tensor d = x - mean(x, axes, true);
  return mean(real(d * conj(d)), axes, keep);
}

Tensor cumsum(const Tensor& x, std::int64_t axis) {
  return graph::linear(CumulativeSum{normal_axis("cumsum", axis, x.rank())}, summable(x));
}

Tensor cumprod(const Tensor& x, std::int64_t axis) {
  // Doubling: after step k every entry holds the product of the 2^k before it, itself included.
  const int along = normal_axis("cumprod", axis, x.rank());
  Tensor y = summable(x);
  const std::int64_t n = y.shape()[along];
  for (std::int64_t reach = 1; reach < n; reach *= 2) {
    const Tensor head = slice(y, along, {0, reach});
    const Tensor tail = slice(y, along, {reach, n}) * slice(y, along, {0, n - reach});
    y = concatenate({head, tail}, along);
  }
  return y;
}

double max_abs(const Tensor& x) { return x.size() == 0 ? 0.0 : max(abs(x)).item(); }

}  // namespace terrella
