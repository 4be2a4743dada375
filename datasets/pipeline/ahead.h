// datasets/pipeline/ahead.h: work that threads do ahead of who wants its results, which come in order.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/interrupt.h"
#include "core/outer_lock.h"

namespace terrella::datasets {

/// Threads that draw tasks one after another, work on them side by side and hand over the results in the order in which
/// the tasks were drawn. At most `capacity` results wait or are worked on.
template <class Task, class Result>
class Ahead {
 public:
  /// draw()      the next task, nothing at the end; one thread at a time
  /// work(task)  on any thread, several at once
  /// What either throws is thrown by take() where the result would have come.
  Ahead(int threads, std::size_t capacity, std::function<std::optional<Task>()> draw, std::function<Result(Task&)> work)
      : capacity_(capacity), draw_(std::move(draw)), work_(std::move(work)) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    const WithoutOuterLock waiting;  // which a thread may need to come to its end
    for (std::thread& thread : threads_) thread.join();
  }

  /// The next result; nothing at the end, again and again. After an error always that error.
  std::optional<Result> take() {
    std::unique_lock lock(mutex_);
    while (slots_.empty() || !slots_.front().done) {
      if (slots_.empty() && ended_) return std::nullopt;
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      if (slots_.empty() || !slots_.front().done) {
        lock.unlock();
        check_interrupt();
        lock.lock();
      }
    }
    Slot& first = slots_.front();
    if (first.error) std::rethrow_exception(first.error);
    std::optional<Result> result = std::move(first.result);
    slots_.pop_front();
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    return result;
  }

 private:
  struct Slot {
    bool done = false;
    std::optional<Result> result;
    std::exception_ptr error;
  };

  void run() {
    const Uninterrupted whole;  // who takes the results looks for Ctrl-C
    for (;;) {
      std::optional<Task> task;
      std::int64_t number = 0;
      {
        const std::lock_guard turn(drawing_);
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [&] { return stopped_ || ended_ || slots_.size() < capacity_; });
          if (stopped_ || ended_) return;
          number = taken_ + static_cast<std::int64_t>(slots_.size());
          slots_.emplace_back();
        }
        std::exception_ptr error;
        try {
          task = draw_();
        } catch (...) { error = std::current_exception(); }
        if (!task) {
          const std::lock_guard lock(mutex_);
          ended_ = true;
          if (error)
            finish(number, {}, error);
          else
            slots_.pop_back();  // only this thread adds slots
          changed_.notify_all();
          return;
        }
      }
      std::optional<Result> result;
      std::exception_ptr error;
      try {
        result = work_(*task);
      } catch (...) { error = std::current_exception(); }
      task.reset();
      {
        const std::lock_guard lock(mutex_);
        finish(number, std::move(result), error);
        ended_ = ended_ || error;
      }
      changed_.notify_all();
    }
  }

  void finish(std::int64_t number, std::optional<Result> result, std::exception_ptr error) {
    Slot& slot = slots_[static_cast<std::size_t>(number - taken_)];
    slot = {true, std::move(result), std::move(error)};
  }

  const std::size_t capacity_;
  const std::function<std::optional<Task>()> draw_;
  const std::function<Result(Task&)> work_;
  std::mutex drawing_;  // taken before mutex_
  std::mutex mutex_;    // guards what follows
  std::condition_variable changed_;
  std::deque<Slot> slots_;
  std::int64_t taken_ = 0;
  bool ended_ = false, stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace terrella::datasets
