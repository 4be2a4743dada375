#include <gtest/gtest.h>

#include "core/ops.h"
#include "core/random.h"
#include "tests/core/property.h"

namespace terrella::test {
namespace {

/// f of a curve, as a function of time.
Function of_time(const Function& f, const Tensors& x, const std::vector<Tensors>& series) {
  return [=](const Tensors& t) {
    Tensors now;
    for (std::size_t i = 0; i < x.size(); ++i) {
      Tensor sum = zeros_like(x[i]);
      bool moves = false;
      for (std::size_t k = series.size(); k > 0; --k) {  // Horner's scheme
        if (!series[k - 1][i].defined()) continue;
        sum = series[k - 1][i] + sum * (t[0] / static_cast<double>(k + 1));
        moves = true;
      }
      now.push_back(moves ? x[i] + sum * t[0] : x[i]);
    }
    return f(now);
  };
}

Function slope(const Function& f) {
  return [f](const Tensors& t) { return jvp(f, t, {Tensor(1.0)}).tangent; };
}

}  // namespace

void expect_taylor_of(const Function& f, const Tensors& x, std::size_t order, double tolerance) {
  std::vector<Tensors> series(order);
  for (std::size_t k = 0; k < order; ++k)
    for (std::size_t i = 0; i < x.size(); ++i)
      series[k].push_back(is_floating(x[i].dtype()) ? 0.5 * random_normal(x[i].shape(), 100 + 10 * k + i, x[i].dtype())
                                                    : Tensor::none());
  const Jet found = jet(f, x, series);
  const Tensors value = f(x);
  for (std::size_t i = 0; i < value.size(); ++i) EXPECT_EQ(max_abs(found.value[i] - value[i]), 0.0);
  Function derivative = of_time(f, x, series);
  for (std::size_t k = 0; k < order; ++k) {
    derivative = slope(derivative);
    const Tensors wanted = derivative({zeros({})});
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_EQ(found.series[k][i].shape(), wanted[i].shape());
      EXPECT_EQ(found.series[k][i].dtype(), wanted[i].dtype());
      EXPECT_LE(max_abs(found.series[k][i] - wanted[i]), tolerance * (1 + max_abs(wanted[i])))
          << "order " << k + 1 << ", result " << i;
    }
  }
}

void expect_taylor(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    if (!c.differentiable || (dtype != DType::f64 && dtype != DType::c128)) continue;
    SCOPED_TRACE(name(dtype));
    const Tensors x = c.sample(dtype, 1);
    expect_taylor_of(c.f, x, 4, 1e-11);
    for (std::size_t i = 0; x.size() > 1 && i < x.size(); ++i) {
      if (!is_floating(x[i].dtype())) continue;
      SCOPED_TRACE("input " + std::to_string(i));
      const Function alone = [&](const Tensors& one) {
        Tensors all = x;
        all[i] = one[0];
        return c.f(all);
      };
      expect_taylor_of(alone, {x[i]}, 4, 1e-11);
    }
  }
}

}  // namespace terrella::test
