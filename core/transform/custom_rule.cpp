// custom_rule: a function whose derivative rules its author gives.
#include "core/error.h"
#include "core/graph/subgraph_op.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

using graph::RuleContext;

Tensors zeros_like_all(std::span<const Tensor> x) {
  Tensors zero;
  for (const Tensor& t : x) zero.push_back(zeros_like(t));
  return zero;
}

Tensors with_zeros(std::span<const Tensor> derivatives, std::span<const Tensor> like) {
  Tensors d(derivatives.begin(), derivatives.end());
  for (std::size_t i = 0; i < d.size(); ++i)
    if (!d[i].defined()) d[i] = zeros_like(like[i]);
  return d;
}

class Custom final : public graph::SubgraphOp {
 public:
  Custom(Function f, graph::Subgraph inside, CustomRules rules, std::string name)
      : SubgraphOp(std::move(inside)), f_(std::move(f)), rules_(std::move(rules)), name_(std::move(name)) {}
  std::string_view name() const override { return name_; }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensors x(node.inputs.begin(), node.inputs.end()), y(node.outputs.begin(), node.outputs.end());
    const Tensors tangents = with_zeros(t, x);
    if (rules_.jvp) return checked("jvp", rules_.jvp(x, y, tangents), y);
    // The vjp is linear in the cotangents; its own adjoint is the jvp.
    const auto back = [&](const Tensors& g) { return checked("vjp", rules_.vjp(x, y, g), x); };
    return terrella::vjp(back, zeros_like_all(y)).pullback(tangents);
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    const Tensors x(node.inputs.begin(), node.inputs.end()), y(node.outputs.begin(), node.outputs.end());
    const Tensors cotangents = with_zeros(g, y);
    if (rules_.vjp) return checked("vjp", rules_.vjp(x, y, cotangents), x);
    const auto along = [&](const Tensors& t) { return checked("jvp", rules_.jvp(x, y, t), y); };
    return terrella::vjp(along, zeros_like_all(x)).pullback(cotangents);
  }

  Tensors vmap(std::span<const Tensor> in, const std::vector<bool>& batched, std::int64_t size) const override {
    // All arguments are given the batch, so that cotangents of shared ones are summed by broadcast_to's adjoint.
    Tensors x;
    for (std::size_t i = 0; i < in.size(); ++i) {
      Shape shape = in[i].shape();
      if (!batched[i]) shape.insert(0, size);
      x.push_back(broadcast_to(in[i], shape));
    }
    CustomRules rules;
    if (rules_.vjp) rules.vjp = over_batch(rules_.vjp);
    if (rules_.jvp) rules.jvp = over_batch(rules_.jvp);
    return apply(vmap_of(f_, std::vector<std::optional<int>>(x.size(), 0)), x, rules, name_);
  }

  static Tensors apply(const Function& f, const Tensors& x, const CustomRules& rules, const std::string& name) {
    const auto op = std::make_shared<Custom>(f, graph::capture(f, x), rules, name);
    if (!op->inside_.captured.empty())
      fail(name,
           ": the function uses a tensor from outside that is being differentiated or mapped; pass it as an argument, "
           "since its rules know nothing of it");
    return graph::make_tuple(op, x, op->output_avals());
  }

 private:
  using Rule = std::function<Tensors(const Tensors&, const Tensors&, const Tensors&)>;
  static Rule over_batch(const Rule& rule) {
    return [rule](const Tensors& x, const Tensors& y, const Tensors& d) {
      Tensors all = x;
      all.insert(all.end(), y.begin(), y.end());
      all.insert(all.end(), d.begin(), d.end());
      const auto nx = static_cast<std::ptrdiff_t>(x.size()), ny = static_cast<std::ptrdiff_t>(y.size());
      const Function one = [rule, nx, ny](const Tensors& t) {
        return rule({t.begin(), t.begin() + nx}, {t.begin() + nx, t.begin() + nx + ny}, {t.begin() + nx + ny, t.end()});
      };
      return vmap_of(one, std::vector<std::optional<int>>(all.size(), 0))(all);
    };
  }
  Tensors checked(const char* rule, Tensors given, const Tensors& like) const {
    if (given.size() != like.size())
      fail(name_, ": its ", rule, " rule returned ", given.size(), " tensors where ", like.size(), " are due");
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!(given[i].shape() == like[i].shape()))
        fail(name_, ": its ", rule, " rule returned shape ", given[i].shape(), " where ", like[i].shape(),
             " is due (number ", i, ")");
      given[i] = cast(given[i], like[i].dtype());
    }
    return given;
  }
  Function f_;
  CustomRules rules_;
  std::string name_;
};

}  // namespace

Function custom_rule_of(const Function& f, CustomRules rules, std::string name) {
  if (!rules.vjp && !rules.jvp) fail(name, ": give a vjp rule, a jvp rule or both");
  return [f, rules, name](const Tensors& x) { return Custom::apply(f, x, rules, name); };
}

}  // namespace terrella
