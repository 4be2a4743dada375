// cli/result_options.h: the options that a two-dimensional result was made by.
#pragma once
#include <string>

#include "inversion/mt2d/options.h"
#include "inversion/mt2d/result.h"

namespace terrella::cli {

/// From the configuration that the result holds, without an ensemble. Throws UsageError, which names `path`, where it
/// is none of this program.
inversion::Invert2dOptions options_of(const inversion::Result2d& result, const std::string& path);

}  // namespace terrella::cli
