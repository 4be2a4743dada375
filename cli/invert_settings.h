// cli/invert_settings.h: flags and keys for the options of inversions, by the same names.
#pragma once
#include "cli/arguments.h"
#include "inversion/mt1d_options.h"
#include "inversion/mt2d/line.h"

namespace terrella::cli {

void declare(Arguments& arguments, inversion::Invert1dOptions& options);

/// Options of a line and of its inversion, and the texts that some of them stand in until settle() reads them.
struct Invert2dSettings {
  inversion::LineOptions line;
  inversion::Invert2dOptions invert;
  std::string profile = "auto", strike = "auto";
  std::vector<std::string> cuts;
};

/// Tables [invert_2d], which arguments are at, and [line].
void declare(Arguments& arguments, Invert2dSettings& settings);

/// Reads the texts and checks all. Throws std::invalid_argument.
void settle(Invert2dSettings& settings);

}  // namespace terrella::cli
