// concatenate and stack: linear in each of many inputs.
#include <numeric>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/op.h"
#include "core/ops/cast.h"
#include "core/ops/create.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

class Concatenate final : public graph::Op {
 public:
  explicit Concatenate(int axis) : axis_(axis) {}
  std::string_view name() const override { return "concatenate"; }
  graph::Lowering lowering() const override { return graph::Lowering::of(graph::Lowering::Kind::fresh); }
  bool same_as(const graph::Op& other) const override {
    const auto* same = dynamic_cast<const Concatenate*>(&other);
    return same && same->axis_ == axis_;
  }

  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    if (!out[0].buffer) out[0] = backend.empty(out[0].dtype, out[0].shape);
    std::vector<Range> ranges;
    for (const std::int64_t e : out[0].shape) ranges.push_back({0, e, 1});
    Range& along = ranges[static_cast<std::size_t>(axis_)];
    for (const Array& part : in) {
      along.count = part.shape[axis_];
      if (part.size() > 0) backend.copy_into(part, view(out[0], ranges));
      along.start += along.count;
    }
  }

  Tensors jvp(const graph::RuleContext& node, std::span<const Tensor> tangents) const override {
    Tensors parts;
    for (std::size_t i = 0; i < tangents.size(); ++i)
      parts.push_back(tangents[i].defined() ? tangents[i] : zeros_like(node.inputs[i]));
    return {concatenate(parts, axis_)};
  }

  Tensors vjp(const graph::RuleContext& node, std::span<const Tensor> g,
              const std::vector<bool>& needed) const override {
    Tensors parts(node.inputs.size(), Tensor::none());
    std::int64_t start = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t stop = start + node.inputs[i].shape()[axis_];
      if (needed[i]) parts[i] = slice(g[0], axis_, {start, stop});
      start = stop;
    }
    return parts;
  }

  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t size) const override {
    Tensors parts;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Shape shape = inputs[i].shape();
      if (!batched[i]) shape.insert(0, size);
      parts.push_back(broadcast_to(inputs[i], shape));
    }
    return {concatenate(parts, axis_ + 1)};
  }

 private:
  int axis_;
};

}  // namespace

Tensor concatenate(const Tensors& parts, std::int64_t axis) {
  if (parts.empty()) fail("concatenate: nothing to join");
  const int along = normal_axis("concatenate", axis, parts[0].rank());
  graph::Aval out = graph::aval(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    Shape expected = parts[i].shape();
    bool fits = expected.rank() == out.shape.rank();
    for (int k = 0; fits && k < expected.rank(); ++k) fits = k == along || expected[k] == out.shape[k];
    if (!fits)
      fail("concatenate: part ", i, " of shape ", parts[i].shape(), " does not join part 0 of shape ", parts[0].shape(),
           " along axis ", axis, "; all other extents must agree");
    out.shape[along] += parts[i].shape()[along];
  }
  out.dtype = common_dtype(parts);
  Tensors same;
  for (const Tensor& part : parts) same.push_back(cast(part, out.dtype));
  return parts.size() == 1 ? same[0] : graph::make(std::make_shared<Concatenate>(along), same, out);
}

Tensor stack(const Tensors& parts, std::int64_t axis) {
  if (parts.empty()) fail("stack: nothing to join");
  const DType dtype = common_dtype(parts);  // while numbers are known to be weak
  Tensors wider;
  for (const Tensor& part : parts) {
    if (!(part.shape() == parts[0].shape()))
      fail("stack: shapes ", parts[0].shape(), " and ", part.shape(), " differ; all parts must have one shape");
    wider.push_back(expand_dims(cast(part, dtype), axis));
  }
  return concatenate(wider, normal_axis("stack", axis, parts[0].rank() + 1));
}

}  // namespace terrella
