// What must hold for every operation in a compiled function.
#include "core/jit.h"
#include "core/random.h"
#include "tests/core/property.h"

namespace terrella::test {
namespace {

Function compiled(const Function& f) { return Function(Jit(f)); }

Function pulled(const Function& f, const Tensors& u) {
  return [f, u](const Tensors& x) { return vjp(f, x).pullback(u); };
}
Function pushed(const Function& f, const Tensors& v) {
  return [f, v](const Tensors& x) { return jvp(f, x, v).tangent; };
}

Tensors directions(const Tensors& like, std::uint64_t seed) {
  Tensors all;
  for (const Tensor& t : like)
    all.push_back(is_floating(t.dtype()) ? random_normal(t.shape(), seed++, t.dtype()) : Tensor::none());
  return all;
}

void expect_same(const char* what, const Function& f, const Function& g, const Tensors& x, double tolerance) {
  const Tensors got = f(x), want = g(x);
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].dtype(), want[i].dtype()) << what;
    ASSERT_EQ(got[i].shape(), want[i].shape()) << what;
    long double largest = 0;
    for (const Number& n : plain(want[i]).values)
      if (std::isfinite(std::abs(n))) largest = std::max(largest, std::abs(n));
    EXPECT_TRUE(near(got[i], plain(want[i]), tolerance, tolerance * static_cast<double>(largest))) << what << ' ' << i;
  }
}

void expect_derivatives_under_jit(const Case& c, const Tensors& x, double tolerance) {
  const Function f = c.f, jf = compiled(f);
  const Tensors u = directions(f(x), 41), v = directions(x, 51), w = directions(x, 61);
  expect_same("jit of vjp", compiled(pulled(f, u)), pulled(f, u), x, tolerance);
  expect_same("vjp of jit", pulled(jf, u), pulled(f, u), x, tolerance);
  expect_same("jit of jvp", compiled(pushed(f, v)), pushed(f, v), x, tolerance);
  expect_same("jvp of jit", pushed(jf, v), pushed(f, v), x, tolerance);
  const Function second = pushed(pulled(f, u), v);
  expect_same("jit of jvp of vjp", compiled(second), second, x, tolerance);
  expect_same("jvp of vjp of jit", pushed(pulled(jf, u), v), second, x, tolerance);
  expect_same("jvp of jit of vjp", pushed(compiled(pulled(f, u)), v), second, x, tolerance);
  const Function third = pushed(second, w);
  expect_same("jit of third order", compiled(third), third, x, 10 * tolerance);
  expect_same("third order of jit", pushed(pushed(pulled(jf, u), v), w), third, x, 10 * tolerance);
}

}  // namespace

void expect_jit(const Case& c) {
  for (const DType dtype : dtypes_of(c.kinds)) {
    SCOPED_TRACE(name(dtype));
    const double tolerance = 100 * epsilon(dtype);
    const Tensors x = c.sample(dtype, 1);
    expect_same("jit", compiled(c.f), c.f, x, tolerance);
    const Function twice = compiled(c.f);
    twice(c.sample(dtype, 2))[0].eval();
    expect_same("jit, called again", twice, c.f, x, tolerance);
    if (dtype != DType::f64 && dtype != DType::c128) continue;
    if (c.differentiable) expect_derivatives_under_jit(c, x, 10 * tolerance);
    Tensors batch;
    const Tensors other = c.sample(dtype, 3);
    for (std::size_t i = 0; i < x.size(); ++i) batch.push_back(stack({x[i], other[i]}));
    const std::vector<std::optional<int>> axes(x.size(), 0);
    const Function mapped = vmap_of(c.f, axes);
    expect_same("jit of vmap", compiled(mapped), mapped, batch, tolerance);
    expect_same("vmap of jit", vmap_of(compiled(c.f), axes), mapped, batch, tolerance);
  }
}

}  // namespace terrella::test
