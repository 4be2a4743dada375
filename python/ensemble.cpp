// python/ensemble.cpp: ensembles of samples on disk and random models, in tl.data.
#include "datasets/ensemble/ensemble.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "core/error.h"
#include "datasets/models/models.h"
#include "python/bindings.h"
#include "python/core/convert.h"
#include "python/core/function.h"
#include "python/long_call.h"
#include "python/sample.h"

namespace terrella::python {
namespace {

using namespace datasets;

EnsembleOutcome write(const std::filesystem::path& folder, const py::function& make, std::int64_t samples,
                      std::int64_t shard, std::uint64_t seed, const std::string& configuration,
                      const py::dict& coordinates, int threads, bool resume,
                      const std::optional<py::function>& progress) {
  EnsemblePlan plan;
  plan.samples = samples;
  plan.shard_samples = shard;
  plan.seed = seed;
  plan.configuration = configuration;
  const Sample shared = to_sample(coordinates, "write_ensemble: coordinates");
  for (std::size_t k = 0; k < shared.size(); ++k) plan.coordinates.emplace((*shared.names)[k], shared.values[k]);
  EnsembleOptions options{.threads = threads, .resume = resume};
  if (progress)
    options.progress = [held = hold(*progress)](const EnsembleProgress& now) {
      const py::gil_scoped_acquire gil;
      return !py::bool_(object_of(held)(now.samples, now.all).is(py::bool_(false)));
    };
  const MakeSample one = [held = hold(make)](std::int64_t index, std::uint64_t sample_seed) {
    const py::gil_scoped_acquire gil;
    return to_sample(object_of(held)(index, sample_seed), "write_ensemble");
  };
  return long_call([&](const std::stop_token&) { return write_ensemble(folder.string(), plan, one, options); });
}

Covariance covariance_of(const std::string& kernel, double deviation, std::vector<double> length, double angle) {
  Covariance covariance{Covariance::Kernel::matern, deviation, std::move(length), angle};
  if (kernel == "exponential")
    covariance.kernel = Covariance::Kernel::exponential;
  else if (kernel == "gaussian")
    covariance.kernel = Covariance::Kernel::gaussian;
  else if (kernel != "matern")
    fail("gaussian_field: kernel '", kernel, "'; give 'exponential', 'matern' or 'gaussian'");
  return covariance;
}

Tensor field(const std::vector<std::int64_t>& shape, const std::vector<double>& length, double deviation,
             const std::string& kernel, double angle, const std::vector<double>& step, std::uint64_t seed) {
  if (step.size() != 1 && step.size() != shape.size())
    fail("gaussian_field: ", step.size(), " steps for ", shape.size(), " axes; give one, or one for each");
  ModelGrid grid;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    const double width = step[step.size() == 1 ? 0 : k];
    if (!(width > 0)) fail("gaussian_field: the step ", width, " is not positive");
    Axis& axis = grid.axes.emplace_back();
    for (std::int64_t i = 0; i <= shape[k]; ++i) axis.edges.push_back(static_cast<double>(i) * width);
  }
  return GaussianField(grid, covariance_of(kernel, deviation, length, angle)).draw(seed);
}

}  // namespace

void bind_ensemble(py::module_& parent) {
  py::module_ m = parent.attr("data").cast<py::module_>();
  py::class_<EnsembleOutcome>(m, "EnsembleOutcome", "What write_ensemble() did.")
      .def_readonly("written", &EnsembleOutcome::written, "samples by this call")
      .def_readonly("found", &EnsembleOutcome::found, "samples that others wrote, before or beside it")
      .def_readonly("complete", &EnsembleOutcome::complete)
      .def("__repr__", [](const EnsembleOutcome& o) {
        return text("EnsembleOutcome(written=", o.written, ", found=", o.found,
                    ", complete=", o.complete ? "True" : "False", ")");
      });
  m.def("write_ensemble", &write, "folder"_a, "make"_a, "samples"_a, py::kw_only(),
        "shard"_a = EnsemblePlan{}.shard_samples, "seed"_a = 0, "configuration"_a = "", "coordinates"_a = py::dict(),
        "threads"_a = 1, "resume"_a = false, "progress"_a = py::none(),
        R"(Writes make(index, seed) for index 0 ... samples - 1 into a folder, in shards that are never changed.

make          : returns a dict of arrays, with the same fields and shapes each time; seed is that of the sample
shard         : samples in a file: what a kill can cost
configuration : text that stands in every file: what was simulated, and how
coordinates   : dict of arrays that all samples share
threads       : that call make; Python's lock lets one at a time run Python
resume        : go on with what the folder holds, which must be of the same plan
progress      : called with samples on disk and in all after each shard; False stops
returns       : EnsembleOutcome
raises        : TerrellaError where the folder holds another ensemble or a sample has other fields, dtypes or shapes
                than the others, SolveError where a sample is not finite, ResourceError where the disk is full; what was
                written stays

Several processes may write one ensemble together. A shard that bears its name is whole, whatever happened.)");
  m.def(
      "ensemble",
      [](const std::filesystem::path& folder, int threads) { return ensemble_dataset(folder.string(), threads); },
      "folder"_a, py::kw_only(), "threads"_a = 0, Unlocked(),
      "The samples that a folder of write_ensemble() or `terrella datasets generate` holds by now, as a Dataset.");
  m.def(
      "ensemble_info",
      [](const std::filesystem::path& folder) {
        const EnsembleContent content = read_ensemble(folder.string());
        py::dict info;
        info["samples"] = content.samples;
        info["of"] = content.plan.samples;
        info["seed"] = content.plan.seed;
        info["configuration"] = content.plan.configuration;
        info["shards"] = content.shards;
        info["terrella_version"] = content.terrella_version;
        return info;
      },
      "folder"_a,
      "What a folder of an ensemble holds: dict of samples, of (how many there shall be), seed, configuration, "
      "shards.");
  m.def("gaussian_field", &field, "shape"_a, "length"_a, py::kw_only(), "deviation"_a = 1.0, "kernel"_a = "matern",
        "angle"_a = 0.0, "step"_a = std::vector<double>{1.0}, "seed"_a, Unlocked(),
        R"(A Gaussian random field on even cells, of one to three axes.

shape     : cells along each axis
length    : [1] or one for each axis: correlation length, in the units of step
deviation : of the values, whose mean is 0
kernel    : "exponential" (rough), "matern" (once differentiable) or "gaussian" (smooth)
angle     : degrees by which the first two axes of the covariance are turned
step      : [1] or one for each axis: between cells
returns   : tensor of float64
raises    : ValueError where the correlation length is too long for the grid

By circulant embedding, Dietrich and Newsam (1997).)");
}

}  // namespace terrella::python
