// datasets/occam/iteration.h: startup and iteration files of Occam1D and Occam2D (format OCCAMITER_FLEX): settings as
// "key: value", then the parameters, log10 of resistivities in ohm m.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/entries.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

struct OccamIteration {
  /// Settings in the order of the file, without Format and Param Count; of lines that start with '!' the mark is part
  /// of the key.
  std::vector<Entry> entries;
  std::vector<double> parameter;  ///< log10(ohm m)
  std::string path;
  std::vector<Repair> repairs;
};

/// The setting of that name as a number; none where it is absent or commented out. Throws std::invalid_argument where
/// it is no number.
std::optional<double> number_of(const OccamIteration& iteration, std::string_view key);

/// Throws FormatError with path and line.
OccamIteration read_occam_iteration(const std::string& path);
OccamIteration parse_occam_iteration(std::string_view bytes, const std::string& path);
bool looks_like_occam_iteration(std::string_view first_bytes);

/// Ten digits a parameter, four a line. Throws std::invalid_argument for parameters that are not finite.
std::string occam_iteration_text(const OccamIteration& iteration);
void write_occam_iteration(const OccamIteration& iteration, const std::string& path);

/// "iteration 12: 1378 parameters, misfit 0.9999997".
std::string inspect_occam_iteration(const std::string& path);

}  // namespace terrella::datasets
