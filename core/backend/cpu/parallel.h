// core/backend/cpu/parallel.h: loops over threads. Results must not depend on how the range is cut.
#pragma once
#include <cstdint>
#include <functional>

namespace terrella::cpu {

/// Calls body(begin, end) for pieces of [0, n), in parallel when n > grain. Pieces are multiples of grain but for the
/// last. Nested inside, other work of the caller is never picked up (a thread that waits holds a node of the graph).
/// Returns with everything done, or throws what a piece threw; a loop around that fails on another thread changes
/// nothing.
/// Between pieces the work can be stopped (core/interrupt.h), but for `whole` work, which a stop would leave half done.
void parallel_for(std::int64_t n, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body,
                  bool whole = false);

/// Threads that parallel_for uses at most; 0 asks for all that the machine allows. Returns the former setting.
int set_threads(int threads);
int threads();

}  // namespace terrella::cpu
