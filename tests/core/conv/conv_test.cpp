#include "core/conv.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/backend/cpu/parallel.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

TEST(Convolution, ImagesOfManyBlocksAreSumsOfShiftedProducts) {
  for (const DType d : {DType::f32, DType::f64, DType::c128}) {
    const Tensor x = random_normal({3, 20, 70, 90}, 1, d), w = random_normal({7, 20, 3, 3}, 2, d);
    const Tensor padded = pad(x, {{0, 0}, {0, 0}, {1, 1}, {1, 1}});
    Tensor want = zeros({3, 7, 70 * 90}, d);
    for (std::int64_t i = 0; i < 3; ++i)
      for (std::int64_t j = 0; j < 3; ++j) {
        const Tensor window = slice(padded, {{}, {}, {i, i + 70}, {j, j + 90}});
        const Tensor tap = reshape(slice(w, {{}, {}, {i, i + 1}, {j, j + 1}}), {7, 20});
        want = want + matmul(tap, reshape(window, {3, 20, 70 * 90}));
      }
    ConvolutionOptions options;
    options.padding = same_padding(w);
    const Tensor y = convolution(x, w, options);
    const double allowed = real_of(d) == DType::f32 ? 2e-4 : 1e-12;
    EXPECT_LT(max_abs(reshape(y, want.shape()) - want), allowed);
    // The adjoints of many blocks, by the dot products that define them.
    const Tensor g = random_normal(y.shape(), 3, d);
    const Tensors bars =
        vjp(Function([&](const Tensors& in) { return Tensors{convolution(in[0], in[1], options)}; }), {x, w})
            .pullback({g});
    const double whole = inner(y, g).item();
    EXPECT_NEAR(inner(x, bars[0]).item(), whole, allowed * 1e3);
    EXPECT_NEAR(inner(w, bars[1]).item(), whole, allowed * 1e3);
  }
}

struct Setting {
  Shape x, w;
  ConvolutionOptions options;
};

/// Large enough for oneDNN in f32 and for direct sums in f64; with edges of all kinds.
const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {{5, 16, 30, 31}, {24, 16, 3, 3}, {.stride = {}, .dilation = {}, .padding = {{1, 1}, {1, 1}}}},
      {{5, 16, 40, 33}, {24, 16, 3, 2}, {.stride = {2, 3}, .dilation = {2, 1}, .padding = {{2, 0}, {0, 3}}}},
      {{5, 16, 40, 33}, {21, 16, 3, 2}, {.stride = {2, 1}, .dilation = {2, 3}, .padding = {{2, 0}, {0, 9}}}},
      {{20, 12, 20, 20}, {18, 4, 5, 3}, {.stride = {1, 2}, .dilation = {}, .padding = {{2, 2}, {1, 0}}, .groups = 3}},
      {{9, 26, 11, 35}, {34, 13, 4, 2}, {.stride = {}, .dilation = {}, .padding = {{5, 0}, {0, 4}}, .groups = 2}},
      {{8, 32, 24, 24}, {32, 1, 3, 3}, {.stride = {}, .dilation = {}, .padding = {{1, 1}, {1, 1}}, .groups = 32}},
      {{40, 7, 500}, {9, 7, 9}, {.stride = {3}, .dilation = {4}, .padding = {{5, 40}}}},
      {{40, 7, 500}, {9, 7, 9}, {.stride = {}, .dilation = {4}, .padding = {{5, 40}}}},
      {{3, 5, 12, 13, 14},
       {6, 5, 3, 2, 3},
       {.stride = {1, 2, 1}, .dilation = {2, 1, 1}, .padding = {{1, 2}, {0, 1}, {1, 1}}}},
      {{2, 10, 9, 8, 26},
       {17, 10, 3, 2, 3},
       {.stride = {}, .dilation = {1, 2, 3}, .padding = {{1, 2}, {0, 1}, {1, 1}}}},
      {{1, 40, 3, 1100}, {9, 40, 3, 3}, {.stride = {}, .dilation = {}, .padding = {{2, 2}, {0, 0}}}},  // wide rows
  };
  return all;
}

