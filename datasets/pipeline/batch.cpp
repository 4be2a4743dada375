// batch and window: several samples as one.
#include <deque>

#include "core/error.h"
#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

class BatchStream : public Stream {
 public:
  BatchStream(std::unique_ptr<Stream> from, std::int64_t size, bool drop_last)
      : from_(std::move(from)), size_(static_cast<std::size_t>(size)), drop_last_(drop_last) {}
  void begin(std::int64_t epoch) override { from_->begin(epoch); }
  void save(Numbers& state) const override { from_->save(state); }
  void restore(Cursor& state) override { from_->restore(state); }
  bool next(Sample& batch) override {
    samples_.clear();
    Sample sample;
    while (samples_.size() < size_ && from_->next(sample)) samples_.push_back(std::move(sample));
    if (samples_.empty() || (drop_last_ && samples_.size() < size_)) return false;
    batch = stack_samples(samples_);
    samples_.clear();
    return true;
  }

 private:
  std::unique_ptr<Stream> from_;
  const std::size_t size_;
  const bool drop_last_;
  std::vector<Sample> samples_;
};

class WindowStream : public Stream {
 public:
  WindowStream(std::unique_ptr<Stream> from, std::int64_t size, std::int64_t stride)
      : from_(std::move(from)), size_(static_cast<std::size_t>(size)), stride_(stride) {}
  void begin(std::int64_t epoch) override {
    held_.clear();
    skip_ = 0;
    from_->begin(epoch);
  }
  void save(Numbers& state) const override {
    state.push_back(skip_);
    if (held_.empty())
      from_->save(state);
    else
      state.insert(state.end(), held_.front().before.begin(), held_.front().before.end());
  }
  void restore(Cursor& state) override {
    held_.clear();
    skip_ = state.next(stride_);
    from_->restore(state);
  }
  bool next(Sample& window) override {
    for (; skip_ > 0; --skip_)
      if (Sample passed; !from_->next(passed)) return false;
    while (held_.size() < size_) {
      Held held;
      from_->save(held.before);
      if (!from_->next(held.sample)) return false;
      held_.push_back(std::move(held));
    }
    std::vector<Sample> samples;
    for (const Held& held : held_) samples.push_back(held.sample);
    window = stack_samples(samples);
    for (skip_ = stride_; skip_ > 0 && !held_.empty(); --skip_) held_.pop_front();
    return true;
  }

 private:
  struct Held {
    Sample sample;
    Numbers before;  // where the stream stood
  };
  std::unique_ptr<Stream> from_;
  const std::size_t size_;
  const std::int64_t stride_;
  std::deque<Held> held_;
  std::int64_t skip_ = 0;
};

}  // namespace

Dataset batch(const Dataset& from, std::int64_t size, bool drop_last) {
  if (size < 1) fail("batch: ", size, " samples; give 1 or more");
  Dataset made;
  if (from.size != unknown_size) made.size = (from.size + (drop_last ? 0 : size - 1)) / size;
  made.recipe = text(from.recipe, " | batch(", size, drop_last ? ", drop last)" : ")");
  if (reads_batches(from, size))
    made.open = [blocks = from.blocks, size, drop_last] { return open_batches(blocks, size, drop_last); };
  else
    made.open = [open = from.open, size, drop_last] { return std::make_unique<BatchStream>(open(), size, drop_last); };
  return made;
}

Dataset window(const Dataset& from, std::int64_t size, std::int64_t stride) {
  if (size < 1 || stride < 1) fail("window: size ", size, ", stride ", stride, "; give 1 or more");
  Dataset made;
  if (from.size != unknown_size) made.size = from.size < size ? 0 : (from.size - size) / stride + 1;
  made.recipe = text(from.recipe, " | window(", size, ", stride ", stride, ")");
  made.open = [open = from.open, size, stride] { return std::make_unique<WindowStream>(open(), size, stride); };
  return made;
}

}  // namespace terrella::datasets
