// cli/invert_settings.h: flags and keys for the options of inversion/mt1d_options.h, by the same names.
#pragma once
#include "cli/arguments.h"
#include "inversion/mt1d_options.h"

namespace terrella::cli {

void declare(Arguments& arguments, inversion::Invert1dOptions& options);

}  // namespace terrella::cli