/// Value and both adjoints in one precision beside those in another, every option; the same bits with any threads.
void expect_alike(DType d, DType of, double allowed) {
  for (const auto& [x_shape, w_shape, o] : settings()) {
    const Tensor x = random_normal(x_shape, 1), w = random_normal(w_shape, 2);
    const auto all = [&, options = o](DType dtype) {
      const Function f = [&](const Tensors& in) { return Tensors{convolution(in[0], in[1], options)}; };
      const auto v = vjp(f, {cast(x, dtype), cast(w, dtype)});
      const Tensors bars = v.pullback({cast(random_normal(v.value[0].shape(), 3), dtype)});
      return Tensors{v.value[0], bars[0], bars[1]};
    };
    const Tensors want = all(of);
    Tensors first;
    for (const int threads : {1, 2, 4}) {
      const int before = cpu::set_threads(threads);
      const Tensors got = all(d);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_LT(max_abs(cast(got[i], of) - want[i]), allowed * max_abs(want[i])) << x_shape << i;
        if (threads > 1) { EXPECT_EQ(max_abs(got[i] - first[i]), 0) << x_shape << i; }
      }
      if (threads == 1) first = got;
      cpu::set_threads(before);
    }
  }
}

TEST(Convolution, SinglePrecisionIsThatOfDouble) { expect_alike(DType::f32, DType::f64, 3e-6); }

// Real numbers are summed directly, complex ones by products of matrices.
TEST(Convolution, RealNumbersAreThoseOfComplexOnes) { expect_alike(DType::f64, DType::c128, 1e-14); }

TEST(Convolution, EmptyOnes) {
  EXPECT_EQ(convolution(zeros({0, 2, 5}), ones({3, 2, 3})).shape(), (Shape{0, 3, 3}));
  EXPECT_EQ(max_abs(convolution(zeros({2, 0, 5}), zeros({3, 0, 3}))), 0);
  const Tensor g = grad([](const Tensor& w) { return sum(convolution(zeros({0, 2, 5}), w)); })(ones({3, 2, 3}));
  EXPECT_EQ(max_abs(g), 0);
}

TEST(Convolution, MistakesAreNamed) {
  const Tensor x = ones({1, 2, 5}), w = ones({3, 2, 3});
  const auto with = [&](auto change) {
    ConvolutionOptions o;
    change(o);
    return convolution(x, w, o);
  };
  EXPECT_THROW(convolution(ones({2, 5}), w), std::invalid_argument);
  EXPECT_THROW(convolution(ones({1, 3, 5}), w), std::invalid_argument);
  EXPECT_THROW(convolution(ones({1, 2, 2}), w), std::invalid_argument);
  EXPECT_THROW(convolution(x, ones({3, 2, 0})), std::invalid_argument);
  EXPECT_THROW(convolution(ones({1, 2}), ones({3, 2})), std::invalid_argument);
  EXPECT_THROW(with([](auto& o) { o.groups = 2; }), std::invalid_argument);
  EXPECT_THROW(with([](auto& o) { o.groups = 0; }), std::invalid_argument);
  EXPECT_THROW(with([](auto& o) { o.stride = {0}; }), std::invalid_argument);
  EXPECT_THROW(with([](auto& o) { o.stride = {1, 1}; }), std::invalid_argument);
  EXPECT_THROW(with([](auto& o) { o.padding = {{-1, 0}}; }), std::invalid_argument);
  EXPECT_THROW(transposed_convolution(ones({1, 3, 5}), w, {}, {1}), std::invalid_argument);
  EXPECT_THROW(max_pool(ones({3}), {4}), std::invalid_argument);
  EXPECT_THROW(mean_pool(ones({3}), {1, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace terrella
