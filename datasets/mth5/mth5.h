// datasets/mth5/mth5.h: transfer functions in MTH5 files (Peacock et al. 2022, Computers & Geosciences 162, 105102),
// versions 0.1 and 0.2, read and written. Time series are not read.
//
//   where        0.1: /Survey/Stations/NAME/Transfer_Functions/NAME; 0.2: /Experiment/Surveys/SURVEY/Stations/...
//   values       transfer_function [period, output, input] by its channel names, in the units that the group states;
//                "none" is mV/km/nT. exp(-iwt) is conjugated
//   errors       transfer_function_error is sqrt(E|dZ|^2): divided by sqrt 2
//   covariances  inverse_signal_power, residual_covariance
//   fill         MTH5 stores zeros for what is not there: a channel, its errors or a covariance of zeros alone is
//                missing, as are a channel of NaN and an estimate of the shape 1 x 1 x 1
//   axes         geographic; geomagnetic ones are turned by the declination of the station
// The file is first read in a child process, since damaged HDF5 can break libhdf5 (datasets/hdf5/trial.h). What is
// wrong is a FormatError that names the object, or a Repair.
#pragma once
#include <string>
#include <string_view>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// All transfer functions of a file; a survey without sites where it holds stations but none of these.
Survey read_mth5(const std::string& path);
/// The same of bytes in memory; `path` only names them.
Survey parse_mth5(std::string_view bytes, const std::string& path);

/// True for an HDF5 file that is not ours and in whose first bytes stands a name that MTH5 writes.
bool looks_like_mth5(std::string_view first_bytes);

/// The bytes of an MTH5 file of version 0.2 with one survey: mV/km/nT, exp(+iwt). Sites stay in their axes only if
/// these are north and east. Masked and missing values are NaN. Throws std::invalid_argument for a site without data,
/// turned axes, and names that are empty, hold a '/' or stand twice.
std::string mth5_bytes(const Survey& survey);
/// Writes it as write_file does.
void write_mth5(const Survey& survey, const std::string& path);

}  // namespace terrella::datasets
