// datasets/read.h: one way to read soundings, whatever their format.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "datasets/format.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// A file that could not be read.
struct Unreadable {
  std::string path;
  std::int64_t line = 0;  ///< 0 where no line is to blame
  std::string message;    ///< without path and line
};

/// The same of an error; FormatError says "path:line: message".
Unreadable unreadable(const FormatError& error);

struct Reading {
  Survey survey;                       ///< the sites that could be read
  std::vector<Unreadable> unreadable;  ///< the files that could not, in order
};

/// The files that paths, folders and globs (* ? [a-z] in the last parts of a path) stand for, each once. Arguments keep
/// their order; the files of a folder or glob come in natural order (kap3 before kap12). Of a folder only files of a
/// known format are taken, and those whose extension says so (Format::owns_extensions), which reading then refuses; not
/// those of its subfolders. What matches nothing is listed in `unreadable`.
std::vector<std::string> find_files(const std::vector<std::string>& paths, std::vector<Unreadable>& unreadable);

/// The same, but of folders every regular file of whatever content, those of subfolders included.
std::vector<std::string> find_all_files(const std::vector<std::string>& paths, std::vector<Unreadable>& unreadable);

/// Reads all that can be read and lists the rest.
Reading read_readable(const std::vector<std::string>& paths);

/// Reads all, or throws one FormatError that names every file that cannot be read; its path and line are the first's.
/// The survey bears the name of the folder that holds the first file, or of the one around it where that is called
/// after a format (line7/edi).
Survey read(const std::vector<std::string>& paths);

/// The data of a file for inversion codes as they stand there. Throws FormatError.
Observations observations_of_file(const std::string& path);

/// Order of names in which numbers count as numbers: a2 < a10, case does not matter first.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace terrella::datasets
