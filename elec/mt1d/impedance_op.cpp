#include "elec/mt1d/impedance_op.h"

#include <algorithm>

#include "core/backend/backend.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/transform.h"
#include "elec/mt1d/impedance.h"
#include "elec/mt1d/impedance_kernel.h"

namespace terrella::elec::mt1d {
namespace {

using Complex = std::complex<double>;
using graph::Aval;
using graph::RuleContext;

// Below, a model is {resistivity, thickness, frequency}. At the nodes every input is one row [m], which all soundings
// share, or one row a sounding [soundings, m]; other leading axes are merged before and taken apart behind.

Shape leading(const Tensor& x) {
  Shape shape = x.shape();
  shape.erase(shape.rank() - 1);
  return shape;
}

Shape with_last(Shape shape, std::int64_t extent) {
  shape.push_back(extent);
  return shape;
}

Shape common_leading(const Tensors& inputs) {
  Shape lead;
  for (const Tensor& x : inputs) lead = broadcast_shapes("impedance_1d", lead, leading(x));
  return lead;
}

/// Inputs as rows, see above.
Tensors as_rows(const Tensors& inputs, const Shape& lead) {
  Tensors rows;
  for (const Tensor& x : inputs) {
    const std::int64_t extent = x.shape().back();
    if (leading(x).size() == 1)
      rows.push_back(reshape(x, {extent}));
    else
      rows.push_back(reshape(broadcast_to(x, with_last(lead, extent)), {lead.size(), extent}));
  }
  return rows;
}

/// [extents], or [soundings, extents] where an input has a row for each sounding.
Shape node_shape(const Tensors& rows, std::initializer_list<std::int64_t> extents) {
  Shape shape;
  for (const Tensor& x : rows)
    if (x.rank() == 2 && shape.rank() == 0) shape.push_back(x.shape()[0]);
  for (const std::int64_t extent : extents) shape.push_back(extent);
  return shape;
}

Tensor split_leading(const Tensor& x, const Shape& lead, int kept) {
  Shape shape = lead;
  for (int axis = x.rank() - kept; axis < x.rank(); ++axis) shape.push_back(x.shape()[axis]);
  return reshape(x, shape);
}

/// Inputs of a batched node with the batch as their first axis, so that leading axes broadcast as they should.
Tensors aligned(std::span<const Tensor> inputs, const std::vector<bool>& batched) {
  Tensors out(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < out.size(); ++i)
    if (batched[i] && out[i].rank() == 2) out[i] = expand_dims(out[i], 1);  // [batch, m] beside [soundings, m]
  return out;
}

/// Results of a batched node without the axis of one sounding that aligned() made where there were none.
Tensors unaligned(Tensors results, std::span<const Tensor> inputs, const std::vector<bool>& batched) {
  bool soundings = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) soundings |= inputs[i].rank() - (batched[i] ? 1 : 0) == 2;
  if (!soundings)
    for (Tensor& x : results) x = squeeze(x, 1);
  return results;
}

Tensors three(std::span<const Tensor> inputs) { return {inputs[0], inputs[1], inputs[2]}; }

bool any_defined(std::span<const Tensor> tensors) {
  return std::ranges::any_of(tensors, [](const Tensor& x) { return x.defined(); });
}

Tensors zeros_where_missing(std::span<const Tensor> tangents, std::span<const Tensor> like) {
  Tensors out;
  for (std::size_t i = 0; i < tangents.size(); ++i)
    out.push_back(tangents[i].defined() ? tangents[i] : zeros_like(like[i]));
  return out;
}

/// Row-major inputs that live as long as this does.
class Rows {
 public:
  Rows(Backend& backend, std::span<const Array> inputs) {
    for (const Array& x : inputs) arrays_.push_back(row_major(backend, x));
  }
  template <class T = double>
  std::span<const T> operator[](std::size_t i) const {
    return {arrays_[i].data<T>(), static_cast<std::size_t>(arrays_[i].size())};
  }
  /// The batch of inputs 0 to 2 when the results have `rows` rows.
  Batch batch(std::int64_t rows) const {
    return {rows, arrays_[0].shape.back(), arrays_[2].shape.back(), (*this)[0], (*this)[1], (*this)[2]};
  }

