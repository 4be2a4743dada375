// python/synthetic.cpp: soundings over an earth that is known; joins the line of datasets/ with the physics of elec/.
#include "elec/mt2d/synthetic.h"
#include "core/error.h"
#include "core/ops.h"
#include "datasets/synthetic/line.h"
#include "elec/mt1d/impedance.h"
#include "python/bindings.h"

namespace py = pybind11;

namespace terrella::python {
namespace {

using namespace datasets;
using namespace pybind11::literals;

std::vector<Complex> layered_impedance(const std::vector<double>& resistivity, const std::vector<double>& thickness,
                                       const std::vector<double>& period) {
  return elec::impedance_1d(resistivity, thickness, 1.0 / Tensor(period)).to_vector<Complex>();
}

}  // namespace

void bind_synthetic(py::module_& m) {
  m.def(
      "synthetic_survey",
      [](double noise, std::uint64_t seed, int dimensions) {
        SyntheticNoise errors;
        errors.impedance = noise;
        errors.seed = seed;
        if (dimensions != 1 && dimensions != 2) fail("synthetic_survey: dimensions is ", dimensions, "; give 1 or 2");
        const SyntheticLine line = basin_line();
        return synthetic_survey(
            line, dimensions == 2 ? elec::mt2d::basin_response(line) : layered_response(line, layered_impedance),
            errors);
      },
      "noise"_a = SyntheticNoise{}.impedance, py::kw_only(), "seed"_a = SyntheticNoise{}.seed, "dimensions"_a = 1,
      py::call_guard<py::gil_scoped_release>(),
      R"(A line of 24 soundings over a sedimentary basin that is known, to try things on.

noise      : standard deviation of real and imaginary part, of |Zxy Zyx|^1/2; three times that in the dead band around
             1 and 10 s
seed       : of the noise; the same seed gives the same survey
dimensions : 1: as over the layers below each site, Zyx = -Zxy, no diagonal along the line, no tipper; 2: of the section
returns    : Survey, 37 periods from 1 ms to 1000 s, all with that noise as their errors

Cover, a basin of 4 to 12 ohm m up to 3 km deep, basement of 3000 ohm m, and a conductor of 15 ohm m in 15 to 21 km.)");
}

}  // namespace terrella::python
