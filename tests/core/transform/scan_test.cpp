// scan: values, derivatives to third order, batches, memory and recomputation.
#include <gtest/gtest.h>

#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/control.h"
#include "core/error.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform/binomial.h"
#include "tests/core/sanitized.h"
#include "tests/core/transform/comparison.h"

namespace terrella {
namespace {

using tests::Counted;
using tests::expect_message;
using tests::expect_same;

/// A pendulum driven by x and damped by `damping` of the surroundings; y is its energy.
ScanBody pendulum(const Tensor& damping) {
  return [damping](const Tensors& carry, const Tensors& x) {
    const Tensor v = carry[1] - 0.1 * (sin(carry[0]) + damping * carry[1] - x[0]);
    const Tensor angle = carry[0] + 0.1 * v;
    return ScanStep{{angle, v}, {0.5 * v * v - cos(angle)}};
  };
}

/// The same with the steps written out.
Tensors unrolled(const ScanBody& body, Tensors carry, const Tensor& x, bool reverse) {
  const std::int64_t n = x.shape()[0];
  Tensors ys(static_cast<std::size_t>(n), Tensor::none());
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t at = reverse ? n - 1 - i : i;
    ScanStep step = body(carry, {x[at]});
    carry = step.carry;
    ys[static_cast<std::size_t>(at)] = step.y[0];
  }
  carry.push_back(stack(ys));
  return carry;
}

Function looped(const ScanOptions& options) {
  return [options](const Tensors& p) {
    ScanResult r = scan(pendulum(p[3]), {p[0], p[1]}, {p[2]}, {}, options);
    r.carry.push_back(r.y[0]);
    return r.carry;
  };
}
Function written_out(bool reverse) {
  return [reverse](const Tensors& p) { return unrolled(pendulum(p[3]), {p[0], p[1]}, p[2], reverse); };
}

Tensors parameters(std::int64_t steps, const Shape& shape, DType dtype = DType::f64) {
  Shape stacked = shape;
  stacked.insert(0, steps);
  return {random_normal(shape, 1, dtype), random_normal(shape, 2, dtype), random_normal(stacked, 3, dtype),
          random_normal(shape, 4, dtype)};
}

std::vector<std::pair<std::string, ScanOptions>> ways() {
  std::vector<std::pair<std::string, ScanOptions>> all;
  for (const bool reverse : {false, true})
    for (const std::int64_t states : {std::int64_t{1}, std::int64_t{3}, every_state})
      all.emplace_back(text(states, " states, ", reverse ? "reverse" : "forward"), ScanOptions{states, reverse});
  return all;
}

TEST(Scan, ValuesAreThoseOfTheStepsWrittenOut) {
  for (const std::int64_t n : {0, 1, 7})
    for (const auto& [what, options] : ways()) {
      if (n == 0) {
        const ScanResult r = scan(pendulum(0.1), {ones({2}), ones({2})}, {zeros({0, 2})}, {}, options);
        expect_same(r.carry, {ones({2}), ones({2})}, 0, what);
        EXPECT_EQ(r.y[0].shape(), (Shape{0, 2}));
        continue;
      }
      const Tensors p = parameters(n, {2});
      expect_same(looped(options)(p), written_out(options.reverse)(p), 1e-15, what);
    }
}

TEST(Scan, DerivativesToThirdOrderAreThoseOfTheStepsWrittenOut) {
  for (const DType dtype : {DType::f64, DType::c128})
    for (const auto& [what, options] : ways()) {
      const Tensors p = parameters(6, {2}, dtype);
      tests::expect_same_transforms(looped(options), written_out(options.reverse), p,
                                    what + (dtype == DType::f64 ? "" : ", complex"));
    }
}

TEST(Scan, DerivativesOfTheCheckers) {
  const Function f = function([](const Tensor& x) {
    const Tensors p = parameters(20, {3});
    const ScanResult r = scan(pendulum(x), {p[0] * x, p[1]}, {p[2]});
    return sum(r.y[0] * r.y[0]) + sum(r.carry[0]);
  });
  const Tensor x = {0.3, -0.2, 0.5};
  EXPECT_LT(check::gradient_error(f, x), 1e-8);
  EXPECT_LT(check::dot_product_error(f, x), 1e-13);
  EXPECT_NEAR(check::taylor_order(f, x), 2.0, 0.1);
  const Function slope = [&](const Tensors& t) { return grad_of(f)(t); };
  EXPECT_LT(check::gradient_error(slope, x), 1e-7);
  EXPECT_LT(check::dot_product_error(slope, x), 1e-13);
}

TEST(Scan, OnlySomeInputsAndResults) {
  const Tensors p = parameters(5, {2});
  for (std::size_t wanted = 0; wanted < 4; ++wanted)
    for (std::size_t result = 0; result < 3; ++result) {
      const auto one = [&](const Function& f) {
        return vjp(
            [&](const Tensors& x) {
              Tensors all = p;
              all[wanted] = x[0];
              return Tensors{f(all)[result]};
            },
            {p[wanted]});
      };
      const Vjp a = one(looped({})), b = one(written_out(false));
      const Tensors g = {random_normal(a.value[0].shape(), 7)};
      expect_same(a.pullback(g), b.pullback(g), 1e-13, text("input ", wanted, " result ", result));
    }
}

TEST(Scan, IntegersInTheCarryPassThrough) {
  const Tensor table = {1.0, 2.0, 3.0, 4.0};
  const auto f = [&](const Tensor& t) {
    const ScanResult r = scan(
        [&](const Tensors& c, const Tensors&) {
          return ScanStep{{c[0] + 1, c[1] * gather(t, c[0])}, {c[0]}};
        },
        {0, 1.0}, {}, 4);
    EXPECT_EQ(r.y[0].dtype(), DType::i64);
    return r.carry[1];
  };
  EXPECT_EQ(f(table).item(), 24.0);
  EXPECT_LT(max_abs(grad(f)(table) - 24.0 / table), 1e-14);
}

TEST(Scan, BatchesAreLoops) {
  const std::int64_t batch = 3;
  const Tensors whole = {random_normal({batch, 2}, 1), random_normal({batch, 2}, 2), random_normal({batch, 6, 2}, 3),
                         random_normal({batch, 2}, 4)};
  for (int which = 1; which < 16; ++which) {
    std::vector<std::optional<int>> axes;
    Tensors p;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool mapped = which >> i & 1;
      axes.push_back(mapped ? std::optional<int>(0) : std::nullopt);
      p.push_back(mapped ? whole[i] : whole[i][1]);
    }
    for (const bool reverse : {false, true}) {
      const Function f = looped({2, reverse});
      const Function pull = [&](const Tensors& x) {
        const Vjp v = vjp(f, x);
        return v.pullback({sin(v.value[0]), v.value[1], cos(v.value[2])});
      };
      const Function third = [&](const Tensors& x) { return jvp(pull, x, x).tangent; };
      for (const Function& g : {f, pull, third}) {
        const Tensors all = vmap_of(g, axes)(p);
        for (std::int64_t b = 0; b < batch; ++b) {
          Tensors mine, got;
          for (std::size_t i = 0; i < 4; ++i) mine.push_back(axes[i] ? p[i][b] : p[i]);
          for (const Tensor& y : all) got.push_back(y[b]);
          expect_same(got, g(mine), 1e-12, text("mapped ", which, " element ", b));
        }
      }
      // Through the batch.
      const Function over = [&](const Tensors& x) { return vmap_of(f, axes)(x); };
      const Function over_written = [&](const Tensors& x) { return vmap_of(written_out(reverse), axes)(x); };
      const Tensors y = over(p);
      Tensors u;
      for (const Tensor& t : y) u.push_back(random_normal(t.shape(), 8));
      expect_same(vjp(over, p).pullback(u), vjp(over_written, p).pullback(u), 1e-12, text("through ", which));
    }
  }
}

