// 1D inversion of a whole line: read once, inverted again and again.
//
// inversion_bench FOLDER alone|tied [REPEATS]   one line of JSON: seconds of each run (wall, processor), sites, layers,
// RMS of each site inversion_bench FOLDER single [REPEATS]       JSON of each site by itself, on one thread, to its
// model and no further:
//                                               the data, errors, layers, start and model; seconds (processor), RMS
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iomanip>
#include <iostream>

#include "core/backend/cpu/parallel.h"
#include "datasets/read.h"
#include "inversion/layered_earth.h"
#include "inversion/mt1d.h"

namespace {

using namespace terrella;

double processor_seconds(std::clock_t since) { return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC; }

template <class Values, class Get>
void list(const char* name, const Values& values, const Get& get) {
  std::cout << ", \"" << name << "\": [";
  for (std::size_t i = 0; i < values.size(); ++i) std::cout << (i ? ", " : "") << get(values[i]);
  std::cout << ']';
}

void lines(const datasets::Survey& survey, bool tied, int repeats) {
  inversion::Invert1dOptions options{.error_floor = 0.05};
  options.lateral = tied ? 1 : 0;
  inversion::Result result;
  std::vector<double> wall, processor;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t clock = std::clock();
    result = inversion::invert_1d(survey, options);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    wall.push_back(spent.count());
    processor.push_back(processor_seconds(clock));
  }
  const auto same = [](double x) { return x; };
  std::cout << "{\"layers\": " << result.model.layers;
  list("seconds", wall, same);
  list("processor_seconds", processor, same);
  std::cout << ", \"rms\": {";
  for (std::size_t i = 0; i < result.fits.size(); ++i)
    std::cout << (i ? ", " : "") << '"' << result.fits[i].site << "\": " << result.fits[i].rms;
  std::cout << "}}\n";
}

void single(const datasets::Survey& survey, int repeats) {
  cpu::set_threads(1);
  const inversion::Invert1dOptions options{.error_floor = 0.05, .resolution = false};
  std::vector<inversion::Sounding> soundings;
  for (const datasets::Site& site : survey.sites) soundings.push_back(inversion::sounding(site, options));
  inversion::Invert1dOptions one = options;
  one.layers.thickness = inversion::design_layers(soundings, options.layers);
  const auto same = [](double x) { return x; };
  std::cout << std::setprecision(17) << '[';
  for (std::size_t s = 0; s < soundings.size(); ++s) {
    double seconds = 1e300;
    inversion::Result result;
    for (int i = 0; i < repeats; ++i) {
      const std::clock_t clock = std::clock();
      result = inversion::invert_1d(std::vector{soundings[s]}, one);
      seconds = std::min(seconds, processor_seconds(clock));
    }
    std::cout << (s ? ",\n" : "") << "{\"site\": \"" << soundings[s].name << "\", \"seconds\": " << seconds
              << ", \"rms\": " << result.fits[0].rms << ", \"iterations\": " << result.history.back().iteration
              << ", \"start_resistivity\": " << inversion::mean_resistivity(soundings[s]);
    list("period", soundings[s].period, same);
    list("real", soundings[s].z, [](std::complex<double> z) { return z.real(); });
    list("imaginary", soundings[s].z, [](std::complex<double> z) { return z.imag(); });
    list("error", soundings[s].z_error, same);
    list("thickness", one.layers.thickness, same);
    list("resistivity", result.model.resistivity, same);
    std::cout << '}';
  }
  std::cout << "]\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string way = argc > 2 ? argv[2] : "";
  if (way != "alone" && way != "tied" && way != "single") {
    std::cerr << "usage: inversion_bench FOLDER alone|tied|single [REPEATS]\n";
    return 2;
  }
  const datasets::Survey survey = datasets::read({argv[1]});
  const int repeats = argc > 3 ? std::atoi(argv[3]) : 5;
  if (way == "single")
    single(survey, repeats);
  else
    lines(survey, way == "tied", repeats);
}
