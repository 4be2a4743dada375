// elec/mt2d/doctor.h: what the rules that a grid breaks do to its responses, measured by mending them.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "elec/mt2d/design.h"

namespace terrella::elec::mt2d {

/// With so many metres more below, at either side and above, in rows and columns that grow by `growth` from the
/// outermost ones and go on with what is there. Lengths are at least those; 0 adds nothing.
Grid extended(const Grid& grid, double below, double sides, double above, double growth = 1.5);
/// Elements of the earth for it.
Tensor extended(const Tensor& elements, const Grid& from, const Grid& to);

/// The largest over periods and receivers: of |Z - Z'| / |Z'|, for the tipper of |T - T'|; NaN for a mode that was not
/// asked for.
struct LargestError {
  double zxy = std::numeric_limits<double>::quiet_NaN(), zyx = zxy, tipper = zxy;
  double period = 0, place = 0;  ///< s and m, of the largest of the impedances
  double largest() const;        ///< of the impedances
};

struct Ailment {
  Finding finding;  ///< the rule and the mend (design.h)
  /// What keeping the rule would change: for "depth", "sides" and "air" the difference to the grid extended to five
  /// skin depths; for the rules of sizes ("first row", "growth", "slope", "sites"), which all act together, the error
  /// of the elements. The true error is within a factor of two of it where fields are smooth.
  LargestError error;
};

struct Checkup {
  std::vector<Ailment> ailments;  ///< rules that are broken
  LargestError elements;  ///< the difference to every element cut in four, times 4/3 (bilinear) or 8/7 (biquadratic)
};

/// Every grid is refined once, so that a grid which keeps all rules is measured too. Costs about six forward problems
/// of the periods, and one for each of "depth", "sides" and "air" that is broken. std::invalid_argument and MeshError
/// as diagnose() and Forward.
Checkup check_up(const Grid& grid, const Resistivity& resistivity, const std::vector<double>& periods,
                 const Receivers& receivers, const ForwardOptions& options = {});

/// What one period costs: measured by doing it.
struct Cost {
  std::int64_t unknowns_te = 0, unknowns_tm = 0;
  double forward_seconds = 0;   ///< of both modes
  double jacobian_seconds = 0;  ///< of the forward problem with all derivatives by resistivity
  double factor_bytes = 0;      ///< of the factors of both modes, which a period in work keeps
  double jacobian_bytes = 0;    ///< of the derivatives, which every period adds to those of others
};
Cost cost_of_period(const Grid& grid, const Resistivity& resistivity, double period, const Receivers& receivers,
                    const ForwardOptions& options = {});

}  // namespace terrella::elec::mt2d
