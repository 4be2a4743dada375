#include "core/graph/trace.h"

#include <array>
#include <atomic>
#include <mutex>

#include "core/error.h"
#include "core/graph/node.h"
#include "core/ops/identity.h"

namespace terrella::graph {
namespace {

constexpr int mark_count = 64;

std::mutex mutex;
std::array<int, mark_count> owners{};  // traces that use a mark
std::array<int, mark_count> pauses{};  // Pauses of a mark with one owner, who must stay alone meanwhile
std::array<std::atomic<std::uint64_t>, mark_count> begun{};  // epoch of the first of the present owners
std::atomic<std::uint64_t> live{0};
std::atomic<std::uint64_t> epoch{0};
thread_local std::uint64_t paused = 0;

std::uint64_t bit(int mark) { return std::uint64_t{1} << mark; }

/// The marks of a node whose present owners are older than the node.
std::uint64_t valid_marks(const Node& node) noexcept {
  const std::uint64_t candidates = node.trace.load(std::memory_order_relaxed) & live.load(std::memory_order_acquire);
  std::uint64_t valid = 0;
  for (std::uint64_t rest = candidates; rest; rest &= rest - 1) {
    const int mark = __builtin_ctzll(rest);
    if (begun[static_cast<std::size_t>(mark)].load(std::memory_order_relaxed) <= node.epoch) valid |= bit(mark);
  }
  return valid;
}

}  // namespace

Trace::Trace() : mark_(-1) {
  const std::lock_guard lock(mutex);
  for (int i = 0; i < mark_count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (pauses[k] == 0 && (mark_ < 0 || owners[k] < owners[static_cast<std::size_t>(mark_)])) mark_ = i;
  }
  if (mark_ < 0)
    fail("transform: more than ", mark_count, " nested derivatives are being computed at once; nest fewer");
  const auto mine = static_cast<std::size_t>(mark_);
  const std::uint64_t now = epoch.fetch_add(1) + 1;
  if (owners[mine]++ == 0) {
    begun[mine].store(now, std::memory_order_relaxed);
    live.fetch_or(bit(mark_), std::memory_order_release);
  }
}

Trace::~Trace() {
  const std::lock_guard lock(mutex);
  if (--owners[static_cast<std::size_t>(mark_)] == 0) live.fetch_and(~bit(mark_));
}

Tensor Trace::watch(const Tensor& x) const {
  const Tensor y = identity(x);
  y.node()->trace.fetch_or(bit(mark_), std::memory_order_relaxed);
  y.node()->epoch = current_epoch();
  return y;
}

bool Trace::marks(const Node& node) const { return node.trace.load(std::memory_order_relaxed) & bit(mark_); }

Trace::Pause::Pause(const Trace& trace) : mark_(-1), before_(paused) {
  const std::lock_guard lock(mutex);
  const auto k = static_cast<std::size_t>(trace.mark_);
  if (owners[k] != 1) return;  // another's mark too
  mark_ = trace.mark_;
  ++pauses[k];
  paused |= bit(mark_);
}

Trace::Pause::~Pause() {
  if (mark_ < 0) return;
  const std::lock_guard lock(mutex);
  --pauses[static_cast<std::size_t>(mark_)];
  paused = before_;
}

std::uint64_t inherited_marks(const Node& input) noexcept {
  return input.trace.load(std::memory_order_relaxed) ? valid_marks(input) & ~paused : 0;
}

bool followed(const Node& node) noexcept { return node.trace.load(std::memory_order_relaxed) && valid_marks(node); }

std::uint64_t current_epoch() noexcept { return epoch.load(std::memory_order_relaxed); }

}  // namespace terrella::graph
