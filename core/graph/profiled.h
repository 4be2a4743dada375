// core/graph/profiled.h: what a recording learns of the arrays of an operation.
#pragma once
#include <span>

#include "core/array.h"
#include "core/graph/origin.h"
#include "core/profile.h"

namespace terrella::graph {

/// Ends the time of the scope and tells what the operation took and gave. Results that share memory with an input are
/// views, for which nothing moves, unless the operation may have computed them in place.
void describe_arrays(profile::Scope& scope, std::span<const Array> inputs, std::span<const Array> outputs,
                     bool in_place, Origin origin);

}  // namespace terrella::graph
