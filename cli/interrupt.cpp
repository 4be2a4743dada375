#include "cli/interrupt.h"

#include <unistd.h>

#include <atomic>

#include "core/interrupt.h"

namespace terrella::cli {
namespace {

std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free);  // so that a handler may use it

void note(int) {
  constexpr int interrupted = 130;
  if (signals.fetch_add(1) > 0) ::_exit(interrupted);
}

void stop_when_asked() {
  if (signals > 0) throw Interrupted();
}

}  // namespace

Interrupt::Interrupt() {
  signals = 0;
  check_ = interrupt_check.exchange(&stop_when_asked);
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
}

Interrupt::~Interrupt() {
  interrupt_check = check_;
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
}

bool Interrupt::asked() const { return signals > 0; }

}  // namespace terrella::cli
