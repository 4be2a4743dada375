// datasets/file.h: whole files in and out: read at once, written so that they appear whole or not at all.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace terrella::datasets {

/// The bytes of a regular file. Throws FormatError where there is none, where it is a folder or device, where it cannot
/// be read or holds more than `most` bytes.
std::string read_file(const std::string& path, std::size_t most);

/// The first bytes of a regular file, at most `most`; throws as read_file does.
std::string read_start(const std::string& path, std::size_t most);

/// Writes a temporary file in the same folder, fsync, renames it over `path`, fsync of the folder; on an error the old
/// file is untouched. Throws ResourceError naming path and reason.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace terrella::datasets
