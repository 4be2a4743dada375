// inversion/mt2d/result_mesh.h: the mesh that a result stands on, so that what it was made by can be asked again.
#pragma once
#include <string>
#include <vector>

#include "inversion/mt2d/result.h"
#include "inversion/mt2d/section.h"

namespace terrella::inversion {

/// Grid, cells and the start of a result: designed anew from its data and options where that gives the nodes that it
/// has; else (a mesh that was given, other options) rows of air are put on its nodes and a note says so. The start is
/// the first of the kept models; without any, the mean apparent resistivity.
///
/// std::invalid_argument for anisotropic results and those whose data the options refuse.
Mesh2d mesh_of(const Result2d& result, const Invert2dOptions& options, std::vector<std::string>& notes);

/// The same with data and cells: what invert_2d worked with.
Section2d section_of_result(const Result2d& result, const Invert2dOptions& options, std::vector<std::string>& notes);

/// What resistivities of all elements (ohm m) would make of the data, with log10 static shifts in the order of
/// Data2d::shifts; none given: without any. std::invalid_argument for another number of them.
struct Fit2d {
  std::vector<std::complex<double>> predicted;  ///< [row]
  double rms = 0;
  std::vector<double> rms_of_sites;  ///< NaN where nothing was fitted
};
Fit2d fit_of(const Section2d& section, const std::vector<double>& resistivity, const std::vector<double>& shift = {});

/// log10 static shifts of a result in the order of Data2d::shifts.
std::vector<double> shifts_of_result(const Section2d& section, const Result2d& result);

}  // namespace terrella::inversion
