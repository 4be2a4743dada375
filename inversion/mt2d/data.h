// inversion/mt2d/data.h: observations along a line as the numbers that a two-dimensional inversion fits.
#pragma once
#include <array>
#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/observations/observations.h"
#include "elec/mt2d/forward.h"
#include "inversion/mt2d/options.h"

namespace terrella::inversion {

/// Which response a number comes from, and how.
enum class Source2d : std::uint8_t { zxy, zyx, tipper };
enum class Part2d : std::uint8_t { real, imaginary, log10_resistivity, resistivity, phase };

/// One real number that is fitted.
struct Datum2d {
  Source2d source;
  Part2d part;
  std::int64_t place = 0;              ///< period * sites + site
  double observed = 0;                 ///< ohm, 1, ohm m or decades; not for phases
  std::complex<double> direction = 1;  ///< of phases: what was observed, on the unit circle, as Zxy or Zyx has it
  double error = 1;                    ///< in the unit of the row, floors applied
  std::int64_t shift = -1;             ///< of its static shifts
  std::size_t row = 0;                 ///< of the observations
};

/// All of them, sorted by source and part.
struct Data2d {
  datasets::Observations observed;          ///< floors applied; rows that are not fitted are masked
  std::vector<double> period;               ///< s, ascending, those that rows need
  std::vector<double> y;                    ///< m, of all sites of the observations
  std::vector<std::int64_t> period_of_row;  ///< -1 where a row is not fitted
  std::vector<Datum2d> data;
  std::vector<std::array<std::int64_t, 2>> shifts;  ///< site and mode (0 TE, 1 TM) of each static shift sought
  std::vector<std::string> notes;                   ///< what was left out and merged, one sentence each

  std::int64_t sites() const { return static_cast<std::int64_t>(y.size()); }
  bool needs(Source2d source) const;
};

/// Picks what can be fitted, applies error floors, merges periods that differ by less than 1e-4. Throws
/// std::invalid_argument naming row, site and the mend: where nothing is left, an error is missing, a site has no
/// place.
Data2d data_of(const datasets::Observations& observations, const Invert2dOptions& options);

/// Sites that something is fitted of, ascending.
std::vector<std::int64_t> used_sites(const Data2d& data);

/// (predicted - observed) / error, f64 [data], as graph. shift: log10 of the factors of apparent resistivity [shifts],
/// or none(). Phases are compared the short way round.
Tensor residual_of(const Data2d& data, const elec::mt2d::Response& response, const Tensor& shift);

/// How residuals change: by Re(response d source[place]), and by `shift` with their static shift, [data].
struct DatumSlopes {
  std::vector<std::complex<double>> response;
  std::vector<double> shift;
};
DatumSlopes slopes_of(const Data2d& data, const elec::mt2d::Response& response, const std::vector<double>& shift);

/// What the rows of the observations would be, in their units, [row]; NaN where nothing is fitted.
std::vector<std::complex<double>> predicted_rows(const Data2d& data, const elec::mt2d::Response& response,
                                                 const std::vector<double>& shift);

/// Logarithmic mean of the apparent resistivities (or of |Z| as they mean them), ohm m; 100 where there are only
/// tippers.
double mean_apparent_resistivity(const Data2d& data);

}  // namespace terrella::inversion
