// What the eager graph costs where the numbers are few: building, running and differentiating nodes.
#include <benchmark/benchmark.h>

#include "core/backend/cpu/parallel.h"
#include "core/control.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/transform.h"

namespace {

using namespace terrella;

constexpr int chain = 1000;

Tensor start() {
  Tensor x = linspace(0, 1, 10);
  x.eval();
  return x;
}

/// One sum of ten elements, built and evaluated.
void add(benchmark::State& state) {
  const Tensor x = start(), y = start();
  for (auto _ : state) {
    const Tensor z = x + y;
    z.eval();
    benchmark::DoNotOptimize(z);
  }
}

/// The same while a profile is recorded.
void add_profiled(benchmark::State& state) {
  const Tensor x = start(), y = start();
  const profile::Recording recording({.most_events = 100000});
  for (auto _ : state) {
    const Tensor z = x + y;
    z.eval();
    benchmark::DoNotOptimize(z);
  }
}

/// The same with a number.
void add_number(benchmark::State& state) {
  const Tensor x = start();
  for (auto _ : state) {
    const Tensor z = x + 1.0;
    z.eval();
    benchmark::DoNotOptimize(z);
  }
}

/// A chain of 1000 sums, value only; time of one.
void chain_value(benchmark::State& state) {
  const Tensor x = start();
  for (auto _ : state) {
    Tensor y = x;
    for (int i = 0; i < chain; ++i) y = y + x;
    y.eval();
    benchmark::DoNotOptimize(y);
  }
  state.SetItemsProcessed(state.iterations() * chain);
}

/// The same with its gradient, both evaluated.
void chain_gradient(benchmark::State& state) {
  const Tensor x = start();
  const auto f = value_and_grad([&](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < chain; ++i) y = y + x;
    return sum(y);
  });
  for (auto _ : state) {
    const auto [value, gradient] = f(x);
    value.eval();
    gradient.eval();
    benchmark::DoNotOptimize(gradient);
  }
  state.SetItemsProcessed(state.iterations() * chain);
}

/// Products instead, whose derivatives are products.
void chain_of_products(benchmark::State& state) {
  const Tensor x = start() + 0.5;
  const auto f = value_and_grad([&](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < chain; ++i) y = y * x;
    return sum(y);
  });
  for (auto _ : state) {
    const auto [value, gradient] = f(x);
    value.eval();
    gradient.eval();
    benchmark::DoNotOptimize(gradient);
  }
  state.SetItemsProcessed(state.iterations() * chain);
}

/// A loop of 1000 steps c sin(c) in the graph, value only; time of a step.
Tensor loop(const Tensor& x) {
  const auto step = [](const Tensors& c, const Tensors&) { return ScanStep{{c[0] * sin(c[0])}, {}}; };
  return sum(scan(step, {x}, {}, chain).carry[0]);
}
void scan_value(benchmark::State& state) {
  const Tensor x = start();
  for (auto _ : state) {
    const Tensor y = loop(x);
    y.eval();
    benchmark::DoNotOptimize(y);
  }
  state.SetItemsProcessed(state.iterations() * chain);
}

/// Its gradient, with the states that scan() holds where nobody says.
void scan_gradient(benchmark::State& state) {
  const Tensor x = start();
  for (auto _ : state) {
    const Tensor g = grad(loop)(x);
    g.eval();
    benchmark::DoNotOptimize(g);
  }
  state.SetItemsProcessed(state.iterations() * chain);
}

BENCHMARK(add);
BENCHMARK(add_profiled);
BENCHMARK(add_number);
BENCHMARK(chain_value);
BENCHMARK(chain_gradient);
BENCHMARK(chain_of_products);
BENCHMARK(scan_value);
BENCHMARK(scan_gradient);

}  // namespace

int main(int argc, char** argv) {
  cpu::set_threads(1);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
