// core/graph/subgraph.h: a function caught as a closed piece of graph, that can be played again on other inputs.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/graph/node.h"

namespace terrella::graph {

class Prepared;

/// Placeholders in, results out, and the tensors from outside that the function used besides its arguments.
struct Subgraph {
  Tensors placeholders;
  Tensors outputs;
  Tensors captured;                    ///< differentiable tensors of the surroundings: hidden inputs
  std::vector<Tensor> order;           ///< nodes that depend on placeholders or captured tensors, inputs first
  std::shared_ptr<Prepared> prepared;  ///< what run() keeps between its calls, shared by copies
};

/// What numbers among the arguments are to the function: values of their dtype, or numbers still, which adopt the
/// precision of what they meet.
enum class Numbers : std::uint8_t { strong, weak };

/// Calls f with placeholders like `arguments`.
Subgraph capture(const std::function<Tensors(const Tensors&)>& f, const Tensors& arguments,
                 Numbers numbers = Numbers::strong);

/// The results for these inputs, as graph: the arguments, then what stands for the captured tensors.
Tensors play(const Subgraph& subgraph, const Tensors& inputs);

/// The results for these data; nothing that lies between is kept. The one place where operations run a subgraph inside
/// their evaluate(). The first time its operations run one by one, from the second on as a compiled program.
std::vector<Array> run(const Subgraph& subgraph, std::span<const Array> inputs);

/// Whoever runs a subgraph often has it compiled before the first time.
void prepare(const Subgraph& subgraph);

}  // namespace terrella::graph
