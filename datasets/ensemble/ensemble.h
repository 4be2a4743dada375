// datasets/ensemble/ensemble.h: many simulated samples in a folder, written by several threads and processes at once.
//
// The folder holds ensemble.json (how many samples, the seed, the resolved configuration: written first, never
// changed), shards (HDF5 files of our own with a fixed range of samples each, sealed, never changed) and index.json
// (what is there). A shard is written to a temporary file, synced and renamed (datasets/file/atomic_file.h), so that
// whatever is named shard-*.h5 is whole, even after kill -9 or a power cut; a sample counts as written from then on.
// Sample i depends on its number and the seed alone, so that a run that was stopped goes on with the shards that are
// missing, and gives the same bytes as one that was not, by any number of threads or processes. Who writes a shard
// holds a lock on it, which the system takes back from a process that dies.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "datasets/pipeline/dataset.h"

namespace terrella::datasets {

struct EnsemblePlan {
  std::int64_t samples = 0;
  std::int64_t shard_samples = 256;  ///< in each file but the last; what a kill can cost
  std::uint64_t seed = 0;
  std::string configuration;                  ///< resolved, as text
  std::map<std::string, Tensor> coordinates;  ///< what all samples share, such as periods and depths

  std::int64_t shards() const { return (samples + shard_samples - 1) / shard_samples; }
};

struct EnsembleProgress {
  std::int64_t samples = 0;  ///< on disk, this run's and former ones'
  std::int64_t all = 0;
  std::int64_t written = 0;  ///< by this run
  double seconds = 0;
};

struct EnsembleOptions {
  int threads = 0;      ///< 0: as many as evaluation uses
  bool resume = false;  ///< go on in a folder that holds shards of the same plan
  /// After each shard, by one thread at a time; false stops when the shards that are being written are done.
  std::function<bool(const EnsembleProgress&)> progress{};
};

struct EnsembleOutcome {
  std::int64_t written = 0, found = 0;  ///< samples by this run, by others before or beside it
  bool complete = false;
};

/// Sample `index`, from a seed of its own, with the same fields each time. Several threads at once.
using MakeSample = std::function<Sample(std::int64_t index, std::uint64_t seed)>;

/// Writes the shards that are missing. Throws Error where the folder holds an ensemble and `resume` is not asked for,
/// or one of another plan or with other coordinates, and where a sample has NaN or infinite numbers or other fields,
/// dtypes or shapes than the others, those of former runs included, naming sample and field; ResourceError where the
/// disk is full: what was written stays. An interrupt (core/interrupt.h) ends the work after the samples that are being
/// made and is thrown on.
EnsembleOutcome write_ensemble(const std::string& folder, const EnsemblePlan& plan, const MakeSample& make,
                               const EnsembleOptions& options = {});

/// What a folder holds. Throws FormatError where that is no ensemble.
struct EnsembleContent {
  EnsemblePlan plan;  ///< without coordinates
  std::string terrella_version;
  std::vector<std::string> shards;  ///< paths, in the order of their samples
  std::int64_t samples = 0;         ///< in them
};
EnsembleContent read_ensemble(const std::string& folder);

/// The bytes of a shard with samples [first, first + samples.size()).
std::string shard_bytes(const EnsemblePlan& plan, std::int64_t first, const std::vector<Sample>& samples);

/// The samples on disk, as a source of a pipeline; fields as they were made.
Dataset ensemble_dataset(const std::string& folder, int threads = 0);

}  // namespace terrella::datasets
