#include "core/jit/split.h"

#include "core/graph/node_map.h"
#include "core/graph/walk.h"
#include "core/jit/cheap.h"

namespace terrella::compiler {
namespace {

/// Finds which nodes run before the cut, which behind it, and what crosses it.
class Cut {
 public:
  Cut(const graph::Subgraph& whole, std::size_t arguments, std::size_t results) {
    for (std::size_t i = 0; i < whole.placeholders.size(); ++i)
      if (i >= arguments) late_.insert(whole.placeholders[i].node());
    for (const Tensor& x : whole.order) {
      inside_.insert(x.node());
      for (const Tensor& input : graph::inputs_of(x))
        if (late_.contains(input.node())) late_.insert(x.node());
    }
    for (std::size_t k = results; k < whole.outputs.size(); ++k) need(whole.outputs[k]);
    for (std::size_t k = whole.order.size(); k-- > 0;) {
      const Tensor& x = whole.order[k];
      if (behind_.contains(x.node()))
        for (const Tensor& input : graph::inputs_of(x)) need(input);
    }
  }

  Tensors kept;
  bool is_late(const Tensor& x) const { return late_.contains(x.node()); }
  bool is_behind(const Tensor& x) const { return behind_.contains(x.node()); }

 private:
  /// Something behind the cut reads x.
  void need(const Tensor& x) {
    const graph::Node* node = x.node();
    if (!inside_.contains(node) || known_.contains(node)) return;
    known_.insert(node);
    if (is_late(x) || is_made_again(x))
      behind_.insert(node);
    else
      kept.push_back(x);
  }
  bool is_made_again(const Tensor& x) const {
    using Kind = graph::Lowering::Kind;
    if (x.node()->projection >= 0 || x.node()->tuple) return false;
    const graph::Lowering l = graph::op_of(x)->lowering();
    const bool view =
        l.kind == Kind::alias || l.kind == Kind::broadcast || l.kind == Kind::reshape || l.kind == Kind::transpose;
    if (!view && !is_light(l)) return false;
    const graph::Node* of = nullptr;  // the only array
    for (const Tensor& input : graph::inputs_of(x)) {
      if (!inside_.contains(input.node()) || input.node() == of) continue;
      if (of) return false;
      of = input.node();
    }
    return true;
  }

  graph::NodeMap late_, inside_, behind_, known_;
};

}  // namespace

Split::Split(const graph::Subgraph& whole, std::size_t arguments, std::size_t results) {
  const Cut cut(whole, arguments, results);
  const auto first_cotangent = whole.placeholders.begin() + static_cast<std::ptrdiff_t>(arguments);
  const auto first_part = whole.outputs.begin() + static_cast<std::ptrdiff_t>(results);
  forward_.placeholders.assign(whole.placeholders.begin(), first_cotangent);
  forward_.outputs.assign(whole.outputs.begin(), first_part);
  forward_.outputs.insert(forward_.outputs.end(), cut.kept.begin(), cut.kept.end());
  backward_.placeholders = cut.kept;
  backward_.placeholders.insert(backward_.placeholders.end(), whole.placeholders.begin(), whole.placeholders.end());
  backward_.outputs.assign(first_part, whole.outputs.end());
  for (const Tensor& x : whole.order) {
    if (!cut.is_late(x)) forward_.order.push_back(x);
    if (cut.is_behind(x)) backward_.order.push_back(x);
  }
}

std::vector<Array> Split::forward(std::vector<Array> arguments) const {
  std::call_once(once_[0], [this] { executables_[0] = compile(forward_); });
  return executables_[0]->run(std::move(arguments));
}

std::vector<Array> Split::backward(std::vector<Array> inputs) const {
  std::call_once(once_[1], [this] { executables_[1] = compile(backward_); });
  return executables_[1]->run(std::move(inputs));
}

}  // namespace terrella::compiler
