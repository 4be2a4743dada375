// cli/configuration.h: settings from a TOML file.
#pragma once
#include <string>
#include <vector>

#include "cli/arguments.h"

namespace terrella::cli {

/// Sets those settings that no flag gave from their tables of the file; "layers.count" of table "invert_1d" is `count`
/// of [invert_1d.layers]. Throws FormatError where there is no such file, and UsageError, by path and line, where it is
/// no TOML, where a key is unknown (all of them are named, each with the nearest known one) or a value is of the wrong
/// type.
void read_configuration(const std::string& path, const std::vector<Setting>& settings);
/// The same for the text of one; `path` serves messages.
void read_configuration_text(const std::string& bytes, const std::string& path, const std::vector<Setting>& settings);

/// What all configurable settings hold, as a file whose table [table] gives just that.
std::string to_toml(const std::string& table, const std::vector<Setting>& settings);

/// Version of the library that reads TOML.
std::string toml_version();

}  // namespace terrella::cli
