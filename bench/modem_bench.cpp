// bench/modem_bench.cpp: a ModEM data list of 1000 sites, 40 periods and the full impedance tensor, on one core.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

#include "datasets/modem/data.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"

namespace {

using namespace terrella::datasets;

// Half-spaces of different resistivity, 25 x 40 sites on a grid of 2 km.
Observations example() {
  Observations o;
  o.blocks.emplace_back();
  o.blocks[0].kind = "Full_Impedance";
  o.blocks[0].units = "[mV/km]/[nT]";
  for (int s = 0; s < 1000; ++s) {
    ObservationSite site;
    site.name = "S" + std::to_string(s + 1000);
    site.latitude = 44 + 0.02 * (s / 40);
    site.longitude = -110 + 0.02 * (s % 40);
    site.x = 2000.0 * (s / 40);
    site.y = 2000.0 * (s % 40);
    site.z = -1.5 * s;
    o.sites.push_back(site);
    for (int p = 0; p < 40; ++p)
      for (const Quantity quantity : {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy}) {
        Observation row;
        row.period = std::pow(10.0, -3 + 0.15 * p);
        row.site = static_cast<std::uint32_t>(s);
        row.quantity = quantity;
        const double size = std::sqrt(2 * pi / row.period * mu_0 * (10 + s));
        row.value = std::polar(quantity == Quantity::zxy || quantity == Quantity::zyx ? size : 0.01 * size,
                               pi / 4 + 0.01 * p - (quantity == Quantity::zyx ? pi : 0.0));
        row.error = row.error_imaginary = 0.05 * size;
        o.rows.push_back(row);
      }
  }
  return o;
}

const std::string& path() {
  static const std::string file = [] {
    const std::string name = (std::filesystem::temp_directory_path() / "terrella_modem_bench.dat").string();
    write_modem_data(example(), name);
    return name;
  }();
  return file;
}

void read_list(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(read_modem_data(path()).rows.size());
  state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(path()));
}
BENCHMARK(read_list)->Unit(benchmark::kMillisecond);

void read_survey(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(survey_of(read_modem_data(path())).survey.sites.size());
}
BENCHMARK(read_survey)->Unit(benchmark::kMillisecond);

void write_list(benchmark::State& state) {
  const Observations o = example();
  for (auto _ : state) benchmark::DoNotOptimize(modem_data_text(o).size());
}
BENCHMARK(write_list)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  std::filesystem::remove(path());
  return 0;
}
