// inversion/mt2d/mt2d.h: resistivity sections from magnetotelluric data along a line.
#pragma once
#include "inversion/mt2d/mesh.h"
#include "inversion/mt2d/options.h"
#include "inversion/mt2d/result.h"
#include "inversion/run_control.h"

namespace terrella::inversion {

/// Inverts data along a profile: rows of Zxy, Zyx, Tzy and of what follows from them (apparent resistivity, its
/// logarithm, phase, real and imaginary parts), at sites with y, and z on the ground; x runs along strike, to which
/// impedances must have been turned (line.h makes such data of a survey; readers of Occam2D, MARE2DEM and ModEM's 2D
/// lists give them as they are). Masked rows, and rows of other quantities, are left out.
///
/// The mesh is designed from sites, periods and apparent resistivities, or given (second function).
///
/// Under mpirun all processes call this with equal arguments and get the same result, to the bits that one alone gives:
/// they share periods and modes out, and rank 0 leads: it keeps the checkpoint, reports, warns and is asked to stop.
/// What it throws, all throw; an Interruption where it was stopped.
///
/// Throws std::invalid_argument for options that make no sense and data that cannot be fitted (naming row, site and
/// the mend), MeshError for topography that no grid can follow, FormatError where a checkpoint is to be resumed that
/// belongs to another run.
Result2d invert_2d(const datasets::Observations& data, const Invert2dOptions& options = {},
                   const RunControl& control = {});
/// The same on a mesh of one's own; options of the design of meshes and cells, topography and start count for nothing.
Result2d invert_2d(const datasets::Observations& data, const Mesh2d& mesh, const Invert2dOptions& options = {},
                   const RunControl& control = {});

}  // namespace terrella::inversion
