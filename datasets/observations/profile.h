// datasets/observations/profile.h: a survey as two-dimensional codes take it: sites along a line, axes turned to it.
#pragma once
#include <vector>

#include "datasets/observations/observations.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Azimuth of the best straight line through the sites of a survey, the direction of their largest scatter, in
/// degrees, -45 < azimuth <= 135; 0 where all are at one place. Throws std::invalid_argument for sites without
/// coordinates.
double profile_azimuth(const Survey& survey);

/// What becomes of data without errors where others have some: codes that weigh by errors cannot use them; what gives
/// them an error later keeps them.
enum class WithoutError { masked, kept };

/// Observations along a line: sites in its order, y from the first one, x along strike (`azimuth` - 90), to which
/// impedances and tippers are turned. Throws as observations_of does.
Observations profile_observations(const Survey& survey, const std::vector<Quantity>& quantities, double azimuth,
                                  WithoutError without_error = WithoutError::masked);

/// The same along the best line through the sites, for writers. Throws std::invalid_argument, beginning with `who`, for
/// a site of which nothing is left (expect_rows_of_every_site).
Observations observations_along_line(const Survey& survey, const std::vector<Quantity>& quantities, const char* who);

/// Masks rows without an error where other rows have one, and says how many: codes that weigh by errors cannot use
/// them. Where none has one all count as without errors.
std::size_t mask_rows_without_error(Observations& observations);

/// log10 rho and phase of TE and TM where there are impedances, real and imaginary part of Tzy where there are tippers.
std::vector<Quantity> two_dimensional_quantities(const Survey& survey);

}  // namespace terrella::datasets
