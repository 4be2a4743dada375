#include "core/error.h"
#include "core/random.h"
#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

/// A group of samples is collected, then given out in random order.
class ShuffleStream : public Stream {
 public:
  ShuffleStream(std::unique_ptr<Stream> from, const ShuffleOptions& options)
      : from_(std::move(from)), options_(options) {}

  void begin(std::int64_t epoch) override {
    from_->begin(epoch);
    enter(epoch, 0);
  }
  void save(Numbers& state) const override {
    const bool done = position_ == group_.size();
    state.insert(state.end(), {epoch_, done ? number_ : number_ - 1, static_cast<std::int64_t>(done ? 0 : position_)});
    if (done)
      from_->save(state);
    else
      state.insert(state.end(), before_.begin(), before_.end());
  }
  void restore(Cursor& state) override {
    const std::int64_t epoch = state.next(), number = state.next(), position = state.next(options_.buffer);
    from_->restore(state);
    enter(epoch, number);
    if (position == 0) return;
    collect();
    if (static_cast<std::size_t>(position) > group_.size())
      throw Error("state of a pipeline: the dataset has become shorter since");
    position_ = static_cast<std::size_t>(position);
  }

  bool next(Sample& sample) override {
    if (position_ == group_.size()) collect();
    if (group_.empty()) return false;
    sample = std::move(group_[static_cast<std::size_t>(order_[position_++])]);
    return true;
  }

 private:
  void enter(std::int64_t epoch, std::int64_t number) {
    epoch_ = epoch;
    number_ = number;
    position_ = 0;
    group_.clear();
  }
  void collect() {
    position_ = 0;
    group_.clear();
    before_.clear();
    from_->save(before_);
    Sample sample;
    while (static_cast<std::int64_t>(group_.size()) < options_.buffer && from_->next(sample))
      group_.push_back(std::move(sample));
    const std::uint64_t seed = split_seed(options_.seed, static_cast<std::uint64_t>(epoch_));
    order_ = random_permutation(static_cast<std::int64_t>(group_.size()),
                                split_seed(seed, 1 + static_cast<std::uint64_t>(number_)))
                 .to_vector<std::int64_t>();
    if (!group_.empty()) ++number_;
  }

  std::unique_ptr<Stream> from_;
  const ShuffleOptions options_;
  std::int64_t epoch_ = 0, number_ = 0;  // of the next group
  std::vector<Sample> group_;
  std::vector<std::int64_t> order_;
  std::size_t position_ = 0;
  Numbers before_;  // where `from_` stood before the group
};

}  // namespace

Dataset shuffle(const Dataset& from, const ShuffleOptions& options) {
  if (options.buffer < 1) fail("shuffle: a buffer of ", options.buffer, " samples; give 1 or more");
  if (from.blocks) return shuffle_blocks(from, options);
  Dataset made;
  made.size = from.size;
  made.recipe = text(from.recipe, " | shuffle(buffer ", options.buffer, ", seed ", options.seed, ")");
  made.open = [open = from.open, options] { return std::make_unique<ShuffleStream>(open(), options); };
  return made;
}

}  // namespace terrella::datasets
