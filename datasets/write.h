// datasets/write.h: one way to write soundings, whatever the format.
#pragma once
#include <string>
#include <vector>

#include "datasets/format.h"

namespace terrella::datasets {

/// The format of that name, or where `name` is empty, that to whose files `path` belongs by its extension; EDI where
/// the extension is of none, since `path` then is a folder. Throws std::invalid_argument, which lists the names, where
/// there is no such format, where it cannot be written, or where formats share the extension.
const Format& format_to_write(const std::string& path, const std::string& name = "");

/// "edi, hdf5, ...": the names of the formats that can be written.
std::string writable_names();

/// Where the files of a survey go. Of a format that holds surveys: `path`. Of one that holds a site a file: `path` too
/// if it has the extension of the format; else `path` is a folder of one file a site, named after the sites by
/// file_name_of(), all different even where a file system takes no notice of case.
/// Throws std::invalid_argument where several sites do not fit into one file.
std::vector<std::string> output_paths(const Survey& survey, const std::string& path, const Format& format);
/// Whether `path` is to be a folder for that.
bool is_output_folder(const std::string& path, const Format& format);

/// What goes into these files, in the same order.
std::vector<std::string> output_bytes(const Survey& survey, const Format& format);

/// Writes a survey: every file appears whole or not at all and replaces one that is there; a folder is made. Returns
/// the paths. Nothing is written unless the format can hold all sites. Throws std::invalid_argument as above and where
/// the format cannot hold a site; Error and ResourceError as write_file does.
std::vector<std::string> write(const Survey& survey, const std::string& path, const std::string& format = "");

}  // namespace terrella::datasets
