// inversion/mt1d_options.h: what a 1D inversion can be asked for. Names in configurations and in Python are those of
// the enumerators.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace terrella::inversion {

/// The scalar impedance of a site that is fitted: sqrt(Zxx Zyy - Zxy Zyx), Zxy, -Zyx, or (Zxy - Zyx) / 2.
enum class Data1d { determinant, xy, yx, average };
/// As real and imaginary part, as log10 apparent resistivity and phase, or as apparent resistivity itself and phase
/// (what Occam1DCSEM fits unless told otherwise: to compare with it).
enum class Parametrization1d { impedance, rho_phase, linear_rho_phase };
enum class Method1d { occam, gauss_newton, lbfgs, levenberg_marquardt, few_layers };
enum class Smoothing1d { first_difference, second_difference, total_variation };
enum class Loss1d { squares, huber, student_t };
/// How methods other than Occam come to their lambda: lowered until the target is met (cooling); the one whose finished
/// inversion meets it (discrepancy); the corner of the L-curve; as given (fixed).
enum class Lambda1d { cooling, discrepancy, l_curve, fixed };

/// Names of an enumeration in its order, and back; parse() throws std::invalid_argument that lists them.
template <class E>
const std::vector<std::string>& names();
template <class E>
E parse(std::string_view name);
template <class E>
const std::string& to_string(E value) {
  return names<E>()[static_cast<std::size_t>(value)];
}

/// Layers over a half-space, the same below all sites. What is 0 or empty is designed from the skin depths of the data
/// (layered_earth.h): the first layer is a tenth of the smallest, each next one 15 % thicker, the half-space begins at
/// 1.5 times the largest.
struct Layers1d {
  int count = 0;                       ///< half-space included
  double first_thickness = 0;          ///< m
  double factor = 0;                   ///< thickness of a layer over that of the one above
  std::vector<double> thickness = {};  ///< m; all of them, instead of the three above
};

/// The start and the limits of a model of few layers, whose thicknesses are sought too.
struct FewLayers1d {
  int count = 3;                         ///< half-space included
  std::vector<double> resistivity = {};  ///< ohm m, start, [count]; that of the data when empty
  std::vector<double> thickness = {};  ///< m, start, [count - 1]; evenly in logarithms over the skin depths when empty
  double lowest_thickness = 0;         ///< m; 0: a hundredth of the smallest skin depth
  double highest_thickness = 0;        ///< m; 0: three times the largest skin depth
};

struct Invert1dOptions {
  Data1d data = Data1d::determinant;
  Parametrization1d parametrization = Parametrization1d::impedance;
  double error_floor = 0;  ///< of |Z|: 0.05 means 10 % of apparent resistivity and 2.9 degrees of phase
  double target_rms = 1;
  Layers1d layers = {};
  Smoothing1d smoothing = Smoothing1d::first_difference;  ///< of log10 resistivity from layer to layer
  double variation_corner = 0.05;            ///< decades: steps below it count as smooth under total variation
  double start_resistivity = 0;              ///< ohm m; 0: the logarithmic mean of the site's apparent resistivity
  std::vector<double> start_model = {};      ///< ohm m, [layer]; instead of start_resistivity
  double reference_weight = 0;               ///< of (log10 resistivity - that of the reference)^2 beside the smoothness
  std::vector<double> reference_model = {};  ///< ohm m, [layer]; the start model when empty
  double lowest_resistivity = 0;             ///< ohm m, bound; both 0: none (few_layers: 1e-3 and 1e6)
  double highest_resistivity = 0;
  Method1d method = Method1d::occam;
  Lambda1d lambda_choice = Lambda1d::cooling;  ///< for gauss_newton, lbfgs and levenberg_marquardt
  double lambda = 0;                           ///< the fixed one, or the first of cooling; 0: chosen from the data
  Loss1d loss = Loss1d::squares;
  int max_iterations = 30;  ///< of Occam; of each minimisation for the other methods
  double tolerance = 0.01;  ///< Occam's: relative change of RMS or roughness that ends the search
  double relax = 1.05;      ///< where the target cannot be met: OccamOptions::relax
  double lateral = 0;       ///< > 0: all sites together, their models tied to their neighbours' with this strength
  FewLayers1d few_layers = {};
  bool resolution = true;  ///< errors, resolution matrix and depth of investigation
};

/// Throws std::invalid_argument naming the option, its value and the mend.
void validate(const Invert1dOptions& options);

/// The options as TOML, table [invert_1d].
std::string to_toml(const Invert1dOptions& options);

}  // namespace terrella::inversion
