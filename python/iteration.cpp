#include "python/iteration.h"

#include <pybind11/pybind11.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace terrella::python {
namespace {

/// The iterations that may be alive.
struct Registry {
  std::mutex mutex;
  std::vector<std::weak_ptr<HeldIteration>> iterations;
  bool closed = false;

  void add(const std::shared_ptr<HeldIteration>& iteration) {
    const std::lock_guard lock(mutex);
    if (closed) throw std::runtime_error("no iteration begins any more: the interpreter is about to end");
    std::erase_if(iterations, [](const auto& known) { return known.expired(); });
    iterations.push_back(iteration);
  }

  std::vector<std::weak_ptr<HeldIteration>> close() {
    const std::lock_guard lock(mutex);
    closed = true;
    return std::exchange(iterations, {});
  }
};

Registry& registry() {
  static Registry one;
  return one;
}

void close_iterations() {
  const py::gil_scoped_release unlocked;
  for (const auto& known : registry().close())
    if (const std::shared_ptr<HeldIteration> iteration = known.lock()) iteration->close();
}

}  // namespace

/// Has an iteration to itself while it lives.
class HeldIteration::Use {
 public:
  explicit Use(HeldIteration& iteration) : in_use_(iteration.in_use_) {
    if (in_use_.exchange(true))
      throw std::runtime_error(
          "the iteration is in use already; give each thread an iteration of its own, or hold a lock around next()");
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { in_use_ = false; }

 private:
  std::atomic<bool>& in_use_;
};

std::shared_ptr<HeldIteration> HeldIteration::begin(const Begin& begin) {
  const auto held = std::make_shared<HeldIteration>();
  const Use use(*held);
  registry().add(held);  // before there are threads, so that close_iterations() never misses them
  held->iteration_ = begin();
  return held;
}

datasets::Iteration& HeldIteration::open() const {
  if (!iteration_) throw std::runtime_error("the iteration is closed: the interpreter is about to end");
  return *iteration_;
}

bool HeldIteration::next(datasets::Sample& sample) {
  const Use use(*this);
  return open().next(sample);
}

datasets::PipelineState HeldIteration::state() {
  const Use use(*this);
  return open().state();
}

void HeldIteration::close() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (in_use_.exchange(true)) {
    // A daemon's thread may wait in there for data that never come; Python does not wait for such either.
    if (std::chrono::steady_clock::now() > until) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  iteration_.reset();
  in_use_ = false;
}

void close_iterations_at_exit() { py::module_::import("atexit").attr("register")(py::cpp_function(&close_iterations)); }

}  // namespace terrella::python
