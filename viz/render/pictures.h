// viz/render/pictures.h: the jobs of terrella-render (viz/job.h), one function each. They throw Error where a file
// cannot be written.
#pragma once
#include <string>

#include "viz/job.h"

namespace terrella::viz {

/// PNG of a section: cells coloured by log10 resistivity, site names above, colour bar, a veil below the depth of
/// investigation.
void draw_section(const SectionPicture& picture, const std::string& path);

/// PNG of sounding curves: apparent resistivity and phase with error bars and the fit.
void draw_response(const ResponsePicture& picture, const std::string& path);

/// PNG of a figure.
void draw_figure(const Figure& figure, const std::string& path);

/// Rectilinear grid (.vtr) of cells with resistivity, log10_resistivity, sensitivity (where the result has it) and
/// within_depth_of_investigation (1, 0, or -1 where it is not known): x along the profile (m), y = 0, z = elevation
/// (m), mean elevation of the sites minus depth.
void write_vtr(const Section& section, const std::string& path);

/// Points (.vtp) of the sites in the same frame, at their elevation, with name, elevation, depth_of_investigation, rms,
/// latitude, longitude, north, east.
void write_vtp(const Section& section, const std::string& path);

/// Quadrilaterals (.vtu) or points (.vtp) with their arrays.
void write_mesh(const VtkMesh& mesh, const std::string& path);

}  // namespace terrella::viz
