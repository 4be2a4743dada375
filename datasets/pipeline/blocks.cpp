#include "datasets/pipeline/blocks.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/random.h"
#include "datasets/pipeline/ahead.h"

namespace terrella::datasets {
namespace {

/// Samples by groups of parts, each group in an order of its own. Without shuffling a group is one part as it stands.
class BlockStream : public Stream {
 public:
  BlockStream(std::shared_ptr<const Blocks> blocks, std::optional<ShuffleOptions> shuffle)
      : blocks_(std::move(blocks)), shuffle_(shuffle), total_(count_samples(*blocks_)) {}

  void begin(std::int64_t epoch) override { start(epoch, 0); }
  void save(Numbers& state) const override { state.insert(state.end(), {epoch_, position_}); }
  void restore(Cursor& state) override {
    const std::int64_t epoch = state.next();
    start(epoch, state.next(total_));
  }

  bool next(Sample& sample) override {
    if (position_ == total_) return false;
    if (position_ == group_end_ || group_.empty()) load();
    const std::int64_t i = position_ - group_begin_;
    const std::int64_t k = shuffle_ ? order_.data<std::int64_t>()[static_cast<std::size_t>(i)] : i;
    const auto part = std::upper_bound(offset_.begin(), offset_.end(), k) - offset_.begin() - 1;
    sample = row_of(group_[static_cast<std::size_t>(part)], k - offset_[static_cast<std::size_t>(part)]);
    ++position_;
    return true;
  }

 private:
  void start(std::int64_t epoch, std::int64_t position) {
    reader_.reset();
    group_.clear();
    epoch_ = epoch;
    position_ = position;
    const auto n = static_cast<std::int64_t>(blocks_->parts.size());
    parts_.resize(static_cast<std::size_t>(n));
    std::iota(parts_.begin(), parts_.end(), 0);
    if (shuffle_) {
      seed_ = split_seed(shuffle_->seed, static_cast<std::uint64_t>(epoch));
      parts_ = random_permutation(n, split_seed(seed_, 0)).to_vector<std::int64_t>();
    }
    // The group that holds the position: its first part and its first sample.
    std::int64_t samples = 0;
    next_part_ = group_begin_ = group_end_ = group_number_ = 0;
    std::size_t most_parts = 1;
    bool found = position == total_;
    for (std::size_t p = 0; p < parts_.size();) {
      const std::size_t end = end_of_group(p);
      most_parts = std::max(most_parts, end - p);
      std::int64_t count = 0;
      for (std::size_t q = p; q < end; ++q) count += part(q).count;
      if (!found && position < samples + count) {
        found = true;
        next_part_ = p;
        group_end_ = samples;
      }
      if (!found) ++group_number_;
      samples += count;
      p = end;
    }
    if (position == total_) return;
    const int threads = blocks_->threads > 0 ? blocks_->threads : cpu::threads();
    reader_.emplace(
        threads, most_parts + 2 * static_cast<std::size_t>(threads),
        [this, p = next_part_]() mutable -> std::optional<Part> {
          if (p == parts_.size()) return std::nullopt;
          return part(p++);
        },
        [this](Part& wanted) { return blocks_->read(wanted); });
  }

  const Part& part(std::size_t p) const { return blocks_->parts[static_cast<std::size_t>(parts_[p])]; }

  std::size_t end_of_group(std::size_t first) const {
    if (!shuffle_) return first + 1;
    std::int64_t samples = 0;
    std::size_t p = first;
    while (p < parts_.size() && samples < shuffle_->buffer) samples += part(p++).count;
    return p;
  }

  void load() {
    group_.clear();  // its memory serves the next blocks
    offset_.clear();
    group_begin_ = group_end_;
    const std::size_t end = end_of_group(next_part_);
    for (; next_part_ < end; ++next_part_) {
      std::optional<Sample> block = reader_->take();
      if (!block) throw Error("pipeline: the reader ended before its blocks did");
      offset_.push_back(group_end_ - group_begin_);
      group_end_ += part(next_part_).count;
      group_.push_back(std::move(*block));
    }
    if (shuffle_)
      order_ = random_permutation(group_end_ - group_begin_,
                                  split_seed(seed_, 1 + static_cast<std::uint64_t>(group_number_)));
    ++group_number_;
  }

