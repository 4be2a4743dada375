// cond and while_loop: values, what is computed, derivatives, batches.
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/control.h"
#include "core/interrupt.h"
#include "core/ops.h"
#include "core/random.h"
#include "tests/core/transform/comparison.h"

namespace terrella {
namespace {

using tests::Counted;
using tests::expect_message;
using tests::expect_same;

/// sin(a x) where the sum of x is positive, else x^3; a comes from outside.
Tensor by_cond(const Tensor& a, const Tensor& x) {
  return cond(
      sum(x) > 0.0, [&](const Tensors& t) { return Tensors{sin(a * t[0])}; },
      [](const Tensors& t) { return Tensors{t[0] * t[0] * t[0]}; }, {x})[0];
}
Tensor by_where(const Tensor& a, const Tensor& x) { return where(sum(x) > 0.0, sin(a * x), x * x * x); }

TEST(Cond, ComputesOnlyTheBranchThatIsTaken) {
  const auto f = [](const Tensor& x) {
    return cond(
        x > 0.0, [](const Tensors& t) { return Tensors{Counted::counted(t[0])}; },
        [](const Tensors& t) { return Tensors{-t[0]}; }, {x})[0];
  };
  Counted::count = 0;
  EXPECT_EQ(f(-2.0).item(), 2.0);
  EXPECT_EQ(Counted::count, 0);
  EXPECT_EQ(f(3.0).item(), 3.0);
  EXPECT_EQ(Counted::count, 1);
  EXPECT_FALSE(f(ones({})).evaluated());  // lazy, though the predicate could be known
  EXPECT_EQ(cond(
                2, [](const Tensors&) { return Tensors{1.0}; },
                [](const Tensors&) { return Tensors{ones({}, DType::f32)}; })[0]
                .dtype(),
            DType::f32);
}

TEST(Cond, DerivativesToThirdOrderAndBatches) {
  for (const double sign : {1.0, -1.0}) {
    const Tensors p = {random_normal({3}, 1), sign * (1.0 + random_uniform({3}, 2))};
    tests::expect_same_transforms(function(by_cond), function(by_where), p);
    EXPECT_LT(check::gradient_error(function([&](const Tensor& x) { return by_cond(p[0], x); }), p[1]), 1e-8);
    EXPECT_LT(check::dot_product_error(function([&](const Tensor& a) { return by_cond(a, p[1]); }), p[0]), 1e-14);
  }
  // Elements of the batch take different branches, one or both arguments mapped.
  const Tensor a = random_normal({4, 3}, 1), x = random_normal({4, 3}, 2);
  for (const auto& axes : {std::vector<std::optional<int>>{0, 0}, {std::nullopt, 0}, {0, std::nullopt}}) {
    const Tensors p = {axes[0] ? a : a[0], axes[1] ? x : x[0]};
    tests::expect_same_transforms(vmap_of(function(by_cond), axes), vmap_of(function(by_where), axes), p);
    const auto slope = [](const auto& f) {
      return Function([f](const Tensors& t) { return vjp(function(f), t).pullback({cos(t[0])}); });
    };
    expect_same(vmap_of(slope(by_cond), axes)(p), vmap_of(slope(by_where), axes)(p), 1e-13, "vmap of vjp");
  }
}

TEST(Cond, ABatchWithOnePredicateStaysACond) {
  Counted::count = 0;
  const Tensor predicate = zeros({}), x = random_normal({5}, 1);
  const Tensor y = vmap([&](const Tensor& t) {
    return cond(
        predicate, [](const Tensors& u) { return Tensors{Counted::counted(u[0])}; },
        [](const Tensors& u) { return Tensors{2.0 * u[0]}; }, {t})[0];
  })(x);
  EXPECT_EQ(max_abs(y - 2.0 * x), 0.0);
  EXPECT_EQ(Counted::count, 0);
}

TEST(Cond, ChoosesWhereBranchingIsAnError) {
  // Inside checkpoint and vmap arguments have no values; cond() is what the message of the error proposes.
  const auto f = [](const Tensor& x) {
    return cond(
        x > 0.0, [&](const Tensors&) { return Tensors{x * x}; }, [&](const Tensors&) { return Tensors{-x}; })[0];
  };
  const Tensor x = {-2.0, -1.0, 1.0, 3.0};
  EXPECT_EQ(max_abs(vmap(checkpoint(f))(x) - Tensor{2.0, 1.0, 1.0, 9.0}), 0.0);
  EXPECT_EQ(max_abs(vmap(grad(f))(x) - Tensor{-1.0, -1.0, 2.0, 6.0}), 0.0);
  EXPECT_EQ(grad(checkpoint(f))(Tensor(3.0)).item(), 6.0);
}

TEST(Cond, IntegersAndSeveralResults) {
  const Tensor index = random_integers({3}, 0, 5, 1), x = random_normal({5}, 2);
  const auto f = [&](const Tensor& t) {
    const Tensors y = cond(
        sum(index) >= 0,
        [](const Tensors& u) {
          return Tensors{gather(u[0], u[1]), u[1]};
        },
        [](const Tensors& u) {
          return Tensors{zeros({3}), -u[1]};
        },
        {t, index});
    EXPECT_EQ(y[1].dtype(), DType::i64);
    return sum(y[0] * y[0]);
  };
  EXPECT_LT(max_abs(grad(f)(x) - 2.0 * x * scatter_add(ones({3}), index, 5)), 1e-15);
}

TEST(Cond, Errors) {
  const Function one = [](const Tensors&) { return Tensors{ones({2})}; };
  const Function two = [](const Tensors&) { return Tensors{ones({2}), ones({2})}; };
  const Function other = [](const Tensors&) { return Tensors{ones({3}, DType::f32)}; };
  expect_message([&] { cond(ones({3}), one, one); }, "cond: the predicate has shape [3]; it must be one element");
  expect_message([&] { cond(true, one, two); }, "cond: f_true returns 1 tensors and f_false 2");
  expect_message([&] { cond(true, one, other); }, "cond: result 0 is f64 [2] from f_true and f32 [3] from f_false");
}

/// Newton's iteration for the square root of a, until it stands.
Tensor root(const Tensor& a) {
  return while_loop([](const Tensors& c) { return Tensors{max(abs(c[0] - c[1])) > 1e-12}; },
                    [&](const Tensors& c) {
                      return Tensors{0.5 * (c[0] + a / c[0]), c[0]};
                    },
                    {a + 1.0, zeros_like(a)})[0];
}

TEST(WhileLoop, ValuesTangentsAndBatches) {
  const Tensor a = {0.25, 2.0, 9.0}, v = {1.0, -1.0, 2.0};
  EXPECT_LT(max_abs(root(a) - sqrt(a)), 1e-14);
  const auto along = [&](const Tensor& t) { return jvp(function(root), {t}, {v}).tangent[0]; };
  EXPECT_LT(max_abs(along(a) - v * 0.5 / sqrt(a)), 1e-12);
  EXPECT_LT(max_abs(jvp(function(along), {a}, {v}).tangent[0] + v * v * 0.25 * power(a, -1.5)), 1e-9);
  // Each element runs as long as it would alone, to the same bits.
  const Tensor many = linspace(0.1, 50, 7), all = vmap(root)(many);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(all[i].item(), root(many[i]).item());
  const auto slope = [](const Tensor& t) { return jvp(function(root), {t}, {ones_like(t)}).tangent[0]; };
  EXPECT_LT(max_abs(vmap(slope)(many) - 0.5 / sqrt(many)), 1e-12);
  const Tensor through = jvp(function(vmap(root)), {many}, {many}).tangent[0];
  EXPECT_LT(max_abs(through - 0.5 * sqrt(many)), 1e-12);
}

TEST(WhileLoop, FinishedElementsOfABatchKeepTheirValues) {
  // Counts down from n and multiplies: factorials; those that are done must not go on.
  const auto factorial = [](const Tensor& n) {
    return while_loop([](const Tensors& c) { return Tensors{c[0] > 0.0}; },
                      [](const Tensors& c) {
                        return Tensors{c[0] - 1.0, c[1] * c[0]};
                      },
                      {n, 1.0})[1];
  };
  EXPECT_EQ(max_abs(vmap(factorial)(Tensor{0.0, 1.0, 5.0, 3.0}) - Tensor{1.0, 1.0, 120.0, 6.0}), 0.0);
  // A condition without the batch, and carries that never get it.
  const auto power_of = [](const Tensor& x) {
    return while_loop([](const Tensors& c) { return Tensors{c[0] < 3}; },
                      [&](const Tensors& c) {
                        return Tensors{c[0] + 1, c[1] * x};
                      },
                      {0, 1.0})[1];
  };
  const Tensor x = linspace(-1, 1, 5);
  EXPECT_LT(max_abs(vmap(power_of)(x) - x * x * x), 1e-15);
  EXPECT_EQ(vmap(power_of)(zeros({0})).shape(), Shape{0});
  // Nested batches.
  const Tensor table = Tensor{{0.0, 1.0}, {4.0, 2.0}};
  EXPECT_EQ(max_abs(vmap(vmap(factorial))(table) - Tensor{{1.0, 1.0}, {24.0, 2.0}}), 0.0);
}

TEST(WhileLoop, NeverEnteredAndInsideOtherControl) {
  const Function never = [](const Tensors&) { return Tensors{false}; };
  const Function twice = [](const Tensors& c) { return Tensors{2.0 * c[0]}; };
  EXPECT_EQ(while_loop(never, twice, {3.0})[0].item(), 3.0);
  const Function four_times = [](const Tensors& c) {
    return Tensors{while_loop([](const Tensors& d) { return Tensors{d[1] < 2}; },
                              [](const Tensors& d) {
                                return Tensors{2.0 * d[0], d[1] + 1};
                              },
                              {c[0], 0})[0]};
  };
  const auto f = [&](const Tensor& x) {  // a loop of loops in a choice
    return cond(
        x > 0.0,
        [&](const Tensors& t) {
          return while_loop([](const Tensors& c) { return Tensors{abs(c[0]) < 100.0}; }, four_times, t);
        },
        [](const Tensors& t) { return t; }, {x})[0];
  };
  EXPECT_EQ(f(3.0).item(), 192.0);
  EXPECT_EQ(f(-3.0).item(), -3.0);
  EXPECT_EQ(max_abs(vmap(f)(Tensor{3.0, -3.0, 50.0}) - Tensor{192.0, -3.0, 200.0}), 0.0);
  EXPECT_EQ(jvp(function(f), {Tensor(3.0)}, {Tensor(1.0)}).tangent[0].item(), 64.0);
}

TEST(WhileLoop, ReverseModeNamesScan) {
  expect_message([] { grad(root)(ones({})).eval(); }, "use scan() with a length");
  // What does not depend on what is differentiated may run in a loop.
  EXPECT_EQ(grad([&](const Tensor& x) { return x * stop_gradient(root(x)); })(4.0 * ones({})).item(), 2.0);
  const Tensor two = 4.0 * ones({});
  EXPECT_NEAR(grad([&](const Tensor& x) { return x * root(two); })(ones({})).item(), 2.0, 1e-14);
}

TEST(WhileLoop, IsStoppedFromOutside) {
  struct Stopped {};
  static std::atomic<int> calls;
  calls = 0;
  interrupt_check = [] {
    if (++calls > 100) throw Stopped{};
  };
  const Tensor endless = while_loop([](const Tensors&) { return Tensors{true}; },
                                    [](const Tensors& c) { return Tensors{c[0] + 1.0}; }, {0.0})[0];
  EXPECT_THROW(endless.eval(), Stopped);
  const Tensor long_scan = scan(
                               [](const Tensors& c, const Tensors&) {
                                 return ScanStep{{c[0] + 1.0}, {}};
                               },
                               {0.0}, {}, 1000000000)
                               .carry[0];
  calls = 0;
  EXPECT_THROW(long_scan.eval(), Stopped);
  interrupt_check = nullptr;
}

TEST(WhileLoop, Errors) {
  const Function yes = [](const Tensors&) { return Tensors{true}; };
  const Function many = [](const Tensors&) { return Tensors{ones({3}) > 0.0}; };
  const Function same = [](const Tensors& c) { return c; };
  const Function wider = [](const Tensors& c) { return Tensors{cast(c[0], DType::c128)}; };
  expect_message([&] { while_loop(many, same, {1.0}); },
                 "the condition must return one element, not 1 tensors (the first of shape [3])");
  expect_message([&] { while_loop(yes, wider, {ones({})}); },
                 "while_loop: the body turns carry 0 from f64 [] into c128 []");
  expect_message([&] { while_loop(yes, [](const Tensors&) { return Tensors{}; }, {1.0}); },
                 "while_loop: the body returns 0 tensors where the carry has 1");
}

}  // namespace
}  // namespace terrella
