#include <mutex>

#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

struct Kept {
  Sample sample;
  Numbers before;  // where the stream stood
};

struct Epoch {
  std::vector<Kept> samples;
  Numbers end;  // where the stream stood behind them
};

/// What the iterations of one dataset share.
struct Store {
  std::mutex mutex;
  std::shared_ptr<const Epoch> kept;  // null until one of them came to the end of the epoch
  std::shared_ptr<const Epoch> get() {
    const std::lock_guard lock(mutex);
    return kept;
  }
};

class CacheStream : public Stream {
 public:
  CacheStream(std::unique_ptr<Stream> from, std::shared_ptr<Store> store)
      : from_(std::move(from)), store_(std::move(store)) {}

  void begin(std::int64_t) override {
    position_ = 0;
    kept_ = store_->get();
    collected_ = {};
    collecting_ = !kept_;
    if (collecting_) from_->begin(0);
  }
  void save(Numbers& state) const override {
    state.push_back(static_cast<std::int64_t>(position_));
    if (!kept_) return from_->save(state);
    const bool at_end = position_ == kept_->samples.size();
    const Numbers& here = at_end ? kept_->end : kept_->samples[position_].before;
    state.insert(state.end(), here.begin(), here.end());
  }
  void restore(Cursor& state) override {
    position_ = static_cast<std::size_t>(state.next());
    from_->restore(state);
    kept_ = store_->get();
    collected_ = {};
    collecting_ = false;  // what came before is not there
    if (kept_ && position_ > kept_->samples.size()) kept_.reset();
  }
  bool next(Sample& sample) override {
    if (kept_) {
      if (position_ == kept_->samples.size()) return false;
      sample = kept_->samples[position_++].sample;
      return true;
    }
    Kept kept;
    if (collecting_) from_->save(kept.before);
    if (!from_->next(sample)) {
      if (collecting_) {
        from_->save(collected_.end);
        const std::lock_guard lock(store_->mutex);
        if (!store_->kept) store_->kept = std::make_shared<const Epoch>(std::move(collected_));
      }
      collecting_ = false;
      return false;
    }
    ++position_;
    if (collecting_) {
      kept.sample = sample;
      collected_.samples.push_back(std::move(kept));
    }
    return true;
  }

 private:
  std::unique_ptr<Stream> from_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<const Epoch> kept_;
  Epoch collected_;
  bool collecting_ = false;
  std::size_t position_ = 0;
};

}  // namespace

Dataset cache(const Dataset& from) {
  Dataset made;
  made.size = from.size;
  made.recipe = from.recipe + " | cache";
  made.open = [open = from.open, store = std::make_shared<Store>()] {
    return std::make_unique<CacheStream>(open(), store);
  };
  return made;
}

}  // namespace terrella::datasets