TEST(Scan, InsideEachOther) {
  const auto inner = [](const Tensor& a, const Tensor& x) {
    return scan([&](const Tensors& c, const Tensors&) { return ScanStep{{sin(c[0] * a)}, {}}; }, {x}, {}, 4).carry[0];
  };
  const auto inner_written = [](const Tensor& a, Tensor x) {
    for (int i = 0; i < 4; ++i) x = sin(x * a);
    return x;
  };
  const auto outer = [](const auto& f) {
    return Function([f](const Tensors& p) {
      const ScanResult r = scan(
          [&](const Tensors& c, const Tensors& x) {
            return ScanStep{{f(p[0], c[0] + x[0])}, {f(c[0], x[0])}};
          },
          {p[1]}, {p[2]}, {}, {2});
      return Tensors{r.carry[0], r.y[0]};
    });
  };
  const Tensors p = {random_normal({}, 1), random_normal({}, 2), random_normal({5}, 3)};
  tests::expect_same_transforms(outer(inner), outer(inner_written), p);
}

/// Fewest steps to compute again, by trying every schedule.
std::int64_t fewest(std::int64_t n, std::int64_t free, std::vector<std::vector<std::int64_t>>& known) {
  if (n <= 1) return 0;
  if (free == 0) return n * (n - 1) / 2;
  std::int64_t& best = known[static_cast<std::size_t>(n)][static_cast<std::size_t>(free)];
  if (best >= 0) return best;
  best = n * n;
  for (std::int64_t m = 1; m < n; ++m)
    best = std::min(best, m + fewest(n - m, free - 1, known) + fewest(m, free, known));
  return best;
}

