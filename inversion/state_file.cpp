#include "inversion/state_file.h"

#include "core/error.h"

namespace terrella::inversion {
namespace {

using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;

enum : std::int64_t { not_begun = -2, running = -1 };  // else the number of the reason to stop
constexpr auto last_reason = static_cast<std::int64_t>(optimize::Stop::out_of_reach);

void append(Reals& all, const Reals& more) { all.insert(all.end(), more.begin(), more.end()); }

Reals flat(const std::vector<Tensor>& tensors) {
  Reals all;
  for (const Tensor& t : tensors) append(all, t.to_vector<double>());
  return all;
}

void write(Checkpoint& file, const std::string& name, const optimize::State& s) {
  file.reals[name + "x"] = s.x.to_vector<double>();
  file.reals[name + "scalars"] = {s.value, s.first_gradient, s.damping};
  file.integers[name + "counters"] = {s.iteration, s.settled ? static_cast<std::int64_t>(*s.settled) : running};
  file.reals[name + "steps"] = flat(s.steps);
  file.reals[name + "changes"] = flat(s.changes);
  Reals history;
  Integers numbers;
  for (const optimize::Iteration& row : s.history) {
    numbers.push_back(row.iteration);
    append(history, {row.value, row.gradient, row.step, row.damping, row.seconds});
  }
  file.reals[name + "history"] = history;
  file.integers[name + "history"] = numbers;
}

void write(Checkpoint& file, const std::string& name, const State& s) {
  file.reals[name + "model"] = s.model;
  file.reals[name + "scalars"] = {s.lambda, s.values.misfit, s.values.regularization, s.values.rms, s.target};
  file.integers[name + "counters"] = {s.iteration, s.stage, s.stalled};
  Reals trials, history;
  Integers numbers;
  for (const Trial& trial : s.trials) {
    append(trials, {trial.lambda, trial.values.misfit, trial.values.regularization, trial.values.rms});
    append(trials, trial.model);
  }
  for (const Iteration& row : s.history) {
    numbers.push_back(row.iteration);
    append(history, {row.rms, row.misfit, row.regularization, row.lambda, row.step, row.seconds});
  }
  file.reals[name + "trials"] = trials;
  file.reals[name + "history"] = history;
  file.integers[name + "history"] = numbers;
  if (s.keep_models) {
    Reals models;
    for (const Reals& model : s.models) append(models, model);
    file.reals[name + "models"] = models;
  }
  write(file, name + "minimizer.", s.minimizer);
}

/// Arrays by name, with the sizes that they must have.
class Arrays {
 public:
  Arrays(const Checkpoint& file, const std::string& path) : file_(file), path_(path) {}
  bool has(const std::string& name) const { return file_.reals.contains(name); }
  const Reals& reals(const std::string& name, std::size_t multiple) const { return get(file_.reals, name, multiple); }
  const Integers& integers(const std::string& name, std::size_t multiple) const {
    return get(file_.integers, name, multiple);
  }
  const std::string& words(const std::string& name) const {
    const auto found = file_.texts.find(name);
    if (found == file_.texts.end()) throw FormatError(path_, 0, "text '" + name + "' is missing");
    return found->second;
  }
  void refuse(const std::string& what) const { throw FormatError(path_, 0, what); }

