// cond: one of two subgraphs. Its derivatives are conds of the derivatives of the branches.
#include "core/control.h"
#include "core/error.h"
#include "core/graph/subgraph.h"
#include "core/ops.h"
#include "core/transform/parts.h"

namespace terrella {
namespace {

using detail::Which;
using graph::RuleContext;
using graph::Subgraph;

/// One branch: a subgraph and which of the operation's inputs, counted after the predicate, it is played on.
struct Branch {
  std::shared_ptr<const Subgraph> inside;
  std::vector<std::size_t> uses;

  /// As a function of all inputs but the predicate.
  Function function() const {
    return [b = *this](const Tensors& x) {
      Tensors mine;
      for (const std::size_t i : b.uses) mine.push_back(x[i]);
      return graph::play(*b.inside, mine);
    };
  }
};

class Cond final : public graph::Op {
 public:
  Cond(Branch yes, Branch no) : branches_{std::move(no), std::move(yes)} {}
  std::string_view name() const override { return "cond"; }

  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    const Branch& taken = branches_[graph::leaf(in[0]).item<bool>() ? 1 : 0];
    std::vector<Array> inputs;
    for (const std::size_t i : taken.uses) inputs.push_back(in[i + 1]);
    std::vector<Array> results = graph::run(*taken.inside, inputs);
    std::move(results.begin(), results.end(), out.begin());
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Which moves = detail::defined(t.subspan(1));
    const std::size_t count = moves.size();
    const auto along = [&](const Branch& branch) -> Function {
      return [f = branch.function(), moves, count](const Tensors& all) {
        const Tensors x(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
        const Tensors tangents(all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
        return terrella::jvp(detail::of_chosen(f, x, moves), detail::chosen(x, moves), tangents).tangent;
      };
    };
    Tensors operands(node.inputs.begin() + 1, node.inputs.end());
    for (const Tensor& tangent : detail::chosen(t.subspan(1), moves)) operands.push_back(tangent);
    return make(node.inputs[0], along(branches_[1]), along(branches_[0]), operands);
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Which wanted(needed.begin() + 1, needed.end()), seeded = detail::defined(g);
    const std::size_t count = wanted.size();
    Tensors result(node.inputs.size(), Tensor::none());
    if (!detail::any(wanted)) return result;
    const auto back = [&](const Branch& branch) -> Function {
      return [f = branch.function(), wanted, seeded, count](const Tensors& all) {
        const Tensors x(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
        Tensors cotangents(seeded.size(), Tensor::none());
        for (std::size_t i = 0, k = count; i < seeded.size(); ++i)
          if (seeded[i]) cotangents[i] = all[k++];
        return terrella::vjp(detail::of_chosen(f, x, wanted), detail::chosen(x, wanted)).pullback(cotangents);
      };
    };
    Tensors operands(node.inputs.begin() + 1, node.inputs.end());
    for (const Tensor& cotangent : detail::chosen(g, seeded)) operands.push_back(cotangent);
    const Tensors parts = make(node.inputs[0], back(branches_[1]), back(branches_[0]), operands);
    for (std::size_t i = 0, k = 0; i < count; ++i)
      if (wanted[i]) result[i + 1] = parts[k++];
    return result;
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    const Tensors operands(in.begin() + 1, in.end());
    const Which mapped(batched.begin() + 1, batched.end());
    const auto over_batch = [&](const Branch& branch) -> Function {
      if (detail::any(mapped)) return vmap_of(branch.function(), detail::first_axes(mapped));
      return [f = branch.function(), size](const Tensors& x) {
        Tensors y = f(x);
        for (Tensor& t : y) t = detail::with_batch(t, false, size);
        return y;
      };
    };
    if (!batched[0]) return make(in[0], over_batch(branches_[1]), over_batch(branches_[0]), operands);
    const Tensors yes = over_batch(branches_[1])(operands), no = over_batch(branches_[0])(operands);
    Tensors y;
    for (std::size_t i = 0; i < yes.size(); ++i) {
      Shape shape = {size};
      while (shape.rank() < yes[i].rank()) shape.push_back(1);
      y.push_back(where(reshape(in[0], shape), yes[i], no[i]));
    }
    return y;
  }

  static Tensors make(const Tensor& predicate, const Function& f_true, const Function& f_false,
                      const Tensors& operands) {
    Subgraph yes = graph::capture(f_true, operands), no = graph::capture(f_false, operands);
    if (yes.outputs.size() != no.outputs.size())
      fail("cond: f_true returns ", yes.outputs.size(), " tensors and f_false ", no.outputs.size(),
           "; both must return the same number");
    std::vector<graph::Aval> avals;
    for (std::size_t i = 0; i < yes.outputs.size(); ++i) {
      Tensor &y = yes.outputs[i], &z = no.outputs[i];
      // A number in one branch has the dtype of the other branch, as in y + 1.
      if (y.node()->weak != z.node()->weak) {
        const DType dtype = common_dtype(y, z);
        y = cast(y, dtype);
        z = cast(z, dtype);
      }
      if (!(graph::aval(y) == graph::aval(z)))
        fail("cond: result ", i, " is ", terrella::name(y.dtype()), ' ', y.shape(), " from f_true and ",
             terrella::name(z.dtype()), ' ', z.shape(),
             " from f_false; both must have one shape and dtype: use broadcast_to() or cast()");
      avals.push_back(graph::aval(y));
    }
    Tensors inputs = {predicate};
    inputs.insert(inputs.end(), operands.begin(), operands.end());
    const auto placed = [&](Subgraph inside) {
      Branch branch;
      for (std::size_t i = 0; i < operands.size(); ++i) branch.uses.push_back(i);
      for (const Tensor& x : inside.captured) {
        branch.uses.push_back(inputs.size() - 1);
        inputs.push_back(x);
      }
      branch.inside = std::make_shared<Subgraph>(std::move(inside));
      return branch;
    };
    Branch taken = placed(std::move(yes)), other = placed(std::move(no));
    return graph::make_tuple(std::make_shared<Cond>(std::move(taken), std::move(other)), inputs, avals);
  }

 private:
  Branch branches_[2];  // false, true
};

}  // namespace

Tensors cond(const Tensor& predicate, const Function& f_true, const Function& f_false, const Tensors& operands) {
  if (predicate.size() != 1)
    fail("cond: the predicate has shape ", predicate.shape(),
         "; it must be one element: use all() or any(), or where() for a choice by element");
  return Cond::make(cast(reshape(predicate, {}), DType::boolean), f_true, f_false, operands);
}

}  // namespace terrella
