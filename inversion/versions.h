// inversion/versions.h: what the bits of a result depend on besides its input.
#pragma once
#include <map>
#include <string>

namespace terrella::inversion {

/// Terrella, instruction set of its kernels, compiler, C library (its mathematical functions), Eigen, oneTBB, HDF5, and
/// OpenBLAS where it is loaded, each with its version. Same versions and input give the same bits.
std::map<std::string, std::string> versions();

}  // namespace terrella::inversion
