#include "inversion/mt2d/ensemble.h"

#include <algorithm>

#include "core/error.h"
#include "inversion/mt2d/method.h"
#include "inversion/sampling/ensemble.h"

namespace terrella::inversion {

std::vector<std::vector<double>> draw_ensemble(const Problem& problem, const State& found,
                                               const std::vector<double>& start, const Invert2dOptions& options,
                                               const RunControl& control, RunKeeper& keeper,
                                               std::vector<std::string>& notes) {
  const auto members = static_cast<std::size_t>(options.ensemble);
  EnsembleControl watch;
  watch.kept = [&](std::size_t k) { return keeper.kept(k + 1); };
  watch.progress = [&](std::size_t k, const State& now) {
    keeper.update(k + 1, now);
    const std::string name = text("ensemble member ", k + 1, " of ", members);
    const bool go_on = !control.progress || control.progress({now.history.back(), name, k, members});
    return go_on && !control.stop.stop_requested();
  };
  watch.finished = [&](std::size_t k, const Summary& summary) { keeper.done(k + 1, summary); };
  const Ensemble ensemble = randomised_map(problem, found.model, found.lambda, member_minimizer_2d(options, start),
                                           {.members = options.ensemble, .seed = options.seed}, watch);
  std::vector<std::vector<double>> models;
  std::vector<double> rms;
  std::size_t unfinished = 0;
  for (std::size_t k = 0; k < members; ++k) {
    if (ensemble.models[k].empty()) continue;
    models.push_back(ensemble.models[k]);
    rms.push_back(ensemble.values[k].rms);
    if (!ensemble.converged[k]) ++unfinished;
  }
  if (models.empty()) return models;
  const auto [low, high] = std::minmax_element(rms.begin(), rms.end());
  notes.push_back(text("ensemble of ", models.size(), " models at lambda ", found.lambda, ", seed ", options.seed,
                       "; they fit the data to RMS ", *low, " to ", *high,
                       unfinished ? text("; ", unfinished, " of them used up their iterations") : ""));
  return models;
}

namespace {

/// How many numbers a member has.
std::size_t elements_of(const Result2d& result, const char* who) {
  const std::size_t elements = result.model.rows * result.model.columns;
  if (elements == 0 || result.ensemble.size() < 2 * elements)
    fail(who, ": the result has no ensemble; invert with ensemble = 30");
  return elements;
}

}  // namespace

std::vector<double> ensemble_quantile(const Result2d& result, double part) {
  const std::size_t elements = elements_of(result, "ensemble_quantile");
  if (!(part >= 0 && part <= 1)) fail("ensemble_quantile: the part is ", part, "; give 0 to 1");
  std::vector<double> quantile(elements), values(result.ensemble.size() / elements);
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  for (std::size_t e = 0; e < elements; ++e) {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = result.ensemble[k * elements + e];
    std::sort(values.begin(), values.end());
    const double above = values[std::min(below + 1, values.size() - 1)];
    quantile[e] = values[below] + (place - static_cast<double>(below)) * (above - values[below]);
  }
  return quantile;
}

SectionSpread ensemble_spread(const Result2d& result) {
  const std::size_t elements = elements_of(result, "ensemble_spread");
  std::vector<std::vector<double>> members;
  for (std::size_t first = 0; first < result.ensemble.size(); first += elements)
    members.emplace_back(result.ensemble.begin() + static_cast<std::ptrdiff_t>(first),
                         result.ensemble.begin() + static_cast<std::ptrdiff_t>(first + elements));
  Spread spread = spread_of(members);
  for (std::size_t e = 0; e < elements; ++e)
    if (result.model.cell[e] < 0) spread.deviation[e] = datasets::not_a_number;
  return {std::move(spread.mean), std::move(spread.deviation)};
}

}  // namespace terrella::inversion
