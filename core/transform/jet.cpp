// jet: Taylor mode. Traces the function, then finds the series of its nodes in their order.
#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/walk.h"
#include "core/ops.h"
#include "core/transform.h"
#include "core/transform/pullback.h"
#include "core/transform/taylor.h"

namespace terrella {
namespace {

/// Derivatives 1, 2, ... of argument i.
Tensors derivatives_of(const Tensor& x, const std::vector<Tensors>& series, std::size_t i) {
  Tensors all;
  for (const Tensors& order : series)
    all.push_back(order[i].defined() ? detail::like("jet", "derivative of argument", order[i], x, i) : order[i]);
  return all;
}

}  // namespace

Jet jet(const Function& f, const Tensors& primals, const std::vector<Tensors>& series) {
  const std::size_t orders = series.size();
  for (std::size_t k = 0; k < orders; ++k)
    if (series[k].size() != primals.size())
      fail("jet: ", series[k].size(), " derivatives of order ", k + 1, " for ", primals.size(), " arguments");
  Jet result;
  {
    const graph::Trace trace;
    Tensors sources;
    for (const Tensor& x : primals) sources.push_back(trace.watch(x));
    result.value = f(sources);
    const graph::Trace::Pause pause(trace);
    detail::TaylorGraph taylor;
    for (std::size_t i = 0; i < primals.size(); ++i)
      taylor.add_source(sources[i], derivatives_of(sources[i], series, i));
    const std::vector<Tensor> order = graph::between(trace, sources, result.value);
    for (const Tensor& node : order) taylor.add_node(node);
    for (const Tensor& node : order)
      if (node.node()->projection < 0) (void)taylor.derivative(node, orders);
    for (std::size_t k = 1; k <= orders; ++k) {
      result.series.emplace_back();
      for (const Tensor& y : result.value) {
        const Tensor d = taylor.knows(y) ? taylor.derivative(y, k) : Tensor::none();
        result.series.back().push_back(d.defined() ? d : zeros_like(y));
      }
    }
  }
  for (const Tensor& y : result.value)
    if (y.node()->done()) graph::forget(*y.node());
  return result;
}

}  // namespace terrella
