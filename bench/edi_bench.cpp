// bench/edi_bench.cpp: reading real EDI files, on one core.
//
// edi_bench [--benchmark_...]    times; the folder of real data is $TERRELLA_DATA, else ../shared/data
// edi_bench --answers            "path period re im" of each Zxy, ohm, to be compared with what other programs read
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/edi/edi.h"
#include "datasets/file/read_file.h"
#include "datasets/read.h"

namespace {

using namespace terrella::datasets;

std::vector<std::string> real_files() {
  const char* const folder = std::getenv("TERRELLA_DATA");
  std::vector<std::string> files;
  std::error_code absent;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder ? folder : "../shared/data", absent))
    if (entry.path().extension() == ".edi") files.push_back(entry.path().string());
  return files;
}

// From disk (its cache) to a Survey, as `terrella check FILES` does it.
void read_files(benchmark::State& state) {
  const auto files = real_files();
  if (files.empty()) return state.SkipWithError("no real data: set TERRELLA_DATA to its folder");
  for (auto _ : state) benchmark::DoNotOptimize(read_readable(files).survey.sites.size());
  state.counters["files"] = static_cast<double>(files.size());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(files.size()));
}
BENCHMARK(read_files)->Unit(benchmark::kMillisecond);

// The parsing alone, of bytes in memory.
void parse_bytes(benchmark::State& state) {
  std::vector<std::string> texts;
  std::int64_t bytes = 0;
  for (const std::string& file : real_files()) {
    texts.push_back(read_file(file, std::size_t{64} << 20));
    bytes += static_cast<std::int64_t>(texts.back().size());
  }
  if (texts.empty()) return state.SkipWithError("no real data: set TERRELLA_DATA to its folder");
  for (auto _ : state)
    for (const std::string& text : texts) benchmark::DoNotOptimize(parse_edi(text, "bench.edi").period.size());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(texts.size()));
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(parse_bytes)->Unit(benchmark::kMillisecond);

void print_answers() {
  for (const std::string& file : real_files()) {
    const Site site = read_edi(file);
    for (std::size_t i = 0; i < site.z.size(); ++i)
      std::printf("%s\t%.15g\t%.15g\t%.15g\n", file.c_str(), site.period[i], site.z[i][xy].real(),
                  site.z[i][xy].imag());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--answers") return print_answers(), 0;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
