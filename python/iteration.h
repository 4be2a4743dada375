// python/iteration.h: iterations over datasets that Python holds.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "datasets/pipeline/dataset.h"

namespace terrella::python {

/// An iteration that one thread uses at a time, and that is closed before the interpreter ends: its threads may call
/// functions of Python, which nobody may do any more by then.
class HeldIteration {
 public:
  using Begin = std::function<std::unique_ptr<datasets::Iteration>()>;
  /// Throws std::runtime_error where the interpreter is about to end.
  static std::shared_ptr<HeldIteration> begin(const Begin& begin);

  /// As those of datasets::Iteration. Throw std::runtime_error while another call is under way, as a generator does,
  /// and after close(). Without the interpreter lock.
  bool next(datasets::Sample& sample);
  datasets::PipelineState state();

  /// Stops and joins the threads, after the call under way: where that takes more than 2 s (a daemon's thread that
  /// waits for data), the iteration stays as it is. Without the interpreter lock.
  void close();

 private:
  class Use;
  datasets::Iteration& open() const;

  std::unique_ptr<datasets::Iteration> iteration_;  // none once it is closed
  std::atomic<bool> in_use_{false};
};

/// Lets Python's atexit close the iterations that are alive by then; it runs before the interpreter begins to end.
void close_iterations_at_exit();

}  // namespace terrella::python
