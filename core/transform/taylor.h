// core/transform/taylor.h: derivatives of nodes with respect to one variable t, order by order.
//
// Operations that have a Taylor rule (products, quotients) use it. For every other one y = f(x) the jvp rule says
// y'(t) = D(x(t), y(t), x'(t)), a graph whose own series, one order lower, is found in the same way:
// y^(k) = D^(k-1). Where D does not depend on x and y the operation is linear, and applies to each derivative. Nodes of
// one operation on the same series are one (sin and cos have each other in D), so that the work is polynomial in the
// order. Derivatives instead of Taylor coefficients spare all factors but those of products.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "core/graph/op.h"
#include "core/tensor.h"

namespace terrella::detail {

/// The series of all nodes of one jet.
class TaylorGraph {
 public:
  struct Series;
  /// One output of a series of several.
  struct Ref {
    Series* series;
    std::size_t output;
    auto operator<=>(const Ref&) const = default;
  };

  TaylorGraph();
  ~TaylorGraph();
  TaylorGraph(const TaylorGraph&) = delete;
  TaylorGraph& operator=(const TaylorGraph&) = delete;

  /// x with derivatives 1, 2, ... given.
  void add_source(const Tensor& x, const Tensors& derivatives);
  /// A node of the function, after those that it depends on. Its value is the node itself.
  void add_node(const Tensor& node);
  /// Whether the tensor has a series; others are constant.
  bool knows(const Tensor& x) const { return known_.contains(x.node()); }
  /// Derivative k, none() for zero. To be asked in the order of the nodes, lest the recursion become deep.
  Tensor derivative(const Tensor& x, std::size_t k);

 private:
  using Place = std::map<const graph::Node*, Ref>;
  struct Rule;  // D
  Ref constant(const Tensor& x);
  Ref rate(Ref of);
  Ref node_of(const Tensor& node, const Tensors& inputs, const Place& place, bool is_original);
  void advance(Series& s, std::size_t order);
  Tensor value(Ref x);
  void find(Series& s, std::size_t order);
  const Rule& rule_of(Series& s);

  std::vector<std::unique_ptr<Series>> all_;
  Place known_;
  std::map<const graph::Node*, Ref> constants_;
  std::map<Ref, Ref> rates_;
  std::map<std::pair<const graph::Op*, std::vector<Ref>>, Series*> shared_;
};

}  // namespace terrella::detail
