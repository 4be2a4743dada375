// inversion/layered_earth.h: the 1D forward operator joined with mapping, misfit and regularisation: where the physics
// meets the machinery of inversion.
#pragma once
#include <span>
#include <vector>

#include "inversion/mapping/mapping.h"
#include "inversion/misfit/complex_misfit.h"
#include "inversion/mt1d_options.h"
#include "inversion/problem.h"
#include "inversion/sounding.h"

namespace terrella::inversion {

/// Smallest and largest skin depth of the data, m, by their apparent resistivities: of the smallest ones of all
/// soundings the lowest decile, of the largest ones the highest, so that a single odd sounding does not decide for all.
struct SkinDepths {
  double smallest = 0, largest = 0;
};
SkinDepths skin_depths(std::span<const Sounding> soundings);

/// Thicknesses of the layers above the half-space, m: as given or designed (mt1d_options.h).
/// Throws std::invalid_argument where more than 500 layers would be needed.
std::vector<double> design_layers(std::span<const Sounding> soundings, const Layers1d& layers);

/// Logarithmic mean of the apparent resistivities, ohm m.
double mean_resistivity(const Sounding& sounding);

/// Parameters to resistivity: log10, within the bounds of the options.
Mapping resistivity_mapping(const Invert1dOptions& options);

/// The misfit that options.parametrization asks for.
ComplexMisfit misfit_of(const Sounding& sounding, const Invert1dOptions& options);

/// Data term of models [sounding, layer] (parameters of `mapping`) over common layers. Its Jacobian comes from the
/// kernel of elec/mt1d, one block a sounding; `residual` is made of operations.
optimize::Term layered_data(std::vector<Sounding> soundings, std::vector<double> thickness, const Mapping& mapping,
                            const Invert1dOptions& options);

/// The whole problem: data, smoothness (lateral too where options.lateral > 0), reference model. `start` holds the
/// parameters of the start model, [sounding, layer].
Problem layered_problem(const std::vector<Sounding>& soundings, const std::vector<double>& thickness,
                        const Invert1dOptions& options, const std::vector<double>& start);

/// Parameters of the start model of these soundings, [sounding, layer].
std::vector<double> start_parameters(std::span<const Sounding> soundings, std::size_t layers,
                                     const Invert1dOptions& options);

}  // namespace terrella::inversion
