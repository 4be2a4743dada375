#include "core/optimize/adam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/graph/node.h"
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

/// Operations one by one, rounded as the kernels have to round.
Tensors one_by_one(const Tensor& x, const Tensor& g, const Tensor& m, const Tensor& s, double step,
                   const AdamOptions& o) {
  const Tensor rate = cast(o.learning_rate, DType::f64), t = full({}, step, DType::f64);
  const auto number = [&](const Tensor& n) { return cast(n, x.dtype()); };
  const auto started = [&](double beta) { return 1.0 - power(full({}, beta, DType::f64), t); };
  const Tensor mean = o.beta1 * m + (1 - o.beta1) * g, square = o.beta2 * s + (1 - o.beta2) * (g * g);
  const Tensor move =
      mean / (sqrt(square) * number(1.0 / sqrt(started(o.beta2))) + o.epsilon) * number(rate / started(o.beta1));
  return {(o.weight_decay == 0 ? x : x * number(1.0 - rate * o.weight_decay)) - move, mean, square};
}

AdamState state_of(std::int64_t n, DType d, double step) {
  return {full({}, step, DType::f64), {random_normal({n}, 3, d)}, {square(random_normal({n}, 4, d))}};
}

TEST(Adam, BitsAreThoseOfTheOperationsOneByOne) {
  // The last one is more than caches hold: its results are written past them.
  for (const std::int64_t n : {0, 1, 7, 16, 63, 1000, 40001, 1200007})
    for (const DType d : {DType::f32, DType::f64})
      for (const double decay : {0.0, 0.01}) {
        AdamOptions options;
        options.weight_decay = decay;
        const Tensor x = random_normal({n}, 1, d).eval(), g = random_normal({n}, 2, d).eval();
        const AdamState state = state_of(n, d, 4);
        const AdamStep got = adam({x}, {g}, state, options);
        const Tensors want = one_by_one(x, g, state.mean[0], state.square[0], 5, options);
        EXPECT_TRUE(all(got.parameters[0] == want[0]).item<bool>()) << n << name(d);
        EXPECT_TRUE(all(got.state.mean[0] == want[1]).item<bool>()) << n << name(d);
        EXPECT_TRUE(all(got.state.square[0] == want[2]).item<bool>()) << n << name(d);
      }
}

TEST(Adam, ViewsAndBroadcastTensorsStepAsTheirCopies) {
  const Tensor x = transpose(random_normal({70, 50}, 1)), g = broadcast_to(random_normal({70}, 2), {50, 70});
  const AdamState state{full({}, 3.0, DType::f64), {flip(random_normal({50, 70}, 3))}, {broadcast_to(2.0, {50, 70})}};
  const AdamStep got = adam({x}, {g}, state);
  const Tensors want = one_by_one(x, g, state.mean[0], state.square[0], 4, {});
  EXPECT_TRUE(all(got.parameters[0] == want[0]).item<bool>());
  EXPECT_TRUE(all(got.state.mean[0] == want[1]).item<bool>());
  EXPECT_TRUE(all(got.state.square[0] == want[2]).item<bool>());
}

/// A step as a function of parameter, gradient, state and rate, by the operation or one by one.
Tensors whole_step(const Tensors& in) {
  AdamOptions options;
  options.learning_rate = in[4];
  options.weight_decay = 0.1;
  const AdamStep next = adam({in[0]}, {in[1]}, {full({}, 2.0, DType::f64), {in[2]}, {in[3]}}, options);
  return {next.parameters[0], next.state.mean[0], next.state.square[0]};
}
Tensors whole_step_one_by_one(const Tensors& in) {
  AdamOptions options;
  options.learning_rate = in[4];
  options.weight_decay = 0.1;
  return one_by_one(in[0], in[1], in[2], in[3], 3, options);
}
Tensors step_arguments() {
  return {random_normal({5}, 1), random_normal({5}, 2), random_normal({5}, 3), exp(random_normal({5}, 4)),
          full({}, 0.03, DType::f64)};
}

TEST(Adam, DerivativesAreThoseOfTheOperationsToThirdOrder) {
  const Tensors x = step_arguments();
  Tensors v, u;
  for (const Tensor& t : x) v.push_back(random_normal(t.shape(), 7));
  for (const Tensor& t : whole_step(x)) u.push_back(random_normal(t.shape(), 8));
  const auto pulled = [&](const Function& f) -> Function {
    return [=](const Tensors& t) { return vjp(f, t).pullback(u); };
  };
  const auto pushed = [&](const Function& f) -> Function {
    return [=](const Tensors& t) { return jvp(f, t, v).tangent; };
  };
  const auto third = [&](const Function& f) { return pushed(pushed(pulled(f))); };
  for (const auto& derivative : std::vector<std::function<Function(const Function&)>>{pulled, pushed, third}) {
    const Tensors want = derivative(whole_step_one_by_one)(x);
    const Function of_step = derivative(whole_step), of_jit = derivative(Jit{Function(whole_step)});
    for (const Tensors& got : {of_step(x), Jit(of_step)(x), of_jit(x)})
      for (std::size_t i = 0; i < want.size(); ++i)
        EXPECT_LT(max(abs(got[i] - want[i])).item(), 1e-12 * (1 + max(abs(want[i])).item())) << i;
  }
}

