// cli/forward.cpp: `terrella forward 1d`, the response of a layered earth.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/layered_forward.h"
#include "cli/output.h"
#include "cli/talk.h"
#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/file/atomic_file.h"
#include "datasets/survey/units.h"
#include "datasets/synthetic/line.h"

namespace terrella::cli {
namespace {

struct Options {
  std::vector<double> resistivity, thickness, periods;
  double shortest = 1e-3, longest = 1e3, latitude = 0, longitude = 0;
  int per_decade = 6;
  std::string output, name = "layers";
  datasets::SyntheticNoise noise{.impedance = 0, .dead_band = 1, .tipper = 0};
  bool json = false, force = false, dry_run = false;
};

std::vector<double> periods_of(const Options& o) {
  if (!o.periods.empty()) return o.periods;
  if (!(o.shortest > 0 && o.shortest <= o.longest))
    throw UsageError("forward 1d: periods need 0 < shortest <= longest");
  if (o.per_decade < 1 || o.per_decade > 1000) throw UsageError("forward 1d: --per-decade lies between 1 and 1000");
  std::vector<double> periods;
  const double first = std::log10(o.shortest), decades = std::log10(o.longest) - first;
  const int steps = static_cast<int>(std::lround(decades * o.per_decade));
  for (int i = 0; i <= steps; ++i) periods.push_back(std::pow(10, first + (steps ? decades * i / steps : 0)));
  return periods;
}

void check_model(const Options& o, const std::vector<double>& periods) {
  if (o.resistivity.empty())
    throw UsageError("forward 1d: --resistivity is missing: ohm m of the layers, from the top, commas between");
  if (o.thickness.size() + 1 != o.resistivity.size())
    throw UsageError(fmt::format("forward 1d: {} resistivities need {} thicknesses, got {}; the half-space has none",
                                 o.resistivity.size(), o.resistivity.size() - 1, o.thickness.size()));
  const auto positive = [](const std::vector<double>& values, const char* what) {
    for (const double value : values)
      if (!(value > 0) || !std::isfinite(value))
        throw UsageError(fmt::format("forward 1d: {} {} is not positive", what, value));
  };
  positive(o.resistivity, "resistivity");
  positive(o.thickness, "thickness");
  positive(periods, "period");
  for (std::size_t i = 1; i < periods.size(); ++i)
    if (!(periods[i] > periods[i - 1]))
      throw UsageError(fmt::format("forward 1d: periods must ascend; {} follows {}", periods[i], periods[i - 1]));
}

struct Row {
  double period, resistivity, phase;
  datasets::Complex z;
};

int run(const Options& o) {
  const std::vector<double> periods = periods_of(o);
  check_model(o, periods);
  const std::string extension = std::filesystem::path(o.output).extension().string();
  if (!o.output.empty() && extension != ".edi" && extension != ".csv")
    throw UsageError("forward 1d: -o takes a file that ends with .edi or .csv");
  if (!o.output.empty()) check_outputs({o.output}, o.force);
  if (o.dry_run) {
    say(fmt::format("{} layers, {} periods; nothing computed", o.resistivity.size(), periods.size()));
    return success;
  }
  const datasets::SyntheticLine line{{{o.name, o.latitude, o.longitude, 0, 0, o.resistivity, o.thickness}}, periods};
  const datasets::Survey survey =
      datasets::synthetic_survey(line, datasets::layered_response(line, layered_impedance), o.noise);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    const datasets::Complex z = survey.sites[0].z[i][datasets::xy];
    if (!std::isfinite(std::abs(z)))
      throw SolveError(fmt::format("forward 1d: no finite impedance at {} s", periods[i]));
    rows.push_back({periods[i], std::norm(z) * periods[i] / (2 * datasets::pi * datasets::mu_0),
                    std::arg(z) * 180 / datasets::pi, z});
  }
  if (extension == ".edi") {
    datasets::Site site = survey.sites[0];
    site.tipper.clear();
    site.tipper_error.clear();
    if (o.noise.impedance == 0)
      site.z_error.assign(periods.size(), {datasets::not_a_number, datasets::not_a_number, datasets::not_a_number,
                                           datasets::not_a_number});
    datasets::write_edi(site, o.output);
  } else if (extension == ".csv") {
    std::string text = "period_s,rho_a_ohm_m,phase_deg,re_z_ohm,im_z_ohm\n";
    for (const Row& r : rows)
      text += fmt::format("{},{},{},{},{}\n", r.period, r.resistivity, r.phase, r.z.real(), r.z.imag());
    datasets::write_file(o.output, text);
  }
  if (o.json) {
    nlohmann::ordered_json period, resistivity, phase, real, imaginary;
    for (const Row& r : rows) {
      period.push_back(r.period);
      resistivity.push_back(r.resistivity);
      phase.push_back(r.phase);
      real.push_back(r.z.real());
      imaginary.push_back(r.z.imag());
    }
    print_json({{"schema", "terrella/forward_1d/1"},
                {"resistivity", o.resistivity},
                {"thickness", o.thickness},
                {"period_s", period},
                {"rho_a_ohm_m", resistivity},
                {"phase_deg", phase},
                {"re_z_ohm", real},
                {"im_z_ohm", imaginary}});
  } else if (o.output.empty()) {
    print(fmt::format("{:>12}  {:>14}  {:>10}\n", "period_s", "rho_a_ohm_m", "phase_deg"));
    for (const Row& r : rows) print(fmt::format("{:>12.6g}  {:>14.6f}  {:>10.5f}\n", r.period, r.resistivity, r.phase));
  } else {
    print(plain(o.output) + "\n");
  }
  return success;
}

}  // namespace

Action forward_1d(Arguments& arguments) {
  auto o = std::make_shared<Options>();
  arguments.configuration("forward_1d");
  arguments.setting("resistivity", &o->resistivity, "ohm m of the layers from the top, commas between");
  arguments.setting("thickness", &o->thickness, "m, one fewer");
  arguments.setting("periods", &o->periods, "s, ascending; instead of the next three");
  arguments.setting("shortest", &o->shortest, "period, s");
  arguments.setting("longest", &o->longest, "period, s");
  arguments.setting("per_decade", &o->per_decade, "periods");
  arguments.setting("noise", &o->noise.impedance, "standard deviation of real and imaginary part, of |Z|");
  arguments.setting("seed", &o->noise.seed, "of the noise");
  arguments.setting("name", &o->name, "of the site in an EDI file");
  arguments.setting("latitude", &o->latitude, "of the site, degrees");
  arguments.setting("longitude", &o->longitude, "of the site, degrees");
  arguments.option("output", &o->output, "an .edi or .csv file; without, a table on stdout", 'o');
  arguments.option("force", &o->force, "replace a file that exists");
  arguments.option("dry-run", &o->dry_run, "only look whether all is well");
  arguments.option("json", &o->json, "one JSON object on stdout");
  return [o] { return run(*o); };
}

}  // namespace terrella::cli
