// datasets/pipeline/stages.h: what can be done to the samples of a dataset, one function a stage.
//
//   const Dataset batches = prefetch(batch(shuffle(hdf5_dataset(paths), {.seed = 1}), 64), 4);
//
// Wrong arguments fail when the stage is added. Errors of reading and of the user's functions come where the sample
// would have come.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "datasets/pipeline/blocks.h"
#include "datasets/pipeline/dataset.h"

namespace terrella::datasets {

/// f of each sample. With threads > 1 f is called on so many threads at once; the order stays. f must give the same for
/// the same sample.
Dataset map(const Dataset& dataset, std::function<Sample(const Sample&)> f, int threads = 1,
            const std::string& name = "map");

/// The samples for which `keep` is true.
Dataset filter(const Dataset& dataset, std::function<bool(const Sample&)> keep, const std::string& name = "filter");

/// In random order, another one in each epoch. Directly behind a source chunks are shuffled as a whole, too
/// (shuffle_blocks); else `buffer` samples at a time are.
Dataset shuffle(const Dataset& dataset, const ShuffleOptions& options = {});

/// Groups of `size` samples along a new first axis. The last one is smaller unless drop_last.
Dataset batch(const Dataset& dataset, std::int64_t size, bool drop_last = false);

/// `size` samples in a row along a new first axis, from every `stride`-th sample on; whole windows only.
Dataset window(const Dataset& dataset, std::int64_t size, std::int64_t stride = 1);

/// The fields of all datasets side by side: as many samples in each, and no name twice.
Dataset zip(const std::vector<Dataset>& datasets);

/// `block` samples of each dataset in turn, until all are at their end.
Dataset interleave(const std::vector<Dataset>& datasets, std::int64_t block = 1);

/// The epochs 0, 1, ... one after another: so many `times`, or for ever where it is 0.
Dataset repeat(const Dataset& dataset, std::int64_t times = 0);

/// The first `count` samples.
Dataset take(const Dataset& dataset, std::int64_t count);

/// The samples of part `index` of `count`, for one of several processes: of a source the index-th of `count` runs of
/// neighbours, whose lengths differ by at most 1; of anything else every count-th sample.
Dataset shard(const Dataset& dataset, std::int64_t count, std::int64_t index);

/// A thread of its own computes up to `count` samples ahead.
Dataset prefetch(const Dataset& dataset, std::int64_t count = 2);

/// Keeps the samples of the first whole epoch in memory, for all later epochs and iterations: their order stays, too,
/// so shuffle behind it.
Dataset cache(const Dataset& dataset);

}  // namespace terrella::datasets
