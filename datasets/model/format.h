// datasets/model/format.h: the table of model formats, and one way to read and write models of any of them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// A format of resistivity models. Content decides what a file is, never its name.
struct ModelFormat {
  const char* name = "";                                          ///< one word: "modem", as after --to
  const char* title = "";                                         ///< for messages: "ModEM model"
  const char* extensions = "";                                    ///< ".rho .ws"
  bool (*recognizes)(std::string_view first_bytes) = nullptr;     ///< of at most `recognition_bytes` bytes
  ResistivityModel (*read)(const std::string& path) = nullptr;    ///< throws FormatError
  std::string (*bytes)(const ResistivityModel& model) = nullptr;  ///< nullptr where the format is not written
};

/// All model formats, in the order in which they are tried. A new one adds its line in formats.cpp of this folder, and
/// where `terrella check` should know it, in datasets/formats.cpp.
const std::vector<ModelFormat>& model_formats();

/// The format of a file; nullptr where none recognizes it. Throws FormatError where the file cannot be read.
const ModelFormat* model_format_of_file(const std::string& path);

/// Throws FormatError, also for a file that is of no known model format.
ResistivityModel read_model(const std::string& path);

/// The format of that name, or where `name` is empty, the one to whose files `path` belongs by its extension. Throws
/// std::invalid_argument, which lists the names.
const ModelFormat& model_format_to_write(const std::string& path, const std::string& name = "");
std::string writable_model_names();

/// Writes the whole file or nothing. Throws std::invalid_argument where the format cannot hold the model.
void write_model(const ResistivityModel& model, const std::string& path, const std::string& format = "");

/// "52 x 55 x 40 cells, x -132500 .. 132500 m, ..., 100 .. 1000 ohm m, stored as ln resistivity".
std::string description(const ResistivityModel& model);
/// "; mended: RULE, RULE" or nothing.
std::string mended(const std::vector<Repair>& repairs);
/// The description of a file and what was mended in it.
std::string inspect_model(const std::string& path);

}  // namespace terrella::datasets
