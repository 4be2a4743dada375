// cli/datasets_generate.cpp: `terrella datasets generate`, random layered earths and their magnetotelluric responses.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/interrupt.h"
#include "cli/layered_forward.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ops/cast.h"
#include "core/random.h"
#include "datasets/ensemble/ensemble.h"
#include "datasets/models/models.h"
#include "datasets/survey/units.h"

namespace terrella::cli {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A distribution as its text, until all are parsed.
struct Written {
  std::string key, text;
  datasets::Distribution* target;
};

struct Options {
  std::string output;
  std::uint64_t samples = 10'000, shard = 1000, seed = 1;
  double shortest = 1e-3, longest = 1e3, noise = 0.0;
  int per_decade = 4, cells = 48;
  double first = 20, growth = 1.12;
  bool single = true;
  datasets::ModelOptions models;
  std::vector<std::unique_ptr<Written>> written;
  int threads = 0;
  bool resume = false, dry_run = false, json = false;
  const std::vector<Setting>* settings = nullptr;
};

/// What makes a sample from its number.
struct Simulation {
  std::vector<double> period, edges, thickness;
  std::shared_ptr<const datasets::ModelGenerator> models;
  double noise = 0;
  DType real = DType::f32;

  datasets::Sample operator()(std::int64_t, std::uint64_t seed) const {
    const Tensor model = models->draw(split_seed(seed, 0));
    std::vector<double> resistivity = model.to_vector<double>();
    for (double& value : resistivity) value = std::pow(10, value);
    std::vector<std::complex<double>> z = layered_impedance(resistivity, thickness, period);
    datasets::RandomNumbers random(split_seed(seed, 1));
    std::vector<double> rho, phase;
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double deviation = noise * std::abs(z[i]);
      if (noise > 0) z[i] += std::complex<double>(deviation * random.normal(), deviation * random.normal());
      rho.push_back(std::log10(std::norm(z[i]) * period[i] / (2 * datasets::pi * datasets::mu_0)));
      phase.push_back(std::arg(z[i]) * 180 / datasets::pi);
    }
    return datasets::make_sample({{"model", cast(model, real)},
                                  {"impedance", cast(Tensor(z), complex_of(real))},
                                  {"log10_rho_a", cast(Tensor(rho), real)},
                                  {"phase", cast(Tensor(phase), real)}});
  }
};

Simulation simulation_of(const Options& o) {
  for (const auto& w : o.written) *w->target = datasets::parse_distribution(w->text, w->key);
  if (!(o.shortest > 0 && o.shortest <= o.longest)) throw UsageError("periods need 0 < shortest <= longest");
  if (o.per_decade < 1 || o.per_decade > 1000) throw UsageError("per_decade lies between 1 and 1000");
  if (!(o.noise >= 0 && o.noise < 1)) throw UsageError("noise is a fraction of |Z|, 0 to 1");
  Simulation s;
  s.noise = o.noise;
  s.real = o.single ? DType::f32 : DType::f64;
  const double decades = std::log10(o.longest / o.shortest);
  const int steps = static_cast<int>(std::lround(decades * o.per_decade));
  for (int i = 0; i <= steps; ++i) s.period.push_back(o.shortest * std::pow(10, steps ? decades * i / steps : 0));
  s.edges = datasets::growing_edges(o.cells, o.first, o.growth);
  for (std::size_t i = 1; i + 1 < s.edges.size(); ++i) s.thickness.push_back(s.edges[i] - s.edges[i - 1]);
  const datasets::ModelGrid grid{{{s.edges, true}}};
  s.models = std::make_shared<const datasets::ModelGenerator>(grid, o.models);
  return s;
}

datasets::EnsemblePlan plan_of(const Options& o, const Simulation& s) {
  datasets::EnsemblePlan plan;
  plan.samples = static_cast<std::int64_t>(o.samples);
  plan.shard_samples = static_cast<std::int64_t>(o.shard);
  plan.seed = o.seed;
  plan.configuration = to_toml("generate", *o.settings);
  plan.coordinates = {{"period_s", Tensor(s.period)}, {"depth_edges_m", Tensor(s.edges)}};
  return plan;
}

int dry_run(const Options& o, const Simulation& s, const datasets::EnsemblePlan& plan) {
  const std::int64_t few = std::min<std::int64_t>(plan.samples, std::min<std::int64_t>(plan.shard_samples, 200));
  const auto start = Clock::now();
  std::vector<datasets::Sample> samples;
  for (std::int64_t i = 0; i < few; ++i) samples.push_back(s(i, split_seed(plan.seed, static_cast<std::uint64_t>(i))));
  const double packed = static_cast<double>(datasets::shard_bytes(plan, 0, samples).size());
  const int threads = o.threads > 0 ? o.threads : cpu::threads();
  const double all = static_cast<double>(plan.samples) / static_cast<double>(few), bytes = packed * all,
               seconds = seconds_since(start) * all / threads;
  if (o.json)
    print_json({{"schema", "terrella/datasets_generate/1"},
                {"dry_run", true},
                {"samples", plan.samples},
                {"shards", plan.shards()},
                {"fields", datasets::describe(samples.front())},
                {"bytes", bytes},
                {"seconds", seconds},
                {"config", plan.configuration}});
  else
    print(fmt::format("{} samples ({}) in {} files, about {}, about {:.2g} s on {} threads; would write {}\n",
                      plan.samples, datasets::describe(samples.front()), plan.shards(), size_text(bytes), seconds,
                      threads, plain(o.output)));
  return success;
}

