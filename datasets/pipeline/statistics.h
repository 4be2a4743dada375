// datasets/pipeline/statistics.h: mean and spread of the fields of a dataset, to normalise them with.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/pipeline/dataset.h"

namespace terrella::datasets {

struct FieldStatistics {
  std::string name;
  /// f64, the kept axes of a sample with their extents, the others with extent 1.
  Tensor mean, deviation, minimum, maximum;
  std::int64_t count = 0;  ///< of numbers behind each of them
};

struct Statistics {
  std::vector<FieldStatistics> fields;
  std::int64_t samples = 0;
  std::string recipe;  ///< SHA-256 of that of the dataset
};

struct StatisticsOptions {
  /// Axes of a sample along which every index has statistics of its own, each of which some field needs; without, all
  /// axes.
  std::optional<std::vector<int>> keep;
};

/// Statistics of one epoch in one pass: Welford (1962), merged by Chan, Golub and LeVeque (1979), in f64. The deviation
/// is the root of the mean square one, 0 where values differ by rounding only (a range of 8 epsilon of the largest).
/// Throws Error naming field and sample where a number is NaN or infinite, where
/// samples differ in shape, or there are none; fails on complex numbers.
Statistics statistics(const Dataset& dataset, const StatisticsOptions& options = {});

/// Stands beside the data it belongs to: PATH.statistics.safetensors.
std::string statistics_path(const std::string& path);

/// A tensor file with "FIELD/mean", "FIELD/deviation", "FIELD/minimum", "FIELD/maximum" and the counts in its metadata.
void save_statistics(const Statistics& statistics, const std::string& path);
/// Throws FormatError where the file is none of save_statistics().
Statistics load_statistics(const std::string& path);

/// (x - mean) / deviation of every field that the statistics have, of a sample or of a batch with more leading axes;
/// what does not vary becomes 0. f32 stays f32, all else becomes f64. `inverse` turns it back. Fails naming a field
/// whose shape does not fit.
Sample normalized(const Sample& sample, const Statistics& statistics, bool inverse = false);
Dataset normalize(const Dataset& dataset, const Statistics& statistics, int threads = 1);

}  // namespace terrella::datasets
