#include "cli/invert_settings.h"

#include <type_traits>

#include "inversion/mt2d/option_table.h"

namespace terrella::cli {

void declare(Arguments& a, inversion::Invert1dOptions& o) {
  const auto choice = [&]<class E>(const char* key, E& value, const char* help) {
    a.choice(key, value, inversion::names<E>(), help);
  };
  choice("data", o.data, "impedance that is fitted");
  choice("parametrization", o.parametrization, "of the data");
  a.setting("error_floor", &o.error_floor, "of |Z|; 0.05: 10 % of apparent resistivity, 2.9 degrees");
  a.setting("target_rms", &o.target_rms, "root mean square of residual over error that is aimed at");
  a.setting("layers.count", &o.layers.count, "half-space included; 0: designed from the skin depths");
  a.setting("layers.first_thickness", &o.layers.first_thickness, "m; 0: designed");
  a.setting("layers.factor", &o.layers.factor, "thickness of a layer over that of the one above; 0: designed");
  a.setting("layers.thickness", &o.layers.thickness, "m, of all layers, instead of the three above");
  choice("smoothing", o.smoothing, "of log10 resistivity over depth");
  a.setting("variation_corner", &o.variation_corner, "decades below which total variation is smooth");
  a.setting("start_resistivity", &o.start_resistivity, "ohm m; 0: from the data");
  a.setting("start_model", &o.start_model, "ohm m of all layers, instead");
  a.setting("reference_weight", &o.reference_weight, "of the distance from the reference model");
  a.setting("reference_model", &o.reference_model, "ohm m of all layers; the start model when empty");
  a.setting("lowest_resistivity", &o.lowest_resistivity, "ohm m, bound; 0: none");
  a.setting("highest_resistivity", &o.highest_resistivity, "ohm m, bound; 0: none");
  choice("method", o.method, "of minimisation");
  choice("lambda_choice", o.lambda_choice, "how methods other than occam find the weight of smoothness");
  a.setting("lambda", &o.lambda, "weight of smoothness; 0: chosen");
  choice("loss", o.loss, "how residuals count");
  a.setting("max_iterations", &o.max_iterations, "of each minimisation");
  a.setting("tolerance", &o.tolerance, "of occam: relative change of RMS or roughness that ends the search");
  a.setting("relax", &o.relax, "factor on the lowest RMS where the target cannot be met");
  a.setting("lateral", &o.lateral, "strength of the tie between neighbouring sites; 0: each site alone");
  a.setting("few_layers.count", &o.few_layers.count, "half-space included");
  a.setting("few_layers.resistivity", &o.few_layers.resistivity, "ohm m, start");
  a.setting("few_layers.thickness", &o.few_layers.thickness, "m, start");
  a.setting("few_layers.lowest_thickness", &o.few_layers.lowest_thickness, "m, bound; 0: from the data");
  a.setting("few_layers.highest_thickness", &o.few_layers.highest_thickness, "m, bound; 0: from the data");
  a.setting("resolution", &o.resolution, "errors, resolution matrix, depth of investigation");
}

void declare(Arguments& a, Invert2dSettings& s) {
  const auto declare_one = [&]<class T>(const char* key, T& value, const char* help) {
    if constexpr (std::is_enum_v<T>)
      a.choice(key, value, inversion::names<T>(), help);
    else
      a.setting(key, &value, help);
  };
  inversion::visit_options(s.invert, declare_one);
  a.setting("cuts", &s.cuts, "lines across which the model may jump, each 'y z y z ...' in m, commas between");
  a.next_table("line");
  a.setting("profile", AngleOrWord{&s.profile}, "azimuth of the line, degrees; auto: the best through the sites");
  a.setting("strike", AngleOrWord{&s.strike},
            "azimuth, degrees, or auto, phase_tensor, groom_bailey, perpendicular (to the profile)");
  inversion::visit_line_options(s.line, declare_one);
}

void settle(Invert2dSettings& s) {
  inversion::set_profile(s.line, s.profile);
  inversion::set_strike(s.line, s.strike);
  s.invert.cuts.clear();
  for (const std::string& cut : s.cuts) s.invert.cuts.push_back(inversion::cut_of(cut));
  inversion::validate(s.line);
  inversion::validate(s.invert);
}

}  // namespace terrella::cli
