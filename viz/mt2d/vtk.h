// viz/mt2d/vtk.h: a two-dimensional result as files for ParaView.
#pragma once
#include <string>
#include <vector>

#include "inversion/mt2d/result.h"
#include "viz/job.h"

namespace terrella::viz {

/// The names of the files that write_vtk makes of a result at this stem.
std::vector<std::string> vtk_paths(const inversion::Result2d& result, const std::string& stem);

/// Writes STEM.vtu, the elements of the section; STEM-sites.vtp, the sites on the ground; and, where models of the
/// iterations were kept, STEM-000.vtu, ... and STEM.pvd, which plays them. Returns their paths. A stem that ends with
/// .vtu means the same without it.
///
/// x is the distance along the profile (m), y = 0, z elevation (m, minus the depth). Cell arrays: resistivity,
/// log10_resistivity, cell, within_depth_of_investigation (1, 0, or -1 where it is not known), and where the result has
/// them resistivity_y, resistivity_z, log10_resistivity_error, sensitivity, log10_resistivity_mean and
/// log10_resistivity_deviation (of the ensemble). Files of iterations: log10_resistivity, resistivity. Point arrays of
/// sites: name, rms, elevation, latitude, longitude, and static_shift_te, static_shift_tm where sought.
///
/// Throws as section_view and render do.
std::vector<std::string> write_vtk(const inversion::Result2d& result, const std::string& stem,
                                   double timeout_seconds = 120);

/// What terrella-render is asked to write.
VtkMeshes vtk_meshes(const inversion::Result2d& result);

}  // namespace terrella::viz
