#include "core/backend/cpu/parallel.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/interrupt.h"

#ifdef __SANITIZE_THREAD__
#define TERRELLA_WATCHED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TERRELLA_WATCHED
#endif
#endif

namespace terrella::cpu {
namespace {

std::mutex mutex;
std::shared_ptr<tbb::task_arena> arena;  // made for an explicit number of threads, else TBB's own is used
std::unique_ptr<tbb::global_control> control;
std::atomic<int> limit{0};

}  // namespace

int set_threads(int count) {
  if (count < 0) fail("set_threads: ", count, " threads; use 0 for all or a positive number");
  const std::lock_guard lock(mutex);
  const int before = limit.exchange(count);
  control = count ? std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                          static_cast<std::size_t>(count))
                  : nullptr;
  arena = count ? std::make_shared<tbb::task_arena>(count) : nullptr;  // loops at work keep the former one
  return before;
}

int threads() {
  const int count = limit.load();
  return count ? count : tbb::this_task_arena::max_concurrency();
}

void parallel_for(std::int64_t n, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body,
                  bool whole) {
  const auto work = [&](std::int64_t begin, std::int64_t end) {
    if (whole || !interrupt_check.load(std::memory_order_relaxed)) return body(begin, end);
    for (std::int64_t b = begin; b < end; b += grain) {
      check_interrupt();
      body(b, std::min(end, b + grain));
    }
  };
  if (n <= grain || limit.load(std::memory_order_relaxed) == 1) {
    if (n > 0) work(0, n);
    return;
  }
  const std::int64_t pieces = (n + grain - 1) / grain;
#ifdef TERRELLA_WATCHED
  // TBB passes tasks between threads unseen by the sanitizer. Plain threads take the pieces, so that bodies are
  // watched.
  std::atomic<std::int64_t> next{0};
  std::mutex failing;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < std::min<std::int64_t>(pieces, std::max(2, threads())); ++t)
      workers.emplace_back([&] {
        try {
          for (std::int64_t p = next++; p < pieces; p = next++) work(p * grain, std::min(n, (p + 1) * grain));
        } catch (...) {
          next = pieces;
          const std::lock_guard lock(failing);
          if (!failure) failure = std::current_exception();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
#else
  // A context of its own: one bound to the loop around would be cancelled where that throws on another thread, and
  // return with pieces undone as if they were done.
  tbb::task_group_context context(tbb::task_group_context::isolated);
  const auto run = [&] {
    tbb::this_task_arena::isolate([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::int64_t>(0, pieces),
          [&](const tbb::blocked_range<std::int64_t>& r) { work(r.begin() * grain, std::min(n, r.end() * grain)); },
          context);
    });
  };
  if (limit.load() == 0) return run();
  std::shared_ptr<tbb::task_arena> chosen;
  {
    const std::lock_guard lock(mutex);
    chosen = arena;
  }
  if (chosen)
    chosen->execute(run);
  else
    run();
#endif
}

}  // namespace terrella::cpu
