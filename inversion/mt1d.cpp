#include "inversion/mt1d.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ops.h"
#include "elec/mt1d/impedance.h"
#include "inversion/checkpoint.h"
#include "inversion/few_layers.h"
#include "inversion/layered_earth.h"
#include "inversion/regularization/roughness.h"
#include "inversion/resolution.h"
#include "inversion/run_keeper.h"
#include "inversion/strategy/minimize.h"
#include "inversion/versions.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Tells the world about iterations, one call at a time, and learns whether to go on.
class Reporter {
 public:
  Reporter(const RunControl& control, RunKeeper& keeper, std::size_t sites)
      : control_(control), keeper_(keeper), sites_(sites) {}

  bool iteration(std::size_t problem, std::int32_t site, const std::string& name, const State& state) {
    keeper_.update(problem, state);
    if (control_.progress) {
      Iteration row = state.history.back();
      row.site = site;
      const std::lock_guard lock(mutex_);
      if (!control_.progress({row, name, done_, sites_})) stopped_ = true;
    }
    return !stopped();
  }
  void done(std::size_t problem, const Summary& summary, std::size_t sites) {
    keeper_.done(problem, summary);
    done_ += sites;
  }
  bool stopped() const { return stopped_ || control_.stop.stop_requested(); }

 private:
  const RunControl& control_;
  RunKeeper& keeper_;
  std::size_t sites_;
  std::mutex mutex_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::size_t> done_{0};
};

/// Goes on with a problem of the run, or returns what it came to before.
Summary solve(const Problem& problem, std::size_t number, const std::vector<double>& start,
              const Invert1dOptions& options, const RunKeeper& keeper, Reporter& reporter, std::int32_t site,
              const std::string& name, std::size_t sites) {
  Kept kept = keeper.kept(number);
  if (kept.summary) return *kept.summary;
  State state = kept.state ? std::move(*kept.state) : State{};
  if (!kept.state) state.model = start;
  Summary summary = minimize(problem, std::move(state), start, options,
                             [&](const State& now) { return reporter.iteration(number, site, name, now); });
  if (summary.reason != optimize::Stop::callback) reporter.done(number, summary, sites);
  return summary;
}

struct Resolved {
  std::vector<double> error, matrix, sensitivity;
  double depth = datasets::not_a_number;
};

/// Of one block of a problem: in log10 resistivity, where the resolution is in parameters.
std::vector<Resolved> resolve(const Problem& problem, const Summary& summary, std::span<const double> thickness,
                              const Invert1dOptions& options) {
  const Tensor m(summary.state.model);
  const auto layers = static_cast<std::int64_t>(thickness.size() + 1);
  const Resolution r = resolution(problem, m, summary.state.lambda, layers);
  const Mapping mapping = resistivity_mapping(options);
  const auto decades = [&](const Tensor& x) { return log10(mapping.property(x)); };
  const auto slope = jvp(function(decades), {m}, {ones_like(m)}).tangent[0].to_vector<double>();
  const optimize::Linearization data = optimize::linearize(problem.data, m);
  std::vector<double> sensitivity(at(m.size()), 0.0);
  for (const optimize::Block& block : std::get<optimize::BlockMatrix>(data.jacobian).blocks)
    for (std::int64_t i = 0; i < block.rows; ++i)
      for (std::int64_t j = 0; j < block.columns; ++j) {
        const std::size_t k = at(block.column + j);
        sensitivity[k] += std::abs(block.values[at(i * block.columns + j)]) / (slope[k] * std::numbers::ln10);
      }
  std::vector<Resolved> sites;
  for (std::int64_t first = 0; first < m.size(); first += layers) {
    Resolved& site = sites.emplace_back();
    for (std::int64_t i = first; i < first + layers; ++i) {
      site.error.push_back(r.error[at(i)] * slope[at(i)]);
      for (std::int64_t j = 0; j < layers; ++j)
        site.matrix.push_back(r.matrix[at(i * layers + j)] * slope[at(i)] / slope[at(first + j)]);
    }
    site.sensitivity = cumulated_sensitivity(std::span(sensitivity).subspan(at(first), at(layers)));
    site.depth = depth_of_investigation(site.sensitivity, thickness);
  }
  return sites;
}

