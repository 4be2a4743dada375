// What the graph holds on to, and for how long.
#include <gtest/gtest.h>

#include "core/backend/cpu/memory.h"
#include "core/ops.h"
#include "core/transform.h"
#include "tests/core/sanitized.h"

namespace terrella {
namespace {

std::size_t in_use() { return cpu::memory_statistics().in_use; }

constexpr std::int64_t large = 1 << 16;
constexpr std::size_t bytes = large * sizeof(double);

TEST(GraphMemory, AMillionUpdatesStayBounded) {
  const std::size_t before = in_use();
  cpu::reset_peak();
  Tensor x = zeros({10}), sum_of_all = zeros({});
  for (int i = 0; i < tests::loop_length(1000000); ++i) x = 0.5 * x + 1.0;
  EXPECT_NEAR(x[9].item(), 2.0, 1e-15);
  EXPECT_LT(cpu::memory_statistics().peak - before, 1u << 20);
}

TEST(GraphMemory, TwoStatesThatNeedEachOtherStayBounded) {
  Tensor x = ones({10}), v = zeros({10});
  cpu::reset_peak();
  const std::size_t before = in_use();
  for (int i = 0; i < tests::loop_length(100000); ++i) {  // a harmonic oscillator by leapfrog
    v = v - 0.01 * x;
    x = x + 0.01 * v;
  }
  EXPECT_LT(max_abs(x), 1.01);
  EXPECT_LT(cpu::memory_statistics().peak - before, 1u << 20);
}

TEST(GraphMemory, GradientDescentStaysBounded) {
  const auto loss = [](const Tensor& x) { return sum((x - 3.0) * (x - 3.0)); };
  Tensor x = zeros({large});
  x = x + 0.0;
  const std::size_t before = in_use();
  cpu::reset_peak();
  for (int i = 0; i < 2000; ++i) x = x - 0.01 * grad(loss)(x);
  EXPECT_LT(max_abs(x - 3.0), 1e-10);
  EXPECT_LT(cpu::memory_statistics().peak - before, 2000 * bytes / 2) << "the pending chain itself, not its past";
  EXPECT_LE(in_use(), before + 16 * bytes);
}

TEST(GraphMemory, GradientDescentWithBranchesStaysBounded) {
  // The branch evaluates inside the transform, so that the past is kept while it lives, and no longer.
  const auto loss = [](const Tensor& x) {
    const Tensor y = sum((x - 3.0) * (x - 3.0));
    return y > 1.0 ? y : 2.0 * y;
  };
  Tensor x = zeros({large}) + 0.0;
  const std::size_t before = in_use();
  cpu::reset_peak();
  std::vector<Tensor> losses;
  for (int i = 0; i < 300; ++i) {
    const auto [value, gradient] = value_and_grad(loss)(x);
    losses.push_back(value);
    x = x - 0.01 * gradient;
  }
  EXPECT_LT(cpu::memory_statistics().peak - before, 12 * bytes);
  EXPECT_LT(losses.back().item(), losses.front().item());
}

TEST(GraphMemory, WhatADerivativeDoesNotNeedIsNotComputed) {
  const Tensor x = ones({large}) + 0.0, y = ones({large}) + 1.0;
  eval(Tensors{x, y});
  const std::size_t before = in_use();
  cpu::reset_peak();
  const Tensor g = grad([&](const Tensor& t) {
    Tensor z = t;
    for (int i = 0; i < 1000; ++i) z = z + y;
    return sum(z);
  })(x);
  EXPECT_EQ(max_abs(g - 1.0), 0.0);
  EXPECT_LT(cpu::memory_statistics().peak - before, 8 * bytes) << "none of the thousand sums";
}

TEST(GraphMemory, AValueKeptFromATransformDoesNotHoldTheGraph) {
  const Tensor x = ones({large}) + 0.0;
  x.eval();
  const std::size_t before = in_use();
  const auto f = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 20; ++i) y = sin(y) + t;
    const Tensor s = sum(y);
    s.eval();  // under the live transform: the chain is kept for the pullback
    return s;
  };
  {
    const auto [value, gradient] = value_and_grad(f)(x);
    gradient.eval();
    EXPECT_LT(in_use(), before + 3 * bytes);
  }
  Tensor kept;
  kept = value_and_grad(f)(x).first;
  EXPECT_LT(in_use(), before + bytes) << "value of value_and_grad";
  kept = jvp(function(f), {x}, {x}).value[0];
  EXPECT_LT(in_use(), before + bytes) << "value of jvp";
  {
    const Vjp v = vjp(function(f), {x});
    kept = v.value[0];
    EXPECT_GT(in_use(), before + 20 * bytes) << "a pullback needs what it will walk";
    EXPECT_LT(max_abs(v.pullback({Tensor(1.0)})[0] - grad(f)(x)), 1e-15);
  }
  EXPECT_LT(in_use(), before + bytes) << "value of vjp after its pullback";
  kept = 1.0;
  EXPECT_LE(in_use(), before + 64);
}

TEST(GraphMemory, ALaterTransformDoesNotKeepAnEarlierOnesNodes) {
  Tensor x = ones({large}) + 0.0;
  x.eval();
  const std::size_t before = in_use();
  // Made under one transform, evaluated under the next.
  Tensor y = grad([](const Tensor& t) { return sum(sin(sin(sin(t)))); })(x);
  const Vjp other = vjp(function([](const Tensor& t) { return t * t; }), {Tensor(2.0)});
  y.eval();
  EXPECT_LT(in_use(), before + bytes + bytes / 2);
}

TEST(GraphMemory, TemporariesAreFreedAsEvaluationProceeds) {
  const Tensor x = ones({large}) + 0.0;
  x.eval();
  const std::size_t before = in_use();
  cpu::reset_peak();
  Tensor y = x;
  for (int i = 0; i < 100; ++i) y = sin(y) * 2.0;
  y.eval();
  EXPECT_LE(cpu::memory_statistics().peak - before, 3 * bytes);
}

TEST(GraphMemory, CheckpointHoldsLessThanThePlainGradient) {
  const auto segment = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 10; ++i) y = sin(y) * y;
    return y;
  };
  const auto peak_of = [&](bool checkpointed) {
    const auto f = [&](const Tensor& t) {
      Tensor y = t;
      for (int i = 0; i < 10; ++i) y = checkpointed ? checkpoint(segment)(y) : segment(y);
      return sum(y);
    };
    const Tensor x = linspace(0.1, 1, large);
    x.eval();
    const std::size_t before = in_use();
    cpu::reset_peak();
    grad(f)(x).eval();
    return (cpu::memory_statistics().peak - before) / bytes;
  };
  const std::size_t plain = peak_of(false), saved = peak_of(true);
  EXPECT_GT(plain, 100u);
  EXPECT_LT(saved, 45u) << "ten results of segments, and the inside of one";
}

}  // namespace
}  // namespace terrella
