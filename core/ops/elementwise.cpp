// Turns elementwise.def into operations: one ElementwiseOp an entry, with its derivative rules.
#include "core/ops/elementwise.h"

#include <array>
#include <string>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/node.h"
#include "core/graph/op.h"
#include "core/graph/taylor.h"
#include "core/ops/cast.h"
#include "core/ops/elementwise_batch.h"
#include "core/ops/elementwise_op.h"
#include "core/ops/shape.h"

namespace terrella {
namespace {

using graph::Aval;
using graph::RuleContext;

/// A derivative factor of the table: a tensor, or an exact constant that costs nothing.
struct Factor {
  enum Kind { tensor, plus, minus, nothing } kind;
  Tensor value;
  Factor(Tensor v) : kind(tensor), value(std::move(v)) {}  // NOLINT: the table's expressions are tensors
  Factor(Kind k) : kind(k), value(Tensor::none()) {}       // NOLINT
};
constexpr Factor::Kind one = Factor::plus, minus_one = Factor::minus, zero = Factor::nothing;

Tensor scale(const Factor& f, const Tensor& t) {
  switch (f.kind) {
    case Factor::plus:
      return t;
    case Factor::minus:
      return -t;
    case Factor::nothing:
      return Tensor::none();
    case Factor::tensor:
      break;
  }
  return f.value * t;
}
Tensor scale_adjoint(const Factor& f, const Tensor& g) {
  return f.kind == Factor::tensor && is_complex(f.value.dtype()) ? conj(f.value) * g : scale(f, g);
}

// What the rules of elementwise.def call.
Tensor phase_part(const Tensor& y, const Tensor& t) {  // the part of t that turns the phase of y, |y| = 1
  return is_complex(y.dtype()) ? std::complex<double>(0, 1) * y * imag(conj(y) * t) : 0.0 * t;
}
Tensor times_i(const Tensor& g, const Tensor& x) {
  return is_complex(x.dtype()) ? std::complex<double>(0, 1) * g : 0.0 * g;
}
Tensor preferred(const Tensor& chosen, const Tensor& tie) { return where(chosen, where(tie, 0.5, 1.0), 0.0); }

enum class Output : std::uint8_t { same, real, boolean };

struct Entry {
  const char* name;
  std::string_view kinds;
  int arity;
  Output output;
  Tensor (*jvp[2])(const Tensor& x, const Tensor& y, const Tensor& z, const Tensor& t);
  Tensor (*vjp[2])(const Tensor& x, const Tensor& y, const Tensor& z, const Tensor& g);
};

// clang-format off
#define RULE(expression) \
  [](const Tensor& x [[maybe_unused]], const Tensor& y [[maybe_unused]], const Tensor& z [[maybe_unused]], \
     const Tensor& t [[maybe_unused]]) -> Tensor { return expression; }
// In a unary rule y is the result, in a binary one the second input, and z the result.
#define UNARY_RULE(expression) \
  [](const Tensor& x [[maybe_unused]], const Tensor&, const Tensor& y [[maybe_unused]], \
     const Tensor& t [[maybe_unused]]) -> Tensor { return expression; }
#define UNARY_VJP(expression) \
  [](const Tensor& x [[maybe_unused]], const Tensor&, const Tensor& y [[maybe_unused]], \
     const Tensor& g [[maybe_unused]]) -> Tensor { return expression; }

// Constant, so that tensors of static storage may be made by operations.
constexpr Entry entries[] = {
#define UNARY(name, kinds, domain, body, derivative, help)                                                        \
  {#name, #kinds, 1, Output::same, {UNARY_RULE(scale(derivative, t)), nullptr},                                   \
   {UNARY_RULE(scale_adjoint(derivative, t)), nullptr}},
#define UNARY_RULES(name, kinds, result, domain, body, jvp, vjp, help) \
  {#name, #kinds, 1, Output::result, {UNARY_RULE(jvp), nullptr}, {UNARY_VJP(vjp), nullptr}},
#define BINARY(name, kinds, domain_x, domain_y, body, dx, dy, help)      \
  {#name, #kinds, 2, Output::same, {RULE(scale(dx, t)), RULE(scale(dy, t))}, \
   {RULE(scale_adjoint(dx, t)), RULE(scale_adjoint(dy, t))}},
#define COMPARE(name, kinds, body, help) {#name, #kinds, 2, Output::boolean, {nullptr, nullptr}, {nullptr, nullptr}},
#include "core/ops/elementwise.def"
    // clang-format on
};

Tensor as(const Tensor& t, const Aval& wanted) {
  if (!t.defined()) return t;
  return cast(broadcast_to(t, wanted.shape), wanted.dtype);
}

class ElementwiseOp final : public graph::Op {
 public:
  explicit ElementwiseOp(Elementwise code) : code_(code) {}
  const Entry& entry() const { return entries[static_cast<std::size_t>(code_)]; }
  std::string_view name() const override { return entry().name; }
  bool in_place() const override { return true; }
  graph::Lowering lowering() const override { return graph::Lowering::of(code_); }

  void evaluate(Backend& backend, std::span<const Array> inputs, std::span<Array> outputs) const override {
    backend.elementwise(code_, inputs, outputs[0]);
  }

  Tensors jvp(const RuleContext& node, std::span<const Tensor> tangents) const override {
    const Tensor& x = node.inputs[0];
    const Tensor& y = node.inputs.back();
    const Tensor& z = node.outputs[0];
    Tensor sum = Tensor::none();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!tangents[i].defined() || !entry().jvp[i]) continue;
      const Tensor part = as(entry().jvp[i](x, y, z, tangents[i]), graph::aval(z));
      if (part.defined()) sum = sum.defined() ? sum + part : part;
    }
    return {sum};
  }

