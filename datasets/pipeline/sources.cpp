#include "datasets/pipeline/sources.h"

#include "core/error.h"
#include "datasets/pipeline/blocks.h"

namespace terrella::datasets {
namespace {

class FunctionStream : public Stream {
 public:
  explicit FunctionStream(std::function<NextSample(std::int64_t)> begin) : begin_(std::move(begin)) {}
  void begin(std::int64_t epoch) override {
    epoch_ = epoch;
    passed_ = 0;
    ended_ = false;
    next_ = begin_(epoch);
  }
  void save(Numbers& state) const override { state.insert(state.end(), {epoch_, passed_}); }
  void restore(Cursor& state) override {
    begin(state.next());
    const std::int64_t passed = state.next();
    Sample sample;
    while (passed_ < passed)
      if (!next(sample)) throw Error("state of a pipeline: the stream has become shorter since");
  }
  bool next(Sample& sample) override {
    if (ended_) return false;
    std::optional<Sample> found = next_();
    ended_ = !found;
    if (ended_) return false;
    sample = std::move(*found);
    ++passed_;
    return true;
  }

 private:
  std::function<NextSample(std::int64_t)> begin_;
  NextSample next_;
  std::int64_t epoch_ = 0, passed_ = 0;
  bool ended_ = false;
};

}  // namespace

Dataset memory_dataset(const std::vector<std::pair<std::string, Tensor>>& fields) {
  if (fields.empty()) fail("memory_dataset: no fields");
  std::string recipe = "memory(";
  std::optional<std::int64_t> count;
  for (const auto& [name, x] : fields) {
    if (x.rank() == 0) fail("memory_dataset: '", name, "' is a single number; samples lie along the first axis");
    if (count && *count != x.size(0))
      fail("memory_dataset: '", name, "' has ", x.size(0), " rows, but '", fields.front().first, "' ", *count);
    count = x.size(0);
    recipe += text(name, " ", terrella::name(x.dtype()), " ", x.shape(), "; ");
    x.eval();
  }
  Blocks blocks;
  blocks.parts = {{0, 0, *count}};
  blocks.threads = 1;
  blocks.grain = 1;
  blocks.read = [all = make_sample(fields)](const Part& part) {
    Sample rows = all;
    for (Tensor& x : rows.values) {
      Array view = array_of(x);
      view.offset += part.first * view.strides[0];
      view.shape[0] = part.count;
      x = Tensor::from(std::move(view));
    }
    return rows;
  };
  return of_blocks(std::move(blocks), recipe + ")");
}

Dataset generated_dataset(std::int64_t count, std::function<Sample(std::int64_t)> f, int threads,
                          const std::string& name) {
  if (count < 0) fail("generated_dataset: ", count, " samples; give 0 or more");
  if (threads < 1 || threads > 1024) fail("generated_dataset: ", threads, " threads; give 1 to 1024");
  Blocks blocks;
  for (std::int64_t i = 0; i < count; ++i) blocks.parts.push_back({0, i, 1});
  blocks.threads = threads;
  blocks.read = [f = std::move(f)](const Part& part) { return stack_samples({f(part.first)}); };
  return of_blocks(std::move(blocks), text(name, "(", count, ")"));
}

Dataset stream_dataset(std::function<NextSample(std::int64_t)> begin, const std::string& name) {
  Dataset made;
  made.recipe = name;
  made.open = [begin = std::move(begin)] { return std::make_unique<FunctionStream>(begin); };
  return made;
}

}  // namespace terrella::datasets
