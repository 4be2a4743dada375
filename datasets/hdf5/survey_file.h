// datasets/hdf5/survey_file.h: a survey in an HDF5 file that xarray opens.
//
//   xarray.open_dataset("survey.h5")                   a survey file: everything stands in the root group
//   xarray.open_dataset("run.h5", group="survey")      the survey within another file
//
// Dimensions: station (names), period, output (ex, ey), input (hx, hy), repair, history. Soundings have different
// periods, so that every row is as long as the longest sounding: sounding_period [station, period] in s, of which the
// first period_count [station] are meant; beyond stands NaN. z [station, period, output, input] in ohm, z_error,
// z_masked; tipper [station, period, input], tipper_error, tipper_masked; latitude, longitude, elevation, rotation
// [station]. inverse_signal_power [station, period, input, input_conjugate] and residual_covariance [station, period,
// channel, channel_conjugate] (channel: ex, ey, hz), and these dimensions, where a site has them. arrays [station]
// tells by bits which of these a site has; those that none has are absent. The rest is the provenance: path, format,
// file_units, file_sign, program [station]; repairs and history in the order of the sites.
#pragma once
#include <string>
#include <string_view>

#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/writer.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Replaces the file at `path` as a whole (datasets/file/atomic_file.h). Equal surveys give equal bytes. Throws
/// std::invalid_argument where the survey is not valid or a text holds a NUL byte, Error and ResourceError as
/// write_file does.
void write_hdf5(const Survey& survey, const std::string& path);
/// The bytes of such a file.
std::string hdf5_bytes(const Survey& survey);

/// The survey to the last bit, from a survey file or from the result of an inversion. Throws FormatError where the file
/// is not one, is damaged, or is of a newer format.
Survey read_survey(const std::string& path);

/// The same for the bytes of a file; `path` serves messages.
Survey read_survey(const std::string& path, std::string_view bytes);

/// Whether the first bytes of a file are those of a survey file.
bool is_survey_file(std::string_view first_bytes);

/// Writes into and reads from a group of a file of ours.
void write_hdf5(const Survey& survey, hdf5::WriteGroup& group);
Survey read_survey(const hdf5::ReadGroup& group);

}  // namespace terrella::datasets
