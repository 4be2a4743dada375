// Solves with sparse matrices: against dense ones, by their residuals, by manufactured solutions; rules by the
// generated tests.
#include <gtest/gtest.h>

#include <Eigen/SparseLU>

#include <limits>
#include <numbers>

#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/error.h"
#include "core/linalg.h"
#include "core/transform.h"
#include "tests/core/property.h"
#include "tests/core/sparse/matrices.h"

namespace terrella::test {
namespace {

using Complex = std::complex<double>;

constexpr MatrixKind kinds[] = {MatrixKind::general, MatrixKind::symmetric, MatrixKind::hermitian,
                                MatrixKind::positive_definite};

/// |b - A x| / (|A| |x| + |b|), largest column.
double residual(const SparseTensor& a, const Tensor& x, const Tensor& b) {
  const SparseTensor sizes(a.pattern(), abs(a.values()));
  const double norm = max_abs(matmul(sizes, ones({a.columns()}, real_of(a.dtype()))));
  return max_abs(b - matmul(a, x)) / (norm * max_abs(x) + max_abs(b));
}

/// Message of the SolveError that a solve ends with.
std::string error_of(const SparseTensor& a, MatrixKind kind) {
  try {
    solve(a, ones({a.rows()}, a.dtype()), kind).eval();
  } catch (const SolveError& e) { return e.what(); }
  return "no error";
}

/// A matrix of the kind from numbers that are free: what makes the derivatives of a symmetric matrix meaningful.
SparseTensor of_kind(MatrixKind kind, const Tensor& free) {
  SparseTensor a(ring(), free);
  if (kind == MatrixKind::symmetric) a = a + transpose(a);
  if (kind == MatrixKind::hermitian || kind == MatrixKind::positive_definite) a = a + adjoint(a);
  Shape shape = free.shape();
  shape[shape.rank() - 1] = 5;
  return a + sparse_diagonal(ones(shape, free.dtype()) * (kind == MatrixKind::positive_definite ? 12.0 : 5.0));
}

std::vector<Case> cases() {
  const char* const names[] = {"general", "symmetric", "hermitian", "positive"};
  std::vector<Case> all;
  const std::int64_t e = ring().entries();
  const auto add = [&](const std::string& name, MatrixKind kind, std::vector<Shape> shapes) {
    all.push_back({.name = name,
                   .f = [kind](const Tensors& x) { return Tensors{solve(of_kind(kind, x[0]), x[1], kind)}; },
                   .sample =
                       [shapes](DType dtype, std::uint64_t seed) {
                         Tensors x;
                         for (std::size_t i = 0; i < shapes.size(); ++i)
                           x.push_back(random_normal(shapes[i], split_seed(seed, i), dtype).eval());
                         return x;
                       },
                   .reference = {}});
  };
  for (std::size_t k = 0; k < 4; ++k) {
    add(std::string(names[k]) + "_vector", kinds[k], {{e}, {5}});
    add(std::string(names[k]) + "_batch", kinds[k], {{2, e}, {2, 5, 3}});
  }
  for (std::size_t k = 0; k < 4; ++k)
    all.push_back({.name = std::string(names[k]) + "_between",
                   .f =
                       [kind = kinds[k]](const Tensors& x) {
                         return Tensors{SparseFactor(of_kind(kind, x[0]), kind).solve_between(x[1], {1, 4}, {0, 2, 4})};
                       },
                   .sample =
                       [e](DType dtype, std::uint64_t seed) {
                         return Tensors{random_normal({2, e}, split_seed(seed, 0), dtype).eval(),
                                        random_normal({2, 2, 3}, split_seed(seed, 1), dtype).eval()};
                       },
                   .reference = {}});
  add("one_matrix", MatrixKind::symmetric, {{e}, {2, 5, 2}});
  add("broadcast", MatrixKind::general, {{2, 1, e}, {3, 5, 1}});
  return all;
}

class SparseSolveRules : public testing::TestWithParam<Case> {};

TEST_P(SparseSolveRules, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(SparseSolveRules, SinglePrecision) { expect_single_precision(GetParam()); }
TEST_P(SparseSolveRules, Vmap) { expect_vmap(GetParam()); }
TEST_P(SparseSolveRules, Jit) { expect_jit(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, SparseSolveRules, testing::ValuesIn(cases()),
                         [](const auto& i) { return i.param.name; });

}  // namespace

TEST(SparseSolve, EqualsTheDenseOneInEveryKindAndDtype) {
  for (const DType dtype : {DType::f32, DType::f64, DType::c64, DType::c128})
    for (const MatrixKind kind : kinds)
      for (const std::int64_t n : {1, 2, 3, 7, 12}) {
        const Grid grid(n, n);
        SparseTensor a = grid.laplace(exp(normal({grid.links}, 1, real_of(dtype))));
        const Tensor moving = normal({a.pattern().entries()}, 2, dtype);
        const SparseTensor noise(a.pattern(), 0.2 * cast(moving, dtype));
        if (kind == MatrixKind::general) a = a + noise;
        if (kind == MatrixKind::symmetric) a = a + noise + transpose(noise);
        if (kind == MatrixKind::hermitian) a = a + noise + adjoint(noise);
        a = SparseTensor(a.pattern(), cast(a.values(), dtype));
        const Tensor b = normal({n * n, 4}, 3, dtype), x = solve(a, b, kind);
        EXPECT_EQ(x.dtype(), dtype);
        const bool single = dtype == DType::f32 || dtype == DType::c64;
        EXPECT_LT(residual(a, x, b), single ? 1e-5 : 2e-14) << n << static_cast<int>(kind);
        EXPECT_LT(max_abs(x - solve(to_dense(a), b)) / max_abs(x), (single ? 1e-3 : 1e-11));
      }
}

TEST(SparseSolve, ResidualsOfMatricesOfPartialDifferentialEquations) {
  const auto check = [](const char* what, const SparseTensor& a, MatrixKind kind) {
    const Tensor b = normal({a.rows(), 3}, 7, a.dtype());
    EXPECT_LT(residual(a, solve(a, b, kind), b), 1e-14) << what;
    EXPECT_LT(
        residual(adjoint(a),
                 vjp(Function([&](const Tensors& x) { return Tensors{solve(a, x[0], kind)}; }), {b}).pullback({b})[0],
                 b),
        1e-14)
        << what;
  };
  const Grid plane(60, 50), space(12, 13, 14);
  check("2D Laplace", plane.laplace(), MatrixKind::positive_definite);
  check("3D Laplace", space.laplace(), MatrixKind::positive_definite);
  check("3D Laplace, indefinite", space.laplace() - sparse_diagonal(1.3 * ones({space.unknowns()})),
        MatrixKind::symmetric);
  check("2D diffusion of fields", helmholtz(plane, exp(normal({plane.unknowns()}, 1))), MatrixKind::symmetric);
  check("2D waves", plane.laplace(DType::c128) - sparse_diagonal(Complex(0.3, -0.01) * ones({plane.unknowns()})),
        MatrixKind::symmetric);
  check("curl curl", curl_curl(9, 1e-3), MatrixKind::symmetric);
  check("saddle point", saddle_point(40), MatrixKind::symmetric);
  check("saddle point, general", saddle_point(40), MatrixKind::general);
  // Conductivities from 1e-8 to 1e4, cell by cell.
  check("jumps of 1e12", plane.laplace(jumps(plane)), MatrixKind::positive_definite);
  check("jumps of 1e12, symmetric", helmholtz(plane, exp(27 * random_uniform({plane.unknowns()}, 3))),
        MatrixKind::symmetric);
  check("convection", convection(plane, 8), MatrixKind::general);
}

TEST(SparseSolve, FromSomeRowsToOthersIsPartOfTheWhole) {
  const Grid grid(40, 30);
  const std::int64_t n = grid.unknowns();
  const Tensor shift = random_uniform({2, n}, 3) + 0.1;
  const SparseTensor a =
      grid.laplace(cast(ones({2, grid.links}), DType::c128)) + sparse_diagonal(std::complex<double>(0, 1) * shift);
  std::vector<std::int64_t> given, wanted;
  for (std::int64_t i = 0; i < 30; i += 3) given.push_back(30 * 20 + i);  // a line across
  for (std::int64_t i = 30 * 20 + 7; i < n; i += 2) wanted.push_back(i);  // one side of it
  const Tensor b = normal({2, 10, 70}, 4, DType::c128);
  const auto numbers = [](const std::vector<std::int64_t>& x) {
    return Tensor::from(x, {static_cast<std::int64_t>(x.size())});
  };
  const SparseFactor factor(a, MatrixKind::symmetric);
  const Tensor whole = gather(factor.solve(scatter_add(b, numbers(given), n, -2)), numbers(wanted), -2);
  EXPECT_LT(max_abs(factor.solve_between(b, given, wanted) - whole), 1e-14 * max_abs(whole));
  EXPECT_THROW(factor.solve_between(b, {5, 3}, wanted), std::invalid_argument);
  EXPECT_THROW(factor.solve_between(b, wanted, given), std::invalid_argument);
  EXPECT_THROW(factor.solve_between(normal({1, 2}, 5, DType::c128), {0}, {n}), std::invalid_argument);
  // A factor that does not do by itself is refined as a whole is.
  const SparseTensor poor = grid.laplace() + sparse_diagonal(full({n}, -0.3818, DType::f64));
  const SparseFactor of_poor(poor, MatrixKind::symmetric);
  const Tensor right = real(slice(index(b, 0), {{0, 10}, {0, 3}}));
  const Tensor some = gather(of_poor.solve(scatter_add(right, numbers(given), n, -2)), numbers(wanted), -2);
  EXPECT_LT(max_abs(of_poor.solve_between(right, given, wanted) - some), 1e-9 * max_abs(some));
}

TEST(SparseSolve, EqualsEigensSparseLu) {
  const auto check = [](const SparseTensor& a, MatrixKind kind) {
    using Matrix = Eigen::SparseMatrix<Complex>;
    std::vector<Eigen::Triplet<Complex>> entries;
    const auto values = cast(a.values(), DType::c128).to_vector<Complex>();
    const auto row = a.pattern().row_index().to_vector<std::int64_t>(),
               column = a.pattern().column_index().to_vector<std::int64_t>();
    for (std::size_t k = 0; k < values.size(); ++k)
      entries.emplace_back(static_cast<int>(row[k]), static_cast<int>(column[k]), values[k]);
    Matrix matrix(a.rows(), a.columns());
    matrix.setFromTriplets(entries.begin(), entries.end());
    Eigen::SparseLU<Matrix> lu(matrix);
    ASSERT_EQ(lu.info(), Eigen::Success);
    const Tensor b = normal({a.rows()}, 1, DType::c128), x = solve(a, b, kind);
    const auto right = b.to_vector<Complex>(), ours = x.to_vector<Complex>();
    const Eigen::VectorXcd theirs = lu.solve(Eigen::Map<const Eigen::VectorXcd>(right.data(), a.rows()));
    EXPECT_LT((theirs - Eigen::Map<const Eigen::VectorXcd>(ours.data(), a.rows())).norm(), 1e-10 * theirs.norm());
  };
  check(helmholtz(Grid(60, 50), exp(normal({3000}, 1))), MatrixKind::symmetric);
  check(helmholtz(Grid(60, 50), exp(normal({3000}, 1))), MatrixKind::general);
  check(Grid(10, 9, 8).laplace(), MatrixKind::positive_definite);
  check(curl_curl(7, 0.1), MatrixKind::symmetric);
  check(saddle_point(30), MatrixKind::general);
  check(saddle_point(30), MatrixKind::symmetric);
}

TEST(SparseSolve, EqualsMumps) {
  const auto check = [](const SparseTensor& a, MatrixKind kind) {
    const Tensor b = normal({a.rows(), 2}, 1, a.dtype());
    const Tensor ours = solve(a, b, kind), theirs = solve(a, b, kind, Direct::mumps);
    EXPECT_LT(max_abs(theirs - ours), 1e-10 * max_abs(ours));
    const auto gradient = [&](Direct by) {
      const Function f = [&](const Tensors& v) {
        return Tensors{solve(SparseTensor(a.pattern(), v[0]), v[1], kind, by)};
      };
      return vjp(f, {a.values(), b}).pullback({ours});
    };
    const Tensors g = gradient(Direct::multifrontal), h = gradient(Direct::mumps);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_LT(max_abs(g[i] - h[i]), 1e-10 * max_abs(g[i]));
  };
  const SparseTensor waves = helmholtz(Grid(30, 20), exp(normal({600}, 1)));
  check(waves, MatrixKind::symmetric);
  check(waves, MatrixKind::general);
  check(Grid(9, 8, 7).laplace(), MatrixKind::positive_definite);
  check(Grid(9, 8, 7).laplace(), MatrixKind::symmetric);
  check(saddle_point(20), MatrixKind::symmetric);
  check(saddle_point(20), MatrixKind::general);
  const SparseTensor moving(waves.pattern(), normal({waves.pattern().entries()}, 4, DType::c128));
  check(moving, MatrixKind::general);
  check(moving + adjoint(moving) + sparse_diagonal(9.0 * ones({600})), MatrixKind::hermitian);
  const Tensor batch = exp(normal({3, 600}, 1));
  const Tensor b = normal({600}, 2, DType::c128);
  EXPECT_LT(max_abs(solve(helmholtz(Grid(30, 20), batch), expand_dims(b, 1), MatrixKind::symmetric, Direct::mumps) -
                    solve(helmholtz(Grid(30, 20), batch), expand_dims(b, 1), MatrixKind::symmetric)),
            1e-10);
  try {
    solve(sparse_diagonal({1.0, 0.0, 2.0}), ones({3}), MatrixKind::general, Direct::mumps).eval();
    FAIL();
  } catch (const SolveError& e) {
    EXPECT_NE(std::string(e.what()).find("the matrix is singular: MUMPS found "), std::string::npos) << e.what();
  }
}

TEST(SparseSolve, IllConditionedSolutionsAreAsGoodAsDenseOnes) {
  // A nearly singular shift of the Laplacian: condition about 1e12.
  const Grid grid(20, 20);
  const double first = 8 * std::pow(std::sin(std::numbers::pi / 42), 2);
  const SparseTensor a = grid.laplace() - sparse_diagonal((first * (1 - 1e-11)) * ones({400}));
  const Tensor b = normal({400}, 1);
  EXPECT_GT(condition_number(to_dense(a)).item(), 1e12);
  for (const MatrixKind kind : {MatrixKind::symmetric, MatrixKind::general})
    EXPECT_LT(residual(a, solve(a, b, kind), b), 1e-14);
}

TEST(SparseSolve, RandomMatricesWithZerosOnTheDiagonal) {
  const std::int64_t n = 120;
  for (std::uint64_t seed = 0; seed < 12; ++seed)
    for (const bool symmetric : {false, true}) {
      const auto places = floor(static_cast<double>(n) * random_uniform({4, n}, seed)).to_vector<double>();
      const auto numbers = normal({4 * n}, seed + 100).to_vector<double>();
      std::vector<std::int64_t> row, column;
      std::vector<double> value;
      for (std::int64_t k = 0; k < 4 * n; ++k) {
        const std::int64_t i = k % n,
                           j = k < n ? (7 * i + 3) % n : static_cast<std::int64_t>(places[static_cast<std::size_t>(k)]);
        if (i == j) continue;
        const double v = numbers[static_cast<std::size_t>(k)] + (k < n ? 3 : 0);
        row.push_back(i), column.push_back(j), value.push_back(v);
        if (symmetric) row.push_back(j), column.push_back(i), value.push_back(v);
      }
      const Assembly assembly = assemble(n, n, row, column);
      const SparseTensor a(assembly.pattern, assembly.values(Tensor(value)));
      const MatrixKind kind = symmetric ? MatrixKind::symmetric : MatrixKind::general;
      const Tensor b = normal({n, 2}, 7), dense = to_dense(a);
      // Solutions are mended where their backward error is more than 100 units of rounding.
      const double limit = 100 * std::numeric_limits<double>::epsilon() * condition_number(dense).item();
      const SparseFactor factor(a, kind);
      const Tensor x = solve(dense, b), y = solve(adjoint(dense), b);
      EXPECT_LT(max_abs(factor.solve(b) - x), limit * max_abs(x)) << seed << symmetric;
      EXPECT_LT(max_abs(factor.solve_adjoint(b) - y), limit * max_abs(y)) << seed << symmetric;
    }
}

TEST(SparseSolve, AFullRowOverAChainIsMatchedAtOnce) {
  const std::int64_t n = 50000;
  std::vector<std::int64_t> row, column;
  for (std::int64_t j = 0; j < n; ++j) row.push_back(0), column.push_back(j);
  for (std::int64_t i = 1; i < n; ++i) row.push_back(i), column.push_back(i - 1);
  const Assembly a = assemble(n, n, row, column);
  const SparseTensor matrix(a.pattern, ones({a.pattern.entries()}));
  const Tensor b = normal({n}, 1);
  EXPECT_LT(residual(matrix, solve(matrix, b), b), 1e-14);
}

TEST(SparseSolve, PoissonConvergesWithSecondOrder) {
  const auto error = [&](std::int64_t n) {
    const Grid grid(n, n);
    const double h = 1.0 / static_cast<double>(n + 1);
    const Tensor t = sin(std::numbers::pi * linspace(h, 1 - h, n));
    const Tensor exact = ravel(outer(t, t));
    const double factor = 2 * std::numbers::pi * std::numbers::pi * h * h;
    return max_abs(solve(grid.laplace(), factor * exact, MatrixKind::positive_definite) - exact);
  };
  EXPECT_NEAR(check::convergence_order(error, {15, 31, 63}), 2.0, 0.1);
}

TEST(SparseSolve, GradientsOfAnEquationPassDotProductAndTaylorTests) {
  const Grid grid(9, 8);
  const Tensor b = normal({72, 2}, 2, DType::c128);
  const auto field =
      function([&](const Tensor& m) { return solve(helmholtz(grid, exp(m)), b, MatrixKind::symmetric); });
  const Tensor m = normal({72}, 1);
  EXPECT_LT(check::dot_product_error(field, m), 1e-12);
  EXPECT_NEAR(check::taylor_order(field, m), 2.0, 0.1);
  EXPECT_LT(check::gradient_error(field, m), 1e-7);
  const auto gradient = function(
      [&](const Tensor& t) { return grad([&](const Tensor& s) { return sum(square(abs(field({s})[0]))); })(t); });
  EXPECT_LT(check::dot_product_error(gradient, m), 1e-11);
  EXPECT_LT(check::gradient_error(gradient, m), 1e-6);
}

TEST(SparseSolve, BitsDoNotDependOnThreads) {
  const Grid grid(70, 60), space(10, 11, 12);
  const Tensor d = exp(normal({3, grid.unknowns()}, 1));
  const Tensor b = normal({grid.unknowns(), 40}, 2, DType::c128);
  const Tensor wide = normal({space.unknowns(), 2}, 2);
  std::vector<Tensors> all;
  for (const int threads : {1, 2, 4}) {
    const int before = cpu::set_threads(threads);
    const SparseTensor a = helmholtz(grid, d);
    all.push_back({solve(a, b, MatrixKind::symmetric), solve(a, b, MatrixKind::general),
                   solve(space.laplace(), wide, MatrixKind::positive_definite), matmul(a, b)});
    eval(all.back());
    cpu::set_threads(before);
  }
  for (std::size_t t = 1; t < all.size(); ++t)
    for (std::size_t i = 0; i < all[0].size(); ++i) EXPECT_EQ(max_abs(all[t][i] - all[0][i]), 0) << t << ' ' << i;
}

/// [[1, 0], [0, S]], S of the Stokes kind: factors of S need refinement, those of 1 do not.
SparseTensor half_difficult(const SparseTensor& s) {
  return block_matrix({{sparse_diagonal(ones({10})), std::nullopt}, {std::nullopt, s}});
}

TEST(SparseSolve, ASmallRightHandSideIsRefinedBesideALargeOne) {
  const SparseTensor s = saddle_point(12), a = half_difficult(s);
  const Tensor b = normal({s.rows()}, 3), none = zeros({s.rows()}), rest = zeros({10});
  const Tensor both = stack({concatenate({1e12 * ones({10}), none}, 0), concatenate({rest, b}, 0)}, 1);
  for (const MatrixKind kind : {MatrixKind::general, MatrixKind::symmetric}) {
    const Tensor x = slice(solve(a, both, kind), 1, {1, 2});
    EXPECT_LT(residual(a, x, slice(both, 1, {1, 2})), 1e-14);  // 1e-9 where only the larger one counts
  }
}

TEST(SparseSolve, ValuesNearTheEndsOfTheRange) {
  const SparseTensor laplace = Grid(6, 6).laplace();
  for (const double size : {1e300, 1e-300, 1e-306})
    for (const MatrixKind kind : kinds) {
      const SparseTensor a = Tensor(size) * laplace;
      EXPECT_LT(max_abs(solve(a, matmul(a, ones({36})), kind) - 1.0), 1e-13) << size;
    }
  // Factors of a row and a column that are large together, where they meet at zero: 0 times infinity.
  const Assembly corner = assemble(3, 3, {0, 0, 1, 1, 2, 2}, {0, 1, 1, 2, 0, 2});
  const SparseTensor a(corner.pattern, {1e-300, 0.0, 1e-300, 1.0, 1.0, 1.0});
  for (const SparseTensor& each : {a, SparseTensor(a.pattern(), cast(a.values(), DType::c128))})
    EXPECT_LT(max_abs(solve(each, {1e-300, 3.0, 1.0}) * Tensor{1.0, 1e-300, 1.0} - Tensor{1.0, 3.0, 0.0}), 1e-14);
  // Unknowns in any units make no singular matrix.
  const Tensor units = exp(random_uniform({36}, 5) * 230.0 - 115.0);
  const SparseTensor mixed = scale_rows(units, scale_columns(laplace, units));
  const Tensor b = units * matmul(laplace, ones({36}));
  for (const MatrixKind kind : {MatrixKind::symmetric, MatrixKind::hermitian, MatrixKind::positive_definite})
    EXPECT_LT(max_abs(units * solve(mixed, b, kind) - 1.0), 1e-13);
}

TEST(SparseSolve, EmptyAndOneByOne) {
  const SparseTensor none(SparsePattern(), zeros({0}));
  EXPECT_EQ(solve(none, zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(solve(none, zeros({0})).shape(), (Shape{0}));
  for (const MatrixKind kind : kinds) {
    EXPECT_EQ(solve(sparse_diagonal({4.0}), {2.0}, kind).item(), 0.5);
    EXPECT_EQ(solve(Grid(3, 3).laplace(), zeros({9, 0}), kind).shape(), (Shape{9, 0}));
    EXPECT_EQ(max_abs(solve(Grid(3, 3).laplace(), zeros({9, 2}), kind)), 0);
  }
  EXPECT_EQ(solve(SparseTensor(assemble(2, 2, {0, 1}, {1, 0}).pattern, {2.0, 4.0}), {2.0, 4.0}).to_vector<double>(),
            (std::vector<double>{1, 1}));
}

TEST(SparseSolve, ErrorsNamePivotRowAndBatchEntry) {
  // Neumann on all sides: constants are a null space.
  const std::int64_t n = 8;
  std::vector<std::int64_t> row, column;
  std::vector<double> value;
  for (std::int64_t i = 0; i + 1 < n; ++i)
    for (const auto& [r, c, v] : {std::tuple{i, i, 1.0}, {i + 1, i + 1, 1.0}, {i, i + 1, -1.0}, {i + 1, i, -1.0}})
      row.push_back(r), column.push_back(c), value.push_back(v);
  const Assembly line = assemble(n, n, row, column);
  const SparseTensor singular(line.pattern, line.values(Tensor(value)));
  for (const MatrixKind kind : {MatrixKind::general, MatrixKind::symmetric, MatrixKind::hermitian})
    EXPECT_NE(error_of(singular, kind).find("is singular or needs pivots from further away: pivot "), std::string::npos)
        << error_of(singular, kind);
  EXPECT_NE(error_of(singular, MatrixKind::positive_definite).find("is not positive definite at row "),
            std::string::npos);
  const SparseTensor negative = sparse_diagonal({1.0, 2.0, -3.0});
  EXPECT_NE(error_of(negative, MatrixKind::positive_definite).find("of 3 rows is not positive definite at row 2"),
            std::string::npos)
      << error_of(negative, MatrixKind::positive_definite);
  EXPECT_NE(error_of(sparse_diagonal({1.0, std::nan("")}), MatrixKind::general).find("entry (1, 1) is nan"),
            std::string::npos);
  EXPECT_NE(error_of(sparse_diagonal({1.0, 0.0}), MatrixKind::symmetric).find("row 1 is zero"), std::string::npos);
  const Assembly pair = assemble(2, 2, {0, 1, 0, 1}, {0, 1, 1, 0});
  EXPECT_NE(error_of({pair.pattern, {1.0, 1.0, 0.5, 0.2}}, MatrixKind::symmetric)
                .find("is not symmetric: entry (0, 1) is 1, entry (1, 0) 0.5"),
            std::string::npos);
  EXPECT_NE(error_of({assemble(2, 2, {0, 1}, {0, 1}).pattern, Tensor::from<double>({3, 2, 3, 0}, {2, 2})},
                     MatrixKind::general)
                .find("the matrix number 1 of the batch is singular"),
            std::string::npos);
  const Assembly lame = assemble(3, 3, {0, 1, 2, 2}, {0, 0, 1, 2});
  EXPECT_NE(error_of({lame.pattern, ones({4})}, MatrixKind::general).find("singular for any values: row 1"),
            std::string::npos);
  EXPECT_NE(error_of({assemble(2, 2, {0, 1}, {1, 0}).pattern, {1.0, 0.0}}, MatrixKind::general)
                .find("singular: row 1 is zero"),
            std::string::npos);
  EXPECT_THROW(solve(SparseTensor(assemble(2, 3, {0}, {0}).pattern, {1.0}), {1.0, 1.0}), std::invalid_argument);
  EXPECT_THROW(solve(negative, {1.0, 1.0}), std::invalid_argument);
}

}  // namespace terrella::test
