#include "core/check.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella::check {
namespace {

Tensor direction(const Tensor& like, std::uint64_t seed) {
  if (!is_floating(like.dtype()))
    fail("check: the argument is ", name(like.dtype()), "; derivatives need a floating dtype");
  return random_normal(like.shape(), seed, like.dtype());
}

double length(const Tensor& x) { return norm(cast(x, is_complex(x.dtype()) ? DType::c128 : DType::f64)).item(); }

/// Slope of log(y) over log(x); pairs where y is 0 are left out.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(y[i] > 0)) continue;
    const double a = std::log(x[i]), b = std::log(y[i]);
    n += 1, sx += a, sy += b, sxx += a * a, sxy += a * b;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

Tensor first(const Function& f, const Tensor& x) { return f({x})[0]; }

}  // namespace

double taylor_order(const Function& f, const Tensor& x, const Options& options) {
  Tensor v = direction(x, options.seed);
  v = v * ((length(x) + 1) / length(v));
  const Jvp at_x = jvp(f, {x}, {cast(v, x.dtype())});
  std::vector<double> steps, remainders;
  double largest = 0;
  for (int i = 0; i <= options.halvings; ++i) {
    const double h = options.step * std::pow(0.5, i);
    steps.push_back(h);
    remainders.push_back(length(first(f, x + cast(h * v, x.dtype())) - at_x.value[0] - h * at_x.tangent[0]));
    largest = std::max(largest, remainders.back());
  }
  const double epsilon = real_of(x.dtype()) == DType::f32 ? 0x1p-23 : 0x1p-52;
  if (largest <= 100 * epsilon * (length(at_x.value[0]) + options.step * length(at_x.tangent[0]))) return 2;
  return slope(steps, remainders);
}

double dot_product_error(const Function& f, const Tensor& x, const Options& options) {
  const Tensor v = direction(x, options.seed);
  const Jvp forward = jvp(f, {x}, {v});
  const Vjp backward = vjp(f, {x});
  const Tensor u = direction(forward.value[0], options.seed + 1);
  Tensors seeds(backward.value.size(), Tensor::none());
  seeds[0] = u;
  const auto wide = [](const Tensor& t) { return cast(t, is_complex(t.dtype()) ? DType::c128 : DType::f64); };
  const double left = inner(wide(u), wide(forward.tangent[0])).item();
  const double right = inner(wide(backward.pullback(seeds)[0]), wide(v)).item();
  const double scale = length(u) * length(forward.tangent[0]);
  return scale > 0 ? std::abs(left - right) / scale : std::abs(left - right);
}

double gradient_error(const Function& f, const Tensor& x, const Options& options) {
  Tensor v = direction(x, options.seed);
  v = v * ((length(x) + 1) / length(v));
  const Tensor tangent = jvp(f, {x}, {v}).tangent[0];
  const auto difference = [&](double h) { return (first(f, x + h * v) - first(f, x - h * v)) / (2 * h); };
  const double h = 0.1 * options.step;
  const Tensor extrapolated = (4.0 * difference(0.5 * h) - difference(h)) / 3.0;  // Richardson
  const double scale = length(tangent);
  const double error = length(extrapolated - tangent);
  return scale > 0 ? error / scale : error;
}

double convergence_order(const std::function<double(std::int64_t)>& error, const std::vector<std::int64_t>& sizes) {
  if (sizes.size() < 2) fail("convergence_order: needs at least two sizes, got ", sizes.size());
  std::vector<double> n, e;
  for (const std::int64_t size : sizes) {
    n.push_back(static_cast<double>(size));
    e.push_back(error(size));
  }
  return -slope(n, e);
}

}  // namespace terrella::check
