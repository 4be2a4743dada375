// inversion/checkpoint.h: the state of a running iteration on disk, so that a killed run goes on to the same bits.
//
// A minimiser puts into the arrays whatever its next iteration needs. The file is an HDF5 file with a seal
// (datasets/hdf5/seal.h), replaced as a whole (datasets/file/atomic_file.h); the one before stays beside it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::inversion {

/// Named arrays and texts. Names are not empty, "." or with a '/'; texts hold no NUL bytes.
struct Checkpoint {
  std::map<std::string, std::vector<double>> reals;
  std::map<std::string, std::vector<std::int64_t>> integers;
  std::map<std::string, std::string> texts;
};

/// SHA-256 of all that a run depends on: the resolved configuration and the data (not where they were read from).
/// Checkpoints of another run are refused by it.
std::string run_hash(const std::string& config, const datasets::Survey& survey);

/// Call after every iteration. Throws as write_file does; the checkpoints on disk stay valid then.
void write_checkpoint(const Checkpoint& checkpoint, const std::string& run, const std::string& path);

struct LoadedCheckpoint {
  Checkpoint checkpoint;
  std::vector<std::string>
      warnings;  ///< to be shown: the newest was damaged, or libraries differ from those that wrote it
};

/// The newest checkpoint at `path`, or the previous one where the newest is damaged or missing. Throws FormatError
/// where there is none that can be read, and where it belongs to another configuration or other data.
LoadedCheckpoint read_checkpoint(const std::string& path, const std::string& run);

/// Whether there is a checkpoint, the newest or the previous, at `path`.
bool has_checkpoint(const std::string& path);

/// Removes both, once the result stands.
void remove_checkpoint(const std::string& path);

}  // namespace terrella::inversion
