// elec/mt2d/shared_forward.h: the forward operator whose periods and modes the processes of mpirun share, led by rank
// 0.
#pragma once
#include <memory>

#include "core/crew.h"
#include "elec/mt2d/forward.h"

namespace terrella::elec::mt2d {

/// A Forward that is made on all processes and used on rank 0, within crew().lead(). Values and derivatives have the
/// same bits for any number of processes and threads, and those of the Forward but for vjp, whose sums over periods are
/// made share by share (shares.h).
class SharedForward {
 public:
  /// keep: what a response leaves behind for derivatives at the same resistivity is kept until the next one, as a plain
  /// graph keeps it: for minimisers that ask for gradients.
  explicit SharedForward(Forward forward, bool keep = false);

  const Forward& forward() const;
  const Crew& crew() const { return *crew_; }

  /// As graph that jvp and vjp follow, once.
  Response operator()(const Resistivity& resistivity) const;
  /// Of periods first <= k < last.
  Sensitivity sensitivity(const Resistivity& resistivity, const SensitivityOptions& options, std::int64_t first,
                          std::int64_t last) const;

 private:
  struct Own;
  std::shared_ptr<Own> own_;
  std::shared_ptr<const Crew> crew_;
};

}  // namespace terrella::elec::mt2d