TEST(Binomial, NoScheduleComputesFewerStepsAgain) {
  std::vector<std::vector<std::int64_t>> known(121, std::vector<std::int64_t>(9, -1));
  for (std::int64_t free = 0; free <= 8; ++free)
    for (std::int64_t n = 0; n <= 120; ++n) {
      std::int64_t computed = 0, expected = n;
      struct State {
        std::int64_t at;
      };
      detail::visit_backward(
          n, free, State{0},
          [&](State s, std::int64_t from, std::int64_t to) {
            EXPECT_EQ(s.at, from);
            computed += to - from;
            return State{to};
          },
          [&](std::int64_t i, const State& s) {
            EXPECT_EQ(s.at, i);
            EXPECT_EQ(i, --expected);
          });
      EXPECT_EQ(expected, 0);
      EXPECT_EQ(computed, fewest(n, free, known)) << n << " steps, " << free << " states";
    }
}

struct Cost {
  std::int64_t evaluations;
  std::size_t peak;
  double error;
};

/// Gradient of sum(state after `steps` steps) for a state of 2048 numbers (16 KiB).
Cost cost_of(std::int64_t steps, std::optional<std::int64_t> states) {
  const Tensor x = linspace(0.1, 1.0, 2048), rate = 0.5 / static_cast<double>(steps);
  x.eval();
  const auto f = [&](const Tensor& a) {
    return sum(scan(
                   [&](const Tensors& c, const Tensors&) {
                     const Tensor now = Counted::counted(c[0]);
                     return ScanStep{{now - rate * now * now}, {}};
                   },
                   {a}, {}, steps, {states})
                   .carry[0]);
  };
  Counted::count = 0;
  const std::size_t before = cpu::memory_statistics().in_use;
  cpu::reset_peak();
  const Tensor g = grad(f)(x);
  g.eval();
  const std::size_t peak = cpu::memory_statistics().peak - before;
  // c' = -c^2 / 2 up to time 1 has c = x / (1 + x/2), d c/d x = 1 / (1 + x/2)^2, the steps of first order.
  return {Counted::count, peak, max_abs(g - 1.0 / square(1.0 + 0.5 * x))};
}

TEST(Scan, TenThousandStepsHoldLogarithmicallyManyStates) {
  constexpr std::size_t state = 2048 * sizeof(double);
  const std::int64_t n = tests::loop_length(10000);
  for (const std::optional<std::int64_t> states : {std::optional<std::int64_t>(5), {10}, {}, {100}}) {
    const Cost c = cost_of(n, states);
    const std::int64_t held = states.value_or(detail::default_states(n));
    std::int64_t again = 0;
    struct Nothing {};
    detail::visit_backward(
        n, held, Nothing{},
        [&](Nothing, std::int64_t from, std::int64_t to) {
          again += to - from;
          return Nothing{};
        },
        [](std::int64_t, Nothing) {});
    EXPECT_EQ(c.evaluations, again + n) << held << " states";  // each step once more when it is pulled back
    EXPECT_LT(c.peak, (static_cast<std::size_t>(held) + 12) * state) << held << " states";
    EXPECT_LT(c.error, 1e-3 * 10000 / static_cast<double>(n));
    std::cout << "  " << n << " steps, " << held << " states of 16 KiB held: peak " << c.peak / state << " states, "
              << static_cast<double>(c.evaluations) / static_cast<double>(n) << " evaluations of a step\n";
  }
  EXPECT_LE(detail::default_states(10000), 28);
}

TEST(Scan, SecondDerivativesHoldFewStatesToo) {
  constexpr std::size_t state = 2048 * sizeof(double);
  const std::int64_t n = tests::loop_length(1000);
  const Tensor x = linspace(0.1, 1.0, 2048), v = ones({2048});
  eval(Tensors{x, v});
  const auto f = [&](const Tensor& a) {
    return sum(scan(
                   [&](const Tensors& c, const Tensors&) {
                     return ScanStep{{c[0] - 0.5 / n * c[0] * c[0]}, {}};
                   },
                   {a}, {}, n)
                   .carry[0]);
  };
  const std::size_t before = cpu::memory_statistics().in_use;
  cpu::reset_peak();
  const Tensor h = hvp(f, x, v);
  h.eval();
  EXPECT_LT(cpu::memory_statistics().peak - before,
            (2 * static_cast<std::size_t>(detail::default_states(n)) + 40) * state);
  const Tensor twice = grad([&](const Tensor& a) { return sum(grad(f)(a)); })(x);
  EXPECT_LT(max_abs(h + power(1.0 + 0.5 * x, -3.0)), 1e-3 * 10000 / static_cast<double>(n));
  EXPECT_LT(max_abs(h - twice), 1e-12);
}

