// Convolutions and pooling among the operations that are checked in every dtype, under every transform.
#include "core/conv.h"
#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

using Sizes = std::vector<std::int64_t>;

/// All that a loop needs: one entry an axis.
struct Numbers {
  Sizes stride, dilation, before, after;
  std::int64_t groups = 1;

  ConvolutionOptions options() const {
    ConvolutionOptions o;
    o.stride = stride;
    o.dilation = dilation;
    for (std::size_t i = 0; i < before.size(); ++i) o.padding.emplace_back(before[i], after[i]);
    o.groups = groups;
    return o;
  }
};

/// Calls body(image, channel of x, position in x, output, channel of the kernel, tap, position in the result).
template <class Body>
void each_product(const Numbers& n, const Shape& x, const Shape& kernel, const Shape& out, const Body& body) {
  build(out, [&](const Position& to) {
    Shape taps = kernel;
    taps[0] = 1;
    build(taps, [&](const Position& tap) {
      Position from = to, weight = tap;
      weight[0] = to[1];
      from[1] = to[1] / (kernel[0] / n.groups) * kernel[1] + tap[1];
      for (int i = 2; i < x.rank(); ++i) {
        const auto at = static_cast<std::size_t>(i), axis = at - 2;
        from[at] = to[at] * n.stride[axis] + tap[at] * n.dilation[axis] - n.before[axis];
        if (from[at] < 0 || from[at] >= x[i]) return Number(0);
      }
      body(from, weight, to);
      return Number(0);
    });
    return Number(0);
  });
}

std::int64_t flat(const Shape& shape, const Position& at) {
  std::int64_t index = 0;
  for (int i = 0; i < shape.rank(); ++i) index = index * shape[i] + at[static_cast<std::size_t>(i)];
  return index;
}

Number& at(Plain& x, const Position& position) { return x.values[static_cast<std::size_t>(flat(x.shape, position))]; }

Plain zero(const Shape& shape) {
  return build(shape, [](const Position&) { return Number(0); });
}

void add(std::vector<Case>& all, const std::string& name, const Numbers& n, const Shape& x, const Shape& kernel,
         const Shape& out) {
  Case c;
  c.name = "convolution_" + name;
  c.kinds = "IRC";
  c.f = [n](const Tensors& in) { return Tensors{convolution(in[0], in[1], n.options())}; };
  c.sample = normal({x, kernel});
  c.reference = [=](const std::vector<Plain>& in) {
    Plain sum = zero(out);
    each_product(n, x, kernel, out, [&](const Position& from, const Position& weight, const Position& to) {
      at(sum, to) += in[0](from) * in[1](weight);
    });
    return sum;
  };
  all.push_back(c);

  Sizes extra;  // what the stride left of x
  for (int i = 2; i < x.rank(); ++i) {
    const auto axis = static_cast<std::size_t>(i - 2);
    extra.push_back((x[i] + n.before[axis] + n.after[axis] - n.dilation[axis] * (kernel[i] - 1) - 1) % n.stride[axis]);
  }
  c.name = "transposed_convolution_" + name;
  c.f = [n, extra](const Tensors& in) { return Tensors{transposed_convolution(in[0], in[1], n.options(), extra)}; };
  c.sample = normal({out, kernel});
  c.reference = [=](const std::vector<Plain>& in) {
    Plain sum = zero(x);
    each_product(n, x, kernel, out, [&](const Position& from, const Position& weight, const Position& to) {
      at(sum, from) += in[0](to) * in[1](weight);
    });
    return sum;
  };
  all.push_back(c);
}

Case pool(const std::string& name, const std::string& kinds, Tensor (*f)(const Tensor&, const Sizes&, Sizes),
          bool largest) {
  Case c;
  c.name = name;
  c.kinds = kinds;
  c.f = [f](const Tensors& in) { return Tensors{f(in[0], {2, 3}, {1, 2})}; };
  c.sample = normal({{2, 4, 8}});
  c.reference = [largest](const std::vector<Plain>& in) {
    return build({2, 3, 3}, [&](const Position& at) {
      Number value = largest ? in[0]({at[0], at[1], 2 * at[2]}) : Number(0);
      for (std::int64_t i = 0; i < 2; ++i)
        for (std::int64_t j = 0; j < 3; ++j) {
          const Number x = in[0]({at[0], at[1] + i, 2 * at[2] + j});
          value = largest ? (x.real() > value.real() ? x : value) : value + x / 6.0L;
        }
      return value;
    });
  };
  return c;
}

}  // namespace

std::vector<Case> conv_cases() {
  std::vector<Case> all;
  add(all, "1d", {{1}, {1}, {0}, {0}}, {2, 3, 6}, {4, 3, 3}, {2, 4, 4});
  add(all, "1d_strides", {{2}, {2}, {1}, {3}}, {2, 2, 7}, {3, 2, 3}, {2, 3, 4});
  add(all, "2d", {{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {2, 2, 4, 5}, {3, 2, 3, 3}, {2, 3, 4, 5});
  add(all, "2d_all_at_once", {{2, 3}, {1, 2}, {2, 0}, {0, 1}, 2}, {1, 4, 5, 8}, {6, 2, 3, 2}, {1, 6, 3, 3});
  add(all, "2d_of_points", {{1, 1}, {1, 1}, {0, 0}, {0, 0}}, {2, 3, 2, 3}, {2, 3, 1, 1}, {2, 2, 2, 3});
  add(all, "3d", {{1, 2, 1}, {1, 1, 1}, {1, 0, 1}, {0, 1, 1}}, {1, 2, 3, 4, 3}, {2, 2, 2, 3, 3}, {1, 2, 3, 2, 3});
  add(all, "by_channel", {{1}, {1}, {1}, {1}, 3}, {2, 3, 5}, {3, 1, 3}, {2, 3, 5});
  all.push_back(pool("max_pool", "IR", &max_pool, true));
  all.push_back(pool("mean_pool", "RC", &mean_pool, false));
  return all;
}

}  // namespace terrella::test
