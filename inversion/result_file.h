// inversion/result_file.h: a result in one HDF5 file that xarray opens, group by group.
//
//   survey    the data (datasets/hdf5/survey_file.h)
//   model     station, layer, boundary: resistivity in ohm m, thickness in m, and, where computed,
//             log10_resistivity_error, resolution, sensitivity, depth_of_investigation
//   fit       station, period: sounding_period in s, observed, error, predicted in ohm, of which the first
//             period_count [station] are meant; rms, stopped, converged [station]
//   history   iteration: site, number, rms, misfit, regularization, lambda, step, seconds
//   versions  program, libraries, instruction set; the resolved configuration is the attribute `config` of the root
#pragma once
#include <string>
#include <string_view>

#include "inversion/result.h"

namespace terrella::inversion {

/// Replaces the file at `path` as a whole (datasets/file/atomic_file.h). Equal results give equal bytes. Throws
/// std::invalid_argument where sizes within the result disagree, Error and ResourceError as write_file does.
void write_hdf5(const Result& result, const std::string& path);

/// The result to the last bit. Throws FormatError where the file is not one, is damaged, or is of a newer format.
Result read_result(const std::string& path);

/// The same for the bytes of a file; `path` serves messages.
Result read_result(const std::string& path, std::string_view bytes);

}  // namespace terrella::inversion
