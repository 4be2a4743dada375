#include "core/graph/trace.h"

#include <array>
#include <atomic>
#include <mutex>

#include "core/graph/node.h"
#include "core/ops/identity.h"

namespace terrella::graph {
namespace {

std::mutex mutex;
std::array<int, 64> users{};
std::atomic<std::uint64_t> live{0};

}  // namespace

Trace::Trace() : bit_(0) {
  const std::lock_guard lock(mutex);
  for (int i = 0; i < 64; ++i)
    if (users[static_cast<std::size_t>(i)] < users[static_cast<std::size_t>(bit_)]) bit_ = i;
  ++users[static_cast<std::size_t>(bit_)];
  live.fetch_or(std::uint64_t{1} << bit_);
}

Trace::~Trace() {
  const std::lock_guard lock(mutex);
  if (--users[static_cast<std::size_t>(bit_)] == 0) live.fetch_and(~(std::uint64_t{1} << bit_));
}

Tensor Trace::watch(const Tensor& x) const {
  const Tensor y = identity(x);
  y.node()->trace |= std::uint64_t{1} << bit_;
  return y;
}

std::uint64_t live_traces() noexcept { return live.load(std::memory_order_acquire); }

}  // namespace terrella::graph
