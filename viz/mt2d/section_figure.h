// viz/mt2d/section_figure.h: resistivity sections under topography, one or several below each other with one scale.
#pragma once
#include <string>
#include <vector>

#include "viz/figure.h"
#include "viz/mt2d/section_view.h"

namespace terrella::viz {

/// What a section shows.
enum class Shown2d {
  resistivity,
  resistivity_y,            ///< along the profile, where it is anisotropic
  resistivity_z,            ///< downwards
  log10_resistivity_error,  ///< standard error, decades
  sensitivity,              ///< of all data, 1 / km^2
  resolution,               ///< diagonal of the resolution matrix
  mean,                     ///< of the members of an ensemble
  deviation,                ///< of log10 of theirs, decades
  low,                      ///< a tenth of them lies below
  high                      ///< nine tenths of them do
};
/// Whether it is a resistivity, which is drawn in ohm m and compared as one.
constexpr bool is_resistivity(Shown2d shown) {
  return shown <= Shown2d::resistivity_z || shown == Shown2d::mean || shown >= Shown2d::low;
}

struct SectionFigureOptions {
  int width = 0, height = 0;  ///< pixels, 400 .. 8000; 0: 1600 wide, and high so that the vertical exaggeration is a
                              ///< round number; several sections are narrower where that spares an exaggeration
  std::string title = {};     ///< empty: that of the first section
  double depth_limit = 0;     ///< m below the mean ground; 0: 1.5 times the greatest depth of investigation, at most
                              ///< twice the median, and at most half the length of the line
  double from = datasets::not_a_number, to = datasets::not_a_number;  ///< m along the profile; NaN: where sites are
  double minimum_resistivity = 0;                                     ///< ohm m, red end of the colours; 0: chosen
  double maximum_resistivity = 0;                                     ///< ohm m, blue end; 0: chosen
  bool show_depth_of_investigation = true;                            ///< veil what lies below it
  bool show_elements = false;                                         ///< draw their edges
  bool difference = false;  ///< of two sections: a panel more, log10 of the second over the first
  Shown2d shown = Shown2d::resistivity;
};

/// Colours: red is conductive, logarithmic, limits at 1 or 3 times a power of ten around the central 98 % of the area
/// above the depth of investigation of all sections. Elements are drawn as the quadrilaterals that they are, sites as
/// triangles on the ground; sections without sites show those of the first that has some.
///
/// Throws std::invalid_argument where there is no section, none has what is to be shown, or an option is impossible.
Figure section_figure(const std::vector<SectionView>& sections, const SectionFigureOptions& options = {});

/// log10 of the resistivities of `other` over those of `section` in the middles of the elements of `section`; NaN where
/// `other` has none.
std::vector<double> log10_ratio(const SectionView& section, const SectionView& other,
                                Shown2d shown = Shown2d::resistivity);

}  // namespace terrella::viz
