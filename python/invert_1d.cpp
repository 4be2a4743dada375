// python/invert_1d.cpp: tl.invert_1d, the inversion of soundings for layered models.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>

#include "core/error.h"
#include "inversion/mt1d.h"
#include "python/bindings.h"
#include "python/run_control.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace inversion;
using namespace pybind11::literals;
using Numbers = std::vector<double>;
using Path = std::filesystem::path;

// Takes the entries of a dict one by one; what is left over at the end is a mistake.
class Entries {
 public:
  Entries(const char* name, const std::optional<py::dict>& dict) : name_(name) {
    if (dict) rest_ = dict->attr("copy")();
  }
  template <class T>
  void take(const char* key, T& value) {
    if (!rest_.contains(key)) {
      known_ += std::string(known_.empty() ? "" : ", ") + key;
      return;
    }
    value = rest_[key].cast<T>();
    rest_.attr("pop")(key);
  }
  void finish() const {
    if (!rest_.empty())
      fail("invert_1d: ", name_, " has no ", py::repr(rest_.begin()->first).cast<std::string>(), "; it takes ", known_);
  }

 private:
  const char* name_;
  py::dict rest_;
  std::string known_;
};

Layers1d layers_of(const std::optional<py::dict>& dict) {
  Layers1d layers;
  Entries entries("layers", dict);
  entries.take("count", layers.count);
  entries.take("first_thickness", layers.first_thickness);
  entries.take("factor", layers.factor);
  entries.take("thickness", layers.thickness);
  entries.finish();
  return layers;
}

FewLayers1d few_layers_of(const std::optional<py::dict>& dict) {
  FewLayers1d layers;
  Entries entries("few_layers", dict);
  entries.take("count", layers.count);
  entries.take("resistivity", layers.resistivity);
  entries.take("thickness", layers.thickness);
  entries.take("lowest_thickness", layers.lowest_thickness);
  entries.take("highest_thickness", layers.highest_thickness);
  entries.finish();
  return layers;
}

constexpr const char* documentation =
    R"(Layered models from magnetotelluric soundings, each site alone or a line together.

survey      : Survey; missing and masked values are left out, sites may have different periods
data        : the scalar impedance that is fitted: 'determinant' sqrt(Zxx Zyy - Zxy Zyx), 'xy', 'yx', 'average'
parametrization : as real and imaginary part ('impedance'), as log10 apparent resistivity and phase ('rho_phase'), or as
    apparent resistivity itself and phase ('linear_rho_phase', as Occam1DCSEM)
error_floor : fraction of |Z|: 0.05 means 10 % of apparent resistivity and 2.9 degrees of phase
target_rms  : misfit to reach, 1 is a fit within the errors
method      : 'occam', 'gauss_newton', 'lbfgs', 'levenberg_marquardt', 'few_layers'
smoothing   : 'first_difference', 'second_difference', 'total_variation' of log10 resistivity
lateral     : > 0 ties the models of neighbouring sites with this strength: the line is one problem
layers      : dict of count, first_thickness (m), factor, or of thickness (m, all but the half-space); designed from the
              skin depths of the data where absent
few_layers  : dict of count, resistivity, thickness, lowest_thickness, highest_thickness, for method 'few_layers'
lambda_choice, lambda_ : 'cooling', 'discrepancy', 'l_curve', 'fixed', and the fixed or first weight, for methods other
              than Occam
loss        : 'squares', 'huber', 'student_t'
start_model, reference_model : arrays [layer], ohm m; lowest_resistivity, highest_resistivity : bounds, ohm m
resolution  : compute errors, resolution matrix and depth of investigation
checkpoint  : file that is kept up to date after every iteration; resume continues from it to the same bits
progress    : called with a Progress after every iteration; a false answer stops
returns     : Result with .model.resistivity [site, layer], .model.thickness, .fits, .rms [site], .history
raises      : ValueError for options that make no sense; a site without usable data is no error: its model is NaN, its
              fit says why

Ctrl-C stops after the iteration at hand, with the checkpoint written. The answer does not depend on the number of
threads. Occam: Constable, Parker and Constable (1987).)";

}  // namespace

void bind_invert_1d(py::module_& m) {
  const Invert1dOptions defaults;
  py::class_<Progress>(m, "Progress", "What is known after an iteration of an inversion.")
      .def_readonly("site", &Progress::site, "name, empty where all sites are one problem")
      .def_readonly("sites_done", &Progress::sites_done)
      .def_readonly("sites", &Progress::sites)
      .def_property_readonly("iteration", [](const Progress& p) { return p.row.iteration; })
      .def_property_readonly("rms", [](const Progress& p) { return p.row.rms; });
  m.def(
      "invert_1d",
      [](const datasets::Survey& survey, const std::string& data, const std::string& parametrization,
         double error_floor, double target_rms, const std::string& method, const std::string& smoothing, double lateral,
         const std::optional<py::dict>& layers, const std::optional<py::dict>& few_layers,
         const std::string& lambda_choice, double lambda, const std::string& loss, int max_iterations, double relax,
         double variation_corner, double start_resistivity, Numbers start_model, double reference_weight,
         Numbers reference_model, double lowest_resistivity, double highest_resistivity, bool resolution,
         const std::optional<Path>& checkpoint, bool resume, const std::optional<py::function>& progress) {
        Invert1dOptions options;
        options.data = parse<Data1d>(data);
        options.parametrization = parse<Parametrization1d>(parametrization);
        options.error_floor = error_floor;
        options.target_rms = target_rms;
        options.layers = layers_of(layers);
        options.smoothing = parse<Smoothing1d>(smoothing);
        options.variation_corner = variation_corner;
        options.start_resistivity = start_resistivity;
        options.start_model = std::move(start_model);
        options.reference_weight = reference_weight;
        options.reference_model = std::move(reference_model);
        options.lowest_resistivity = lowest_resistivity;
        options.highest_resistivity = highest_resistivity;
        options.method = parse<Method1d>(method);
        options.lambda_choice = parse<Lambda1d>(lambda_choice);
        options.lambda = lambda;
        options.loss = parse<Loss1d>(loss);
        options.max_iterations = max_iterations;
        options.relax = relax;
        options.lateral = lateral;
        options.few_layers = few_layers_of(few_layers);
        options.resolution = resolution;
        return watched({checkpoint, resume, progress},
                       [&](const RunControl& control) { return invert_1d(survey, options, control); });
      },
      "survey"_a, py::kw_only(), "data"_a = to_string(defaults.data),
      "parametrization"_a = to_string(defaults.parametrization), "error_floor"_a = defaults.error_floor,
      "target_rms"_a = defaults.target_rms, "method"_a = to_string(defaults.method),
      "smoothing"_a = to_string(defaults.smoothing), "lateral"_a = defaults.lateral, "layers"_a = py::none(),
      "few_layers"_a = py::none(), "lambda_choice"_a = to_string(defaults.lambda_choice), "lambda_"_a = defaults.lambda,
      "loss"_a = to_string(defaults.loss), "max_iterations"_a = defaults.max_iterations, "relax"_a = defaults.relax,
      "variation_corner"_a = defaults.variation_corner, "start_resistivity"_a = defaults.start_resistivity,
      "start_model"_a = defaults.start_model, "reference_weight"_a = defaults.reference_weight,
      "reference_model"_a = defaults.reference_model, "lowest_resistivity"_a = defaults.lowest_resistivity,
      "highest_resistivity"_a = defaults.highest_resistivity, "resolution"_a = defaults.resolution,
      "checkpoint"_a = py::none(), "resume"_a = false, "progress"_a = py::none(), documentation);
}

}  // namespace terrella::python
