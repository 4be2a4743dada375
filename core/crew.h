// core/crew.h: the processes of mpirun at one piece of work that rank 0 leads.
//
// Rank 0 runs the program and calls for what can be shared out; the others wait for its calls. What it decides by
// clocks, files and signals thus needs nobody's consent, and only what it calls for must give the same numbers
// everywhere.
#pragma once
#include <functional>
#include <vector>

#include "core/bytes.h"

namespace terrella {

/// What every process does when it is called for: this rank's share of the order.
using Duty = std::function<Bytes(const Bytes& order)>;

class Crew {
 public:
  /// On all processes, the same duties in the same order.
  explicit Crew(std::vector<Duty> duties) : duties_(std::move(duties)) {}

  /// On rank 0, within lead() where there are others: all do this duty; what each gave, by rank. Where it throws on
  /// one, this throws the same, naming the rank, and the others go on waiting. Any thread, one call at a time.
  std::vector<Bytes> call(std::size_t duty, const Bytes& order) const;

  /// On all: rank 0 does the work and the others what it calls for. What the work gives, or throws, on all of them.
  Bytes lead(const std::function<Bytes()>& work) const;

 private:
  std::vector<Duty> duties_;
};

}  // namespace terrella
