// Fourier transforms among the operations that are checked in every dtype, under every transform.
#include <numbers>

#include "core/fft.h"
#include "tests/core/ops/table.h"

namespace terrella::test {
namespace {

Number turn(std::int64_t jk, std::int64_t n, int sign) {
  return std::polar(1.0L, 2 * std::numbers::pi_v<long double> * static_cast<long double>(sign * (jk % n)) /
                              static_cast<long double>(n));
}

/// sum_j x_j exp(sign 2 pi i j k / n) along an axis, `extent` of its elements.
Plain summed(const Plain& x, int axis, std::int64_t n, int sign, std::int64_t extent) {
  Shape shape = x.shape;
  const std::int64_t given = shape[axis];
  shape[axis] = extent;
  return build(shape, [&](const Position& at) {
    Number s = 0;
    Position from = at;
    for (std::int64_t j = 0; j < std::min(n, given); ++j) {
      from[static_cast<std::size_t>(axis)] = j;
      s += x(from) * turn(j * at[static_cast<std::size_t>(axis)], n, sign);
    }
    return s;
  });
}

Plain scaled(Plain x, long double factor) {
  for (Number& v : x.values) v *= factor;
  return x;
}

/// The whole spectrum of n real numbers from its half.
Plain whole(const Plain& half, int axis, std::int64_t n) {
  Shape shape = half.shape;
  shape[axis] = n;
  return build(shape, [&](const Position& at) {
    Position from = at;
    const std::int64_t k = at[static_cast<std::size_t>(axis)];
    from[static_cast<std::size_t>(axis)] = std::min(k, n - k);
    const Number v = half(from);
    if (k == 0 || 2 * k == n) return Number(v.real());
    return 2 * k < n ? v : std::conj(v);
  });
}

Case of(std::string name, std::string kinds, const Shape& shape, std::function<Tensor(const Tensor&)> f,
        std::function<Plain(const Plain&)> reference) {
  Case c;
  c.name = std::move(name);
  c.kinds = std::move(kinds);
  c.f = [f](const Tensors& x) { return Tensors{f(x[0])}; };
  c.sample = normal({shape});
  c.reference = [reference](const std::vector<Plain>& x) { return reference(x[0]); };
  return c;
}

}  // namespace

std::vector<Case> fft_cases() {
  using namespace fft;
  std::vector<Case> all;
  for (const int axis : {0, 1, 2}) {
    const std::string tail = "_" + std::to_string(axis);
    const Shape shape{3, 4, 5};
    const std::int64_t n = shape[axis];
    const auto count = static_cast<long double>(n);
    all.push_back(of(
        "fft" + tail, "BIRC", shape, [axis](const Tensor& x) { return fft::fft(x, {}, axis); },
        [axis, n](const Plain& x) { return summed(x, axis, n, -1, n); }));
    all.push_back(of(
        "ifft" + tail, "RC", shape, [axis](const Tensor& x) { return ifft(x, {}, axis); },
        [axis, n, count](const Plain& x) { return scaled(summed(x, axis, n, 1, n), 1 / count); }));
    all.push_back(of(
        "rfft" + tail, "BIR", shape, [axis](const Tensor& x) { return rfft(x, {}, axis, Norm::ortho); },
        [axis, n, count](const Plain& x) { return scaled(summed(x, axis, n, -1, n / 2 + 1), 1 / std::sqrt(count)); }));
    for (const std::int64_t length : {2 * n - 2, 2 * n - 1})
      all.push_back(of(
          "irfft" + tail + "_of_" + std::to_string(length), "RC", shape,
          [axis, length](const Tensor& x) { return irfft(x, length, axis, Norm::forward); },
          [axis, length](const Plain& x) { return summed(whole(x, axis, length), axis, length, 1, length); }));
  }
  all.push_back(of(
      "fft_cut", "RC", {2, 6}, [](const Tensor& x) { return fft::fft(x, 4); },
      [](const Plain& x) { return summed(x, 1, 4, -1, 4); }));
  all.push_back(of(
      "fft_filled", "RC", {2, 6}, [](const Tensor& x) { return fft::fft(x, 9); },
      [](const Plain& x) { return summed(x, 1, 9, -1, 9); }));
  all.push_back(of(
      "fftn", "RC", {2, 3, 4}, [](const Tensor& x) { return fftn(x); },
      [](const Plain& x) { return summed(summed(summed(x, 0, 2, -1, 2), 1, 3, -1, 3), 2, 4, -1, 4); }));
  all.push_back(of(
      "rfftn", "R", {2, 3, 4},
      [](const Tensor& x) {
        return rfftn(x, {}, {0, 2});
      },
      [](const Plain& x) { return summed(summed(x, 2, 4, -1, 3), 0, 2, -1, 2); }));
  all.push_back(of(
      "irfftn", "RC", {3, 3},
      [](const Tensor& x) {
        return irfftn(x, {3, 5});
      },
      [](const Plain& x) { return scaled(summed(whole(summed(x, 0, 3, 1, 3), 1, 5), 1, 5, 1, 5), 1 / 15.0L); }));
  all.push_back(of(
      "fftshift", "IRC", {3, 4}, [](const Tensor& x) { return fftshift(x); },
      [](const Plain& x) {
        return build(x.shape, [&](const Position& at) { return x({(at[0] + 2) % 3, (at[1] + 2) % 4}); });
      }));
  return all;
}

}  // namespace terrella::test