 private:
  std::vector<Array> arrays_;
};

template <class T>
std::span<T> fresh(Backend& backend, Array& output) {
  output = backend.empty(output.dtype, output.shape);
  return {output.data<T>(), static_cast<std::size_t>(output.size())};
}

std::int64_t soundings(const Array& output, int kept) { return output.shape.rank() > kept ? output.shape[0] : 1; }

Tensors composed(const Tensors& x) { return {impedance_1d_composed(x[0], x[1], x[2])}; }

// ---- the impedance and its first derivatives, by kernels
// ----------------------------------------------------------------

Tensor tangent(const Tensors& model, const Tensors& dots);
Tensors cotangents(const Tensors& model, const Tensor& z_bar);

Tensors sum_to_inputs(const Tensors& bars, std::span<const Tensor> inputs, const std::vector<bool>& needed) {
  Tensors out(inputs.size(), Tensor::none());
  for (std::size_t i = 0; i < bars.size(); ++i)
    if (needed[i]) out[i] = sum_to(bars[i], inputs[i].shape());
  return out;
}

class Impedance final : public graph::Op {
 public:
  std::string_view name() const override { return "impedance_1d"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const Rows rows(backend, in);
    impedance(rows.batch(soundings(out[0], 1)), fresh<Complex>(backend, out[0]));
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    return {tangent(three(node.inputs), Tensors(t.begin(), t.end()))};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    return sum_to_inputs(cotangents(three(node.inputs), g[0]), node.inputs, needed);
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    return unaligned({impedance_node(aligned(inputs, batched))}, inputs, batched);
  }
};

/// J times tangents. Inputs: the model, then the tangents that are there.
class ImpedanceTangent final : public graph::Op {
 public:
  explicit ImpedanceTangent(std::vector<bool> given) : given_(std::move(given)) {}
  std::string_view name() const override { return "impedance_1d_tangent"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const Rows rows(backend, in);
    std::span<const double> dots[3];
    std::size_t next = 3;
    for (std::size_t i = 0; i < 3; ++i)
      if (given_[i]) dots[i] = rows[next++];
    impedance_jvp(rows.batch(soundings(out[0], 1)), {dots[0], dots[1], dots[2]}, fresh<Complex>(backend, out[0]));
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    Tensor dot = Tensor::none();
    if (any_defined(t.subspan(3))) dot = tangent(three(node.inputs), at_place(t.subspan(3)));
    if (any_defined(t.first(3))) {
      const Tensors model = three(node.inputs);
      const Tensor curved = terrella::jvp(by_table(node), model, zeros_where_missing(t.first(3), model)).tangent[0];
      dot = dot.defined() ? dot + curved : curved;
    }
    return {broadcast_to(dot, node.outputs[0].shape())};
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    Tensors bars(node.inputs.size(), Tensor::none());
    const Tensors model = three(node.inputs);
    if (needed[0] || needed[1] || needed[2]) {
      const Tensors curved = terrella::vjp(by_table(node), model).pullback({g[0]});
      std::copy(curved.begin(), curved.end(), bars.begin());
    }
    if (std::find(needed.begin() + 3, needed.end(), true) != needed.end()) {
      const Tensors straight = cotangents(model, g[0]);
      std::size_t next = 3;
      for (std::size_t i = 0; i < 3; ++i)
        if (given_[i]) bars[next] = sum_to(straight[i], node.inputs[next].shape()), ++next;
    }
    return bars;
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = aligned(inputs, batched);
    return unaligned({tangent(three(x), at_place(std::span(x).subspan(3)))}, inputs, batched);
  }