  const std::shared_ptr<const Blocks> blocks_;
  const std::optional<ShuffleOptions> shuffle_;
  const std::int64_t total_;
  std::int64_t epoch_ = 0, position_ = 0;
  std::uint64_t seed_ = 0;
  std::vector<std::int64_t> parts_;  // in the order of this epoch
  std::size_t next_part_ = 0;        // behind the group
  std::int64_t group_number_ = 0, group_begin_ = 0, group_end_ = 0;
  std::vector<Sample> group_;
  std::vector<std::int64_t> offset_;  // of the parts of the group, in samples
  Tensor order_;
  std::optional<Ahead<Part, Sample>> reader_;  // last: its threads use what stands above
};

/// One batch after another, each read as such.
class WholeBatchStream : public Stream {
 public:
  WholeBatchStream(std::shared_ptr<const Blocks> blocks, std::int64_t size, bool drop_last)
      : blocks_(std::move(blocks)), size_(size), total_(count_samples(*blocks_)) {
    end_ = drop_last ? total_ / size_ * size_ : total_;
    std::int64_t first = 0;
    for (const Part& part : blocks_->parts) {
      first_.push_back(first);
      first += part.count;
    }
  }
  void begin(std::int64_t epoch) override { start(epoch, 0); }
  void save(Numbers& state) const override { state.insert(state.end(), {epoch_, position_}); }
  void restore(Cursor& state) override {
    const std::int64_t epoch = state.next();
    start(epoch, state.next(total_));
  }
  bool next(Sample& batch) override {
    if (position_ >= end_) return false;
    std::optional<Sample> read = reader_->take();
    if (!read) throw Error("pipeline: the reader ended before its batches did");
    batch = std::move(*read);
    position_ = std::min(position_ + size_, total_);
    return true;
  }

 private:
  void start(std::int64_t epoch, std::int64_t position) {
    reader_.reset();
    epoch_ = epoch;
    position_ = position;
    const int threads = blocks_->threads > 0 ? blocks_->threads : cpu::threads();
    reader_.emplace(
        threads, 2 * static_cast<std::size_t>(threads),
        [this, at = position]() mutable -> std::optional<std::int64_t> {
          if (at >= end_) return std::nullopt;
          return std::exchange(at, at + size_);
        },
        [this](std::int64_t& first) { return read(first, std::min(size_, total_ - first)); });
  }

  /// Samples [first, first + count): parts of one source that follow each other are one.
  Sample read(std::int64_t first, std::int64_t count) const {
    auto p = static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), first) - first_.begin() - 1);
    std::vector<Part> wanted;
    for (; count > 0; ++p) {
      const Part& part = blocks_->parts[p];
      const std::int64_t skip = first - first_[p], n = std::min(part.count - skip, count);
      if (!wanted.empty() && wanted.back().source == part.source &&
          wanted.back().first + wanted.back().count == part.first + skip)
        wanted.back().count += n;
      else
        wanted.push_back({part.source, part.first + skip, n});
      first += n;
      count -= n;
    }
    std::vector<Sample> stacks;
    for (const Part& part : wanted) stacks.push_back(blocks_->read(part));
    return stacks.size() == 1 ? std::move(stacks.front()) : join_stacks(stacks);
  }

  const std::shared_ptr<const Blocks> blocks_;
  const std::int64_t size_, total_;
  std::int64_t end_ = 0, epoch_ = 0, position_ = 0;
  std::vector<std::int64_t> first_;                    // sample of each part
  std::optional<Ahead<std::int64_t, Sample>> reader_;  // last: its threads use what stands above
};

Dataset dataset(std::shared_ptr<const Blocks> blocks, std::optional<ShuffleOptions> shuffle, std::string recipe) {
  Dataset made;
  made.size = count_samples(*blocks);
  made.recipe = std::move(recipe);
  if (!shuffle) made.blocks = blocks;
  made.open = [blocks, shuffle] { return std::make_unique<BlockStream>(blocks, shuffle); };
  return made;
}

}  // namespace

std::int64_t count_samples(const Blocks& blocks) {
  std::int64_t count = 0;
  for (const Part& part : blocks.parts) count += part.count;
  return count;
}

Dataset of_blocks(Blocks blocks, std::string recipe) {
  std::erase_if(blocks.parts, [](const Part& part) { return part.count == 0; });
  return dataset(std::make_shared<const Blocks>(std::move(blocks)), {}, std::move(recipe));
}

Dataset shuffle_blocks(const Dataset& from, const ShuffleOptions& options) {
  return dataset(from.blocks, options,
                 text(from.recipe, " | shuffle(buffer ", options.buffer, ", seed ", options.seed, ")"));
}

bool reads_batches(const Dataset& from, std::int64_t size) {
  return from.blocks && from.blocks->grain > 0 && size % from.blocks->grain == 0;
}

std::unique_ptr<Stream> open_batches(const std::shared_ptr<const Blocks>& blocks, std::int64_t size, bool drop_last) {
  return std::make_unique<WholeBatchStream>(blocks, size, drop_last);
}

std::shared_ptr<const Blocks> cut_blocks(const Blocks& blocks, std::int64_t first, std::int64_t count) {
  auto cut = std::make_shared<Blocks>(blocks);
  cut->parts.clear();
  std::int64_t at = 0;
  for (const Part& part : blocks.parts) {
    const std::int64_t begin = std::max(first, at), end = std::min(first + count, at + part.count);
    if (begin < end) cut->parts.push_back({part.source, part.first + begin - at, end - begin});
    at += part.count;
  }
  return cut;
}

}  // namespace terrella::datasets
