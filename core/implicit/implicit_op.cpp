#include "core/implicit/implicit_op.h"

#include "core/backend/cpu/cpu.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/entry.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops.h"

namespace terrella::implicit {
namespace {

using detail::Which;
using graph::RuleContext;

/// Inputs: the start, the parameters. Of a batch, `several` of them have one more first axis, and so have the outputs.
class Implicit final : public graph::Op {
 public:
  Implicit(std::shared_ptr<const Equation> equation, std::optional<std::int64_t> batch, Which several)
      : equation_(std::move(equation)), batch_(batch), several_(std::move(several)) {}
  std::string_view name() const override { return equation_->name(); }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    std::vector<Array> all;
    for (const Array& a : in) all.push_back(cpu::row_major(a));
    for (Array& o : out) o = cpu::empty_array(o.dtype, o.shape);
    for (std::int64_t k = 0; k < batch_.value_or(1); ++k) {
      std::vector<Array> own = all;
      for (std::size_t i = 0; i < own.size(); ++i)
        if (several_[i]) own[i] = entry(own[i], k);
      const Iterated found = equation_->iterate(own[0], std::span<const Array>(own).subspan(1),
                                                batch_ ? text(" (number ", k, " of the batch)") : "");
      cpu::copy_into(found.x, batch_ ? entry(out[0], k) : out[0]);
      out[1].data<std::int64_t>()[k] = found.iterations;
      if (out[2].dtype == DType::f32)
        out[2].data<float>()[k] = static_cast<float>(found.residual);
      else
        out[2].data<double>()[k] = found.residual;
    }
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Which moves = detail::defined(t.subspan(1));
    if (!detail::any(moves)) return {Tensor::none(), Tensor::none(), Tensor::none()};
    return {tangent(node, moves, detail::chosen(t.subspan(1), moves)), Tensor::none(), Tensor::none()};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    Tensors result(node.inputs.size(), Tensor::none());
    const Which wanted(needed.begin() + 1, needed.end());
    if (!g[0].defined() || !detail::any(wanted)) return result;
    // The tangent is linear in those of the parameters: its own adjoint.
    Tensors zero;
    for (const Tensor& p : detail::chosen(node.inputs.subspan(1), wanted)) zero.push_back(zeros_like(p));
    const auto rule = [&](const Tensors& tangents) { return Tensors{tangent(node, wanted, tangents)}; };
    const Tensors parts = terrella::vjp(rule, zero).pullback({g[0]});
    for (std::size_t i = 0, k = 0; i < wanted.size(); ++i)
      if (wanted[i]) result[i + 1] = parts[k++];
    return result;
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    Tensors x(in.begin(), in.end());
    Which several = several_;
    const std::int64_t each = batch_.value_or(1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      several[i] = several_[i] || batched[i];
      if (!batch_ || !several[i]) continue;
      Shape one = x[i].shape();
      if (batched[i]) one.erase(0);
      if (several_[i]) one.erase(0);
      if (!several_[i]) x[i] = expand_dims(x[i], 1);
      Shape full = {size, each}, flat = {size * each};
      for (const std::int64_t extent : one) full.push_back(extent), flat.push_back(extent);
      x[i] = reshape(broadcast_to(x[i], full), flat);
    }
    Tensors y = make(equation_, size * each, several, x);
    for (Tensor& t : y) {
      if (!batch_) break;
      Shape shape = t.shape();
      shape[0] = each;
      shape.insert(0, size);
      t = reshape(t, shape);
    }
    return y;
  }

  static Tensors make(const std::shared_ptr<const Equation>& equation, std::optional<std::int64_t> batch,
                      const Which& several, const Tensors& inputs) {
    Shape own = inputs[0].shape(), alone;
    if (several[0]) own.erase(0);
    if (batch) own.insert(0, *batch), alone.push_back(*batch);
    const DType dtype = inputs[0].dtype();
    return graph::make_tuple(std::make_shared<Implicit>(equation, batch, several), inputs,
                             {{own, dtype}, {alone, DType::i64}, {alone, real_of(dtype)}});
  }

 private:
  Tensor tangent(const RuleContext& node, const Which& moves, const Tensors& tangents) const {
    const std::size_t count = moves.size();
    const auto one = [&](const Tensors& all) {  // x, parameters, tangents
      const auto from = all.begin() + 1, to = from + static_cast<std::ptrdiff_t>(count);
      return Tensors{equation_->tangent(all[0], {from, to}, moves, {to, all.end()})};
    };
    Tensors all{node.outputs[0]};
    all.insert(all.end(), node.inputs.begin() + 1, node.inputs.end());
    all.insert(all.end(), tangents.begin(), tangents.end());
    if (!batch_) return one(all)[0];
    Which axes(several_);
    axes[0] = true;
    for (std::size_t i = 0; i < count; ++i)
      if (moves[i]) axes.push_back(several_[i + 1]);
    return vmap_of(one, detail::first_axes(axes))(all)[0];
  }

  std::shared_ptr<const Equation> equation_;
  std::optional<std::int64_t> batch_;
  Which several_;
};

}  // namespace

ImplicitResult solved(std::shared_ptr<const Equation> equation, const Tensor& start, const Tensors& parameters) {
  const Tensors inputs = joined({stop_gradient(start)}, parameters);
  const Tensors y = Implicit::make(equation, {}, Which(inputs.size(), false), inputs);
  return {y[0], y[1], y[2]};
}

Tensor floating(const Tensor& start) { return is_floating(start.dtype()) ? start : cast(start, DType::f64); }

double tolerance_of(const char* operation, const std::optional<double>& tolerance, DType dtype) {
  if (!tolerance) return real_of(dtype) == DType::f32 ? 1e-5 : 1e-10;
  if (!(*tolerance > 0 && *tolerance < 1)) fail(operation, ": tolerance must lie between 0 and 1, got ", *tolerance);
  return *tolerance;
}

void require_same(const char* operation, const char* what, const Tensor& y, const Tensor& x) {
  if (!(graph::aval(y) == graph::aval(x)))
    fail(operation, ": ", what, " makes ", name(y.dtype()), ' ', y.shape(), " of ", name(x.dtype()), ' ', x.shape(),
         "; both must agree: give a start of that shape and dtype");
}

Array value_of(const graph::Subgraph& s, const Array& x, std::span<const Array> parameters) {
  std::vector<Array> inputs{x};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return cpu::row_major(graph::run(s, inputs)[0]);
}

Tensors joined(const Tensors& first, const Tensors& parameters) {
  Tensors all = first;
  all.insert(all.end(), parameters.begin(), parameters.end());
  return all;
}

}  // namespace terrella::implicit
