// inversion/mt2d/result_file.h: the result of a two-dimensional inversion in one HDF5 file that xarray opens, group by
// group. The attribute `kind` of the root is "result-2d" (that of layered models has "result"), `dimensions` is 2.
//
//   data        the observations (datasets/hdf5/observations_file.h), and beside them, by row, predicted; static_shift
//               [station, mode], where it was sought
//   model       attribute sea_rows, where there is a sea: rows of water on top; y [line], m; z [node_row, line], m,
//   positive down; resistivity [row, column] in ohm m and what else was
//               computed: resistivity_y, resistivity_z, log10_resistivity_error, sensitivity; cell;
//               depth_of_investigation [column]
//   history     iteration: number, rms, misfit, regularization, lambda, step, seconds
//   iterations  log10_resistivity [iteration, row, column], where models were kept
//   trials      trial: lambda, misfit, regularization, rms
//   ensemble    log10_resistivity [member, row, column], where there is one
//   truth       log10_resistivity [model, row, column] of one model, where data are synthetic (mt2d/checkerboard.h)
//   choices     choice: what was decided on the way
//   versions    program, libraries, instruction set
//
// The resolved configuration is the attribute `config` of the root, beside `rms`, `stopped`, `converged` and `azimuth`.
#pragma once
#include <string>
#include <string_view>

#include "inversion/mt2d/result.h"

namespace terrella::inversion {

/// Replaces the file at `path` as a whole (datasets/file/atomic_file.h). Equal results give equal bytes. Throws
/// std::invalid_argument as validate() does, Error and ResourceError as write_file does.
void write_hdf5(const Result2d& result, const std::string& path);
/// The bytes of such a file.
std::string hdf5_bytes(const Result2d& result);

/// The result to the last bit. Throws FormatError where the file is not one (saying which kind of result it is), is
/// damaged, holds what validate() refuses, or is of a newer format.
Result2d read_result_2d(const std::string& path);

/// The same for the bytes of a file; `path` serves messages.
Result2d read_result_2d(const std::string& path, std::string_view bytes);

/// Whether the file at `path` is one, by its first bytes; false where it cannot be read, which reading will say.
bool is_result_2d(const std::string& path);

}  // namespace terrella::inversion