 private:
  /// Three entries, of which the missing ones are none.
  Tensors at_place(std::span<const Tensor> given) const {
    Tensors out(3, Tensor::none());
    std::size_t next = 0;
    for (std::size_t i = 0; i < 3; ++i)
      if (given_[i]) out[i] = given[next++];
    return out;
  }
  /// The same function of the model, made of table operations.
  Function by_table(const RuleContext& node) const {
    return [dots = at_place(node.inputs.subspan(3)), shape = node.outputs[0].shape()](const Tensors& model) -> Tensors {
      Tensors full;  // tangents must have the shapes of what they belong to
      Tensors wide;
      for (std::size_t i = 0; i < 3; ++i) {
        const Shape to =
            dots[i].defined() ? broadcast_shapes("impedance_1d", model[i].shape(), dots[i].shape()) : model[i].shape();
        wide.push_back(broadcast_to(model[i], to));
        full.push_back(dots[i].defined() ? broadcast_to(dots[i], to) : zeros_like(wide[i]));
      }
      return {broadcast_to(terrella::jvp(composed, wide, full).tangent[0], shape)};
    };
  }
  std::vector<bool> given_;
};

/// Re J^H z_bar with one row for each sounding. Inputs: the model, z_bar.
class ImpedanceCotangents final : public graph::Op {
 public:
  std::string_view name() const override { return "impedance_1d_cotangents"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const Rows rows(backend, in);
    const Batch batch = rows.batch(soundings(out[0], 1));
    const std::span<double> resistivity = fresh<double>(backend, out[0]), thickness = fresh<double>(backend, out[1]);
    impedance_vjp(batch, rows.operator[]<Complex>(3), {resistivity, thickness, fresh<double>(backend, out[2])});
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    const Tensors model = three(node.inputs);
    Tensors dots(3, Tensor::none());
    if (t[3].defined()) dots = cotangents(model, t[3]);
    if (any_defined(t.first(3))) {
      const Tensors curved = terrella::jvp(by_table(node), model, zeros_where_missing(t.first(3), model)).tangent;
      for (std::size_t i = 0; i < 3; ++i) dots[i] = dots[i].defined() ? dots[i] + curved[i] : curved[i];
    }
    for (std::size_t i = 0; i < 3; ++i) dots[i] = broadcast_to(dots[i], node.outputs[i].shape());
    return dots;
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>& needed) const override {
    const Tensors model = three(node.inputs);
    Tensors bars(4, Tensor::none());
    if (needed[0] || needed[1] || needed[2]) {
      const Tensors curved = terrella::vjp(by_table(node), model).pullback(zeros_where_missing(g, node.outputs));
      std::copy(curved.begin(), curved.end(), bars.begin());
    }
    if (needed[3]) bars[3] = sum_to(tangent(model, Tensors(g.begin(), g.end())), node.inputs[3].shape());
    return bars;
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors x = aligned(inputs, batched);
    return unaligned(cotangents(three(x), x[3]), inputs, batched);
  }

