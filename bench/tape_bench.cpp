// Fused programs: a chain of 20 elementwise operations over 1e7 numbers, and many small calls as one job.
#include <benchmark/benchmark.h>

#include <vector>

#include "core/backend/cpu/parallel.h"
#include "core/backend/tape.h"

namespace {

using namespace terrella;

double number(const Array& x, std::int64_t i) {
  return x.dtype == DType::f32 ? static_cast<double>(static_cast<const float*>(x.bytes())[i])
                               : static_cast<const double*>(x.bytes())[i];
}

Array filled(DType dtype, std::int64_t n, double low, double high) {
  Array x = default_backend().empty(dtype, {n});
  for (std::int64_t i = 0; i < n; ++i) {
    const double value = low + (high - low) * static_cast<double>(i * 7919 % n) / static_cast<double>(n);
    if (dtype == DType::f32)
      static_cast<float*>(x.bytes())[i] = static_cast<float>(value);
    else
      static_cast<double*>(x.bytes())[i] = value;
  }
  return x;
}

/// Four times: y = f(max(y 1.0001 + 0.5, x) - x), f the absolute value or tanh.
Tape chain(DType dtype, std::int64_t n, Elementwise last) {
  Tape tape;
  tape.space = {n};
  tape.inputs = {{dtype, {n}}, {dtype, {}}, {dtype, {}}};
  std::int32_t y = 0, next = 3;
  const auto then = [&](Elementwise operation, std::int32_t with) {
    tape.instructions.push_back({operation, dtype, {y, with, -1}});
    y = next++;
  };
  for (int k = 0; k < 4; ++k) {
    then(Elementwise::multiply, 1);
    then(Elementwise::add, 2);
    then(Elementwise::maximum, 0);
    then(Elementwise::subtract, 0);
    then(last, -1);
  }
  tape.outputs.push_back({y, {}, {}});
  return tape;
}

/// The chain with an output whose memory is made by each call, as jit calls it; or in place, as of a donated argument.
void chain20(benchmark::State& state, DType dtype, Elementwise last, bool in_place = false) {
  cpu::set_threads(static_cast<int>(state.range(0)));
  constexpr std::int64_t n = 10'000'000;
  const auto program = default_backend().compile(chain(dtype, n, last));
  const std::vector<Array> inputs = {filled(dtype, n, -2, 2), filled(dtype, 1, 1.0001, 0), filled(dtype, 1, 0.5, 0)};
  std::vector<Array> scalars = inputs;
  for (std::size_t i : {1, 2}) scalars[i].shape = scalars[i].strides = {};
  std::vector<Array> outputs(1);
  for (auto _ : state) {
    outputs[0] = in_place ? inputs[0] : Array();
    const TapeCall call{program.get(), scalars, outputs};
    default_backend().run({&call, 1});
    benchmark::DoNotOptimize(outputs[0].bytes());
  }
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += number(outputs[0], i);
  state.counters["mean"] = sum / n;
  cpu::set_threads(0);
}

/// Adam for 100 tensors of 10 000 numbers: moments and parameters updated where they stand, one job.
void adam(benchmark::State& state) {
  cpu::set_threads(static_cast<int>(state.range(0)));
  constexpr std::int64_t n = 10'000;
  constexpr DType d = DType::f32;
  Tape tape;
  tape.space = {n};
  // parameter, gradient, moments m and v; the numbers a, 1 - a, b, 1 - b, epsilon, step
  tape.inputs = {{d, {n}}, {d, {n}}, {d, {n}}, {d, {n}}, {d, {}}, {d, {}}, {d, {}}, {d, {}}, {d, {}}, {d, {}}};
  std::int32_t next = 10;
  const auto then = [&](Elementwise operation, std::int32_t x, std::int32_t y) {
    tape.instructions.push_back({operation, d, {x, y, -1}});
    return next++;
  };
  using enum Elementwise;
  const auto m = then(add, then(multiply, 2, 4), then(multiply, 1, 5));
  const auto v = then(add, then(multiply, 3, 6), then(multiply, then(square, 1, -1), 7));
  const auto p = then(subtract, 0, then(multiply, then(divide, m, then(add, then(sqrt, v, -1), 8)), 9));
  tape.outputs = {{p, {}, {}}, {m, {}, {}}, {v, {}, {}}};
  const auto program = default_backend().compile(tape);
  std::vector<std::vector<Array>> inputs, outputs;
  std::vector<TapeCall> calls;
  for (int i = 0; i < 100; ++i) {
    inputs.push_back({filled(d, n, -1, 1), filled(d, n, -2, 1), filled(d, n, -1, 2), filled(d, n, 0, 1)});
    for (const double number : {0.9, 0.1, 0.999, 0.001, 1e-8, 1e-3}) {
      inputs.back().push_back(filled(d, 1, number, 0));
      inputs.back().back().shape = inputs.back().back().strides = {};
    }
    outputs.push_back({inputs.back()[0], inputs.back()[2], inputs.back()[3]});
  }
  for (std::size_t i = 0; i < 100; ++i) calls.push_back({program.get(), inputs[i], outputs[i]});
  for (auto _ : state) default_backend().run(calls);
  cpu::set_threads(0);
}

void threads(benchmark::internal::Benchmark* b) {
  b->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(chain20, f32_cheap, DType::f32, Elementwise::abs)->Apply(threads);
BENCHMARK_CAPTURE(chain20, f32_tanh, DType::f32, Elementwise::tanh)->Apply(threads);
BENCHMARK_CAPTURE(chain20, f64_cheap, DType::f64, Elementwise::abs)->Apply(threads);
BENCHMARK_CAPTURE(chain20, f64_tanh, DType::f64, Elementwise::tanh)->Apply(threads);
BENCHMARK_CAPTURE(chain20, f32_cheap_in_place, DType::f32, Elementwise::abs, true)->Apply(threads);
BENCHMARK_CAPTURE(chain20, f64_cheap_in_place, DType::f64, Elementwise::abs, true)->Apply(threads);
BENCHMARK(adam)->Apply(threads);

}  // namespace

BENCHMARK_MAIN();
