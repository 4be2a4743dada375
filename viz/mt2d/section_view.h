// viz/mt2d/section_view.h: a resistivity section with the sites above it, as pictures, tables and VTK files take it.
#pragma once
#include <string>
#include <vector>

#include "datasets/model/model.h"
#include "inversion/mt2d/result.h"

namespace terrella::viz {

struct LineSite {
  std::string name;
  double y = 0;  ///< m along the profile
  double z = 0;  ///< m, of the ground there, positive down
};

struct SectionView {
  std::string title;
  inversion::SectionModel model;
  std::vector<bool> air;        ///< of the elements, not drawn; empty where there is none
  std::vector<LineSite> sites;  ///< ascending y
  /// Of an ensemble, [row, column], empty without one: what its members are on average (of log10), a tenth and nine
  /// tenths of them lie below, ohm m; and how far they scatter, decades, NaN where held.
  std::size_t members = 0;
  std::vector<double> mean, low, high, deviation;
  /// [row, column]: diagonal of the resolution matrix (sampling/posterior.h), of the cell; empty where not asked for.
  std::vector<double> resolution;
  double azimuth = datasets::not_a_number;
  double rms = datasets::not_a_number;
  bool sea_level = false;  ///< depth 0 is sea level, as where sites have coordinates; else any datum
};

/// Depth of the ground, of a sea floor where there is a sea, and of the surface above (m, positive down) at y, level
/// beyond the lines.
double ground_at(const inversion::SectionModel& model, double y);
double surface_at(const inversion::SectionModel& model, double y);

/// The element (row * columns + column) that holds a point; elements() where none does.
std::size_t element_at(const inversion::SectionModel& model, double y, double z);
inline std::size_t elements(const inversion::SectionModel& model) { return model.rows * model.columns; }

/// The middle of an element, m.
struct SectionPoint {
  double y = 0, z = 0;
};
SectionPoint middle_of(const inversion::SectionModel& model, std::size_t row, std::size_t column);
/// m^2.
double area_of(const inversion::SectionModel& model, std::size_t row, std::size_t column);

/// Whether an element is sea: above the sea floor, or held below 1 ohm m.
bool is_sea(const inversion::SectionModel& model, std::size_t element);

/// Whether an element lies above the depth of investigation: 1 or 0 by its middle, -1 where that is not known.
int within_depth_of_investigation(const inversion::SectionModel& model, std::size_t row, std::size_t column);

/// Throws std::invalid_argument as validate() does, or where a site has no y.
SectionView section_view(const inversion::Result2d& result, const std::string& title = {});

/// Of a model of cells in the plane of the profile, as Occam2D and MARE2DEM's sections have them; it has no
/// sites. Throws std::invalid_argument for other meshes.
SectionView section_view(const datasets::ResistivityModel& model, const std::string& title = {});

}  // namespace terrella::viz
