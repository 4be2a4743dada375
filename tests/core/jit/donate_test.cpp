// Donated arguments: written over where nobody else sees their memory, and only there.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/debug.h"
#include "core/graph/node.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella {
namespace {

const void* memory(const Tensor& x) { return x.eval().node()->value.bytes(); }  // not data(), which shows it to others
Tensor fresh(std::uint64_t seed) { return (random_normal({100, 70}, seed) + 0.0).eval(); }
double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

Tensor formula(const Tensor& x, const Tensor& y) { return tanh(x) * y + x / (y * y + 1.0); }
/// Both results read both arguments; the second is written last.
Tensors two(const Tensors& in) {
  const Tensor a = in[0] * 2.0 + in[1];
  return {a, sin(a) * in[0] - in[1], sum(in[0] * in[1])};
}

TEST(Donate, ResultTakesTheMemoryOfAnArgumentMovedIn) {
  const auto f = jit(formula, {.donate = {0}});
  const Tensor y = fresh(2), want = formula(fresh(1), y);
  Tensor x = fresh(1);
  const void* before = memory(x);
  const Tensor got = f(std::move(x), y);
  EXPECT_EQ(memory(got), before);
  EXPECT_EQ(largest_difference(got, jit(formula)(fresh(1), y)), 0) << "the same bits";
  EXPECT_LT(largest_difference(got, want), 1e-14);
}

TEST(Donate, SeveralResultsTakeSeveralArguments) {
  const Jit plain{Function(two)}, f(two, {.donate = {0, 1}});
  const Tensors want = plain({fresh(1), fresh(2)});
  Tensors in = {fresh(1), fresh(2)};
  const void* first = memory(in[0]);
  const void* second = memory(in[1]);
  const Tensors got = f(std::move(in));
  EXPECT_EQ(memory(got[0]), first);
  EXPECT_EQ(memory(got[1]), second);
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(largest_difference(got[i], want[i]), 0) << i;
}

TEST(Donate, WhatOthersHoldIsNotWritten) {
  const auto f = jit(formula, {.donate = {0, 1}});
  const Tensor y = fresh(2), held = fresh(1), want = formula(held, y);
  EXPECT_LT(largest_difference(f(held, y), want), 1e-14);
  EXPECT_EQ(largest_difference(held, fresh(1)), 0) << "a handle";
  for (const auto& see : {+[](const Tensor& x) { return transpose(x); },
                          +[](const Tensor& x) {
                            return reshape(x, {7, 1000});
                          },
                          +[](const Tensor& x) { return x * 3.0; }}) {  // the last one pending, unless it is evaluated
    for (const bool evaluated : {false, true}) {
      Tensor x = fresh(1);
      const Tensor other = see(x);
      if (evaluated) other.eval();
      f(std::move(x), fresh(2)).eval();
      EXPECT_EQ(largest_difference(other, see(fresh(1))), 0);
    }
  }
  Tensor x = fresh(1);
  const std::vector<double> copy = x.to_vector<double>();
  const void* before = memory(x);
  EXPECT_NE(memory(f(std::move(x), fresh(2))), before) << "data() told the address";
}

TEST(Donate, OneTensorForTwoArgumentsIsNotWrittenTooSoon) {
  const Tensor x = fresh(1);
  const Tensors want = jit(two)(Tensors{x, x});
  Tensor given = fresh(1);
  const Tensors got = Jit(two, {.donate = {0, 1}})(Tensors{given, given});
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(largest_difference(got[i], want[i]), 0) << i;
  EXPECT_EQ(largest_difference(given, x), 0);
}

TEST(Donate, WhatIsReturnedOrReadLaterKeepsItsMemory) {
  const Function returns = [](const Tensors& in) { return Tensors{in[0], in[0] + 1.0, transpose(in[0])}; };
  const Tensors got = Jit(returns, {.donate = {0}})({fresh(1)});
  EXPECT_EQ(largest_difference(got[0], fresh(1)), 0);
  EXPECT_EQ(largest_difference(got[1], fresh(1) + 1.0), 0);
  EXPECT_EQ(largest_difference(got[2], transpose(fresh(1))), 0);
  const Function later = [](const Tensors& in) {
    const Tensor a = exp(in[0]);
    return Tensors{a, matmul(transpose(a), in[0]), a - sum(a) * in[0]};
  };
  const Tensors want = Jit(later)({fresh(1)}), after = Jit(later, {.donate = {0}})({fresh(1)});
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(largest_difference(after[i], want[i]), 0) << i;
}

TEST(Donate, UnderTransformsNothingIsDonated) {
  const auto f = jit([](const Tensor& x) { return x * x * x; }, {.donate = {0}});
  const Tensor x = fresh(1);
  EXPECT_LT(largest_difference(grad([&](const Tensor& t) { return sum(f(t * 1.0)); })(x), 3.0 * x * x), 1e-12);
  EXPECT_EQ(largest_difference(x, fresh(1)), 0);
  const auto outer = jit([&](const Tensor& t) { return f(t) + t; });
  EXPECT_LT(largest_difference(outer(x), x * x * x + x), 1e-12);
}

TEST(Donate, PositionsThatDoNotExistAreAnError) {
  try {
    jit(formula, {.donate = {2}})(fresh(1), fresh(2));
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("argument 2 is to be donated"), std::string::npos) << error.what();
  }
}

TEST(Donate, GivenAwayTensorsFailWhereverTheyAreUsed) {
  const Tensor x = fresh(1), earlier = x * 2.0;
  const Tensor taken = graph::give_away(x, 1);
  for (const auto& use :
       std::vector<std::function<void()>>{[&] { x.eval(); }, [&] { x.data<double>(); }, [&] { sin(x); },
                                          [&] { graph::give_away(x, 1); }, [&] { jit(formula)(x, x); }}) {
    try {
      use();
      ADD_FAILURE();
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("was donated to a compiled function"), std::string::npos)
          << error.what();
    }
  }
  EXPECT_EQ(largest_difference(earlier, fresh(1) * 2.0), 0) << "what was made of it before stays";
  EXPECT_EQ(largest_difference(taken, fresh(1)), 0);
}

TEST(Donate, ThreadsSeeTheTensorWholeOrNotAtAll) {
  const auto f = jit(formula, {.donate = {0}});
  const Tensor y = fresh(2), want = fresh(1) * 2.0;
  for (int round = 0; round < 50; ++round) {
    const Tensor x = fresh(1);
    std::atomic<bool> go = false;
    std::thread reader([&] {
      while (!go) {}
      try {
        EXPECT_EQ(largest_difference(x * 2.0, want), 0);
      } catch (const std::invalid_argument&) {  // it came too late
      }
    });
    go = true;
    const Tensor z = f(graph::give_away(x, 1), y);
    reader.join();
    EXPECT_TRUE(z.evaluated());
  }
}

}  // namespace
}  // namespace terrella