 private:
  Function by_table(const RuleContext& node) const {
    return [z_bar = node.inputs[3], outputs = Tensors(node.outputs.begin(), node.outputs.end())](const Tensors& model) {
      Tensors wide;  // a row for each sounding, as the results have
      for (std::size_t i = 0; i < 3; ++i) wide.push_back(broadcast_to(model[i], outputs[i].shape()));
      const Vjp z = terrella::vjp(composed, wide);
      return z.pullback({broadcast_to(z_bar, z.value[0].shape())});
    };
  }
};

/// dots: three tangents, of which some may be none.
Tensor tangent(const Tensors& model, const Tensors& dots) {
  Tensors inputs = model;
  std::vector<bool> given;
  for (const Tensor& dot : dots) {
    given.push_back(dot.defined());
    if (dot.defined()) inputs.push_back(dot);
  }
  const Shape lead = common_leading(inputs);
  const Tensors rows = as_rows(inputs, lead);
  const Aval z = {node_shape(rows, {rows[2].shape().back()}), DType::c128};
  return split_leading(graph::make(std::make_shared<ImpedanceTangent>(given), rows, z), lead, 1);
}

Tensors cotangents(const Tensors& model, const Tensor& z_bar) {
  static const ImpedanceCotangents op;
  Tensors inputs = model;
  inputs.push_back(z_bar);
  const Shape lead = common_leading(inputs);
  const Tensors rows = as_rows(inputs, lead);
  std::vector<Aval> outputs;
  for (std::size_t i = 0; i < 3; ++i) outputs.push_back({node_shape(rows, {rows[i].shape().back()}), DType::f64});
  Tensors bars = graph::make_tuple(graph::unowned(op), rows, outputs);
  for (Tensor& bar : bars) bar = split_leading(bar, lead, 1);
  return bars;
}

// ---- the whole Jacobian
// ---------------------------------------------------------------------------------------------------

/// Its columns one by one.
Tensors jacobian_by_table(const Tensors& model) {
  Tensors results = composed(model);
  for (std::size_t i = 0; i < 2; ++i) {
    Tensors columns;
    for (std::int64_t j = 0; j < model[i].shape().back(); ++j) {
      Tensors dots = {zeros_like(model[0]), zeros_like(model[1]), zeros_like(model[2])};
      dots[i] = broadcast_to(cast(arange(model[i].shape().back()) == Tensor(j), DType::f64), model[i].shape());
      columns.push_back(terrella::jvp(composed, model, dots).tangent[0]);
    }
    results.push_back(columns.empty() ? zeros(with_last(results[0].shape(), 0), DType::c128) : stack(columns, -1));
  }
  return results;
}

class ImpedanceJacobian final : public graph::Op {
 public:
  std::string_view name() const override { return "impedance_1d_jacobian"; }
  void evaluate(Backend& backend, std::span<const Array> in, std::span<Array> out) const override {
    const Rows rows(backend, in);
    const Batch batch = rows.batch(soundings(out[0], 1));
    const std::span<Complex> z = fresh<Complex>(backend, out[0]), by_resistivity = fresh<Complex>(backend, out[1]);
    impedance_jacobian(batch, z, by_resistivity, fresh<Complex>(backend, out[2]));
  }
  Tensors jvp(const RuleContext& node, std::span<const Tensor> t) const override {
    return terrella::jvp(jacobian_by_table, three(node.inputs), zeros_where_missing(t, node.inputs)).tangent;
  }
  Tensors vjp(const RuleContext& node, std::span<const Tensor> g, const std::vector<bool>&) const override {
    return terrella::vjp(jacobian_by_table, three(node.inputs)).pullback(zeros_where_missing(g, node.outputs));
  }
  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    return unaligned(jacobian_node(aligned(inputs, batched)), inputs, batched);
  }
};

}  // namespace

Tensor impedance_node(const Tensors& model) {
  static const Impedance op;
  const Shape lead = common_leading(model);
  const Tensors rows = as_rows(model, lead);
  const Aval z = {node_shape(rows, {rows[2].shape().back()}), DType::c128};
  return split_leading(graph::make(graph::unowned(op), rows, z), lead, 1);
}

Tensors jacobian_node(const Tensors& model) {
  static const ImpedanceJacobian op;
  const Shape lead = common_leading(model);
  const Tensors rows = as_rows(model, lead);
  const std::int64_t layers = rows[0].shape().back(), frequencies = rows[2].shape().back();
  const Tensors results = graph::make_tuple(graph::unowned(op), rows,
                                            {{node_shape(rows, {frequencies}), DType::c128},
                                             {node_shape(rows, {frequencies, layers}), DType::c128},
                                             {node_shape(rows, {frequencies, layers - 1}), DType::c128}});
  return {split_leading(results[0], lead, 1), split_leading(results[1], lead, 2), split_leading(results[2], lead, 2)};
}

}  // namespace terrella::elec::mt1d
