// core/graph/node.h: the node behind a Tensor. For the graph's own code: operations and users need tensor.h and op.h.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "core/graph/op.h"
#include "core/graph/origin.h"

namespace terrella::graph {

/// Outputs of a node that has several; projections pick from it.
struct Tuple {
  std::vector<Aval> avals;
  std::vector<Array> values;
};

enum class State : std::uint32_t { pending, running, done };

struct Node {
  std::atomic<std::int32_t> references{1};
  std::atomic<State> state{State::pending};
  std::atomic_flag locked;              ///< guards op, inputs and packed
  bool weak = false;                    ///< a scalar constant without a dtype of its own
  std::atomic<bool> given_away{false};  ///< by give_away(): users may not use it any more
  bool symbolic = false;                ///< depends on a placeholder: has no data, ever
  std::uint32_t depth = 0;              ///< length of the pending chain that ends here
  std::atomic<std::uint64_t> trace{0};  ///< marks of transforms that follow this node, see trace.h
  std::uint64_t epoch = 0;              ///< when a node with marks was made
  std::int32_t projection = -1;         ///< index into the tuple of inputs[0]
  DType dtype = DType::f64;
  Shape shape;
  OpPointer op;  ///< none for a leaf
  Tensors inputs;
  Origin origin = nullptr;  ///< where it was made, if debug_mode() asked for it then
  Array value;              ///< valid when done; not changed afterwards, since other threads may read it
  std::unique_ptr<Array>
      packed;  ///< row-major copy of a strided value, once data() has asked for it; guarded by locked
  std::unique_ptr<Tuple> tuple;

  bool done() const { return state.load(std::memory_order_acquire) == State::done; }

  static void* operator new(std::size_t bytes);
  static void operator delete(void* block) noexcept;
};

/// Excludes the detaching thread while op and inputs are read.
class NodeLock {
 public:
  explicit NodeLock(Node& node) : node_(node) {
    while (node_.locked.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  ~NodeLock() { node_.locked.clear(std::memory_order_release); }
  NodeLock(const NodeLock&) = delete;
  NodeLock& operator=(const NodeLock&) = delete;

 private:
  Node& node_;
};

/// The operation of a node on other inputs of the same shapes and dtypes; a tuple gives a tuple.
Tensor again(const Tensor& node, Tensors inputs);
/// Output `index` of a node of several.
Tensor project(const Tensor& tuple, int index);
/// A leaf that has data.
Tensor leaf(Array value);
/// A leaf that stands for data to come; reading it is an error that names cond().
Tensor placeholder(const Aval& aval);

/// A leaf with the data of an evaluated tensor, which fails from now on wherever it is used; what was made of it before
/// stays valid. Where at most `holders` handles of the tensor are left and nothing else reads it, the leaf is the only
/// owner of the data.
Tensor give_away(const Tensor& x, std::int32_t holders);
/// Fails if the tensor has been given away. Whoever asks holds a handle of his own, so that the data stay from then on.
void check_owned(const Node& node);

/// Runs the pending nodes that `outputs` need, in an order that frees as it goes.
void evaluate(std::span<const Tensor> outputs);

/// Forgets how an evaluated node came about, unless a live transform will ask.
void forget(Node& node);

}  // namespace terrella::graph
