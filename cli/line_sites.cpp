#include "cli/line_sites.h"

#include <cmath>

#include "core/error.h"
#include "datasets/read.h"
#include "datasets/survey/units.h"
#include "inversion/mt2d/line.h"

namespace terrella::cli {
namespace {

using datasets::Quantity;

/// The line that `terrella invert 2d` makes of these files.
datasets::Observations observations_of_files(const std::vector<std::string>& files) {
  std::vector<datasets::Unreadable> none;  // which reading will tell of
  if (const auto data = inversion::line_in(datasets::find_files(files, none))) return inversion::line_of(*data).data;
  return inversion::line_of(datasets::read(files)).data;
}

/// Natural logarithm of the apparent resistivity that a row means; NaN for phases, tippers and the like.
double log_resistivity(const datasets::Observation& row) {
  const double value = row.value.real();
  switch (datasets::info(row.quantity).kind) {
    case datasets::QuantityKind::log10_apparent_resistivity:
      return value * std::log(10.0);
    case datasets::QuantityKind::apparent_resistivity:
      return value > 0 ? std::log(value) : NAN;
    case datasets::QuantityKind::impedance:
      if (row.quantity != Quantity::zxy && row.quantity != Quantity::zyx) return NAN;
      return std::norm(row.value) > 0
                 ? std::log(std::norm(row.value) * row.period / (2 * datasets::pi * datasets::mu_0))
                 : NAN;
    default:
      return NAN;
  }
}

}  // namespace

LineSites line_sites(const std::vector<std::string>& files) {
  const datasets::Observations data = observations_of_files(files);
  LineSites line;
  line.period = datasets::periods_of(data);
  for (const datasets::ObservationSite& site : data.sites) {
    if (!std::isfinite(site.y))
      throw FormatError(data.provenance.path, 0, text("site '", site.name, "' has no place along the line"));
    line.name.push_back(site.name);
    line.y.push_back(site.y);
    line.z.push_back(std::isfinite(site.z) ? site.z : 0.0);
  }
  double sum = 0, count = 0;
  for (const datasets::Observation& row : data.rows)
    if (const double value = log_resistivity(row); !row.masked && std::isfinite(value)) sum += value, ++count;
  if (count > 0) line.resistivity = std::exp(sum / count);
  return line;
}

}  // namespace terrella::cli
