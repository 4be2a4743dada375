// cli/output.h: where results go: to stdout, and to files that are never overwritten unasked.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace terrella::cli {

/// A word on stdout, unless this process keeps silent (cli/talk.h). Throws ResourceError where it cannot be written.
void print(std::string_view text);

/// One object on stdout, with the key `schema`; bytes that are not UTF-8 become replacement characters.
void print_json(const nlohmann::ordered_json& object);

/// A number, or null for what JSON has no number for.
nlohmann::ordered_json json_number(double value);

/// Throws UsageError that names all files which exist already, unless `force`, all whose folder does not exist or
/// cannot be written to, and, even by `force`, all that are among the `inputs`: what was measured is not replaced.
void check_outputs(const std::vector<std::string>& paths, bool force, const std::vector<std::string>& inputs = {});

/// Whether the folder is there already. Throws UsageError where something else bears its name.
bool folder_exists(const std::string& path);

/// Makes the folder and those above it. Throws UsageError where the place does not allow it.
void make_folder(const std::string& path);

/// "1.2 MB".
std::string size_text(double bytes);

}  // namespace terrella::cli