/// What becomes of one site.
struct SiteAnswer {
  std::vector<double> resistivity, thickness;
  Resolved resolved;
};

double rms_of(const Sounding& s, const Invert1dOptions& options, const Tensor& predicted) {
  const auto r = misfit_of(s, options).residual(predicted).to_vector<double>();
  double sum = 0;
  for (const double x : r) sum += x * x;
  return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, r.size())));
}

SiteFit fit_of(const Sounding& s, const SiteAnswer& answer, const Invert1dOptions& options, const std::string& message,
               bool converged) {
  SiteFit fit{s.name, s.period, s.z, s.z_error, {}, datasets::not_a_number, message, converged};
  std::vector<double> frequency;
  for (const double period : s.period) frequency.push_back(1 / period);
  const Tensor z = elec::impedance_1d(Tensor(answer.resistivity), Tensor(answer.thickness), Tensor(frequency));
  fit.predicted = z.to_vector<Complex>();
  fit.rms = rms_of(s, options, z);
  return fit;
}

/// Those that have data; along the line where they are one problem, whose normal matrix then is a narrow band.
std::vector<std::size_t> places_of_usable(const std::vector<Sounding>& soundings, const Invert1dOptions& options) {
  std::vector<std::size_t> place;
  std::vector<double> latitude, longitude;
  for (std::size_t i = 0; i < soundings.size(); ++i)
    if (soundings[i].problem.empty()) {
      place.push_back(i);
      latitude.push_back(soundings[i].latitude);
      longitude.push_back(soundings[i].longitude);
    }
  if (options.lateral == 0) return place;
  std::vector<std::size_t> ordered;
  for (const std::size_t k : line_order(latitude, longitude)) ordered.push_back(place[k]);
  return ordered;
}

