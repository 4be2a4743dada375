// viz/picture.h: results as pictures (PNG) and as files for ParaView. The drawing is done by the child process
// terrella-render (viz/renderer.h); files appear whole or not at all.
#pragma once
#include <string>
#include <vector>

#include "inversion/result.h"

namespace terrella::viz {

struct SectionOptions {
  int width = 1600, height = 900;           ///< pixels, 400 .. 8000
  std::string title;                        ///< empty: the survey's name
  double depth_limit = 0;                   ///< m; 0: 1.5 times the greatest depth of investigation, at most twice the
                                            ///< median, and at most half the length of the line
  double minimum_resistivity = 0;           ///< ohm m, red end of the colours; 0: from the model
  double maximum_resistivity = 0;           ///< ohm m, blue end; 0: from the model
  bool show_depth_of_investigation = true;  ///< veil what lies below it
  double timeout_seconds = 120;
};

/// Writes the resistivity section as PNG to `path` and returns it. Colours: red is conductive, logarithmic, limits at 1
/// or 3 times a power of ten around the central 96 % of the area above the depth of investigation.
///
/// Throws std::invalid_argument for results that make no section and for impossible options, Error where rendering or
/// writing fails.
std::string plot_section(const inversion::Result& result, const std::string& path, const SectionOptions& options = {});

struct ResponseOptions {
  std::vector<std::string> sites;  ///< to show, in this order; empty: all
  std::string title;               ///< empty: the site's or the survey's name
  int width = 0, height = 0;       ///< pixels, 400 .. 8000; 0: chosen, 1600 x 900 for one site
  double timeout_seconds = 120;
};

/// Writes sounding curves as PNG and returns the paths: one site with its model in large, several as sheets of at most
/// 30 panels with common axes. Sheets after the first get "-2", "-3", ... before the extension. Phases in the third
/// quadrant are shown as those of -Z, and a note says so.
///
/// Throws std::invalid_argument where a site is not in the result (the message lists those that are) or there is
/// nothing to show, Error where rendering or writing fails.
std::vector<std::string> plot_response(const inversion::Result& result, const std::string& path,
                                       const ResponseOptions& options = {});

/// The path of a sheet: "a.png", "a-2.png", "a-3.png", ... for 0, 1, 2, ...
std::string numbered_path(const std::string& path, std::size_t sheet);

/// Writes STEM.vtr, the section as cells, and STEM-sites.vtp, the sites as points, and returns both paths. A stem that
/// ends with .vtr means the same without it. Arrays and axes: viz/render/pictures.h; ParaView opens both.
std::vector<std::string> write_vtk(const inversion::Result& result, const std::string& stem,
                                   double timeout_seconds = 60);

}  // namespace terrella::viz
