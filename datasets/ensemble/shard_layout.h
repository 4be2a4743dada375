// datasets/ensemble/shard_layout.h: what all shards of an ensemble have in common. Let hdf5::try_stored() look at shard
// files first.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "datasets/pipeline/sample.h"

namespace terrella::datasets {

/// Fields of samples with dtype and shape: those of a shard that is there, else of the first sample that is checked.
class SampleLayout {
 public:
  /// Those of the shard file `path`. Throws FormatError where it cannot be read.
  void take_from(const std::string& path);
  /// Throws Error naming sample and field where it differs. Several threads at once.
  void check(const Sample& sample, std::int64_t index);

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> fields_;  // name to "f64 [3]"
  std::string of_;                             // what the fields are from
};

/// Throws Error naming the coordinate that the shard file `path` holds otherwise, to the byte, or not at all, or alone.
void check_coordinates(const std::string& path, const std::map<std::string, Tensor>& coordinates);

}  // namespace terrella::datasets
