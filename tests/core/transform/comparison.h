// tests/core/transform/comparison.h: what tests of transforms share: an operation that counts, comparison of
// transforms.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>

#include "core/graph/op.h"
#include "core/transform.h"

namespace terrella::tests {

/// x, counted whenever it is computed.
class Counted final : public graph::Op {
 public:
  static inline std::atomic<std::int64_t> count{0};
  std::string_view name() const override { return "counted"; }
  void evaluate(Backend&, std::span<const Array> in, std::span<Array> out) const override {
    ++count;
    out[0] = in[0];
  }
  Tensors jvp(const graph::RuleContext&, std::span<const Tensor> t) const override { return {t[0]}; }
  Tensors vjp(const graph::RuleContext&, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return {g[0]};
  }
  Tensors vmap(std::span<const Tensor> x, const std::vector<bool>&, std::int64_t) const override {
    return {counted(x[0])};
  }
  static Tensor counted(const Tensor& x) {
    static const Counted op;
    return graph::make(graph::unowned(op), {x}, graph::aval(x));
  }
};

/// Same shapes, and values to `tolerance` relative to 1 + the largest.
void expect_same(const Tensors& a, const Tensors& b, double tolerance, const std::string& what);

/// Values, both modes, and their second and third derivatives in all mixtures, to 1e-12.
void expect_same_transforms(const Function& a, const Function& b, const Tensors& x, const std::string& what = "");

/// That f throws std::invalid_argument with `part` in its message.
void expect_message(const std::function<void()>& f, const std::string& part);

}  // namespace terrella::tests
