// datasets/file/file_name.h: names of stations as names of files.
#pragma once
#include <string>
#include <string_view>

namespace terrella::datasets {

/// A name as a file name: letters, digits and "._-+" stay, each other byte becomes %XX, also a leading dot, so that no
/// name leaves its folder; what is longer than 100 bytes is cut and ends with its hash.
std::string file_name_of(std::string_view name);

}  // namespace terrella::datasets
