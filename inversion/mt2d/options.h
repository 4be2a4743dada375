// inversion/mt2d/options.h: what a two-dimensional inversion can be asked for. Names in configurations and in Python
// are those of the enumerators.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inversion/mt1d_options.h"
#include "inversion/mt2d/cells.h"

namespace terrella::inversion {

/// occam: the smoothest model that fits, in the space of data where there are fewer of them than cells, else of cells.
enum class Method2d { occam, gauss_newton, conjugate_gradient, lbfgs, nonlinear_cg };
/// Of log10 resistivity: squares of its differences; rounded absolute values (edges stay sharp); minimum support of the
/// gradient (few edges, whatever their height; Portniaguine & Zhdanov 1999); both of these by iteratively reweighted
/// least squares. covariance: no differences, but parameters whose prior is a field of given correlation lengths
/// (mt2d/covariance.h).
enum class Smoothing2d { squares, total_variation, minimum_support, covariance };

/// As for one dimension (mt1d_options.h), and generalised cross validation.
enum class Lambda2d { cooling, discrepancy, l_curve, gcv, fixed };

struct Invert2dOptions {
  // Data: rows of the observations, whatever their quantities. Errors of a row are raised to the floors.
  bool te = true, tm = true, tipper = true;  ///< which rows are fitted, where there are any
  double te_error_floor = 0;                 ///< of |Z|: 0.05 means 10 % of apparent resistivity, 2.9 degrees of phase
  double tm_error_floor = 0;
  double tipper_error_floor = 0;  ///< absolute
  double target_rms = 1;
  Loss1d loss = Loss1d::squares;

  // Mesh: elec/mt2d/design.h. What is 0 is chosen.
  double rows_per_skin_depth = 4;
  double growth = 1.2;  ///< from row to row
  double columns_between_sites = 13;
  int order = 1;  ///< of elements
  /// ohm m, of water over the sites, held; 0: no sea. The ground then is a sea floor, and all sites stand on it.
  double sea_resistivity = 0;
  double sea_level = 0;    ///< m, depth of the water's surface, positive down as the sites' z is
  bool topography = true;  ///< the ground runs through the depths of the sites; else it is level
  int cell_columns =
      7;  ///< of a cell at the ground, odd, at most 0.8 of those between sites: fields need elements beside a contact
  double cell_width = 0.4;  ///< columns are joined to cells no wider than this share of their depth
  double cell_height = 0;   ///< rows likewise; 0: a row of elements is a row of cells

  // Model.
  double start_resistivity = 0;  ///< ohm m; 0: the logarithmic mean of the apparent resistivities
  double lowest_resistivity = 0, highest_resistivity = 0;  ///< ohm m, bounds; both 0: none
  double reference_weight = 0;       ///< of (log10 resistivity - log10 reference_resistivity)^2, by area
  double reference_resistivity = 0;  ///< ohm m; 0: the start
  bool anisotropic = false;          ///< three resistivities in every cell ...
  double coupling = 1;               ///< ... and the weight of the squares of the differences of their logarithms

  // Smoothness.
  Smoothing2d smoothing = Smoothing2d::squares;
  double horizontal = 1, vertical = 1;  ///< weights of differences along and across rows
  double depth_scaling = 1;             ///< 1: sizes of cells count as logarithms of depth do; 0: as metres do
  double corner = 0.05;                 ///< decades, at which total variation and minimum support round off
  std::vector<CutLine> cuts = {};
  /// Correlation lengths of smoothing = covariance: m, and shares of the depth below the ground, added up.
  double correlation_width = 0, correlation_height = 0;
  double correlation_width_share = 1, correlation_height_share = 0.5;

  bool static_shift = true;         ///< of TE and TM at every site, beside the resistivities
  double static_shift_error = 0.1;  ///< decades of apparent resistivity that a shift is expected to have

  Method2d method = Method2d::occam;
  Lambda2d lambda_choice = Lambda2d::cooling;  ///< for methods other than occam
  double lambda = 0;                           ///< the fixed one, or the first of cooling; 0: chosen
  int max_iterations = 30;
  double tolerance = 0.01;
  double relax = 1.05;
  bool resolution = true;   ///< errors, sensitivity, depth of investigation
  bool keep_models = true;  ///< Result2d::models
  int ensemble = 0;         ///< members of Result2d::ensemble (inversion/sampling/ensemble.h); 0: none
  std::uint64_t seed = 1;   ///< of their draws
};

/// Whether it asks for products with the Jacobian and its transpose, never for all of it.
constexpr bool is_by_gradients(Method2d method) {
  return method == Method2d::conjugate_gradient || method == Method2d::lbfgs || method == Method2d::nonlinear_cg;
}

/// Throws std::invalid_argument naming the option, its value and the mend.
void validate(const Invert2dOptions& options);

/// The options as TOML, table [invert_2d].
std::string to_toml(const Invert2dOptions& options);

}  // namespace terrella::inversion
