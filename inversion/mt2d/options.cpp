#include "inversion/mt2d/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "inversion/mt2d/option_table.h"
#include "inversion/option_values.h"

namespace terrella::inversion {
namespace {

constexpr const char* who = "invert_2d";

void not_negative(const char* name, double value) { inversion::not_negative(who, name, value); }
void positive(const char* name, double value) { inversion::positive(who, name, value); }

}  // namespace

TERRELLA_NAMES(Method2d, "method", {"occam", "gauss_newton", "conjugate_gradient", "lbfgs", "nonlinear_cg"})
TERRELLA_NAMES(Smoothing2d, "smoothing", {"squares", "total_variation", "minimum_support", "covariance"})
TERRELLA_NAMES(Lambda2d, "lambda_choice", {"cooling", "discrepancy", "l_curve", "gcv", "fixed"})

void validate(const Invert2dOptions& o) {
  if (!o.te && !o.tm && !o.tipper) fail("invert_2d: te, tm and tipper are all off; there is nothing to fit");
  for (const auto& [name, value] : {std::pair("te_error_floor", o.te_error_floor),
                                    {"tm_error_floor", o.tm_error_floor},
                                    {"tipper_error_floor", o.tipper_error_floor}}) {
    not_negative(name, value);
    if (value > 1) fail("invert_2d: ", name, " is ", value, "; it is a fraction: 0.05 means 5 %");
  }
  positive("target_rms", o.target_rms);
  if (!(o.rows_per_skin_depth > 0 && o.rows_per_skin_depth <= 100))
    fail("invert_2d: rows_per_skin_depth is ", o.rows_per_skin_depth, "; give 0 .. 100");
  if (!(o.growth >= 1.01 && o.growth <= 3)) fail("invert_2d: growth is ", o.growth, "; give 1.01 .. 3");
  if (!(o.columns_between_sites >= 2 && o.columns_between_sites <= 100))
    fail("invert_2d: columns_between_sites is ", o.columns_between_sites, "; give 2 .. 100");
  if (o.order != 1 && o.order != 2)
    fail("invert_2d: order is ", o.order, "; elements are bilinear (1) or biquadratic (2)");
  if (o.cell_columns < 1 || o.cell_columns > 99 || o.cell_columns % 2 == 0)
    fail("invert_2d: cell_columns is ", o.cell_columns, "; give an odd number from 1 to 99");
  not_negative("sea_resistivity", o.sea_resistivity);
  if (!std::isfinite(o.sea_level)) fail("invert_2d: sea_level is ", o.sea_level, "; give metres, positive down");
  if (o.sea_resistivity == 0 && o.sea_level != 0)
    fail("invert_2d: sea_level is ", o.sea_level, " m, but there is no sea; give sea_resistivity too");
  not_negative("cell_width", o.cell_width);
  not_negative("cell_height", o.cell_height);
  not_negative("start_resistivity", o.start_resistivity);
  not_negative("lowest_resistivity", o.lowest_resistivity);
  not_negative("highest_resistivity", o.highest_resistivity);
  if ((o.lowest_resistivity != 0 || o.highest_resistivity != 0) &&
      !(0 < o.lowest_resistivity && o.lowest_resistivity < o.highest_resistivity))
    fail("invert_2d: bounds ", o.lowest_resistivity, " and ", o.highest_resistivity,
         " ohm m; give two positive ones, the lower first");
  for (const auto& [name, value] : {std::pair("start_resistivity", o.start_resistivity),
                                    {"lowest_resistivity", o.lowest_resistivity},
                                    {"highest_resistivity", o.highest_resistivity},
                                    {"reference_resistivity", o.reference_resistivity}})
    if (value != 0 && !(value >= 1e-5 && value <= 1e9))
      fail("invert_2d: ", name, " is ", value, " ohm m; give 1e-5 to 1e9");
  not_negative("reference_weight", o.reference_weight);
  not_negative("reference_resistivity", o.reference_resistivity);
  not_negative("coupling", o.coupling);
  positive("horizontal", o.horizontal);
  positive("vertical", o.vertical);
  if (!(std::abs(o.depth_scaling) <= 4)) fail("invert_2d: depth_scaling is ", o.depth_scaling, "; give -4 .. 4");
  positive("corner", o.corner);
  for (const auto& [name, length, share] :
       {std::tuple("correlation_width", o.correlation_width, o.correlation_width_share),
        {"correlation_height", o.correlation_height, o.correlation_height_share}}) {
    not_negative(name, length);
    not_negative((std::string(name) + "_share").c_str(), share);
    if (o.smoothing == Smoothing2d::covariance && length == 0 && share == 0)
      fail("invert_2d: ", name, " and ", name, "_share are both 0; covariance needs a length");
  }
  if (o.smoothing == Smoothing2d::covariance && o.reference_weight > 0)
    fail("invert_2d: reference_weight is ", o.reference_weight,
         ", but smoothing = covariance weighs the distance from the reference itself; leave it 0");
  if (o.smoothing == Smoothing2d::covariance && o.coupling > 1e6)
    fail("invert_2d: coupling is ", o.coupling, "; with smoothing = covariance give 0 to 1e6");
  positive("static_shift_error", o.static_shift_error);
  not_negative("lambda", o.lambda);
  if (o.lambda_choice == Lambda2d::fixed && o.lambda == 0 && o.method != Method2d::occam)
    fail("invert_2d: lambda_choice is fixed, so lambda must be positive");
  if (o.max_iterations < 1) fail("invert_2d: max_iterations is ", o.max_iterations, "; give 1 or more");
  positive("tolerance", o.tolerance);
  if (!(o.relax >= 1)) fail("invert_2d: relax is ", o.relax, "; give 1 or more");
  if (o.ensemble != 0 && (o.ensemble < 2 || o.ensemble > 10000))
    fail("invert_2d: ensemble is ", o.ensemble, "; give 0 (none) or 2 to 10000 members");
}

std::string to_toml(const Invert2dOptions& o) {
  std::string out = "[invert_2d]\n";
  visit_options(o, [&]<class T>(const char* key, const T& value, const char*) { out += toml_entry(key, value, '"'); });
  std::string cuts;
  for (const CutLine& cut : o.cuts) cuts += fmt::format("{}\"{}\"", cuts.empty() ? "" : ", ", text_of(cut));
  out += fmt::format("cuts = [{}]\n", cuts);
  return out;
}

}  // namespace terrella::inversion
