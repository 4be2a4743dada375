// datasets/hdf5/observations_file.h: observations as a group of an HDF5 file that xarray opens.
//
// Dimensions: station (names), row, quantity_name (names, those in use), block, floor, repair, history, and one for
// each list of texts of blocks and floors. latitude, longitude, x, y, z, rotation, tilt [station], and channel_azimuth
// [station, channel] where one is stated; site, reference (-1: none), quantity (indices of station and quantity_name),
// row_block, period, value, error, error_imaginary, masked [row]; the rest is what files said about themselves.
#pragma once
#include <string>
#include <string_view>

#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/writer.h"
#include "datasets/observations/observations.h"

namespace terrella::datasets {

/// Throws std::invalid_argument as validate() does, or where a text holds a NUL byte.
void write_hdf5(const Observations& observations, hdf5::WriteGroup& group);

/// The observations to the last bit. Throws FormatError where the group is not one, or what it holds is not valid.
Observations read_observations(const hdf5::ReadGroup& group);

/// What the result of a two-dimensional inversion (inversion/mt2d/result_file.h) is sealed as. Its data are the group
/// `data`.
inline constexpr const char* kind_of_result_2d = "result-2d";
/// The data in such a result. Throws FormatError where the file is not one or is damaged.
Observations read_observations(const std::string& path);
/// The same for the bytes of a file; `path` serves messages.
Observations read_observations(const std::string& path, std::string_view bytes);
/// Whether the first bytes of a file, at least 512 of them, are those of such a result.
bool is_observations_file(std::string_view first_bytes);

}  // namespace terrella::datasets
