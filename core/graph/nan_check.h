// core/graph/nan_check.h: which operation made a NaN, where debug_mode() asks for it.
#pragma once
#include <span>

#include "core/graph/node.h"

namespace terrella::graph {

/// Throws Error naming the first such element, if `outputs` hold a NaN (or, where debug_mode() says so, an infinity)
/// and no input holds a number of that kind.
void check_numbers(const Node& node, std::span<const Array> inputs, std::span<const Array> outputs);

}  // namespace terrella::graph
