// 1D inversion of a whole line: read once, inverted again and again.
//
// inversion_bench FOLDER alone|tied [REPEATS]   one line of JSON: seconds of each run (wall, processor), sites, layers,
// RMS of each site
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>

#include "datasets/read.h"
#include "inversion/mt1d.h"

int main(int argc, char** argv) {
  using namespace terrella;
  if (argc < 3 || (std::strcmp(argv[2], "alone") != 0 && std::strcmp(argv[2], "tied") != 0)) {
    std::cerr << "usage: inversion_bench FOLDER alone|tied [REPEATS]\n";
    return 2;
  }
  const datasets::Survey survey = datasets::read({argv[1]});
  inversion::Invert1dOptions options{.error_floor = 0.05};
  options.lateral = std::strcmp(argv[2], "tied") == 0 ? 1 : 0;
  inversion::Result result;
  std::cout << "{\"seconds\": [";
  std::string processor;
  for (int i = 0, repeats = argc > 3 ? std::atoi(argv[3]) : 5; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t clock = std::clock();
    result = inversion::invert_1d(survey, options);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    std::cout << (i ? ", " : "") << spent.count();
    processor += (i ? ", " : "") + std::to_string(static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC);
  }
  std::cout << "], \"processor_seconds\": [" << processor << "], \"layers\": " << result.model.layers << ", \"rms\": {";
  for (std::size_t i = 0; i < result.fits.size(); ++i)
    std::cout << (i ? ", " : "") << '"' << result.fits[i].site << "\": " << result.fits[i].rms;
  std::cout << "}}\n";
}