  Tensors vjp(const RuleContext& node, std::span<const Tensor> cotangents,
              const std::vector<bool>& needed) const override {
    const Tensor& x = node.inputs[0];
    const Tensor& y = node.inputs.back();
    Tensors result(node.inputs.size(), Tensor::none());
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!needed[i] || !entry().vjp[i]) continue;
      const Tensor part = entry().vjp[i](x, y, node.outputs[0], cotangents[0]);
      if (part.defined()) result[i] = like(part, node.inputs[i]);
    }
    return result;
  }

  Tensors vmap(std::span<const Tensor> inputs, const std::vector<bool>& batched, std::int64_t) const override {
    const Tensors aligned = align_batches(inputs, batched);
    return {apply(aligned)};
  }

  std::optional<Tensor> taylor(const graph::TaylorContext& series) const override {
    const Tensors &x = series.inputs[0], &y = series.inputs.back(), &z = series.output;
    const std::size_t k = series.order;
    if (code_ == Elementwise::square || (code_ == Elementwise::multiply && series.same)) {
      const Tensor twice = graph::leibniz(x, x, k, 0, (k - 1) / 2, multiply, 2);
      return k % 2 == 1 ? twice : graph::sum_of(twice, graph::leibniz(x, x, k, k / 2, k / 2, multiply));
    }
    if (code_ == Elementwise::multiply) return graph::leibniz(x, y, k, 0, k, multiply);
    if (code_ == Elementwise::divide) {  // x = y z
      const Tensor known = graph::leibniz(y, z, k, 1, k, multiply);
      const Tensor rest = !known.defined() ? x[k] : x[k].defined() ? x[k] - known : -known;
      return rest.defined() ? rest / y[0] : rest;
    }
    return std::nullopt;
  }

  Tensor apply(Tensors inputs) const;
  Tensor apply(const Tensor& x) const {
    Tensors inputs;
    inputs.push_back(x);
    return apply(std::move(inputs));
  }
  Tensor apply(const Tensor& x, const Tensor& y) const {
    Tensors inputs;
    inputs.reserve(2);
    inputs.push_back(x);
    inputs.push_back(y);
    return apply(std::move(inputs));
  }

 private:
  /// A cotangent summed over what was broadcast, in the dtype of its input.
  static Tensor like(const Tensor& part, const Tensor& input) {
    if (part.shape() == input.shape() && part.dtype() == input.dtype()) return part;
    return cast(sum_to(part, input.shape()), input.dtype());
  }
  Elementwise code_;
};

template <std::size_t... I>
const ElementwiseOp& op(Elementwise code, std::index_sequence<I...>) {
  static const ElementwiseOp ops[] = {ElementwiseOp(static_cast<Elementwise>(I))...};
  return ops[static_cast<std::size_t>(code)];
}
const ElementwiseOp& op(Elementwise code) {
  return op(code, std::make_index_sequence<static_cast<std::size_t>(Elementwise::select)>());
}

/// The dtype in which an entry computes on inputs of dtype d.
DType accepted(const Entry& entry, DType d) {
  const auto takes = [&](char kind) { return entry.kinds.find(kind) != std::string_view::npos; };
  if (d == DType::boolean && !takes('B')) d = takes('I') ? DType::i64 : DType::f64;
  if (is_integer(d) && !takes('I')) d = takes('R') ? DType::f64 : DType::boolean;
  if (is_complex(d) && !takes('C')) {
    if (!takes('R') && takes('B')) return DType::boolean;
    fail(entry.name, ": not defined for complex numbers (", name(d), "); take real(), imag() or abs() first");
  }
  if (is_real_floating(d) && !takes('R')) d = DType::boolean;
  return d;
}

Tensor ElementwiseOp::apply(Tensors inputs) const {
  const Entry& e = entry();
  DType d = inputs[0].dtype();
  bool weak = inputs[0].node()->weak;
  Shape shape = inputs[0].shape();
  if (e.arity == 2) {
    d = common_dtype(inputs[0], inputs[1]);
    weak &= inputs[1].node()->weak;
    if (!(shape == inputs[1].shape())) shape = broadcast_shapes(e.name, shape, inputs[1].shape());
  }
  d = accepted(e, d);
  for (Tensor& x : inputs)
    if (x.dtype() != d) x = cast(x, d);
  const DType out = e.output == Output::same ? d : e.output == Output::real ? real_of(d) : DType::boolean;
  Tensor result = graph::make(graph::unowned(*this), std::move(inputs), {shape, out});
  result.node()->weak = weak && out != DType::boolean;
  return result;
}

}  // namespace

#define FUNCTION_1(name) \
  Tensor name(const Tensor& x) { return op(Elementwise::name).apply(x); }
#define FUNCTION_2(name) \
  Tensor name(const Tensor& x, const Tensor& y) { return op(Elementwise::name).apply(x, y); }
#define UNARY(name, ...) FUNCTION_1(name)
#define UNARY_RULES(name, ...) FUNCTION_1(name)
#define BINARY(name, ...) FUNCTION_2(name)
#define COMPARE(name, ...) FUNCTION_2(name)
#include "core/ops/elementwise.def"

graph::OpPointer elementwise_op(Elementwise operation) { return graph::unowned(op(operation)); }

Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high) { return minimum(maximum(x, low), high); }

}  // namespace terrella
