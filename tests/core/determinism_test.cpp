// Results do not depend on the number of threads: the same bits with 1, 2 and 4.
#include <gtest/gtest.h>

#include <cstring>

#include "core/backend/cpu/parallel.h"
#include "core/conv.h"
#include "core/fft.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/optimize/adam.h"
#include "core/random.h"
#include "core/transform.h"

namespace terrella {
namespace {

struct Job {
  const char* name;
  std::function<Tensor(DType)> f;
  bool complex = true;
};

std::vector<char> bytes(const Tensor& x) {
  std::vector<char> all(static_cast<std::size_t>(x.size()) * size_of(x.dtype()));
  with_type(x.dtype(), [&](auto t) { std::memcpy(all.data(), x.data<decltype(t)>().data(), all.size()); });
  return all;
}

/// [700, 300]: more than six times the grain of every loop.
Tensor large(DType d, std::uint64_t seed = 1) { return random_normal({700, 300}, seed, d); }
/// Stacks [70, 20, 20] and one of [1, 150, 150], as columns of one tensor: small ones side by side, large ones by
/// LAPACK.
Tensor of_matrices(DType d, const std::function<Tensor(const Tensor&)>& f) {
  Tensors all;
  for (const Shape& shape : {Shape{70, 20, 20}, Shape{1, 150, 150}}) {
    const Tensor x = random_normal(shape, 5, d);
    all.push_back(ravel(f(matmul(x, adjoint(x)) + static_cast<double>(shape.back()) * eye(shape.back(), d))));
  }
  return concatenate(all);
}
Tensor rows(std::int64_t n) { return random_integers({n}, -700, 700, 3); }

const Job jobs[] = {
    {"sum_all", [](DType d) { return sum(large(d)); }},
    {"sum_first", [](DType d) { return sum(large(d), {0}); }},
    {"sum_last", [](DType d) { return sum(large(d), {1}); }},
    {"sum_transposed", [](DType d) { return sum(transpose(large(d)), {0}); }},
    {"sum_apart",
     [](DType d) {
       return sum(reshape(large(d), {70, 10, 300}), {0, 2});
     }},
    {"sum_of_narrow_rows",
     [](DType d) {
       return sum(reshape(large(d), {70000, 3}), {0});
     }},
    {"convolution",
     [](DType d) {
       return convolution(reshape(large(d), {7, 10, 3000}), random_normal({5, 10, 3}, 2, d));
     }},
    {"convolution_to_kernel",
     [](DType d) {
       const Tensor x = reshape(large(d), {7, 10, 3000});
       const Function f = [x](const Tensors& w) { return Tensors{convolution(x, w[0])}; };
       return vjp(f, {ones({5, 10, 3}, d)}).pullback({random_normal({7, 5, 2998}, 2, d)})[0];
     }},
    {"cholesky", [](DType d) { return of_matrices(d, [](const Tensor& a) { return cholesky(a); }); }},
    {"lu", [](DType d) { return of_matrices(d, [](const Tensor& a) { return matmul(lu(a).l, lu(a).u); }); }},
    {"qr", [](DType d) { return of_matrices(d, [](const Tensor& a) { return qr(a).q; }); }},
    {"solve", [](DType d) { return of_matrices(d, [](const Tensor& a) {
                              return solve(a, slice(a, -1, {0, 7}));
                            }); }},
    {"solve_of_one",
     [](DType d) { return of_matrices(d, [](const Tensor& a) {
                     return solve(a, slice(a, -1, {0, 1}));
                   }); }},
    {"triangular_solve",
     [](DType d) { return of_matrices(d, [](const Tensor& a) { return triangular_solve(a, a); }); }},
    {"inv", [](DType d) { return of_matrices(d, [](const Tensor& a) { return inv(a); }); }},
    {"slogdet", [](DType d) { return of_matrices(d, [](const Tensor& a) { return slogdet(a).log_abs; }); }},
    {"svd", [](DType d) { return of_matrices(d, [](const Tensor& a) { return svd(a).u; }); }},
    {"eigh", [](DType d) { return of_matrices(d, [](const Tensor& a) { return eigh(a).vectors; }); }},
    {"eig", [](DType d) { return of_matrices(d, [](const Tensor& a) { return eig(a).vectors; }); }},
    {"pinv", [](DType d) { return of_matrices(d, [](const Tensor& a) { return pinv(a); }); }},
    {"lstsq", [](DType d) { return of_matrices(d, [](const Tensor& a) { return lstsq(a, a).x; }); }},
    {"expm", [](DType d) { return of_matrices(d, [](const Tensor& a) { return expm(0.001 * a); }); }},
    {"fft", [](DType d) { return fft::fftn(large(d)); }},
    {"fft_of_a_long_line", [](DType d) { return fft::fft(ravel(large(d))); }},
    {"fft_of_a_prime_length",
     [](DType d) {
       return fft::fft(slice(ravel(large(d)), 0, {0, 100003}));
     }},
    {"rfft", [](DType d) { return fft::irfftn(fft::rfftn(real(large(d)))); }},
    {"mean", [](DType d) { return mean(large(d), {0}); }},
    {"prod", [](DType d) { return prod(1.0 + 1e-3 * large(d)); }},
    {"norm", [](DType d) { return norm(large(d), {1}); }},
    {"var", [](DType d) { return var(large(d)); }},
    {"max", [](DType d) { return max(large(d), {0}); }, false},
    {"min", [](DType d) { return min(large(d)); }, false},
    {"argmax", [](DType d) { return argmax(large(d), 0); }, false},
    {"logsumexp", [](DType d) { return logsumexp(large(d), {0}); }, false},
    {"any", [](DType d) { return any(real(large(d)) > 4.0, {0}); }},
    {"cumsum_first", [](DType d) { return cumsum(large(d), 0); }},
    {"cumsum_last", [](DType d) { return cumsum(large(d), 1); }},
    {"cumsum_flat", [](DType d) { return cumsum(ravel(large(d))); }},
    {"cumprod", [](DType d) { return cumprod(1.0 + 1e-3 * large(d), 0); }},
    {"gather", [](DType d) { return gather(large(d), rows(1500)); }},
    {"gather_columns", [](DType d) { return gather(large(d), random_integers({400}, 0, 300, 5), 1); }},
    {"scatter_add", [](DType d) { return scatter_add(gather(large(d), rows(1500)), rows(1500), 700); }},
    {"scatter_add_columns", [](DType d) { return scatter_add(large(d), random_integers({300}, 0, 7, 5), 7, 1); }},
    {"where", [](DType d) { return where(real(large(d)) > 0.0, large(d), -large(d, 2)); }},
    {"transpose", [](DType d) { return transpose(large(d)) * 1.0; }},
    {"broadcast",
     [](DType d) {
       return large(d) * large(d)[3] + slice(large(d), 1, {2, 3});
     }},
    {"flip", [](DType d) { return flip(large(d)) * large(d, 2); }},
    {"concatenate",
     [](DType d) {
       return concatenate({large(d), transpose(reshape(large(d, 2), {300, 700}))}, 1);
     }},
    {"pad",
     [](DType d) {
       return pad(large(d), {{3, 2}, {1, 4}});
     }},
    {"cast", [](DType d) { return cast(large(d), DType::c64); }},
    {"tril", [](DType d) { return tril(large(d)); }},
    {"matmul", [](DType d) { return matmul(large(d), transpose(large(d, 2))); }},
    {"matmul_batch",
     [](DType d) {
       return matmul(reshape(large(d), {300, 20, 35}), reshape(large(d, 2), {300, 35, 20}));
     }},
    {"matmul_vector", [](DType d) { return matmul(large(d), large(d, 2)[0]); }},
    {"adam",
     [](DType d) {
       const Tensors x = {large(d), large(d, 2)}, g = {large(d, 3), large(d, 4)};
       const optimize::AdamStep next = optimize::adam(x, g, optimize::adam_start(x));
       return concatenate({next.parameters[0], next.parameters[1], next.state.mean[0], next.state.square[1]});
     },
     false},
    {"gradient",
     [](DType d) {
       const auto f = [](const Tensor& x) { return sum(real(exp(0.1 * x) * conj(x)) * norm(matmul(x, x[0]))); };
       return grad(f)(large(d));
     }},
    {"vmapped", [](DType d) { return vmap([](const Tensor& x) { return sum(sin(x) * x[0]); })(large(d)); }},
};

class Determinism : public testing::TestWithParam<Job> {
 protected:
  void TearDown() override { cpu::set_threads(0); }
};

TEST_P(Determinism, SameBitsWithOneTwoFourThreads) {
  for (const DType d : {DType::f32, DType::f64, DType::c128}) {
    if (is_complex(d) && !GetParam().complex) continue;
    cpu::set_threads(1);
    const std::vector<char> alone = bytes(GetParam().f(d));
    for (const int threads : {2, 4}) {
      cpu::set_threads(threads);
      EXPECT_EQ(bytes(GetParam().f(d)), alone) << threads << " threads, " << name(d);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Determinism, testing::ValuesIn(jobs), [](const auto& made) { return made.param.name; });

#define UNARY(name, ...) {#name, [](const Tensor& x) { return name(x); }},
#define UNARY_RULES(name, ...) UNARY(name)
#define BINARY(name, ...) {#name, [](const Tensor& x) { return name(x, flip(x)); }},
#define COMPARE(name, ...) BINARY(name)
const std::vector<std::pair<const char*, std::function<Tensor(const Tensor&)>>> elementwise = {
#include "core/ops/elementwise.def"
};

TEST(Determinism, OfEveryElementwiseOperation) {
  // A length that is no multiple of the loops' pieces nor of a register.
  for (const DType d : {DType::f32, DType::f64, DType::c128}) {
    const Tensor x = random_normal({100003}, 1, d);
    for (const auto& [name, f] : elementwise) {
      const auto run = [&, &f = f](int threads) {
        cpu::set_threads(threads);
        return bytes(f(x));
      };
      try {
        const std::vector<char> alone = run(1);
        EXPECT_EQ(run(2), alone) << name;
        EXPECT_EQ(run(4), alone) << name;
      } catch (const std::invalid_argument&) { EXPECT_TRUE(is_complex(d)) << name; }
    }
  }
  cpu::set_threads(0);
}

TEST(Determinism, OfRandomNumbers) {
  const Tensor x = random_normal({5}, 7), y = random_normal({7}, 7);
  EXPECT_EQ(max_abs(x - slice(y, 0, {0, 5})), 0.0) << "a longer draw begins like a shorter one";
  EXPECT_GT(max_abs(x - random_normal({5}, 8)), 0.0);
}

}  // namespace
}  // namespace terrella
