// viz/mt2d/fit_figures.h: how well a two-dimensional model fits, and how the inversion came to it.
#pragma once
#include <string>
#include <vector>

#include "viz/figure.h"
#include "viz/mt2d/fitted.h"

namespace terrella::viz {

/// Pseudosections, period downwards: for each curve that there is observed, predicted and residual in standard errors.
/// Throws std::invalid_argument where the result holds no data of a two-dimensional inversion, or a site has no y.
Figure fit_figure(const inversion::Result2d& result, const std::string& title = {});

/// RMS of every site along the profile and of every period, of each curve and of all. Throws likewise, and where
/// nothing was fitted.
Figure misfit_figure(const inversion::Result2d& result, const std::string& title = {});

/// RMS, lambda and roughness over the iterations, and the trials of lambda as an L-curve (RMS over roughness), or the
/// path of the iterations where there are none. Throws std::invalid_argument for a result without history.
Figure convergence_figure(const inversion::Result2d& result, const std::string& title = {});

/// Apparent resistivity, phase and tipper over the period, observed and predicted, 12 sites a sheet; of these sites, or
/// of all where none is named. Throws std::invalid_argument as fit_figure does, and for a site that is not there.
std::vector<Figure> response_figures(const inversion::Result2d& result, const std::vector<std::string>& sites = {},
                                     const std::string& title = {});

}  // namespace terrella::viz
