#include "elec/mt2d/distributed.h"

#include "core/ranks.h"
#include "elec/mt2d/pieces.h"

namespace terrella::elec::mt2d {
namespace {

/// All pieces from those that each process computes.
template <class Value, class Compute>
Value shared_out(const std::vector<Piece>& pieces, const Value& none, const Compute& compute) {
  Bytes own;
  together([&] { own = own_part<Value>(pieces, compute); });
  return of_parts(pieces, all_gather(own), none);
}

}  // namespace

Response distributed(const Forward& forward, const Resistivity& resistivity) {
  return shared_out(forward.pieces(), no_response(),
                    [&](const std::vector<Piece>& own, const auto& take) { forward.each(resistivity, own, take); });
}

Sensitivity distributed_sensitivity(const Forward& forward, const Resistivity& resistivity,
                                    const SensitivityOptions& options) {
  return shared_out(forward.pieces(options), no_sensitivity(), [&](const std::vector<Piece>& own, const auto& take) {
    forward.each_sensitivity(resistivity, own, options, take);
  });
}

}  // namespace terrella::elec::mt2d
