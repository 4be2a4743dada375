// Graphs shared by threads. Its worth is in the build with -fsanitize=thread.
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "core/backend/cpu/parallel.h"
#include "core/graph/op.h"
#include "core/ops.h"
#include "core/transform.h"

namespace terrella {
namespace {

constexpr int threads = 4, rounds = 40;

/// Runs job(thread) at once on all threads, `rounds` times; make() is called alone before each round.
template <class Make, class Job>
void together(const Make& make, const Job& job) {
  std::barrier start(threads, [&]() noexcept { make(); }), done(threads);
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        start.arrive_and_wait();
        job(t);
        done.arrive_and_wait();
      }
    });
  for (std::thread& thread : all) thread.join();
}

TEST(SharedGraph, OverlappingGraphsAreEvaluatedOnce) {
  Tensor x, trunk;
  together(
      [&] {
        x = linspace(0, 1, 500);
        trunk = x;
        for (int i = 0; i < 50; ++i) trunk = sin(trunk) + x;
      },
      [&](int t) {
        Tensor mine = trunk;
        for (int i = 0; i < 30; ++i) mine = mine * 1.5 + trunk;
        const double total = sum(mine).item();
        const double wanted = sum(trunk).item() * (std::pow(1.5, 30) + (std::pow(1.5, 30) - 1) / 0.5);
        EXPECT_NEAR(total / wanted, 1.0, 1e-12) << "thread " << t;
      });
}

TEST(SharedGraph, DataOfOneStridedTensorIsReadByMany) {
  Tensor y;
  together(
      [&] {
        y = transpose(reshape(linspace(0, 1, 600), {20, 30}));
      },
      [&](int t) {
        if (t % 2)
          EXPECT_DOUBLE_EQ(y.data<double>()[1], 30.0 / 599.0);
        else
          EXPECT_NEAR(sum(y * 2.0).item(), 600.0, 1e-10);
      });
}

TEST(SharedGraph, TransformsOnThreadsDoNotMeet) {
  Tensor x;
  together([&] { x = linspace(0, 1, 100) + 0.0; },
           [&](int t) {
             const auto f = [&](const Tensor& v) {
               Tensor y = v;
               for (int i = 0; i <= t; ++i) y = y * x;
               return sum(y * v);
             };
             // f = sum x^(t+1) v^2 at v = x
             const Tensor expected = 2.0 * power(x, static_cast<double>(t + 2));
             EXPECT_LT(max_abs(grad(f)(x) - expected), 1e-12);
             EXPECT_LT(max_abs(hvp([&](const Tensor& v) { return f(v); }, x, x) - expected), 1e-12);
             EXPECT_LT(max_abs(vmap(grad([](const Tensor& v) { return v * v; }))(x) - 2.0 * x), 1e-15);
           });
}

TEST(SharedGraph, CheckpointsAndTuplesAreShared) {
  Tensor x, y, g;
  together(
      [&] {
        x = linspace(0, 1, 300) + 0.0;
        const auto f = checkpoint([](const Tensor& t) { return sin(t) * t; });
        y = f(f(x));
        g = grad([&](const Tensor& t) { return sum(f(f(t))); })(x);
      },
      [&](int t) {
        const Tensor inside = sin(x) * x;
        if (t % 2)
          EXPECT_LT(max_abs(y - sin(inside) * inside), 1e-15);
        else
          EXPECT_LT(max_abs(g - (cos(inside) * inside + sin(inside)) * (cos(x) * x + sin(x))), 1e-14);
      });
}

TEST(SharedGraph, AFailureReachesEveryThread) {
  Tensor bad;
  together([&] { bad = gather(linspace(0, 1, 5), Tensor::from(std::vector<std::int64_t>{5}, {1})) + 1.0; },
           [&](int) { EXPECT_THROW(bad.eval(), std::out_of_range); });
}

TEST(SharedGraph, LargeWorkOnManyThreadsAtOnce) {
  Tensor x, shared;
  together(
      [&] {
        x = linspace(0, 1, 200000);
        shared = exp(x) * x;
      },
      [&](int t) { EXPECT_NEAR(sum(shared * static_cast<double>(t)).item(), sum(exp(x) * x).item() * t, 1e-6); });
}

TEST(SharedGraph, TheNumberOfThreadsMayChangeMeanwhile) {
  const Tensor x = linspace(0, 1, 200000);
  const double expected = sum(x).item();
  together([] {},
           [&](int t) {
             if (t == 0)
               cpu::set_threads(1 + static_cast<int>(expected) % 3);
             else if (t == 1)
               cpu::set_threads(2);
             EXPECT_EQ(sum(x + 0.0).item(), expected);
           });
  cpu::set_threads(0);
}

}  // namespace
}  // namespace terrella
