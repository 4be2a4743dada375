// cli/configuration.h: settings from a TOML file.
#pragma once
#include <string>
#include <vector>

#include "cli/arguments.h"

namespace terrella::cli {

/// Sets those settings that no flag gave from the table [table] of the file; "layers.count" is `count` of
/// [table.layers]. Throws FormatError where there is no such file, and UsageError, by path and line, where it is no
/// TOML, where a key is unknown (all of them are named, each with the nearest known one) or a value is of the wrong
/// type.
void read_configuration(const std::string& path, const std::string& table, const std::vector<Setting>& settings);

/// Version of the library that reads TOML.
std::string toml_version();

}  // namespace terrella::cli