Result run(datasets::Survey survey, const std::vector<Sounding>& soundings, const std::string& hash,
           const Invert1dOptions& options, const RunControl& control) {
  const std::vector<std::size_t> place = places_of_usable(soundings, options);
  std::vector<Sounding> usable;
  for (const std::size_t i : place) usable.push_back(soundings[i]);
  const bool together = options.lateral > 0, few = options.method == Method1d::few_layers;
  const std::size_t sites = usable.size();
  const std::vector<double> thickness =
      few              ? std::vector<double>(at(options.few_layers.count - 1), datasets::not_a_number)
      : usable.empty() ? options.layers.thickness
                       : design_layers(usable, options.layers);
  const std::size_t layers = thickness.size() + 1;

  RunKeeper keeper(control, hash, together ? 1 : sites);
  Reporter reporter(control, keeper, sites);
  std::vector<SiteAnswer> answers(sites);
  std::vector<Summary> summaries(together && sites > 0 ? 1 : sites);

  const auto solve_alone = [&](std::size_t i) {
    const auto number = static_cast<std::int32_t>(place[i]);
    if (few) {
      // Quick enough to be done again where a run goes on: nothing of it is kept.
      FewLayersAnswer found = invert_few_layers(usable[i], options);
      answers[i] = {std::move(found.resistivity),
                    std::move(found.thickness),
                    {std::move(found.error), std::move(found.resolution), std::move(found.sensitivity),
                     found.depth_of_investigation}};
      summaries[i] = std::move(found.summary);
      if (!reporter.iteration(i, number, usable[i].name, summaries[i].state)) return;
      return reporter.done(i, summaries[i], 1);
    }
    const std::vector<double> start = start_parameters(std::span(&usable[i], 1), layers, options);
    const Problem problem = layered_problem({usable[i]}, thickness, options, start);
    summaries[i] = solve(problem, i, start, options, keeper, reporter, number, usable[i].name, 1);
    answers[i].resistivity =
        resistivity_mapping(options).property(Tensor(summaries[i].state.model)).to_vector<double>();
    answers[i].thickness = thickness;
    if (options.resolution) answers[i].resolved = std::move(resolve(problem, summaries[i], thickness, options)[0]);
  };
  const auto solve_together = [&] {
    const std::vector<double> start = start_parameters(usable, layers, options);
    const Problem problem = layered_problem(usable, thickness, options, start);
    summaries[0] = solve(problem, 0, start, options, keeper, reporter, -1, "", sites);
    const auto all = resistivity_mapping(options).property(Tensor(summaries[0].state.model)).to_vector<double>();
    std::vector<Resolved> resolved(sites);
    if (options.resolution) resolved = resolve(problem, summaries[0], thickness, options);
    for (std::size_t i = 0; i < sites; ++i) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(i * layers);
      answers[i] = {{first, first + static_cast<std::ptrdiff_t>(layers)}, thickness, std::move(resolved[i])};
    }
  };
  if (together && sites > 0) solve_together();
  if (!together)
    cpu::parallel_for(static_cast<std::int64_t>(sites), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) solve_alone(at(i));
    });
  keeper.flush();

  Result result;
  result.survey = std::move(survey);
  result.config = to_toml(options);
  result.versions = versions();
  LayeredModel& model = result.model;
  model.sites = soundings.size();
  model.layers = layers;
  const double none = datasets::not_a_number;
  model.resistivity.assign(model.sites * layers, none);
  for (std::size_t i = 0; i < model.sites; ++i)
    model.thickness.insert(model.thickness.end(), thickness.begin(), thickness.end());
  if (options.resolution) {
    model.log10_resistivity_error.assign(model.sites * layers, none);
    model.resolution.assign(model.sites * layers * layers, none);
    model.sensitivity.assign(model.sites * layers, none);
    model.depth_of_investigation.assign(model.sites, none);
  }
  for (const Sounding& s : soundings) result.fits.push_back({s.name, {}, {}, {}, {}, none, s.problem, false});
  const auto put = [](const std::vector<double>& from, std::vector<double>& to, std::size_t i) {
    std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(i * from.size()));
  };
  for (std::size_t i = 0; i < sites; ++i) {
    const Summary& summary = summaries[together ? 0 : i];
    put(answers[i].resistivity, model.resistivity, place[i]);
    put(answers[i].thickness, model.thickness, place[i]);
    if (options.resolution) {
      put(answers[i].resolved.error, model.log10_resistivity_error, place[i]);
      put(answers[i].resolved.matrix, model.resolution, place[i]);
      put(answers[i].resolved.sensitivity, model.sensitivity, place[i]);
      model.depth_of_investigation[place[i]] = answers[i].resolved.depth;
    }
    result.fits[place[i]] =
        fit_of(usable[i], answers[i], options, together ? "the whole line: " + summary.message : summary.message,
               summary.converged());
  }
  for (std::size_t i = 0; i < summaries.size(); ++i)
    for (Iteration row : summaries[i].state.history) {
      row.site = together ? -1 : static_cast<std::int32_t>(place[i]);
      result.history.push_back(row);
    }
  return result;
}

}  // namespace

Result invert_1d(const datasets::Survey& survey, const Invert1dOptions& options, const RunControl& control) {
  validate(options);
  datasets::validate(survey);
  if (survey.sites.empty()) fail("invert_1d: the survey has no sites");
  std::vector<Sounding> soundings;
  for (const datasets::Site& site : survey.sites) soundings.push_back(sounding(site, options));
  return run(survey, soundings, run_hash(to_toml(options), survey), options, control);
}

Result invert_1d(const std::vector<Sounding>& soundings, const Invert1dOptions& options, const RunControl& control) {
  validate(options);
  if (soundings.empty()) fail("invert_1d: no soundings are given");
  datasets::Survey survey;
  std::string errors;  // those that the survey has no place for
  for (const Sounding& s : soundings) {
    validate(s);
    survey.sites.push_back(to_site(s));
    for (const auto* values : {&s.log10_rho_error, &s.phase_error})
      for (const double x : *values) errors += text(std::hexfloat, x, " ");
  }
  return run(survey, soundings, run_hash(to_toml(options) + errors, survey), options, control);
}

}  // namespace terrella::inversion
