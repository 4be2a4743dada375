// datasets/pipeline/sources.h: where samples come from: HDF5 files, memory, functions.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ops/shape.h"
#include "datasets/pipeline/dataset.h"

namespace terrella::datasets {

/// An array of every file that becomes a field of the samples.
struct Hdf5Field {
  std::string name;             ///< of the field
  std::string array;            ///< in the files: "group/array"
  std::vector<Slice> select{};  ///< with steps of at least 1, of the axes behind the first; axes that are not mentioned
                                ///< are taken whole
};

struct Hdf5Options {
  /// Empty: all arrays with as many rows as the first one that has rows, under their own names.
  std::vector<Hdf5Field> fields;
  /// A group: without fields, those arrays of it are taken, under their names within it.
  std::string within{};
  /// Of the samples of all files together; step 1.
  Slice rows{};
  int threads = 0;  ///< that read and unpack; 0: as many as evaluation uses
  /// Samples are read in blocks of whole chunks of at least this many bytes.
  std::int64_t block_bytes = 1 << 20;
};

/// Samples along the first axis of arrays in HDF5 files, the files one after another. Where the name of an array holds
/// a
/// '*' ("*/data"), every array that it stands for is one sample, in the order of the names; then all fields need one.
///
/// Numbers come as dtype_of() their element (datasets/arrays/elements.h). Files are looked at in a child process first
/// (datasets/hdf5/stored.h). Throws FormatError naming file and array where one is missing, has other rows than the
/// first, another shape or type than in the first file; while samples are read FormatError names file, array and rows,
/// and Error says which file was changed since.
Dataset hdf5_dataset(const std::vector<std::string>& paths, const Hdf5Options& options = {});

/// Rows of tensors, all with the same first extent, without a copy.
Dataset memory_dataset(const std::vector<std::pair<std::string, Tensor>>& fields);

/// f(0) ... f(count - 1), each of which may be asked for in any order, several at once with threads > 1.
Dataset generated_dataset(std::int64_t count, std::function<Sample(std::int64_t)> f, int threads = 1,
                          const std::string& name = "generated");

/// What begin(epoch) returns is called for one sample after another until it gives none. A state in the middle is
/// reached by beginning again and passing over what came before.
using NextSample = std::function<std::optional<Sample>()>;
Dataset stream_dataset(std::function<NextSample(std::int64_t epoch)> begin, const std::string& name = "stream");

}  // namespace terrella::datasets