TEST(Scan, TheGraphDoesNotGrowWithTheLength) {
  // A million steps are built at once; only the evaluation would take long.
  const auto f = [](const Tensor& a) {
    return scan([&](const Tensors& c, const Tensors&) { return ScanStep{{sin(c[0])}, {}}; }, {a}, {}, 1000000).carry[0];
  };
  const std::size_t before = cpu::memory_statistics().in_use;
  const Tensor lazy = grad([&](const Tensor& x) { return grad(f)(x); })(Tensor::from(std::vector<double>{0.5}, {}));
  EXPECT_FALSE(lazy.evaluated());
  EXPECT_LT(cpu::memory_statistics().in_use - before, 1u << 16);
}

TEST(Scan, IsCompiledWithWhatSurroundsIt) {
  const auto f = [](const Tensor& x, const Tensor& a) {
    const Tensor chosen = cond(
        sum(a) > 0.0, [&](const Tensors& t) { return Tensors{sin(t[0]) * a}; },
        [](const Tensors& t) { return Tensors{-t[0]}; }, {x})[0];
    const ScanResult r = scan(pendulum(a), {chosen, x}, {zeros({9, 3})});
    const Tensor doubled = while_loop([](const Tensors& c) { return Tensors{sum(c[0]) < 10.0}; },
                                      [](const Tensors& c) { return Tensors{2.0 * c[0]}; }, {exp(x)})[0];
    return sum(r.y[0] * r.carry[0]) + sum(stop_gradient(doubled));
  };
  const auto slope = [&](const Tensor& x, const Tensor& a) { return grad(f)(x, a); };
  const auto curve = [&](const Tensor& x, const Tensor& a) {
    return jet([&](const Tensors& t) { return Tensors{f(t[0], a)}; }, {x}, {{ones_like(x)}, {Tensor::none()}})
        .series[1][0];
  };
  for (const double sign : {1.0, -1.0}) {
    const Tensor x = random_normal({3}, 1), a = sign * (1.0 + random_uniform({3}, 2));
    const auto compare = [&](const auto& g) {
      const auto compiled = jit(g);
      for (int i = 0; i < 3; ++i) expect_same({compiled(x, a)}, {g(x, a)}, 1e-14, text("call ", i));
    };
    compare(f);
    compare(slope);
    compare(curve);
  }
}

TEST(Scan, SameBitsForAnyNumberOfThreads) {
  const Tensors p = parameters(4, {300, 300});
  const auto bits = [&] {
    const Vjp v = vjp(looped({1}), p);
    Tensors all = v.pullback({v.value[0], v.value[1], v.value[2]});
    all.insert(all.end(), v.value.begin(), v.value.end());
    return all;
  };
  cpu::set_threads(1);
  const Tensors alone = bits();
  eval(alone);
  for (const int threads : {2, 4}) {
    cpu::set_threads(threads);
    const Tensors now = bits();
    for (std::size_t i = 0; i < now.size(); ++i)
      EXPECT_EQ(now[i].to_vector<double>(), alone[i].to_vector<double>()) << threads << " threads, tensor " << i;
  }
  cpu::set_threads(0);
}

TEST(Scan, Errors) {
  const ScanBody same = [](const Tensors& c, const Tensors&) { return ScanStep{c, {}}; };
  expect_message([&] { scan(same, {ones({2})}, {}); }, "scan: give x with an axis of steps, or length");
  expect_message(
      [&] {
        scan(same, {ones({2})}, {ones({3}), ones({4})});
      },
      "scan: x 1 of shape [4] has 4 entries along its first axis where 3 steps are due");
  expect_message([&] { scan(same, {ones({2})}, {Tensor(1.0)}); }, "scan: x 0 is a scalar");
  expect_message([&] { scan(same, {ones({2})}, {}, 3, {0}); }, "stored_states is 0");
  expect_message([&] { scan(same, {ones({2})}, {}, -3); }, "length -3 is negative");
  expect_message(
      [&] {
        scan([](const Tensors& c, const Tensors&) { return ScanStep{{stack({c[0], c[0]})}, {}}; }, {ones({2})}, {}, 3);
      },
      "scan: the body turns carry 0 from f64 [2] into f64 [2, 2]; shapes and dtypes must stay");
  expect_message([&] { scan([](const Tensors&, const Tensors&) { return ScanStep{}; }, {ones({2})}, {}, 3); },
                 "scan: the body returns a carry of 0 tensors where 1 are due");
}

}  // namespace
}  // namespace terrella
