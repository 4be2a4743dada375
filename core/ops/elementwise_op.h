// core/ops/elementwise_op.h: the operation of the graph behind an entry of elementwise.def, for compilers of graphs.
#pragma once
#include "core/graph/op.h"

namespace terrella {

/// Not for select, which is no entry of the table.
graph::OpPointer elementwise_op(Elementwise operation);

}  // namespace terrella
