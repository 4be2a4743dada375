// bench/mt1d_bench.cpp: impedance of 1000 soundings of 60 layers at 40 periods, and its derivatives.
//
// mt1d_bench [--benchmark_...]       times, one iteration is the whole batch
// mt1d_bench --answers MODEL FILE    reads resistivity [1000, 60], thickness [1000, 59] and frequency [40] (raw
// doubles),
//                                    writes Z [1000, 40], dZ/dresistivity and dZ/dthickness of the first 10 soundings
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

#include "core/ops.h"
#include "core/transform.h"
#include "elec/mt1d/impedance.h"
#include "elec/mt1d/impedance_kernel.h"

namespace {

using namespace terrella::elec::mt1d;
using Complex = std::complex<double>;
constexpr std::int64_t soundings = 1000, layers = 60, frequencies = 40;

struct Job {
  std::vector<double> resistivity = std::vector<double>(soundings * layers);
  std::vector<double> thickness = std::vector<double>(soundings * (layers - 1));
  std::vector<double> frequency = std::vector<double>(frequencies);
  std::vector<Complex> z = std::vector<Complex>(soundings * frequencies);

  Job() {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> exponent(0, 4);
    for (double& x : resistivity) x = std::pow(10, exponent(random));
    for (std::int64_t i = 0; i < soundings * (layers - 1); ++i) thickness[i] = 10 * std::pow(1.12, i % (layers - 1));
    for (std::int64_t i = 0; i < frequencies; ++i) frequency[i] = std::pow(10, 3 - 6.0 * i / (frequencies - 1));
  }
  Batch batch(std::int64_t count = soundings) const {
    return {count,
            layers,
            frequencies,
            std::span(resistivity).first(count * layers),
            std::span(thickness).first(count * (layers - 1)),
            frequency};
  }
};

#define TIMED(benchmark_) benchmark_->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime()

void forward(benchmark::State& state) {
  Job job;
  for (auto _ : state) impedance(job.batch(), job.z);
}
TIMED(BENCHMARK(forward));

void jacobian(benchmark::State& state) {
  Job job;
  std::vector<Complex> by_resistivity(job.z.size() * layers), by_thickness(job.z.size() * (layers - 1));
  for (auto _ : state) impedance_jacobian(job.batch(), job.z, by_resistivity, by_thickness);
}
TIMED(BENCHMARK(jacobian));

void jvp(benchmark::State& state) {
  Job job;
  for (auto _ : state) impedance_jvp(job.batch(), {job.resistivity, job.thickness, {}}, job.z);
}
TIMED(BENCHMARK(jvp));

void vjp(benchmark::State& state) {
  Job job;
  impedance(job.batch(), job.z);
  std::vector<double> resistivity(job.resistivity.size()), thickness(job.thickness.size()), frequency(job.z.size());
  for (auto _ : state) impedance_vjp(job.batch(), job.z, {resistivity, thickness, frequency});
}
TIMED(BENCHMARK(vjp));

// The same as operations of the graph, which a user calls.

struct Tensors3 {
  terrella::Tensor resistivity, thickness, frequency;
  explicit Tensors3(const Job& job)
      : resistivity(terrella::Tensor::from(job.resistivity, {soundings, layers})),
        thickness(terrella::Tensor::from(job.thickness, {soundings, layers - 1})),
        frequency(terrella::Tensor::from(job.frequency, {frequencies})) {}
};

void tensor_forward(benchmark::State& state) {
  const Tensors3 m{Job()};
  for (auto _ : state) terrella::elec::impedance_1d(m.resistivity, m.thickness, m.frequency).eval();
}
TIMED(BENCHMARK(tensor_forward));

void tensor_jacobian(benchmark::State& state) {
  const Tensors3 m{Job()};
  for (auto _ : state)
    terrella::elec::impedance_1d_jacobian(m.resistivity, m.thickness, m.frequency).by_resistivity.eval();
}
TIMED(BENCHMARK(tensor_jacobian));

/// Gradient of sum |Z|^2.
template <class Forward>
void tensor_gradient(benchmark::State& state, const Forward& forward) {
  const Tensors3 m{Job()};
  const auto loss = [&](const terrella::Tensor& resistivity) {
    const terrella::Tensor z = forward(resistivity, m.thickness, m.frequency);
    return sum(real(conj(z) * z));
  };
  for (auto _ : state) terrella::grad(loss)(m.resistivity).eval();
}
TIMED(BENCHMARK_CAPTURE(tensor_gradient, kernel, terrella::elec::impedance_1d));
TIMED(BENCHMARK_CAPTURE(tensor_gradient, composed, terrella::elec::impedance_1d_composed));

template <class T>
void read(std::ifstream& file, std::vector<T>& values) {
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}
template <class T>
void write(std::ofstream& file, const std::vector<T>& values) {
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

int answers(const char* model, const char* result) {
  constexpr std::int64_t shown = 10;
  Job job;
  std::ifstream in(model, std::ios::binary);
  read(in, job.resistivity);
  read(in, job.thickness);
  read(in, job.frequency);
  if (!in) return 3;
  impedance(job.batch(), job.z);
  std::vector<Complex> z(shown * frequencies), by_resistivity(z.size() * layers), by_thickness(z.size() * (layers - 1));
  impedance_jacobian(job.batch(shown), z, by_resistivity, by_thickness);
  std::ofstream out(result, std::ios::binary);
  write(out, job.z);
  write(out, by_resistivity);
  write(out, by_thickness);
  return out ? 0 : 5;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--answers") == 0) return answers(argv[2], argv[3]);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
