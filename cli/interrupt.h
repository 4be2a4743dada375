// cli/interrupt.h: Ctrl-C and SIGTERM while something runs that can be gone on with later.
#pragma once
#include <csignal>

#include "core/interrupt.h"

namespace terrella::cli {

/// Thrown out of long work by the first signal.
class Interrupted : public Interruption {};

/// While one is alive, the first SIGINT or SIGTERM is noted, and work that asks core/interrupt.h ends by an
/// Interrupted; the second ends the program at once with exit code 130. Files are replaced as a whole, so that even
/// then none is damaged. Afterwards signals do what they did before.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  bool asked() const;

 private:
  struct sigaction interrupt_ {
  }, terminate_{};
  void (*check_)();
};

}  // namespace terrella::cli
