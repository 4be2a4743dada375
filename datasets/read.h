// datasets/read.h: one way to read soundings, whatever their format.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// A format that read() knows. Content decides, never the name of the file.
struct Format {
  const char* name;                                  ///< "edi", "hdf5"
  bool (*recognizes)(std::string_view first_bytes);  ///< of at most `recognition_bytes` bytes
  Survey (*read)(const std::string& path);           ///< throws FormatError
  bool from_folders = true;                          ///< false: only read where the file itself is named
};

inline constexpr std::size_t recognition_bytes = 4096;

/// All formats, in the order in which they are tried. A new format adds its line here and nothing else.
const std::vector<Format>& formats();

/// A file that could not be read.
struct Unreadable {
  std::string path;
  std::int64_t line = 0;  ///< 0 where no line is to blame
  std::string message;    ///< without path and line
};

struct Reading {
  Survey survey;                       ///< the sites that could be read
  std::vector<Unreadable> unreadable;  ///< the files that could not, in order
};

/// The files that paths, folders and globs (* ? [a-z] in the last parts of a path) stand for, each once. Arguments keep
/// their order; the files of a folder or glob come in natural order (kap3 before kap12). Of a folder only files of a
/// known format are taken, not those of its subfolders. What matches nothing is listed in `unreadable`.
std::vector<std::string> find_files(const std::vector<std::string>& paths, std::vector<Unreadable>& unreadable);

/// Reads all that can be read and lists the rest.
Reading read_readable(const std::vector<std::string>& paths);

/// Reads all, or throws one FormatError that names every file that cannot be read; its path and line are the first's.
/// The survey bears the name of the folder that holds the first file.
Survey read(const std::vector<std::string>& paths);

/// Order of names in which numbers count as numbers: a2 < a10, case does not matter first.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace terrella::datasets
