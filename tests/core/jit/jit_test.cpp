#include "core/jit.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/backend/cpu/memory.h"
#include "core/debug.h"
#include "core/error.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/random.h"

namespace terrella {
namespace {

double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

Tensor mlp(const Tensors& parameters, const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i + 1 < parameters.size(); i += 2) {
    y = matmul(y, parameters[i]) + parameters[i + 1];
    if (i + 2 < parameters.size()) y = tanh(y);
  }
  return y;
}

TEST(Jit, GivesWhatTheFunctionGives) {
  const auto f = [](const Tensor& x, const Tensor& y) { return exp(-x * x) * y + 3.0; };
  const auto g = jit(f);
  const Tensor x = random_normal({50, 7}, 1), y = random_normal({7}, 2);
  EXPECT_LT(largest_difference(g(x, y), f(x, y)), 1e-14);
  EXPECT_LT(largest_difference(g(y, y), f(y, y)), 1e-14);
  EXPECT_EQ(g.compiled(), 2u);
  EXPECT_LT(largest_difference(g(x + 1.0, y), f(x + 1.0, y)), 1e-14);
  EXPECT_EQ(g.compiled(), 2u) << "the same shapes are compiled once";
}

TEST(Jit, ReturnsSeveralResults) {
  const auto g = jit([](const Tensor& x) { return Tensors{x, sum(x), Tensor(2.0), x * 2.0, x}; });
  const Tensor x = random_normal({9}, 1);
  const Tensors y = g(x);
  ASSERT_EQ(y.size(), 5u);
  EXPECT_EQ(largest_difference(y[0], x), 0);
  EXPECT_NEAR(y[1].item(), sum(x).item(), 1e-15);
  EXPECT_EQ(y[2].item(), 2.0);
  EXPECT_EQ(largest_difference(y[3], x * 2.0), 0);
  EXPECT_EQ(largest_difference(y[4], x), 0);
}

TEST(Jit, NumbersAdoptThePrecisionOfWhatTheyMeet) {
  const auto g = jit([](const Tensor& x, const Tensor& scale) { return x * scale; });
  const Tensor x = random_normal({5}, 1, DType::f32);
  EXPECT_EQ(g(x, Tensor(2.0)).dtype(), DType::f32);
  EXPECT_EQ(g(x, full({}, 2.0, DType::f64)).dtype(), DType::f64) << "a strong scalar is another signature";
}

TEST(Jit, NumbersComeOutAsNumbers) {
  const auto twice = jit([](const Tensor& n) { return sin(n) * 2.0; });
  const auto both = jit([](const Tensor& n) { return Tensors{n, n + 1.0, full({}, 1.0, DType::f64)}; });
  const Tensor x = random_normal({5}, 1, DType::f32), two(2.0);
  EXPECT_EQ((x * twice(two)).dtype(), DType::f32);
  EXPECT_EQ((x * both(two)[0]).dtype(), DType::f32);
  EXPECT_EQ((x * both(two)[1]).dtype(), DType::f32);
  EXPECT_EQ((x * both(two)[2]).dtype(), DType::f64);
  EXPECT_EQ(jit([&](const Tensor& y, const Tensor& n) { return y * twice(n); })(x, two).dtype(), DType::f32);
  EXPECT_EQ(grad([&](const Tensor& y) { return sum(y * twice(two)); })(x).dtype(), DType::f32);
}

TEST(Jit, ComplexNumbersThatAreNotFiniteAreThoseOfTheFunction) {
  const auto f = [](const Tensor& z) {
    const Tensor one = full({}, 1.0, DType::c128);
    return Tensors{z * one, z * -one, z / one, power(z, one), power(z, one * 2.0)};
  };
  const double infinite = std::numeric_limits<double>::infinity();
  const Tensor z = full({3}, Tensor(std::complex<double>(infinite, 1.0)));
  const Tensors want = f(z), got = jit(f)(z);
  for (std::size_t i = 0; i < want.size(); ++i)
    for (Tensor (*const part)(const Tensor&) : {&real, &imag}) {
      const Tensor x = part(want[i]), y = part(got[i]);
      EXPECT_TRUE(all(logical_or(equal(x, y), logical_and(isnan(x), isnan(y)))).item()) << i;
    }
}

TEST(Jit, ReturnsOneValueManyTimes) {
  const Tensor x = random_normal({9}, 1);
  for (const Tensor& y : jit([](const Tensor& a) { return Tensors(9, tanh(a * 2.0)); })(x))
    EXPECT_EQ(largest_difference(y, tanh(x * 2.0)), 0);
}

TEST(Jit, FusesElementwiseChainsAndTheirReductions) {
  const auto g = jit([](const Tensor& x, const Tensor& y) { return sum(tanh(x * y + 1.0) - x, {1}); });
  g(ones({100, 20}), ones({20})).eval();
  const JitReport report = g.report();
  EXPECT_EQ(report.fused, 1) << report.program;
  EXPECT_EQ(report.operations, 0) << report.program;
  EXPECT_EQ(report.arena_bytes, 0) << "nothing between lies in memory";
}

TEST(Jit, MergesCommonAndDropsDeadWork) {
  const auto g = jit([](const Tensor& x) {
    exp(x);
    return Tensors{matmul(x, x) + matmul(x, x), x * 1.0 + 0.0};
  });
  g(ones({4, 4}))[0].eval();
  const JitReport report = g.report();
  EXPECT_EQ(report.operations, 1) << report.program;
  EXPECT_EQ(report.fused_operations, 1) << report.program;
}

TEST(Jit, BranchingOnATracedValueNamesCond) {
  const auto g = jit([](const Tensor& x) { return sum(x).item() > 0 ? x : -x; });
  try {
    g(ones({3}));
    FAIL() << "the branch was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("cond()"), std::string::npos) << error.what();
  }
}

TEST(Jit, GradientOfNetworkEqualsEager) {
  Tensors p;
  for (std::uint64_t i = 0; i < 3; ++i) {
    p.push_back(random_normal({i == 0 ? 2 : 16, i == 2 ? 1 : 16}, 2 * i));
    p.push_back(random_normal({i == 2 ? 1 : 16}, 2 * i + 1));
  }
  const Tensor x = random_normal({100, 2}, 9);
  const Function loss = [&](const Tensors& q) { return Tensors{mean(square(mlp(q, x)))}; };
  const std::vector<int> all = {0, 1, 2, 3, 4, 5};
  const Tensors eager = grad_of(loss, all)(p), inside = Jit(grad_of(loss, all))(p),
                outside = grad_of(Function(Jit(loss)), all)(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double scale = max(abs(eager[i])).item();
    EXPECT_LT(largest_difference(inside[i], eager[i]), 1e-13 * scale) << i;
    EXPECT_LT(largest_difference(outside[i], eager[i]), 1e-13 * scale) << i;
  }
}

TEST(Jit, WhatATransformFollowsStaysAnInput) {
  const Tensor x = random_normal({6}, 1);
  const auto through_closure = [&](const Tensor& w) {
    const auto inner = jit([&](const Tensor& t) { return sum(w * t * t); });
    return inner(x);
  };
  const Tensor w = random_normal({6}, 2);
  EXPECT_LT(largest_difference(grad(through_closure)(w), x * x), 1e-15);
}

TEST(Jit, NestsIntoOneProgram) {
  const auto inner = jit([](const Tensor& x) { return tanh(x) * 2.0; });
  const auto outer = jit([&](const Tensor& x) { return inner(x) + inner(x + 1.0); });
  const Tensor x = random_normal({30}, 3);
  EXPECT_LT(largest_difference(outer(x), tanh(x) * 2.0 + tanh(x + 1.0) * 2.0), 1e-15);
  EXPECT_EQ(outer.report().fused, 1) << outer.report().program;
}

TEST(Jit, ErrorsNameTheOperation) {
  const auto g = jit([](const Tensor& x, const Tensor& i) { return gather(x, i) * 2.0; });
  g(ones({3}), arange(2)).eval();
  try {
    g(ones({3}), arange(2) + 2).eval();
    FAIL() << "index 3 of 3";
  } catch (const std::out_of_range& error) {
    EXPECT_NE(std::string(error.what()).find("gather"), std::string::npos) << error.what();
  }
  EXPECT_EQ(g(ones({3}), arange(2)).to_vector<double>(), (std::vector<double>{2, 2})) << "usable after an error";
}

TEST(Jit, DebuggingFindsTheOperationThatMakesANaN) {
  const auto g = jit([](const Tensor& x) { return log(x) * 2.0; });
  const Debug before = set_debug_mode(Debug::nan);
  try {
    g(full({3}, -1.0, DType::f64)).eval();
    ADD_FAILURE() << "log(-1) passed";
  } catch (const Error& error) { EXPECT_NE(std::string(error.what()).find("log"), std::string::npos) << error.what(); }
  set_debug_mode(before);
}

TEST(Jit, IntermediateValuesShareOneArena) {
  // Ten products in a row need two places, not ten.
  const auto g = jit([](const Tensor& x) {
    Tensor y = x;
    for (int i = 0; i < 10; ++i) y = matmul(y, x);
    return sum(y);
  });
  const Tensor x = eye(64);
  EXPECT_EQ(g(x).item(), 64);
  const JitReport report = g.report();
  EXPECT_EQ(report.arena_bytes, 2 * 64 * 64 * 8) << report.program;
  cpu::reset_peak();
  const std::size_t before = cpu::memory_statistics().in_use;
  g(x).eval();
  EXPECT_LE(cpu::memory_statistics().peak - before, 4096u) << "the arena is kept";
}

TEST(Jit, ValuesWrittenOverOthersAreRight) {
  const auto f = [](const Tensor& x) {
    Tensor y = x, all = zeros_like(x);
    for (int i = 0; i < 6; ++i) {
      y = sin(matmul(y, x)) + y;
      all = all + transpose(y) * y;
    }
    return all;
  };
  const Tensor x = random_normal({40, 40}, 4) * 0.1;
  EXPECT_LT(largest_difference(jit(f)(x), f(x)), 1e-13);
}

TEST(Jit, SubgraphsInsideOperationsAreCompiledWhenTheyRunAgain) {
  const Function f = function([](const Tensor& x) { return sum(tanh(x * 2.0) + x); });
  const auto g = jit([&](const Tensor& x) { return checkpoint_of(f)({x})[0]; });
  const Tensor x = random_normal({30}, 1);
  for (int run = 0; run < 3; ++run) EXPECT_NEAR(g(x + run).item(), f({x + run})[0].item(), 1e-13) << run;
}

TEST(Jit, ARecordingSeesFusedPrograms) {
  const auto g = jit([](const Tensor& x) { return matmul(tanh(x * 2.0), x); });
  g(eye(20)).eval();
  profile::Recording recording;
  g(eye(20) * 2.0).eval();
  recording.end();
  const std::string table = to_text(recording.profile());
  EXPECT_NE(table.find("fused multiply tanh"), std::string::npos) << table;
  EXPECT_NE(table.find("matmul"), std::string::npos) << table;
}

TEST(Jit, ReportBeforeTheFirstCallSaysSo) {
  EXPECT_THROW(jit([](const Tensor& x) { return x; }).report(), std::invalid_argument);
}

}  // namespace
}  // namespace terrella
