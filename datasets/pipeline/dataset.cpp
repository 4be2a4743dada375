#include "datasets/pipeline/dataset.h"

#include <charconv>

#include "core/error.h"
#include "datasets/hdf5/seal.h"

namespace terrella::datasets {
namespace {

constexpr std::string_view magic = "terrella-pipeline-state 1 ";
constexpr std::size_t most_numbers = 1 << 20;

[[noreturn]] void no_state(std::string_view why) {
  throw Error(text("state of a pipeline: ", why, "; give a text that state() returned"));
}

}  // namespace

std::int64_t Cursor::next(std::int64_t most) {
  if (rest_.empty()) no_state("ends too early");
  const std::int64_t number = rest_.front();
  rest_ = rest_.subspan(1);
  if (number < 0 || number > most) no_state(text("holds the impossible number ", number));
  return number;
}

std::string to_text(const PipelineState& state) {
  std::string all = text(magic, state.recipe);
  for (const std::int64_t number : state.numbers) all += text(" ", number);
  return all;
}

PipelineState state_of_text(std::string_view words) {
  if (!words.starts_with(magic)) no_state("does not begin as one");
  words.remove_prefix(magic.size());
  PipelineState state;
  state.recipe = words.substr(0, std::min(words.find(' '), words.size()));
  words.remove_prefix(state.recipe.size());
  while (!words.empty()) {
    words.remove_prefix(1);
    const std::string_view word = words.substr(0, std::min(words.find(' '), words.size()));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) no_state("holds a word that is no number");
    if (state.numbers.size() == most_numbers) no_state("is too long");
    state.numbers.push_back(number);
    words.remove_prefix(word.size());
  }
  return state;
}

Iteration::Iteration(const Dataset& dataset, std::int64_t epoch)
    : recipe_(hdf5::sha256(dataset.recipe)), stream_(dataset.open()) {
  if (epoch < 0) fail("iteration: epoch ", epoch, "; the first is 0");
  stream_->begin(epoch);
}

Iteration::Iteration(const Dataset& dataset, const PipelineState& state)
    : recipe_(hdf5::sha256(dataset.recipe)), stream_(dataset.open()) {
  if (state.recipe != recipe_)
    throw Error(text("state of a pipeline: it belongs to another one than\n  ", dataset.recipe,
                     "\nbuild the pipeline with the same files, stages and seeds as then"));
  Cursor cursor(state.numbers);
  stream_->restore(cursor);
  if (!cursor.at_end()) no_state("is too long for this pipeline");
}

bool Iteration::next(Sample& sample) {
  if (failed_)
    throw Error(text("the iteration was ended by an error: ", *failed_, "; begin again or resume from its state"));
  here_.clear();
  stream_->save(here_);
  try {
    return stream_->next(sample);
  } catch (const std::exception& error) {
    failed_ = error.what();
    throw;
  }
}

PipelineState Iteration::state() const {
  PipelineState state;
  state.recipe = recipe_;
  if (failed_)
    state.numbers = here_;  // a stage that threw may stand anywhere
  else
    stream_->save(state.numbers);
  return state;
}

}  // namespace terrella::datasets
