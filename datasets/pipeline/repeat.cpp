// repeat, take and shard: how many of the samples.
#include "core/error.h"
#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

class RepeatStream : public Stream {
 public:
  RepeatStream(std::unique_ptr<Stream> from, std::int64_t times) : from_(std::move(from)), times_(times) {}
  void begin(std::int64_t epoch) override {
    first_ = epoch * std::max<std::int64_t>(times_, 1);
    round_ = 0;
    some_ = false;
    from_->begin(first_);
  }
  void save(Numbers& state) const override {
    state.insert(state.end(), {first_, round_, some_});
    from_->save(state);
  }
  void restore(Cursor& state) override {
    first_ = state.next();
    round_ = state.next();
    some_ = state.next(1) == 1;
    from_->restore(state);
  }
  bool next(Sample& sample) override {
    while (!from_->next(sample)) {
      if (times_ > 0 && round_ + 1 >= times_) return false;
      if (!some_) throw Error("repeat: the dataset has no samples");
      from_->begin(first_ + ++round_);
      some_ = false;
    }
    some_ = true;
    return true;
  }

 private:
  std::unique_ptr<Stream> from_;
  const std::int64_t times_;
  std::int64_t first_ = 0, round_ = 0;
  bool some_ = false;  // samples in this round
};

/// Samples [0, most) of every `step`, beginning at `first`.
class SomeStream : public Stream {
 public:
  SomeStream(std::unique_ptr<Stream> from, std::int64_t most, std::int64_t step, std::int64_t first)
      : from_(std::move(from)), most_(most), step_(step), first_(first) {}
  void begin(std::int64_t epoch) override {
    from_->begin(epoch);
    passed_ = 0;
  }
  void save(Numbers& state) const override {
    state.push_back(passed_);
    from_->save(state);
  }
  void restore(Cursor& state) override {
    passed_ = state.next();
    from_->restore(state);
  }
  bool next(Sample& sample) override {
    while (passed_ < most_) {
      if (!from_->next(sample)) return false;
      if (passed_++ % step_ == first_) return true;
    }
    return false;
  }

 private:
  std::unique_ptr<Stream> from_;
  const std::int64_t most_, step_, first_;
  std::int64_t passed_ = 0;
};

}  // namespace

Dataset repeat(const Dataset& from, std::int64_t times) {
  if (times < 0) fail("repeat: ", times, " times; give 0 (for ever) or more");
  Dataset made;
  if (times > 0 && from.size != unknown_size) made.size = times * from.size;
  made.recipe = text(from.recipe, " | repeat(", times, ")");
  made.open = [open = from.open, times] { return std::make_unique<RepeatStream>(open(), times); };
  return made;
}

Dataset take(const Dataset& from, std::int64_t count) {
  if (count < 0) fail("take: ", count, " samples; give 0 or more");
  const std::string recipe = text(from.recipe, " | take(", count, ")");
  if (from.blocks) return of_blocks(*cut_blocks(*from.blocks, 0, count), recipe);
  Dataset made;
  if (from.size != unknown_size) made.size = std::min(from.size, count);
  made.recipe = recipe;
  made.open = [open = from.open, count] { return std::make_unique<SomeStream>(open(), count, 1, 0); };
  return made;
}

Dataset shard(const Dataset& from, std::int64_t count, std::int64_t index) {
  if (count < 1 || index < 0 || index >= count)
    fail("shard: part ", index, " of ", count, "; parts are numbered from 0 to the count less 1");
  const std::string recipe = text(from.recipe, " | shard(", index, " of ", count, ")");
  if (from.blocks) {
    // n i / count without overflow
    const auto edge = [&](std::int64_t i) { return from.size / count * i + from.size % count * i / count; };
    return of_blocks(*cut_blocks(*from.blocks, edge(index), edge(index + 1) - edge(index)), recipe);
  }
  Dataset made;
  if (from.size != unknown_size) made.size = (from.size - index + count - 1) / count;
  made.recipe = recipe;
  made.open = [open = from.open, count, index] {
    return std::make_unique<SomeStream>(open(), INT64_MAX, count, index);
  };
  return made;
}

}  // namespace terrella::datasets
