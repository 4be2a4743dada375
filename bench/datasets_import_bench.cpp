// bench/datasets_import_bench.cpp: a folder of soundings to one survey, on one core.
//
// datasets_import_bench [--benchmark_...]   times of each survey; the folder of real data is $TERRELLA_DATA, else
//                                           ../shared/data
// datasets_import_bench --answers           "survey path period re im" of each Zxy, ohm
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "datasets/read.h"

namespace {

using namespace terrella::datasets;

constexpr const char* surveys[] = {"kap03-profile/edi", "yellowstone-ynp/edi", "usarray-emtfxml"};

std::string folder_of(const char* survey) {
  const char* const data = std::getenv("TERRELLA_DATA");
  return std::string(data ? data : "../shared/data") + "/" + survey;
}

// From disk (its cache) to a Survey, as `terrella convert FOLDER` does it.
void import_survey(benchmark::State& state, const char* survey) {
  const std::vector<std::string> paths = {folder_of(survey)};
  const std::size_t sites = read_readable(paths).survey.sites.size();
  if (sites == 0) return state.SkipWithError("no real data: set TERRELLA_DATA to its folder");
  for (auto _ : state) benchmark::DoNotOptimize(read(paths).sites.size());
  state.counters["sites"] = static_cast<double>(sites);
}
BENCHMARK_CAPTURE(import_survey, kap03, surveys[0])->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_survey, yellowstone, surveys[1])->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_survey, usarray, surveys[2])->Unit(benchmark::kMillisecond);

void print_answers() {
  for (const char* survey : surveys)
    for (const Site& site : read({folder_of(survey)}).sites)
      for (std::size_t i = 0; i < site.z.size(); ++i)
        std::printf("%s\t%s\t%.15g\t%.15g\t%.15g\n", survey, site.provenance.path.c_str(), site.period[i],
                    site.z[i][xy].real(), site.z[i][xy].imag());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--answers") return print_answers(), 0;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
