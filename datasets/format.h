// datasets/format.h: the table of file formats. Whoever reads, writes or lists files of any format draws on it alone.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/observations/observations.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// A file format. Content decides what a file is, never its name. A member that a format lacks is nullptr.
struct Format {
  const char* name = "";                                       ///< one word: "edi", as after --to
  const char* title = "";                                      ///< for messages: "EDI"
  const char* extensions = "";                                 ///< ".h5 .hdf5"; the first is given to files written
  bool (*recognizes)(std::string_view first_bytes) = nullptr;  ///< of at most `recognition_bytes` bytes
  Survey (*read)(const std::string& path) = nullptr;           ///< the soundings; throws FormatError

  /// The bytes of a file: of one site, or of a whole survey. A format has at most one of them. Both throw
  /// std::invalid_argument for what the format cannot hold.
  std::string (*site_bytes)(const Site& site) = nullptr;
  std::string (*survey_bytes)(const Survey& survey) = nullptr;

  /// For formats that hold no soundings (models, meshes): reads the file strictly and says in a few words what is in
  /// it. Throws FormatError.
  std::string (*inspect)(const std::string& path) = nullptr;

  /// For data of inversion codes: the observations as they stand, and a file of them. Between two such formats nothing
  /// passes through a Survey.
  Observations (*observations)(const std::string& path) = nullptr;
  std::string (*observation_bytes)(const Observations& observations) = nullptr;

  bool from_folders = true;      ///< false: only read where the file itself is named
  bool owns_extensions = false;  ///< nothing else has them: in a folder, such a file of other content is refused

  bool writes() const { return site_bytes || survey_bytes; }
};

inline constexpr std::size_t recognition_bytes = 4096;

/// All formats, in the order in which they are tried. A new format adds its line in formats.cpp and nothing else.
const std::vector<Format>& formats();

/// Whether `path` has one of the extensions of the format, in any case.
bool has_extension(const std::string& path, const Format& format);

/// The format of that content; nullptr where none recognizes it.
const Format* format_of(std::string_view first_bytes);
/// The same of a file. Throws FormatError where the file cannot be read.
const Format* format_of_file(const std::string& path);

/// "EDI, EMTF XML, ...": the titles of formats that hold soundings, each once.
std::string readable_titles();

}  // namespace terrella::datasets