TEST(Adam, BatchesOfTensorsAndOfRates) {
  const Tensors one = step_arguments();
  for (const std::vector<bool>& batched : {std::vector<bool>{true, true, true, true, false},
                                           {false, true, false, false, false},
                                           {false, false, false, false, true},
                                           {true, false, true, false, true}}) {
    Tensors x = one;
    std::vector<std::optional<int>> axes;
    for (std::size_t k = 0; k < x.size(); ++k) {
      axes.push_back(batched[k] ? std::optional<int>(0) : std::nullopt);
      if (batched[k]) x[k] = stack({one[k], one[k] * 1.5, one[k] * 2.0});
    }
    const Function f = vmap_of(whole_step, axes);
    for (const Tensors& got : {f(x), Jit(f)(x)}) {
      for (std::int64_t b = 0; b < 3; ++b) {
        Tensors of_b;
        for (std::size_t k = 0; k < x.size(); ++k) of_b.push_back(batched[k] ? x[k][b] : x[k]);
        const Tensors want = whole_step_one_by_one(of_b);
        for (std::size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(all(got[i][b] == want[i]).item<bool>()) << b << i;
      }
    }
  }
  // A batch of batches: rates along one, gradients along the other.
  const Function inner = vmap_of(whole_step, {std::nullopt, 0, std::nullopt, std::nullopt, std::nullopt});
  Tensors x = one;
  x[1] = stack({one[1], one[1] * 2.0});
  x[4] = Tensor({0.1, 0.2, 0.3});
  const Tensors got = vmap_of(inner, {std::nullopt, std::nullopt, std::nullopt, std::nullopt, 0})(x);
  const Tensors want = whole_step_one_by_one({one[0], x[1][1], one[2], one[3], x[4][2]});
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(all(got[i][2][1] == want[i]).item<bool>()) << i;
}

TEST(Adam, DonatedTensorsAreWrittenOver) {
  const auto step = [](const Tensors& in) {
    const AdamStep next = adam({in[0]}, {in[1]}, {in[4], {in[2]}, {in[3]}});
    return Tensors{next.parameters[0], next.state.mean[0], next.state.square[0], next.state.step};
  };
  const auto arguments = [] {
    Tensors x;
    for (std::uint64_t k = 0; k < 4; ++k) x.push_back((square(random_normal({5000}, k)) + 0.0).eval());
    x.push_back(full({}, 0.0, DType::f64).eval());
    return x;
  };
  const auto memory = [](const Tensor& x) { return x.eval().node()->value.bytes(); };
  const Jit plain{Function(step)}, donating(step, {.donate = {0, 2, 3}});
  const Tensors want = plain(arguments());
  Tensors in = arguments();
  const Tensor gradient = in[1];
  const void* const before[] = {memory(in[0]), memory(in[2]), memory(in[3])};
  const Tensors got = donating(std::move(in));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(memory(got[i]), before[i]);
    EXPECT_TRUE(all(got[i] == want[i]).item<bool>());
  }
  EXPECT_TRUE(all(gradient == arguments()[1]).item<bool>());
  in = arguments();
  const Tensor held = in[0];
  const Tensors again = donating(std::move(in));
  EXPECT_TRUE(all(held == arguments()[0]).item<bool>()) << "somebody else holds it";
  EXPECT_TRUE(all(again[0] == want[0]).item<bool>());
}

TEST(Adam, ManyTensorsAreOneFusedJob) {
  Tensors x, g;
  for (std::uint64_t i = 0; i < 100; ++i) {
    x.push_back(random_normal({100, 100}, i, i % 2 ? DType::f32 : DType::f64).eval());
    g.push_back(random_normal({100, 100}, 1000 + i, i % 2 ? DType::f32 : DType::f64).eval());
  }
  const AdamState state = adam_start(x);
  profile::Recording recording;
  const AdamStep next = adam(x, g, state);
  next.parameters[0].eval();
  recording.end();
  std::int64_t jobs = 0;
  for (const Profile::Row& row : recording.profile().rows)
    if (row.name == "adam") jobs += row.count;
  EXPECT_EQ(jobs, 1) << to_text(recording.profile());
  for (const std::size_t i : {std::size_t{0}, std::size_t{51}, std::size_t{99}}) {
    const Tensors want = one_by_one(x[i], g[i], state.mean[i], state.square[i], 1, {});
    EXPECT_TRUE(all(next.parameters[i] == want[0]).item<bool>()) << i;
  }
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
