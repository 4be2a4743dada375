#include "core/optimize/adam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/jit.h"
#include "core/ops.h"
#include "core/profile.h"
#include "core/random.h"

namespace terrella::optimize {
namespace {

/// One parameter, in plain numbers, as the paper has it.
struct ByHand {
  double x, mean = 0, square = 0;
  int step = 0;
  void take(double g, const AdamOptions& o) {
    ++step;
    mean = o.beta1 * mean + (1 - o.beta1) * g;
    square = o.beta2 * square + (1 - o.beta2) * g * g;
    const double m = mean / (1 - std::pow(o.beta1, step)), v = square / (1 - std::pow(o.beta2, step));
    x -= o.learning_rate.item() * (m / (std::sqrt(v) + o.epsilon) + o.weight_decay * x);
  }
};

TEST(Adam, StepsAsThePaperSays) {
  AdamOptions options;
  options.learning_rate = 0.1;
  options.weight_decay = 0.01;
  Tensors x = {Tensor({1.0, -2.0}), full({}, 3.0, DType::f64)};
  AdamState state = adam_start(x);
  std::vector<ByHand> hand = {{1.0}, {-2.0}, {3.0}};
  for (int step = 0; step < 20; ++step) {
    options.learning_rate = options.learning_rate * 0.9;  // a schedule compiles nothing anew
    for (ByHand& h : hand) h.take(2 * h.x, options);
    const AdamStep next = adam(x, {x[0] * 2.0, x[1] * 2.0}, state, options);
    x = next.parameters;
    state = next.state;
  }
  EXPECT_NEAR(x[0][0].item(), hand[0].x, 1e-14);
  EXPECT_NEAR(x[0][1].item(), hand[1].x, 1e-14);
  EXPECT_NEAR(x[1].item(), hand[2].x, 1e-14);
  EXPECT_EQ(state.step.item(), 20);
}

TEST(Adam, ManyTensorsAreOneFusedJob) {
  Tensors x, g;
  for (std::uint64_t i = 0; i < 100; ++i) {
    x.push_back(random_normal({100, 100}, i, i % 2 ? DType::f32 : DType::f64).eval());
    g.push_back(random_normal({100, 100}, 1000 + i, i % 2 ? DType::f32 : DType::f64).eval());
  }
  const AdamState state = adam_start(x);
  adam(x, g, state).parameters[0].eval();
  profile::Recording recording;
  adam(x, g, state).parameters[0].eval();
  recording.end();
  std::int64_t fused = 0;
  for (const Profile::Row& row : recording.profile().rows)
    if (row.name.starts_with("fused")) fused += row.count;
  EXPECT_LE(fused, 2) << to_text(recording.profile());  // the scalars, then all tensors
}

TEST(Adam, InsideACompiledTrainingStepItMinimises) {
  const Tensor target = random_normal({50}, 1);
  const auto train = jit([&](const Tensors& in) {
    const Tensors gradient = grad_of(function([&](const Tensor& x) { return sum(square(x - target)); }))({in[0]});
    AdamOptions options;
    options.learning_rate = 0.05;
    const AdamStep next = adam({in[0]}, gradient, {in[1], {in[2]}, {in[3]}}, options);
    return Tensors{next.parameters[0], next.state.step, next.state.mean[0], next.state.square[0]};
  });
  const Tensor x = zeros({50});
  Tensors now = {x, full({}, 0.0, DType::f64), x, x};
  for (int i = 0; i < 400; ++i) now = train(now);
  EXPECT_LT(max(abs(now[0] - target)).item(), 1e-3);
}

TEST(Adam, TheRateMayBeAnArgumentOfTheCompiledStep) {
  const auto train = jit([](const Tensors& in) {
    AdamOptions options;
    options.learning_rate = in[4];
    const AdamStep next = adam({in[0]}, {in[0] * 2.0}, {in[1], {in[2]}, {in[3]}}, options);
    return Tensors{next.parameters[0], next.state.step, next.state.mean[0], next.state.square[0]};
  });
  const Tensor x({1.0, -3.0}), zero = zeros({2});
  Tensors now = {x, full({}, 0.0, DType::f64), zero, zero};
  ByHand hand{-3.0};
  AdamOptions options;
  for (const double rate : {0.3, 0.1, 0.05}) {
    options.learning_rate = rate;
    hand.take(2 * hand.x, options);
    now.resize(4);
    now.push_back(full({}, rate, DType::f64));
    now = train(now);
  }
  EXPECT_NEAR(now[0][1].item(), hand.x, 1e-14);
}

TEST(Adam, MistakesAreNamed) {
  const Tensors x = {ones({3})};
  EXPECT_THROW(adam(x, {}, adam_start(x)), std::invalid_argument);
  EXPECT_THROW(adam(x, {ones({4})}, adam_start(x)), std::invalid_argument);
  for (const auto spoil : {+[](AdamOptions& o) { o.beta1 = 1; }, +[](AdamOptions& o) { o.beta2 = NAN; },
                           +[](AdamOptions& o) { o.epsilon = -1; }, +[](AdamOptions& o) { o.learning_rate = NAN; },
                           +[](AdamOptions& o) { o.learning_rate = ones({2}); }}) {
    AdamOptions options;
    spoil(options);
    EXPECT_THROW(adam(x, x, adam_start(x), options), std::invalid_argument);
  }
  EXPECT_THROW(adam({arange(3)}, {arange(3)}, adam_start({arange(3)})), std::invalid_argument);
}

}  // namespace
}  // namespace terrella::optimize
