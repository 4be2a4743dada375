// elec/mt2d/distributed.h: responses and sensitivities whose periods and modes are shared out among the processes of
// mpirun (core/ranks.h), and all results given to all of them.
#pragma once
#include "elec/mt2d/forward.h"

namespace terrella::elec::mt2d {

/// What `forward` gives, computed now, to the same bits for any number of processes and threads. No transforms follow:
/// derivatives come from sensitivity(), or from SharedForward (shared_forward.h).
///
/// All processes must call these together, with equal arguments; an error of one is thrown on all.
Response distributed(const Forward& forward, const Resistivity& resistivity);
Sensitivity distributed_sensitivity(const Forward& forward, const Resistivity& resistivity,
                                    const SensitivityOptions& options = {});

}  // namespace terrella::elec::mt2d
