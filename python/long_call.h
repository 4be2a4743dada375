// python/long_call.h: long work of C++ that leaves the interpreter to others and ends on Ctrl-C.
#pragma once
#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stop_token>

#include "core/interrupt.h"

namespace terrella::python {

/// What check_interrupt() throws in the work of a long call that Ctrl-C stops; nobody sees it but the call.
class Stopped : public Interruption {
 public:
  const char* what() const noexcept override { return "stopped by Ctrl-C"; }
};

/// Calls that Ctrl-C has asked to stop and that have not ended yet.
inline std::atomic<int> stopping{0};

/// Runs work(stop_token) on a thread of its own, without the interpreter lock, and returns what it returns. Signals are
/// looked at ten times a second: on Ctrl-C the work is asked to stop, by its token and between pieces of what it does
/// (core/interrupt.h), and waited for, then KeyboardInterrupt is raised.
template <class Work>
auto long_call(const Work& work) {
  std::stop_source stop;
  std::future<decltype(work(stop.get_token()))> answer;
  bool interrupted = false;
  {
    const pybind11::gil_scoped_release unlocked;
    answer = std::async(std::launch::async, [&] { return work(stop.get_token()); });
    while (answer.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
      if (interrupted) continue;
      const pybind11::gil_scoped_acquire locked;
      interrupted = PyErr_CheckSignals() != 0;
      if (!interrupted) continue;
      stop.request_stop();
      ++stopping;
    }
    stopping -= interrupted;
  }
  if (interrupted) throw pybind11::error_already_set();
  return answer.get();
}

}  // namespace terrella::python