 private:
  template <class T>
  const std::vector<T>& get(const std::map<std::string, std::vector<T>>& arrays, const std::string& name,
                            std::size_t multiple) const {
    const auto found = arrays.find(name);
    if (found == arrays.end()) refuse("array '" + name + "' is missing");
    if (multiple == 0 ? !found->second.empty() : found->second.size() % multiple != 0)
      refuse(text("array '", name, "' has ", found->second.size(), " entries, no multiple of ", multiple));
    return found->second;
  }
  const Checkpoint& file_;
  const std::string& path_;
};

template <class T>
const std::vector<T>& sized(const Arrays& arrays, const std::vector<T>& values, std::size_t size,
                            const std::string& name) {
  if (values.size() != size)
    arrays.refuse(text("array '", name, "' has ", values.size(), " entries instead of ", size));
  return values;
}

std::vector<Tensor> split(const Reals& all, std::size_t n) {
  std::vector<Tensor> parts;
  for (std::size_t i = 0; n > 0 && i + n <= all.size(); i += n)
    parts.push_back(
        Tensor(Reals(all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(i + n))));
  return parts;
}

optimize::State read_minimizer(const Arrays& arrays, const std::string& name) {
  optimize::State s;
  const Reals& x = arrays.reals(name + "x", 1);
  s.x = Tensor(x);
  const Reals& scalars = sized(arrays, arrays.reals(name + "scalars", 3), 3, name + "scalars");
  s.value = scalars[0], s.first_gradient = scalars[1], s.damping = scalars[2];
  const Integers& counters = sized(arrays, arrays.integers(name + "counters", 2), 2, name + "counters");
  s.iteration = counters[0];
  if (counters[1] < running || counters[1] > last_reason)
    arrays.refuse(text("reason ", counters[1], " to stop is unknown"));
  if (counters[1] != running) s.settled = static_cast<optimize::Stop>(counters[1]);
  s.steps = split(arrays.reals(name + "steps", x.size()), x.size());
  s.changes = split(
      sized(arrays, arrays.reals(name + "changes", x.size()), s.steps.size() * x.size(), name + "changes"), x.size());
  const Integers& numbers = arrays.integers(name + "history", 1);
  const Reals& history = sized(arrays, arrays.reals(name + "history", 5), 5 * numbers.size(), name + "history");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double* row = &history[5 * i];
    s.history.push_back({numbers[i], row[0], row[1], row[2], row[3], row[4]});
  }
  return s;
}

State read_state(const Arrays& arrays, const std::string& name) {
  State s;
  s.model = arrays.reals(name + "model", 1);
  const Reals& scalars = sized(arrays, arrays.reals(name + "scalars", 5), 5, name + "scalars");
  s.lambda = scalars[0];
  s.values = {scalars[1], scalars[2], scalars[3]};
  s.target = scalars[4];
  const Integers& counters = sized(arrays, arrays.integers(name + "counters", 3), 3, name + "counters");
  s.iteration = counters[0], s.stage = counters[1], s.stalled = counters[2];
  const std::size_t n = s.model.size(), size = 4 + n;
  const Reals& trials = arrays.reals(name + "trials", size);
  for (std::size_t i = 0; i < trials.size(); i += size) {
    const double* t = &trials[i];
    s.trials.push_back({t[0], {t[1], t[2], t[3]}, Reals(t + 4, t + size)});
  }
  const Integers& numbers = arrays.integers(name + "history", 1);
  const Reals& history = sized(arrays, arrays.reals(name + "history", 6), 6 * numbers.size(), name + "history");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double* row = &history[6 * i];
    s.history.push_back({-1, static_cast<std::int32_t>(numbers[i]), row[0], row[1], row[2], row[3], row[4], row[5]});
  }
  if (arrays.has(name + "models")) {
    s.keep_models = true;
    const Reals& models = sized(arrays, arrays.reals(name + "models", n), n * numbers.size(), name + "models");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto first = models.begin() + static_cast<std::ptrdiff_t>(i * n);
      s.models.emplace_back(first, first + static_cast<std::ptrdiff_t>(n));
    }
  }
  s.minimizer = read_minimizer(arrays, name + "minimizer.");
  return s;
}

}  // namespace

Checkpoint to_checkpoint(const std::vector<Kept>& problems) {
  Checkpoint file;
  Integers& status = file.integers["status"];
  for (std::size_t i = 0; i < problems.size(); ++i) {
    const Kept& kept = problems[i];
    const std::string name = std::to_string(i) + ".";
    status.push_back(kept.summary ? static_cast<std::int64_t>(kept.summary->reason) : kept.state ? running : not_begun);
    if (kept.state) write(file, name, *kept.state);
    if (kept.summary) file.texts[name + "message"] = kept.summary->message;
  }
  return file;
}

std::vector<Kept> from_checkpoint(const Checkpoint& checkpoint, const std::string& path) {
  const Arrays arrays(checkpoint, path);
  std::vector<Kept> problems;
  for (const std::int64_t status : arrays.integers("status", 1)) {
    const std::string name = std::to_string(problems.size()) + ".";
    Kept& kept = problems.emplace_back();
    if (status < not_begun || status > last_reason) arrays.refuse(text("status ", status, " is unknown"));
    if (status == not_begun) continue;
    kept.state = read_state(arrays, name);
    if (status >= 0)
      kept.summary = Summary{*kept.state, static_cast<optimize::Stop>(status), arrays.words(name + "message")};
  }
  return problems;
}

}  // namespace terrella::inversion
