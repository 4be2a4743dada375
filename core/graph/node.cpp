#include "core/graph/node.h"

#include <algorithm>
#include <new>

#include "core/error.h"
#include "core/graph/trace.h"
#include "core/graph/walk.h"
#include "core/recycled.h"

namespace terrella::graph {
namespace {

constexpr std::uint32_t longest_pending_chain = 256;  // then the chain is run, which bounds memory and latency

void adopt(Node& node, const OpPointer& op, Tensors&& inputs) {
  node.op = op;
  node.origin = origin_here();
  std::uint32_t depth = 0;
  for (const Tensor& input : inputs) {
    Node& from = *input.node();
    check_owned(from);
    if (const std::uint64_t marks = inherited_marks(from)) {
      node.trace.fetch_or(marks, std::memory_order_relaxed);
      node.epoch = current_epoch();
    }
    // The transform for whose sake an input kept its past may have ended since.
    if (from.trace.load(std::memory_order_relaxed) && from.done()) forget(from);
    node.symbolic |= from.symbolic;
    if (!from.done()) depth = std::max(depth, from.depth);
  }
  node.depth = depth + 1;
  node.inputs = std::move(inputs);
}

void run_when_long(const Tensor& x) {
  const Node& node = *x.node();
  if (node.depth > longest_pending_chain && !node.symbolic && !followed(node)) evaluate({&x, 1});
}

class Placeholder final : public Op {
 public:
  std::string_view name() const override { return "placeholder"; }
  void evaluate(Backend&, std::span<const Array>, std::span<Array>) const override {
    fail(
        "the value of a traced tensor is not known while vmap, jit, checkpoint or a loop traces the function; "
        "use where() for a choice by element, cond() for a choice of branches and while_loop() or scan() for loops");
  }
  Tensors jvp(const RuleContext&, std::span<const Tensor>) const override { return {}; }
  Tensors vjp(const RuleContext&, std::span<const Tensor>, const std::vector<bool>&) const override { return {}; }
  Tensors vmap(std::span<const Tensor>, const std::vector<bool>&, std::int64_t) const override { return {}; }
};

}  // namespace

using NodeBlocks = Recycled<(sizeof(Node) + alignof(Node) - 1) / alignof(Node) * alignof(Node), alignof(Node), 8192>;

void* Node::operator new(std::size_t) {
  void* block = NodeBlocks::take();
  if (!block) throw std::bad_alloc();
  return block;
}
void Node::operator delete(void* block) noexcept { NodeBlocks::give(block); }

// In one order with given_away: either give_away() counts the new handle, or its holder sees the mark.
void retain(Node* node) noexcept { node->references.fetch_add(1, std::memory_order_seq_cst); }

void release(Node* node) noexcept {
  if (node->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // Chains may be millions of nodes long: whatever dies while one is destroyed waits its turn here. Only a pointer is
  // kept by the thread, since tensors of static storage die after the objects of the thread.
  thread_local std::vector<Node*>* waiting = nullptr;
  if (waiting) {
    waiting->push_back(node);
    return;
  }
  std::vector<Node*> mine;
  waiting = &mine;
  delete node;
  while (!mine.empty()) {
    Node* next = mine.back();
    mine.pop_back();
    delete next;
  }
  waiting = nullptr;
}

Tensor make(const OpPointer& op, Tensors inputs, const Aval& output) {
  check_extents(op->name(), output.shape);
  auto* node = new Node;
  Tensor x(node, Tensor::Adopt{});
  node->dtype = output.dtype;
  node->shape = output.shape;
  adopt(*node, op, std::move(inputs));
  run_when_long(x);
  return x;
}

Tensors make_tuple(const OpPointer& op, Tensors inputs, const std::vector<Aval>& outputs) {
  auto* node = new Node;
  const Tensor tuple(node, Tensor::Adopt{});
  node->tuple = std::make_unique<Tuple>();
  node->tuple->avals = outputs;
  for (const Aval& output : outputs) check_extents(op->name(), output.shape);
  adopt(*node, op, std::move(inputs));
  run_when_long(tuple);
  Tensors projections;
  for (std::size_t k = 0; k < outputs.size(); ++k) projections.push_back(project(tuple, static_cast<int>(k)));
  return projections;
}

Tensor again(const Tensor& original, Tensors inputs) {
  const Node& from = *original.node();
  OpPointer op = op_of(original);
  if (OpPointer other = op->for_another_node()) op = std::move(other);
  auto* node = new Node;
  Tensor x(node, Tensor::Adopt{});
  node->dtype = from.dtype;
  node->shape = from.shape;
  node->weak = from.weak;
  if (from.tuple) {
    node->tuple = std::make_unique<Tuple>();
    node->tuple->avals = from.tuple->avals;
  }
  const OriginScope same(from.origin);
  adopt(*node, op, std::move(inputs));
  run_when_long(x);
  return x;
}

Tensor project(const Tensor& tuple, int index) {
  auto* node = new Node;
  Tensor x(node, Tensor::Adopt{});
  const Aval& out = tuple.node()->tuple->avals[static_cast<std::size_t>(index)];
  node->dtype = out.dtype;
  node->shape = out.shape;
  node->projection = index;
  adopt(*node, nullptr, {tuple});
  return x;
}

Tensor leaf(Array value) {
  auto* node = new Node;
  node->dtype = value.dtype;
  node->shape = value.shape;
  node->value = std::move(value);
  node->state.store(State::done, std::memory_order_release);
  return {node, Tensor::Adopt{}};
}

Tensor give_away(const Tensor& x, std::int32_t holders) {
  Node& node = *x.node();
  check_owned(node);
  node.given_away.store(true, std::memory_order_seq_cst);
  const bool alone = node.references.load(std::memory_order_seq_cst) <= holders;
  Tensor given = leaf(alone ? std::exchange(node.value, Array()) : node.value);
  given.node()->weak = node.weak;
  return given;
}

void check_owned(const Node& node) {
  if (node.given_away.load(std::memory_order_seq_cst)) [[unlikely]]
    fail("a tensor of shape ", node.shape,
         " was donated to a compiled function, which may have written over it; use what that function returned, or "
         "compile it without donate= for this argument");
}

Tensor placeholder(const Aval& aval) {
  static const Placeholder op;
  auto* node = new Node;
  node->dtype = aval.dtype;
  node->shape = aval.shape;
  node->symbolic = true;
  node->op = unowned(op);
  return {node, Tensor::Adopt{}};
}

}  // namespace terrella::graph
