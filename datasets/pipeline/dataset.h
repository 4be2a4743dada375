// datasets/pipeline/dataset.h: samples that come one after another, what is done to them, and where an iteration
// stands.
//
// A Dataset is a recipe, a cheap value; nothing is read before it is iterated. Functions from Dataset to Dataset
// (stages.h) add a stage. The samples and their order follow from the recipe, its seeds and the number of the epoch,
// never from the number of threads or their speed, so that a position is a few numbers: a stage that holds samples
// back (shuffle, window, prefetch) remembers where they came from and reads them again when it is restored.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/pipeline/sample.h"

namespace terrella::datasets {

using Numbers = std::vector<std::int64_t>;

/// Reads the numbers of a state one after another.
class Cursor {
 public:
  explicit Cursor(std::span<const std::int64_t> numbers) : rest_(numbers) {}
  /// Throws Error where there is none left, or it does not lie in 0 ... most.
  std::int64_t next(std::int64_t most = INT64_MAX);
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::int64_t> rest_;
};

/// One iteration over the samples of a stage. Used by one thread at a time.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;
  /// Goes to the first sample of an epoch.
  virtual void begin(std::int64_t epoch) = 0;
  /// The next sample; false at the end of the epoch. Not asked again after it has thrown.
  virtual bool next(Sample& sample) = 0;
  /// Appends where the sample stands that comes next.
  virtual void save(Numbers& state) const = 0;
  /// Goes there, instead of begin().
  virtual void restore(Cursor& state) = 0;
};

struct Blocks;  // datasets/pipeline/blocks.h

inline constexpr std::int64_t unknown_size = -1;

struct Dataset {
  std::function<std::unique_ptr<Stream>()> open;
  std::int64_t size = unknown_size;      ///< samples in an epoch
  std::string recipe;                    ///< what it is made of, in words; a state belongs to one recipe
  std::shared_ptr<const Blocks> blocks;  ///< where samples may still be taken in any order
};

/// Where an iteration stands.
struct PipelineState {
  std::string recipe;  ///< SHA-256 of the recipe
  Numbers numbers;
  bool operator==(const PipelineState&) const = default;
};

/// One line of plain text, and back; throws Error where it is none.
std::string to_text(const PipelineState& state);
PipelineState state_of_text(std::string_view text);

class Iteration {
 public:
  /// From the first sample of an epoch.
  explicit Iteration(const Dataset& dataset, std::int64_t epoch = 0);
  /// From where another iteration stood. Throws Error where that was one of another recipe.
  Iteration(const Dataset& dataset, const PipelineState& state);
  /// The next sample; false at the end of the epoch. After an error it throws an Error that tells it again.
  bool next(Sample& sample);
  /// Where the next sample comes from; after an error, where the one stands that could not be had.
  PipelineState state() const;

 private:
  std::string recipe_;
  Numbers here_;  // before the last sample
  std::optional<std::string> failed_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace terrella::datasets
