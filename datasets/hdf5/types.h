// datasets/hdf5/types.h: the element types of our files, for the bodies of reader and writer. Includes hdf5.h.
#pragma once
#include <hdf5.h>

#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>

#include "core/error.h"
#include "datasets/hdf5/handle.h"
#include "datasets/hdf5/truth.h"

namespace terrella::datasets::hdf5 {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>, "Handle stands for hid_t");

/// {r, i} of float or double: what h5py, h5netcdf and netCDF4 take for complex.
Handle complex_type(bool of_double);
Handle truth_type();
/// UTF-8, variable length.
Handle string_type();

/// The type of T as it stands in the file: little endian, whatever the machine.
template <class T>
Handle file_type() {
  if constexpr (std::is_same_v<T, double>) return {H5Tcopy(H5T_IEEE_F64LE), H5Tclose};
  if constexpr (std::is_same_v<T, std::int32_t>) return {H5Tcopy(H5T_STD_I32LE), H5Tclose};
  if constexpr (std::is_same_v<T, std::int64_t>) return {H5Tcopy(H5T_STD_I64LE), H5Tclose};
  if constexpr (std::is_same_v<T, std::uint8_t>) return {H5Tcopy(H5T_STD_U8LE), H5Tclose};
  if constexpr (std::is_same_v<T, float>) return {H5Tcopy(H5T_IEEE_F32LE), H5Tclose};
  if constexpr (std::is_same_v<T, Truth>) return truth_type();
  if constexpr (std::is_same_v<T, std::complex<double>>) return complex_type(true);
  if constexpr (std::is_same_v<T, std::complex<float>>) return complex_type(false);
  if constexpr (std::is_same_v<T, std::string>) return string_type();
}

/// A name for a file in memory. libhdf5 takes two open files of one name for the same.
std::string unique_name();

/// What libhdf5 found wrong last, in brackets; empty where it says nothing.
std::string last_error();

/// The status of a call that writes `object`, passed on; a ResourceError where it failed.
std::int64_t must(std::int64_t status, const std::string& object);

}  // namespace terrella::datasets::hdf5
