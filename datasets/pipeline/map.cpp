// map, filter and prefetch: one sample in, one or none out.
#include <optional>

#include "core/error.h"
#include "datasets/pipeline/ahead.h"
#include "datasets/pipeline/stages.h"

namespace terrella::datasets {
namespace {

using Function = std::function<Sample(const Sample&)>;

class MapStream : public Stream {
 public:
  MapStream(std::unique_ptr<Stream> from, Function f) : from_(std::move(from)), f_(std::move(f)) {}
  void begin(std::int64_t epoch) override { from_->begin(epoch); }
  void save(Numbers& state) const override { from_->save(state); }
  void restore(Cursor& state) override { from_->restore(state); }
  bool next(Sample& sample) override {
    Sample before;
    if (!from_->next(before)) return false;
    sample = f_(before);
    return true;
  }

 private:
  std::unique_ptr<Stream> from_;
  Function f_;
};

/// The same on threads, ahead of who wants the samples. Each sample brings along where the stream stood behind it.
class AheadStream : public Stream {
 public:
  AheadStream(std::unique_ptr<Stream> from, Function f, int threads, std::size_t capacity)
      : from_(std::move(from)), f_(std::move(f)), threads_(threads), capacity_(capacity) {}

  void begin(std::int64_t epoch) override {
    ahead_.reset();
    from_->begin(epoch);
    start();
  }
  void restore(Cursor& state) override {
    ahead_.reset();
    from_->restore(state);
    start();
  }
  void save(Numbers& state) const override { state.insert(state.end(), here_.begin(), here_.end()); }

  bool next(Sample& sample) override {
    std::optional<Placed> placed = ahead_->take();
    if (!placed) return false;
    sample = std::move(placed->sample);
    here_ = std::move(placed->behind);
    return true;
  }

 private:
  struct Placed {
    Sample sample;
    Numbers behind;
  };

  void start() {
    here_.clear();
    from_->save(here_);
    ahead_.emplace(
        threads_, capacity_,
        [this]() -> std::optional<Placed> {
          Placed placed;
          if (!from_->next(placed.sample)) return std::nullopt;
          from_->save(placed.behind);
          return placed;
        },
        [this](Placed& placed) {
          if (f_) placed.sample = f_(placed.sample);
          return std::move(placed);
        });
  }

  std::unique_ptr<Stream> from_;
  Function f_;
  const int threads_;
  const std::size_t capacity_;
  Numbers here_;
  std::optional<Ahead<Placed, Placed>> ahead_;  // last: its threads use what stands above
};

class FilterStream : public Stream {
 public:
  FilterStream(std::unique_ptr<Stream> from, std::function<bool(const Sample&)> keep)
      : from_(std::move(from)), keep_(std::move(keep)) {}
  void begin(std::int64_t epoch) override { from_->begin(epoch); }
  void save(Numbers& state) const override { from_->save(state); }
  void restore(Cursor& state) override { from_->restore(state); }
  bool next(Sample& sample) override {
    while (from_->next(sample))
      if (keep_(sample)) return true;
    return false;
  }

 private:
  std::unique_ptr<Stream> from_;
  std::function<bool(const Sample&)> keep_;
};

}  // namespace

Dataset map(const Dataset& from, Function f, int threads, const std::string& name) {
  if (threads < 1 || threads > 1024) fail("map: ", threads, " threads; give 1 to 1024");
  Dataset made;
  made.size = from.size;
  made.recipe = text(from.recipe, " | ", name);
  made.open = [open = from.open, f = std::move(f), threads]() -> std::unique_ptr<Stream> {
    if (threads == 1) return std::make_unique<MapStream>(open(), f);
    return std::make_unique<AheadStream>(open(), f, threads, 2 * static_cast<std::size_t>(threads));
  };
  return made;
}

Dataset filter(const Dataset& from, std::function<bool(const Sample&)> keep, const std::string& name) {
  Dataset made;
  made.recipe = text(from.recipe, " | ", name);
  made.open = [open = from.open, keep = std::move(keep)] { return std::make_unique<FilterStream>(open(), keep); };
  return made;
}

Dataset prefetch(const Dataset& from, std::int64_t count) {
  if (count < 1 || count > 1'000'000) fail("prefetch: ", count, " samples; give 1 or more");
  Dataset made;
  made.size = from.size;
  made.recipe = from.recipe;  // it changes nothing but the time: states fit with and without
  made.open = [open = from.open, count] {
    return std::make_unique<AheadStream>(open(), nullptr, 1, static_cast<std::size_t>(count));
  };
  return made;
}

}  // namespace terrella::datasets
