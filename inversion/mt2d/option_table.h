// inversion/mt2d/option_table.h: the options of a line and of its inversion, one line each: name, place, help. Flags,
// keys of configurations and Python's keywords come from here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "inversion/mt2d/line.h"
#include "inversion/mt2d/options.h"

namespace terrella::inversion {

/// Calls visit(name, member, help) for each option but profile and strike, which are angles or words (set_profile,
/// set_strike). Options may be const.
template <class Options, class Visit>
void visit_line_options(Options& o, const Visit& visit) {
  visit("shortest_period", o.shortest_period, "s; 0: no limit");
  visit("longest_period", o.longest_period, "s; 0: no limit");
  visit("periods_per_decade", o.periods_per_decade, "at most; 0: all");
  visit("largest_distance", o.largest_distance, "m from the profile; sites beyond are left out; 0: none is");
  visit("data", o.data, "what soundings are fitted as");
  visit("impedance_floor", o.impedance_floor,
        "of |Z|, least error of soundings; 0.05: 10 % of apparent resistivity, 2.9 degrees; 0: as they stand");
  visit("tipper_floor", o.tipper_floor, "least error of their tipper, absolute; 0: as they stand");
  visit("mask_impossible_phases", o.mask_impossible_phases, "leave out impedances with phases outside 0 to 90 degrees");
  visit("largest_skew", o.largest_skew, "degrees of |beta|, beyond which a phase tensor has no strike");
}

/// The same for the inversion, cuts but (cut_of, text_of).
template <class Options, class Visit>
void visit_options(Options& o, const Visit& visit) {
  visit("te", o.te, "fit the TE mode, where there is one");
  visit("tm", o.tm, "fit the TM mode, where there is one");
  visit("tipper", o.tipper, "fit the tipper, where there is one");
  visit("te_error_floor", o.te_error_floor, "of |Z|: errors of TE are raised to it; 0: none");
  visit("tm_error_floor", o.tm_error_floor, "of |Z|: errors of TM are raised to it; 0: none");
  visit("tipper_error_floor", o.tipper_error_floor, "absolute: errors of the tipper are raised to it; 0: none");
  visit("target_rms", o.target_rms, "root mean square of residual over error that is aimed at");
  visit("loss", o.loss, "how residuals count");
  visit("rows_per_skin_depth", o.rows_per_skin_depth, "of the mesh, within the shortest skin depth");
  visit("growth", o.growth, "height of a row of the mesh over that of the one above");
  visit("columns_between_sites", o.columns_between_sites, "of the mesh, at least");
  visit("order", o.order, "of elements: 1 bilinear, 2 biquadratic");
  visit("topography", o.topography, "the ground runs through the sites; else it is level");
  visit("sea_resistivity", o.sea_resistivity, "ohm m, of water over the sites, on whose floor they stand; 0: no sea");
  visit("sea_level", o.sea_level, "m, z of the water's surface, positive down");
  visit("cell_columns", o.cell_columns, "of a cell at the ground, odd; sites stand in their middle");
  visit("cell_width", o.cell_width, "columns are joined to cells no wider than this share of their depth; 0: none is");
  visit("cell_height", o.cell_height, "rows likewise; 0: none is");
  visit("start_resistivity", o.start_resistivity, "ohm m; 0: the mean of the apparent resistivities");
  visit("lowest_resistivity", o.lowest_resistivity, "ohm m, bound; 0: none");
  visit("highest_resistivity", o.highest_resistivity, "ohm m, bound; 0: none");
  visit("reference_weight", o.reference_weight, "of the distance from the reference model");
  visit("reference_resistivity", o.reference_resistivity, "ohm m; 0: that of the start");
  visit("anisotropic", o.anisotropic, "three resistivities in every cell");
  visit("coupling", o.coupling, "weight of their differences");
  visit("smoothing", o.smoothing, "of log10 resistivity over the section");
  visit("horizontal", o.horizontal, "weight of differences along rows");
  visit("vertical", o.vertical, "weight of differences across rows");
  visit("depth_scaling", o.depth_scaling, "1: sizes of cells count as logarithms of depth do; 0: as metres do");
  visit("corner", o.corner, "decades, at which total variation and minimum support round off");
  visit("correlation_width", o.correlation_width, "m along the profile, of smoothing = covariance");
  visit("correlation_width_share", o.correlation_width_share, "of the depth, added to it");
  visit("correlation_height", o.correlation_height, "m down, likewise");
  visit("correlation_height_share", o.correlation_height_share, "of the depth, added to it");
  visit("static_shift", o.static_shift, "seek static shifts of TE and TM at every site too");
  visit("static_shift_error", o.static_shift_error, "decades of apparent resistivity, expected of a shift");
  visit("method", o.method, "of minimisation");
  visit("lambda_choice", o.lambda_choice, "how methods other than occam find the weight of smoothness");
  visit("lambda", o.lambda, "weight of smoothness; 0: chosen");
  visit("max_iterations", o.max_iterations, "of each minimisation");
  visit("tolerance", o.tolerance, "relative change of RMS or roughness that ends the search");
  visit("relax", o.relax, "factor on the lowest RMS where the target cannot be met");
  visit("resolution", o.resolution, "errors, sensitivity, depth of investigation");
  visit("keep_models", o.keep_models, "the model after every iteration");
  visit("ensemble", o.ensemble, "members: models that fit about as well; 0: none");
  visit("seed", o.seed, "of their draws");
}

/// "y z y z ...", m, as configurations and flags have it. Throws std::invalid_argument for what is no line.
CutLine cut_of(std::string_view text);
std::string text_of(const CutLine& cut);

}  // namespace terrella::inversion
