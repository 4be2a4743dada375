#include "inversion/mt1d_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "inversion/option_values.h"

namespace terrella::inversion {
namespace {

constexpr const char* who = "invert_1d";

void not_negative(const char* name, double value) { inversion::not_negative(who, name, value); }
void positive(const char* name, double value) { inversion::positive(who, name, value); }
void positive(const char* name, const std::vector<double>& values) {
  for (const double value : values) positive(name, value);
}
void count_is(const char* name, const std::vector<double>& values, std::size_t expected, const char* of) {
  if (!values.empty() && values.size() != expected)
    fail("invert_1d: ", name, " has ", values.size(), " values; ", of, " needs ", expected);
}

std::string list(const std::vector<double>& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }

}  // namespace

TERRELLA_NAMES(Data1d, "data", {"determinant", "xy", "yx", "average"})
TERRELLA_NAMES(Parametrization1d, "parametrization", {"impedance", "rho_phase", "linear_rho_phase"})
TERRELLA_NAMES(Method1d, "method", {"occam", "gauss_newton", "lbfgs", "levenberg_marquardt", "few_layers"})
TERRELLA_NAMES(Smoothing1d, "smoothing", {"first_difference", "second_difference", "total_variation"})
TERRELLA_NAMES(Loss1d, "loss", {"squares", "huber", "student_t"})
TERRELLA_NAMES(Lambda1d, "lambda_choice", {"cooling", "discrepancy", "l_curve", "fixed"})

void validate(const Invert1dOptions& o) {
  not_negative("error_floor", o.error_floor);
  positive("target_rms", o.target_rms);
  if (o.error_floor > 1) fail("invert_1d: error_floor is ", o.error_floor, "; it is a fraction of |Z|: 0.05 means 5 %");
  const Layers1d& l = o.layers;
  if (l.count < 0 || l.count == 1 || l.count > 500)
    fail("invert_1d: layers.count is ", l.count, "; give 2 to 500, or 0 to have them designed");
  not_negative("layers.first_thickness", l.first_thickness);
  if (l.factor != 0 && !(l.factor >= 1 && l.factor <= 10))
    fail("invert_1d: layers.factor is ", l.factor, "; give 1 to 10, or 0 for 1.15");
  positive("layers.thickness", l.thickness);
  if (!l.thickness.empty() && (l.count != 0 || l.first_thickness != 0 || l.factor != 0))
    fail("invert_1d: layers.thickness is given, so layers.count, first_thickness and factor must not be");
  positive("variation_corner", o.variation_corner);
  not_negative("start_resistivity", o.start_resistivity);
  positive("start_model", o.start_model);
  not_negative("reference_weight", o.reference_weight);
  positive("reference_model", o.reference_model);
  if (!l.thickness.empty() || l.count > 0) {
    const std::size_t layers = l.thickness.empty() ? static_cast<std::size_t>(l.count) : l.thickness.size() + 1;
    count_is("start_model", o.start_model, layers, "the layering");
    count_is("reference_model", o.reference_model, layers, "the layering");
  } else if (!o.start_model.empty() || !o.reference_model.empty()) {
    fail(
        "invert_1d: start_model and reference_model need layers that are given, not designed; set layers.thickness or "
        "layers.count");
  }
  not_negative("lowest_resistivity", o.lowest_resistivity);
  not_negative("highest_resistivity", o.highest_resistivity);
  if ((o.lowest_resistivity != 0 || o.highest_resistivity != 0) &&
      !(0 < o.lowest_resistivity && o.lowest_resistivity < o.highest_resistivity))
    fail("invert_1d: bounds ", o.lowest_resistivity, " and ", o.highest_resistivity,
         " ohm m; give two positive ones, the lower first");
  not_negative("lambda", o.lambda);
  if (o.lambda_choice == Lambda1d::fixed && o.lambda == 0 && o.method != Method1d::occam &&
      o.method != Method1d::few_layers)
    fail("invert_1d: lambda_choice is fixed, so lambda must be positive");
  if (o.max_iterations < 1) fail("invert_1d: max_iterations is ", o.max_iterations, "; give 1 or more");
  positive("tolerance", o.tolerance);
  if (!(o.relax >= 1)) fail("invert_1d: relax is ", o.relax, "; give 1 or more");
  not_negative("lateral", o.lateral);
  if (o.method != Method1d::few_layers) return;
  if (o.lateral > 0) fail("invert_1d: few_layers takes each site alone; set lateral to 0 or choose another method");
  const FewLayers1d& f = o.few_layers;
  if (f.count < 1 || f.count > 12) fail("invert_1d: few_layers.count is ", f.count, "; give 1 to 12");
  positive("few_layers.resistivity", f.resistivity);
  positive("few_layers.thickness", f.thickness);
  count_is("few_layers.resistivity", f.resistivity, static_cast<std::size_t>(f.count), "few_layers.count");
  if (f.count > 1)
    count_is("few_layers.thickness", f.thickness, static_cast<std::size_t>(f.count - 1), "few_layers.count");
  not_negative("few_layers.lowest_thickness", f.lowest_thickness);
  not_negative("few_layers.highest_thickness", f.highest_thickness);
}

std::string to_toml(const Invert1dOptions& o) {
  std::string out = "[invert_1d]\n";
  const auto word = [&](const char* key, const std::string& value) { out += fmt::format("{} = \"{}\"\n", key, value); };
  const auto number = [&](const char* key, double value) { out += fmt::format("{} = {}\n", key, toml_number(value)); };
  const auto integer = [&](const char* key, int value) { out += fmt::format("{} = {}\n", key, value); };
  const auto numbers = [&](const char* key, const std::vector<double>& values) {
    out += fmt::format("{} = {}\n", key, list(values));
  };
  word("data", to_string(o.data));
  word("parametrization", to_string(o.parametrization));
  number("error_floor", o.error_floor);
  number("target_rms", o.target_rms);
  word("smoothing", to_string(o.smoothing));
  number("variation_corner", o.variation_corner);
  number("start_resistivity", o.start_resistivity);
  numbers("start_model", o.start_model);
  number("reference_weight", o.reference_weight);
  numbers("reference_model", o.reference_model);
  number("lowest_resistivity", o.lowest_resistivity);
  number("highest_resistivity", o.highest_resistivity);
  word("method", to_string(o.method));
  word("lambda_choice", to_string(o.lambda_choice));
  number("lambda", o.lambda);
  word("loss", to_string(o.loss));
  integer("max_iterations", o.max_iterations);
  number("tolerance", o.tolerance);
  number("relax", o.relax);
  number("lateral", o.lateral);
  out += fmt::format("resolution = {}\n", o.resolution);
  out += "\n[invert_1d.layers]\n";
  integer("count", o.layers.count);
  number("first_thickness", o.layers.first_thickness);
  number("factor", o.layers.factor);
  numbers("thickness", o.layers.thickness);
  out += "\n[invert_1d.few_layers]\n";
  integer("count", o.few_layers.count);
  numbers("resistivity", o.few_layers.resistivity);
  numbers("thickness", o.few_layers.thickness);
  number("lowest_thickness", o.few_layers.lowest_thickness);
  number("highest_thickness", o.few_layers.highest_thickness);
  return out;
}

}  // namespace terrella::inversion
