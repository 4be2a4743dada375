// Runs pending nodes. Threads may share nodes: each node is claimed by one thread, the others wait for it.
#include <algorithm>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/nan_check.h"
#include "core/graph/node.h"
#include "core/graph/post_order.h"
#include "core/graph/profiled.h"
#include "core/graph/trace.h"
#include "core/interrupt.h"
#include "core/outer_lock.h"

namespace terrella::graph {
namespace {

Array prepared(const Aval& aval) {
  Array a;
  a.dtype = aval.dtype;
  a.shape = aval.shape;
  return a;
}

void run_op(Node& node) {
  constexpr std::size_t in_place_count = 4;
  Array few[in_place_count];
  std::vector<Array> many;
  std::span<Array> inputs;
  const std::size_t count = node.inputs.size();
  if (count > in_place_count) {
    many.resize(count);
    inputs = many;
  } else {
    inputs = std::span<Array>(few, count);
  }
  const bool watchful = debugging(Debug::nan);
  const bool overwrites = node.op->in_place() && !followed(node) && !watchful;
  for (std::size_t i = 0; i < count; ++i) {
    Node& from = *node.inputs[i].node();
    // A buffer that only this node will ever read is handed over, so that the operation may write into it.
    const bool last_reader = overwrites && from.references.load() == 1 && from.value.buffer.unique();
    inputs[i] = last_reader ? std::move(from.value) : from.value;
  }
  try {
    profile::Scope scope;
    if (profile::recording()) [[unlikely]]
      scope.open(node.op->name());
    if (node.tuple) {
      for (const Aval& aval : node.tuple->avals) node.tuple->values.push_back(prepared(aval));
      node.op->evaluate(default_backend(), inputs, node.tuple->values);
      if (scope.is_open()) [[unlikely]]
        describe_arrays(scope, inputs, node.tuple->values, node.op->in_place(), node.origin);
      if (watchful) check_numbers(node, inputs, node.tuple->values);
    } else {
      Array out = prepared({node.shape, node.dtype});
      node.op->evaluate(default_backend(), inputs, {&out, 1});
      if (scope.is_open()) [[unlikely]]
        describe_arrays(scope, inputs, {&out, 1}, node.op->in_place(), node.origin);
      if (watchful) check_numbers(node, inputs, {&out, 1});
      node.value = std::move(out);
    }
  } catch (...) {
    // What was handed over goes back. An operation that overwrites throws before it writes: for want of memory.
    for (std::size_t i = 0; i < count; ++i) {
      Node& from = *node.inputs[i].node();
      if (!from.value.buffer) from.value = std::move(inputs[i]);
    }
    rethrow_from(node);
  }
}

/// Runs a node whose inputs are done, or waits for the thread that does.
void run(Node& node) {
  for (;;) {
    State expected = State::pending;
    if (node.state.compare_exchange_strong(expected, State::running, std::memory_order_acq_rel)) break;
    if (expected == State::done) return;
    node.state.wait(State::running, std::memory_order_acquire);
  }
  try {
    if (node.projection >= 0) {
      node.value = node.inputs[0].node()->tuple->values[static_cast<std::size_t>(node.projection)];
    } else {
      run_op(node);
    }
  } catch (...) {
    if (node.tuple) node.tuple->values.clear();
    node.state.store(State::pending, std::memory_order_release);  // the graph stays usable
    node.state.notify_all();
    throw;
  }
  node.state.store(State::done, std::memory_order_release);
  node.state.notify_all();
  forget(node);
}

bool inputs_done(const Tensors& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return x.node()->done(); });
}

/// Pending nodes below `outputs`, inputs first.
std::vector<Tensor> pending_order(std::span<const Tensor> outputs) {
  std::vector<Tensor> order;
  post_order(
      outputs, [](const Node& node) { return !node.done(); }, [&](Tensor x) { order.push_back(std::move(x)); });
  return order;
}

}  // namespace

void forget(Node& node) {
  if (followed(node)) return;
  node.trace.store(0, std::memory_order_relaxed);
  Tensors inputs;
  OpPointer op;
  {
    const NodeLock lock(node);
    inputs.swap(node.inputs);
    op.swap(node.op);
  }
}

void evaluate(std::span<const Tensor> outputs) {
  if (outputs.size() == 1) {  // the common case of eager work: one node over data
    Node& node = *outputs[0].node();
    check_owned(node);
    if (node.done()) {
      if (node.trace.load(std::memory_order_relaxed)) forget(node);  // the transform that held it may have ended since
      return;
    }
  }
  const WithoutOuterLock unlocked;  // other threads may run, or wait for, what needs it
  if (outputs.size() == 1) {
    Node& node = *outputs[0].node();
    bool ready;
    {
      const NodeLock lock(node);
      ready = inputs_done(node.inputs);
    }
    if (ready) return run(node);
  }
  bool there = true;
  for (const Tensor& x : outputs) {
    check_owned(*x.node());
    there &= x.node()->done() && !x.node()->trace.load(std::memory_order_relaxed);
  }
  if (there) return;
  std::vector<Tensor> order = pending_order(outputs);
  for (Tensor& x : order) {
    check_interrupt();
    run(*x.node());
    x = Tensor::none();  // what only later nodes needed is freed as they finish
  }
}

}  // namespace terrella::graph
