// zip and interleave: several datasets as one.
#include "core/error.h"
#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

using Streams = std::vector<std::unique_ptr<Stream>>;

Streams open_all(const std::vector<Dataset>& datasets) {
  Streams streams;
  for (const Dataset& dataset : datasets) streams.push_back(dataset.open());
  return streams;
}

std::string recipe_of(const char* what, const std::vector<Dataset>& datasets) {
  std::string all = what;
  for (std::size_t k = 0; k < datasets.size(); ++k) all += (k ? "; " : "") + datasets[k].recipe;
  return all + ")";
}

class ZipStream : public Stream {
 public:
  explicit ZipStream(Streams from) : from_(std::move(from)) {}
  void begin(std::int64_t epoch) override {
    for (const auto& stream : from_) stream->begin(epoch);
  }
  void save(Numbers& state) const override {
    for (const auto& stream : from_) stream->save(state);
  }
  void restore(Cursor& state) override {
    for (const auto& stream : from_) stream->restore(state);
  }
  bool next(Sample& sample) override {
    std::vector<std::pair<std::string, Tensor>> fields;
    std::size_t ended = 0;
    for (const auto& stream : from_) {
      Sample part;
      if (!stream->next(part)) {
        ++ended;
        continue;
      }
      for (std::size_t k = 0; k < part.size(); ++k) fields.emplace_back((*part.names)[k], part.values[k]);
    }
    if (ended > 0 && ended < from_.size())
      throw Error("zip: one dataset ended before the others; take() as many samples of each");
    if (ended > 0) return false;
    sample = make_sample(std::move(fields));
    return true;
  }

 private:
  Streams from_;
};

class InterleaveStream : public Stream {
 public:
  InterleaveStream(Streams from, std::int64_t block) : from_(std::move(from)), block_(block) {}
  void begin(std::int64_t epoch) override {
    for (const auto& stream : from_) stream->begin(epoch);
    ended_.assign(from_.size(), 0);
    turn_ = 0;
    given_ = 0;
  }
  void save(Numbers& state) const override {
    state.insert(state.end(), {static_cast<std::int64_t>(turn_), given_});
    state.insert(state.end(), ended_.begin(), ended_.end());
    for (const auto& stream : from_) stream->save(state);
  }
  void restore(Cursor& state) override {
    turn_ = static_cast<std::size_t>(state.next(static_cast<std::int64_t>(from_.size()) - 1));
    given_ = state.next(block_);
    ended_.clear();
    for (std::size_t k = 0; k < from_.size(); ++k) ended_.push_back(state.next(1));
    for (const auto& stream : from_) stream->restore(state);
  }
  bool next(Sample& sample) override {
    for (std::size_t tried = 0; tried <= from_.size();) {
      if (ended_[turn_] || given_ == block_) {
        tried += ended_[turn_] != 0;
        turn_ = (turn_ + 1) % from_.size();
        given_ = 0;
        if (ended_[turn_]) continue;
      }
      if (from_[turn_]->next(sample)) {
        ++given_;
        return true;
      }
      ended_[turn_] = 1;
    }
    return false;
  }

 private:
  Streams from_;
  const std::int64_t block_;
  Numbers ended_;
  std::size_t turn_ = 0;
  std::int64_t given_ = 0;
};

}  // namespace

Dataset zip(const std::vector<Dataset>& datasets) {
  if (datasets.empty()) fail("zip: no datasets");
  Dataset made;
  for (const Dataset& dataset : datasets) {
    if (dataset.size == unknown_size) continue;
    if (made.size != unknown_size && made.size != dataset.size)
      fail("zip: one dataset has ", made.size, " samples, another ", dataset.size, "; take() as many of each");
    made.size = dataset.size;
  }
  made.recipe = recipe_of("zip(", datasets);
  made.open = [datasets] { return std::make_unique<ZipStream>(open_all(datasets)); };
  return made;
}

Dataset interleave(const std::vector<Dataset>& datasets, std::int64_t block) {
  if (datasets.empty()) fail("interleave: no datasets");
  if (block < 1) fail("interleave: blocks of ", block, " samples; give 1 or more");
  Dataset made;
  made.size = 0;
  for (const Dataset& dataset : datasets)
    made.size = made.size == unknown_size || dataset.size == unknown_size ? unknown_size : made.size + dataset.size;
  made.recipe = recipe_of(text("interleave(", block, "; ").c_str(), datasets);
  made.open = [datasets, block] { return std::make_unique<InterleaveStream>(open_all(datasets), block); };
  return made;
}

}  // namespace terrella::datasets
