// tests/core/sanitized.h: loops of fixed length, shorter where a sanitizer slows them too much.
#pragma once

namespace terrella::tests {

/// Evaluation takes some hundred times longer under -fsanitize=thread. A tenth still is hundreds of times longer than
/// the longest chain that may be pending.
#ifdef __SANITIZE_THREAD__
constexpr int loop_length(int wanted) { return wanted / 10; }
#else
constexpr int loop_length(int wanted) { return wanted; }
#endif

}  // namespace terrella::tests
