// core/graph/prepared.h: what running a subgraph again and again needs; core/jit has it.
#pragma once
#include <memory>

namespace terrella::graph {

class Prepared;
std::shared_ptr<Prepared> make_prepared();

}  // namespace terrella::graph
