// datasets/file/read_file.h: whole files in, with a bound; datasets/file/atomic_file.h is the way out.
#pragma once
#include <cstddef>
#include <string>

namespace terrella::datasets {

/// The bytes of a regular file. Throws FormatError where there is none, where it is a folder or device, where it cannot
/// be read or holds more than `most` bytes.
std::string read_file(const std::string& path, std::size_t most);

/// The first bytes of a regular file, at most `most`; throws as read_file does.
std::string read_start(const std::string& path, std::size_t most);

}  // namespace terrella::datasets
