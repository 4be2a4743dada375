// datasets/pipeline/blocks.h: samples that can be read in any order, best several neighbours at once.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datasets/pipeline/dataset.h"

namespace terrella::datasets {

/// Samples that lie beside each other: `count` of them, from `first` on, in file (or array) number `source`.
struct Part {
  std::int64_t source = 0, first = 0, count = 0;
};

struct Blocks {
  std::vector<Part> parts;
  /// All samples of a part, one above the other. Called from several threads at once.
  std::function<Sample(const Part&)> read;
  int threads = 0;  ///< that read ahead; 0: as many as evaluation uses (core/backend/cpu/parallel.h)
  /// Samples that lie in one chunk: parts that follow each other in one source may be read as one, best where it begins
  /// and ends at multiples of this. 0: each part by itself.
  std::int64_t grain = 0;
};

struct ShuffleOptions {
  std::uint64_t seed = 0;
  /// Samples that are mixed at a time: so many are in memory, and as many are being read.
  std::int64_t buffer = 1024;
};

/// The samples in the order of the parts.
Dataset of_blocks(Blocks blocks, std::string recipe);

/// The parts in random order, another one in each epoch, and the samples of neighbouring parts mixed, `buffer` at a
/// time: every sample once an epoch, and every chunk of a file read once.
Dataset shuffle_blocks(const Dataset& dataset, const ShuffleOptions& options);

/// Whether batches of that size are best read whole: `size` is a multiple of the grain.
bool reads_batches(const Dataset& dataset, std::int64_t size);
/// Batches that are read as such into their own memory, without a copy; the samples and states of batch().
std::unique_ptr<Stream> open_batches(const std::shared_ptr<const Blocks>& blocks, std::int64_t size, bool drop_last);

/// Samples [first, first + count) of the dataset.
std::shared_ptr<const Blocks> cut_blocks(const Blocks& blocks, std::int64_t first, std::int64_t count);

std::int64_t count_samples(const Blocks& blocks);

}  // namespace terrella::datasets