int run(Options& o) {
  if (o.output.empty()) throw UsageError("datasets generate: -o is missing: the folder of the ensemble");
  if (o.samples < 1 || o.samples > 1'000'000'000'000 || o.shard < 1 || o.shard > 10'000'000)
    throw UsageError("datasets generate: samples and shard are 1 or more");
  if (o.threads < 0 || o.threads > 4096) throw UsageError("datasets generate: --threads lies between 0 (all) and 4096");
  const Simulation s = simulation_of(o);
  const datasets::EnsemblePlan plan = plan_of(o, s);
  if (o.dry_run) return dry_run(o, s, plan);
  if (folder_exists(o.output) && std::filesystem::exists(std::filesystem::path(o.output) / "ensemble.json") &&
      !o.resume)
    throw UsageError(fmt::format("{}: holds an ensemble already; --resume goes on with it", plain(o.output)));

  datasets::EnsembleOutcome outcome;
  const auto start = Clock::now();
  try {
    const Interrupt interrupt;
    ProgressBar bar;
    datasets::EnsembleOptions options{.threads = o.threads, .resume = o.resume, .progress = {}};
    options.progress = [&](const datasets::EnsembleProgress& now) {
      const double left =
          now.written > 0 ? now.seconds * static_cast<double>(now.all - now.samples) / static_cast<double>(now.written)
                          : 0;
      bar.update(static_cast<std::size_t>(now.samples), static_cast<std::size_t>(now.all),
                 fmt::format("{} of {} samples, {:.0f} s left", now.samples, now.all, left));
      return true;
    };
    outcome = datasets::write_ensemble(o.output, plan, s, options);
  } catch (const Interrupted&) {
    complain(
        fmt::format("interrupted; {} holds what is done, the same command with --resume goes on", plain(o.output)));
    return interrupted;
  }
  if (o.json)
    print_json({{"schema", "terrella/datasets_generate/1"},
                {"output", o.output},
                {"written", outcome.written},
                {"found", outcome.found},
                {"complete", outcome.complete},
                {"seconds", seconds_since(start)}});
  else
    print(plain(o.output) + "\n");
  say(fmt::format("{} samples written, {} found, {:.2f} s", outcome.written, outcome.found, seconds_since(start)));
  if (outcome.complete) return success;
  warn("not complete yet: another process is writing the rest; --resume looks again");
  return resumable;
}

}  // namespace

Action datasets_generate(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.configuration_word("generate");
  arguments.option("output", &o->output, "the folder of the ensemble", 'o');
  arguments.option("resume", &o->resume, "go on with what the folder holds");
  arguments.option("dry-run", &o->dry_run, "look whether all is well, estimate size and time");
  arguments.option("json", &o->json, "one JSON object on stdout");
  arguments.option("threads", &o->threads, "0: all; the samples do not depend on it");
  arguments.setting("samples", &o->samples, "in all");
  arguments.setting("shard", &o->shard, "samples in a file");
  arguments.setting("seed", &o->seed, "of everything");
  arguments.setting("shortest", &o->shortest, "period, s");
  arguments.setting("longest", &o->longest, "period, s");
  arguments.setting("per_decade", &o->per_decade, "periods");
  arguments.setting("noise", &o->noise, "standard deviation of real and imaginary part, of |Z|");
  arguments.setting("single", &o->single, "numbers of 32 bits, else 64");
  arguments.setting("depth.cells", &o->cells, "of a model; the last is the half-space");
  arguments.setting("depth.first", &o->first, "thickness of the first cell, m");
  arguments.setting("depth.growth", &o->growth, "thickness of a cell over that of the one above");
  const auto distribution = [&](const char* key, datasets::Distribution& target, const char* help) {
    o->written.push_back(std::make_unique<Written>(Written{key, datasets::to_text(target), &target}));
    arguments.setting(key, &o->written.back()->text, fmt::format("{} ({})", help, o->written.back()->text));
  };
  datasets::ModelOptions& m = o->models;
  arguments.setting("lowest", &m.lowest, "resistivity, ohm m; what is lower is clipped");
  arguments.setting("highest", &m.highest, "resistivity, ohm m; what is higher is clipped");
  arguments.setting("layers.weight", &m.layers.weight, "of models whose background are layers");
  distribution("layers.count", m.layers.count, "layers");
  distribution("layers.thickness", m.layers.thickness, "m");
  distribution("layers.resistivity", m.layers.resistivity, "ohm m");
  arguments.setting("field.weight", &m.field.weight, "of models whose background is a Gaussian field");
  distribution("field.mean", m.field.mean, "log10 ohm m");
  arguments.setting("field.deviation", &m.field.covariance.deviation, "of log10 ohm m");
  arguments.setting("field.length", &m.field.covariance.length, "correlation length, decades of depth");
  arguments.choice("field.kernel", m.field.covariance.kernel, {"exponential", "matern", "gaussian"},
                   "of its covariance");
  distribution("conductors.count", m.conductors.count, "thin layers that conduct well");
  distribution("conductors.depth", m.conductors.depth, "of their tops, m");
  distribution("conductors.thickness", m.conductors.thickness, "m");
  distribution("conductors.resistivity", m.conductors.resistivity, "ohm m");
  distribution("blocks.count", m.blocks.count, "blocks");
  distribution("blocks.depth", m.blocks.depth, "of their tops, m");
  distribution("blocks.height", m.blocks.height, "m");
  distribution("blocks.resistivity", m.blocks.resistivity, "ohm m");
  distribution("bumps.count", m.bumps.count, "smooth hills and hollows");
  distribution("bumps.amplitude", m.bumps.amplitude, "log10 ohm m");
  distribution("bumps.height", m.bumps.height, "their deviation, decades of depth");
  o->settings = &arguments.settings();
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
