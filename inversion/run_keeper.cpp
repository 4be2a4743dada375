#include "inversion/run_keeper.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "core/interrupt.h"
#include "inversion/checkpoint.h"
#include "inversion/state_file.h"

namespace terrella::inversion {

struct RunKeeper::Writer {
  std::string path, run;
  std::mutex mutex;
  std::condition_variable changed, written;
  std::vector<Kept> problems;
  bool dirty = false, writing = false, closing = false;
  std::exception_ptr failure;
  std::thread thread;

  void work() {
    const Uninterrupted finish;
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return dirty || closing; });
      if (!dirty) return;
      dirty = false;
      writing = true;
      const std::vector<Kept> now = problems;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        write_checkpoint(to_checkpoint(now), run, path);
      } catch (...) { thrown = std::current_exception(); }
      lock.lock();
      writing = false;
      if (thrown) failure = thrown;
      written.notify_all();
    }
  }
  template <class Change>
  void change(const Change& apply) {
    const std::lock_guard lock(mutex);
    if (failure) std::rethrow_exception(failure);
    apply();
    if (path.empty()) return;
    dirty = true;
    changed.notify_one();
  }
};

RunKeeper::RunKeeper(const RunControl& control, std::string run, std::size_t problems)
    : writer_(std::make_unique<Writer>()) {
  Writer& w = *writer_;
  w.path = control.checkpoint;
  w.run = std::move(run);
  w.problems.resize(problems);
  if (control.resume && w.path.empty()) fail("to resume, give the path of the checkpoint");
  if (w.path.empty()) return;
  if (control.resume && has_checkpoint(w.path)) {
    const LoadedCheckpoint loaded = read_checkpoint(w.path, w.run);
    for (const std::string& warning : loaded.warnings)
      if (control.warn) control.warn(warning);
    w.problems = from_checkpoint(loaded.checkpoint, w.path);
    if (w.problems.size() != problems)
      throw FormatError(w.path, 0, text("holds ", w.problems.size(), " problems instead of ", problems));
  } else {
    remove_checkpoint(w.path);
  }
  w.thread = std::thread([&w] { w.work(); });
}

RunKeeper::~RunKeeper() {
  Writer& w = *writer_;
  if (!w.thread.joinable()) return;
  {
    const std::lock_guard lock(w.mutex);
    w.closing = true;
  }
  w.changed.notify_one();
  w.thread.join();
}

Kept RunKeeper::kept(std::size_t problem) const {
  const std::lock_guard lock(writer_->mutex);
  return writer_->problems.at(problem);
}

void RunKeeper::update(std::size_t problem, const State& state) {
  writer_->change([&] { writer_->problems.at(problem).state = state; });
}

void RunKeeper::done(std::size_t problem, const Summary& summary) {
  writer_->change([&] { writer_->problems.at(problem) = {summary.state, summary}; });
}

void RunKeeper::flush() {
  Writer& w = *writer_;
  std::unique_lock lock(w.mutex);
  w.written.wait(lock, [&] { return w.path.empty() || w.failure || (!w.dirty && !w.writing); });
  if (w.failure) std::rethrow_exception(w.failure);
}

}  // namespace terrella::inversion
