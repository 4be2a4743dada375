// inversion/mt1d.h: layered models from magnetotelluric soundings, each site alone or a line together.
#pragma once
#include <vector>

#include "inversion/mt1d_options.h"
#include "inversion/result.h"
#include "inversion/run_control.h"
#include "inversion/sounding.h"

namespace terrella::inversion {

/// Inverts every site of the survey. Sites may have different periods; missing and masked values are left out. A site
/// without usable data is no error: its model is NaN and its fit says why.
///
/// Sites are worked on in parallel (each alone) or are one problem (options.lateral > 0); the result does not depend on
/// the number of threads. Only the seconds in its history differ between runs.
///
/// Errors and resolution are those of the linearised problem at the answer, with H = J^T W J + lambda R, J by log10
/// resistivity, R the regularisation (Tarantola 2005, ch. 3): log10_resistivity_error is the root of the diagonal of
/// H^-1 (data errors and regularisation as prior), resolution is H^-1 J^T W J. few_layers has no R; layers that the
/// data do not see then have NaN errors. depth_of_investigation: inversion/resolution.h.
///
/// Throws std::invalid_argument for options that make no sense and for surveys without sites; FormatError where a
/// checkpoint is to be resumed that belongs to another run.
Result invert_1d(const datasets::Survey& survey, const Invert1dOptions& options = {}, const RunControl& control = {});

/// The same for scalar impedances, whose errors are taken as they stand (no floor).
Result invert_1d(const std::vector<Sounding>& soundings, const Invert1dOptions& options = {},
                 const RunControl& control = {});

}  // namespace terrella::inversion
