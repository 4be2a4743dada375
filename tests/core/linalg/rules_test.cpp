// The derivative, vmap and jit rules of the dense operations by the generated tests.
#include <gtest/gtest.h>

#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "tests/core/property.h"

namespace terrella::test {
namespace {

/// Normal numbers, with `shift` on the diagonal of the first input.
std::function<Tensors(DType, std::uint64_t)> matrices(std::vector<Shape> shapes, double shift = 0) {
  return [shapes, shift](DType dtype, std::uint64_t seed) {
    Tensors x;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      Tensor a = random_normal(shapes[i], split_seed(seed, i), dtype);
      if (i == 0 && shift != 0) a = a + shift * eye(shapes[i].back(), dtype);
      x.push_back(a.eval());
    }
    return x;
  };
}

Case of(const char* name, Function f, std::function<Tensors(DType, std::uint64_t)> sample) {
  return {.name = name, .f = std::move(f), .sample = std::move(sample), .reference = {}};
}

std::vector<Case> cases() {
  const auto one = [](auto f) { return [f](const Tensors& x) { return Tensors{f(x[0])}; }; };
  const auto two = [](auto f) { return [f](const Tensors& x) { return Tensors{f(x[0], x[1])}; }; };
  return {
      of("lu_l", one([](const Tensor& a) { return lu(a).l; }), matrices({{3, 3}}, 4)),
      of("lu_u", one([](const Tensor& a) { return lu(a).u; }), matrices({{2, 3, 3}}, 4)),
      of("lu_tall", one([](const Tensor& a) { return matmul(lu(a).l, exp(0.1 * lu(a).u)); }), matrices({{4, 2}})),
      of("lu_wide", one([](const Tensor& a) { return matmul(exp(0.1 * lu(a).l), lu(a).u); }), matrices({{2, 4}})),
      of("solve", two([](const Tensor& a, const Tensor& b) { return solve(a, b); }), matrices({{3, 3}, {3, 2}}, 4)),
      of("solve_vector", two([](const Tensor& a, const Tensor& b) { return solve(a, b); }), matrices({{3, 3}, {3}}, 4)),
      of("solve_one_matrix", two([](const Tensor& a, const Tensor& b) { return solve(a, b); }),
         matrices({{3, 3}, {2, 3, 2}}, 4)),
      of("solve_broadcast", two([](const Tensor& a, const Tensor& b) { return solve(a, b); }),
         matrices({{2, 1, 3, 3}, {2, 3, 1}}, 4)),
      of("inv", one([](const Tensor& a) { return inv(a); }), matrices({{2, 3, 3}}, 4)),
      of("det", one([](const Tensor& a) { return det(a); }), matrices({{2, 3, 3}}, 2)),
      of("slogdet_sign", one([](const Tensor& a) { return slogdet(a).sign; }), matrices({{2, 3, 3}}, 4)),
      of("slogdet_log_abs", one([](const Tensor& a) { return slogdet(a).log_abs; }), matrices({{2, 3, 3}}, 4)),
      of("eigh_values", one([](const Tensor& a) { return eigh(a).values; }), matrices({{2, 3, 3}})),
      of("eigvalsh", one([](const Tensor& a) { return eigvalsh(a); }), matrices({{3, 3}})),
      // Vectors in a combination that does not depend on their phase.
      of("eigh_function", one([](const Tensor& a) {
           const Eigh f = eigh(a);
           return matmul(f.vectors * cast(expand_dims(exp(0.3 * f.values), -2), a.dtype()), adjoint(f.vectors));
         }),
         matrices({{2, 3, 3}})),
      of("eig_values", one([](const Tensor& a) { return eig(a).values; }), matrices({{3, 3}})),
      of("eigvals", one([](const Tensor& a) { return eigvals(a); }), matrices({{2, 3, 3}})),
      of("eig_vectors", one([](const Tensor& a) { return eig(a).vectors; }), matrices({{3, 3}})),
      of("pinv_tall", one([](const Tensor& a) { return pinv(a); }), matrices({{2, 4, 2}})),
      of("pinv_wide", one([](const Tensor& a) { return pinv(a); }), matrices({{2, 4}})),
      of("lstsq_tall", two([](const Tensor& a, const Tensor& b) { return lstsq(a, b).x; }), matrices({{4, 2}, {4, 2}})),
      of("lstsq_wide", two([](const Tensor& a, const Tensor& b) { return lstsq(a, b).x; }), matrices({{2, 4}, {2}})),
      of("lstsq_residuals", two([](const Tensor& a, const Tensor& b) { return lstsq(a, b).residuals; }),
         matrices({{4, 2}, {4, 2}})),
      of("condition_number", one([](const Tensor& a) { return condition_number(a); }), matrices({{3, 3}}, 3)),
      of("expm", one([](const Tensor& a) { return expm(0.3 * a); }), matrices({{2, 3, 3}})),
      of("expm_squared", one([](const Tensor& a) { return expm(a); }), matrices({{2, 2}}, -8)),
  };
}

class DenseRules : public testing::TestWithParam<Case> {};

TEST_P(DenseRules, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(DenseRules, Vmap) { expect_vmap(GetParam()); }
TEST_P(DenseRules, Jit) { expect_jit(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, DenseRules, testing::ValuesIn(cases()), [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace terrella::test
