// datasets/observations/survey.h: from observations to a survey and back. What does not fit is said, never dropped in
// silence.
#pragma once
#include <string>
#include <vector>

#include "datasets/observations/observations.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

struct SurveyOfObservations {
  Survey survey;
  std::vector<std::string> lost;  ///< what a Survey cannot hold, with counts; empty where all was carried
};

/// Impedances and tippers of the sites. TE and TM become Zxy and Zyx, Tzy becomes Ty. Where a component has apparent
/// resistivity and phase but no impedance, |Z| = sqrt(w mu_0 rho); its error is |Z| times the root mean square of the
/// phase error in radians and half the error of ln rho (of the one that there is, where the other has none).
/// elevation = -z; coordinates that are 0 at every site while x and y differ are none. Two different errors of real
/// and imaginary part become their root mean square. Sites without anything that fits are lost.
/// Throws FormatError with the path of the provenance where a component stands twice for one site and period.
SurveyOfObservations survey_of(const Observations& observations);

struct ObservationsOptions {
  double orientation = 0.0;  ///< azimuth of x of all data, degrees; sites are turned to it
  /// Latitude and longitude of x = y = 0; NaN: the middle of the sites' bounding box.
  double latitude = not_a_number;
  double longitude = not_a_number;
  /// Where some data have errors, those without are masked: codes that weigh by errors cannot use them.
  bool mask_without_error = false;
};

/// Rows of those quantities, site by site, period by period. x and y are transverse Mercator distances on the WGS84
/// ellipsoid along the meridian and parallel of the origin, z = -elevation. z_te, phase_tm and their like are taken
/// from Zxy and Zyx of the axes: turn x to the strike first. Errors are propagated to first order, those of
/// determinant and phase tensor from independent errors of the four components. Missing values make no rows; masks go
/// along. Turning a site mixes its components: where one is missing, those that are made of it make no rows. Throws
/// std::invalid_argument for interstation transfer functions, which a Survey does not hold.
Observations observations_of(const Survey& survey, const std::vector<Quantity>& quantities,
                             const ObservationsOptions& options = {});

/// Data of a line as other codes take them, at the same places: as impedances of TE and TM with the tipper, and as
/// log10 resistivities and phases with its parts. What is in neither stands in the history ("not carried: ..."). None
/// where there are no such data, sites share names or differ in azimuth, or have the magnetic field of another.
std::vector<Observations> two_dimensional_forms(const Observations& observations);

/// Throws std::invalid_argument, beginning with `who`, for a site that has not one row: for writers of surveys, where
/// turning a site's axes wants components that it lacks.
void expect_rows_of_every_site(const Observations& observations, const char* who);

/// North and east distances (m) of a place from an origin: transverse Mercator about the meridian of the origin, scale
/// 1 on it, WGS84, Krueger's series to n^4 (better than 1 mm within 1000 km of the meridian).
std::array<double, 2> local_coordinates(double latitude, double longitude, double origin_latitude,
                                        double origin_longitude);

}  // namespace terrella::datasets
