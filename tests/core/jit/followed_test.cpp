// Compiled functions under live transforms: function and pullback share what they compute.
#include <gtest/gtest.h>

#include "core/debug.h"
#include "core/jit.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/random.h"

namespace terrella {
namespace {

double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

/// exp appears in the function alone: its derivative is its value.
Tensor energy(const Tensor& x, const Tensor& w) { return sum(square(sin(matmul(exp(x * 0.1), w)))); }

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// How often an operation ran, by itself or in a tape.
std::int64_t runs(const profile::Recording& recording, const std::string& operation) {
  std::int64_t n = 0;
  for (const Profile::Row& row : recording.profile().rows) n += row.count * count(row.name, operation);
  return n;
}

const Tensor x = random_normal({40, 30}, 1), w = random_normal({30, 20}, 2);

TEST(JitFollowed, NothingIsComputedTwice) {
  const auto f = value_and_grad(jit(energy));
  const auto want = value_and_grad(energy)(x, w);
  eval(std::vector<Tensor>{want.first, want.second});
  for (int run = 0; run < 2; ++run) {
    profile::Recording recording;
    const auto [value, gradient] = f(x, w);
    gradient.eval();
    EXPECT_NEAR(value.item(), want.first.item(), 1e-12 * want.first.item());
    recording.end();
    EXPECT_LT(largest_difference(gradient, want.second), 1e-12);
    EXPECT_EQ(runs(recording, "exp"), 1) << to_text(recording.profile());
    EXPECT_EQ(runs(recording, "matmul"), 2) << to_text(recording.profile());
  }
}

TEST(JitFollowed, APullbackMayComeLateAndOften) {
  const Function f = function([](const Tensor& y) { return Tensors{exp(y) * y, sum(sin(y))}; });
  const Vjp want = vjp(f, {x});
  const Tensors g = {cos(x), Tensor(2.0)};
  const Vjp late = vjp(Function(Jit(f)), {x});
  for (const Tensor& y : late.value) y.eval();  // nothing has been kept
  EXPECT_LT(largest_difference(late.pullback(g)[0], want.pullback(g)[0]), 1e-13);
  const Vjp often = vjp(Function(Jit(f)), {x});
  for (int i = 0; i < 3; ++i) EXPECT_LT(largest_difference(often.pullback(g)[0], want.pullback(g)[0]), 1e-13) << i;
  const Tensors other = {Tensor::none(), Tensor(1.0)};  // another pullback than the one that things were kept for
  EXPECT_LT(largest_difference(often.pullback(other)[0], want.pullback(other)[0]), 1e-13);
}

TEST(JitFollowed, CotangentsMayDependOnTheResult) {
  const auto of = [](const auto& f) { return [f](const Tensor& y) { return sum(square(f(y, w)) * f(2.0 * y, w)); }; };
  EXPECT_LT(largest_difference(grad(of(jit(energy)))(x), grad(of(energy))(x)),
            1e-12 * max(abs(grad(of(energy))(x))).item());
}

TEST(JitFollowed, HigherDerivativesAndBatches) {
  const auto f = [](const Tensor& y) { return energy(y, w); };
  const auto g = [h = jit(f)](const Tensor& y) { return h(y); };
  const auto second = [](const auto& h) { return [h](const Tensor& y) { return sum(cos(grad(h)(y))); }; };
  EXPECT_LT(largest_difference(grad(second(g))(x), grad(second(f))(x)), 1e-10);
  const auto along = [](const auto& h) {
    return jvp(function([h](const Tensor& y) { return grad(h)(y); }), {x}, {cos(x)}).tangent[0];
  };
  EXPECT_LT(largest_difference(along(g), along(f)), 1e-11);
  const auto taylor = [](const auto& h) {
    return jet(function([h](const Tensor& y) { return grad(h)(y); }), {x}, {{sin(x)}, {cos(x)}});
  };
  const auto got = taylor(g), want = taylor(f);
  for (std::size_t k = 0; k < want.series.size(); ++k)
    EXPECT_LT(largest_difference(got.series[k][0], want.series[k][0]), 1e-10) << k;
  const Tensor batch = random_normal({5, 40, 30}, 7);
  EXPECT_LT(largest_difference(vmap(grad(g))(batch), vmap(grad(f))(batch)), 1e-12);
}

TEST(JitFollowed, IntegersNumbersAndUnusedArguments) {
  const Function f = function([](const Tensor& y, const Tensor& index, const Tensor& number, const Tensor& unused) {
    (void)unused;
    return Tensors{sum(gather(exp(y), index, 0) * number), index + 1};
  });
  const Tensor index = cast(Tensor({3.0, 0.0, 3.0}), DType::i64);
  const Tensors all = {x, index, Tensor(2.5), w};
  const auto want = value_and_grad_of(function([&](const Tensor& y) { return f({y, index, 2.5, w})[0]; }))({x});
  const Jit compiled(f);
  const Vjp v = vjp(Function(compiled), all);
  const Tensors parts = v.pullback({Tensor(1.0), Tensor::none()});
  EXPECT_LT(largest_difference(parts[0], want.gradient[0]), 1e-13);
  EXPECT_LT(max(abs(parts[3])).item(), 1e-300);
}

TEST(JitFollowed, LookingForNanItSharesNothing) {
  struct Looking {
    Debug before = set_debug_mode(Debug::nan);
    ~Looking() { set_debug_mode(before); }
  } const now;
  const Tensor gradient = value_and_grad(jit(energy))(x, w).second.eval();
  EXPECT_LT(largest_difference(gradient, grad(energy)(x, w)), 1e-12);
}

}  // namespace
}  // namespace terrella
