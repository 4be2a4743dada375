// Random graphs of all kinds of operations, compiled and not, with their gradients.
#include <gtest/gtest.h>

#include <random>

#include "core/jit.h"
#include "core/ops.h"
#include "core/random.h"
#include "tests/core/plain.h"

namespace terrella::test {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : seed_(seed) {}

  Tensors inputs() const {
    const std::vector<Shape> shapes = {{4, 5}, {5}, {4, 1}, {}, {3, 4, 5}, {5, 4}};
    Tensors x;
    for (std::size_t i = 0; i < shapes.size(); ++i) x.push_back(random_normal(shapes[i], seed_ * 10 + i));
    return x;
  }

  /// The same function each time it is called.
  Tensors operator()(const Tensors& x) const {
    std::mt19937_64 random(seed_);
    Tensors pool = x;
    const auto pick = [&] { return pool[random() % pool.size()]; };
    const int steps = 5 + static_cast<int>(random() % 60);
    for (int i = 0; i < steps; ++i) pool.push_back(step(static_cast<int>(random() % 20), pick(), pick(), random));
    Tensors results;
    for (int i = 0; i < 3; ++i) results.push_back(pick());
    results.push_back(pool.back());
    return results;
  }

 private:
  static bool broadcasts(const Shape& a, const Shape& b) {
    for (int i = 1; i <= std::min(a.rank(), b.rank()); ++i) {
      const std::int64_t m = a[a.rank() - i], n = b[b.rank() - i];
      if (m != n && m != 1 && n != 1) return false;
    }
    return std::max(a.rank(), b.rank()) <= 4;
  }
  static Tensor tame(const Tensor& x) { return tanh(x); }

  static Tensor step(int kind, const Tensor& a, const Tensor& b, std::mt19937_64& random) {
    const bool fits = broadcasts(a.shape(), b.shape());
    const auto axis = [&] { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(a.rank())); };
    switch (kind) {
      case 0:
      case 1:
        return fits ? tame(a + b) : sin(a);
      case 2:
        return fits ? tame(a * b) : cos(a);
      case 3:
        return fits ? a - b * 0.5 : -a;
      case 4:
        return fits ? where(a > b, a, tame(b)) : abs(a);
      case 5:
        return fits ? maximum(a, b) : exp(-square(a));
      case 6:
        return a.rank() > 0 ? tame(sum(a, {axis()})) : a + 1.0;
      case 7:
        return a.rank() > 0 ? mean(a, {axis()}, true) : a * 1.0;
      case 8:
        return tame(sum(a));
      case 9:
        return a.rank() > 1 ? transpose(a) : a - 0.0;
      case 10:
        return ravel(a).size() < 100 ? ravel(a) : square(a);
      case 11:
        return a.rank() > 0 && a.size(0) > 1 ? slice(a, 0, {1, {}}) : reciprocal(a * a + 1.0);
      case 12:
        return a.rank() == 2 && b.rank() == 2 && a.size(1) == b.size(0) ? tame(matmul(a, b)) : tame(a) / 2.0;
      case 13:
        return a.rank() == 2 ? tame(matmul(a, transpose(a))) : sigmoid(a);
      case 14:
        return a.rank() > 0 ? max(a, {axis()}) : a;
      case 15:
        return a.rank() > 0 && a.rank() < 4 ? expand_dims(a, axis()) : a;
      case 16:
        return a.rank() > 0 ? flip(a) : a;
      case 17:
        return cast(cast(a, DType::f32), DType::f64);
      case 18:
        return a.rank() > 0 && a.size() < 100 ? concatenate({a, a * 2.0}, axis()) : a;
      default:
        return real(cast(a, DType::c128) * std::complex<double>(0.6, 0.8));
    }
  }
  std::uint64_t seed_;
};

void expect_near(const Tensors& got, const Tensors& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].shape(), want[i].shape());
    EXPECT_TRUE(near(got[i], plain(want[i]), tolerance, tolerance)) << "result " << i;
  }
}

TEST(RandomPrograms, CompiledTheyGiveTheSame) {
  for (std::uint64_t seed = 1; seed <= 400 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const Generator f(seed);
    const Tensors x = f.inputs();
    const Jit compiled{Function(f)};
    expect_near(compiled(x), f(x), 1e-6);  // f32 may round to either side
    expect_near(compiled(x), f(x), 1e-6);
    if (testing::Test::HasFailure()) ADD_FAILURE() << compiled.report().program;
  }
}

TEST(RandomPrograms, CompiledGradientsAreTheSame) {
  for (std::uint64_t seed = 1; seed <= 150 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const Generator f(seed);
    const Tensors x = f.inputs();
    const Function loss = [f](const Tensors& in) {
      Tensor all = full({}, 0.0, DType::f64);
      for (const Tensor& y : f(in)) all = all + sum(tanh(y));
      return Tensors{all};
    };
    const std::vector<int> argnums = {0, 1, 2, 3, 4, 5};
    const Tensors want = grad_of(loss, argnums)(x);
    expect_near(Jit(grad_of(loss, argnums))(x), want, 1e-5);
    expect_near(grad_of(Function(Jit(loss)), argnums)(x), want, 1e-5);
  }
}

}  // namespace
}  // namespace terrella::test
