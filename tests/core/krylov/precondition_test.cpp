// Preconditioners: what they are for full patterns and against dense algebra; multigrid's rate; their errors.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/krylov.h"
#include "core/linalg.h"
#include "core/transform.h"
#include "tests/core/sparse/matrices.h"

namespace terrella::test {
namespace {

std::int64_t iterations(const SparseTensor& a, const Preconditioner& m, double tolerance = 1e-8) {
  const Tensor b = random_normal({a.rows()}, 1, a.dtype());
  return krylov_solve(
             a, b,
             {.method = is_complex(a.dtype()) ? Krylov::cocg : Krylov::cg, .tolerance = tolerance, .preconditioner = m})
      .iterations.item<std::int64_t>();
}

/// M^-1 as seen by GMRES: with A = M one step suffices.
void expect_inverse_of(const Preconditioner& m, const Tensor& dense) {
  const SparseTensor a = sparse_from_dense(dense);
  const Tensor b = random_normal({a.rows()}, 2, a.dtype());
  const KrylovOptions o{.tolerance = 1e-12, .max_iterations = 2, .preconditioner = m};
  const auto f = [&](const Tensors& x) { return Tensors{krylov_solve(a, x[0], o).x}; };
  EXPECT_LT(max_abs(f({b})[0] - solve(dense, b)), 1e-10);
  const Tensor back = vjp(Function(f), {b}).pullback({b})[0];  // the adjoint is exact as well
  EXPECT_LT(max_abs(back - solve(conj(transpose(dense)), b)), 1e-10);
}

Tensor sizeable(std::int64_t n, DType dtype) { return random_normal({n, n}, 3, dtype) + 6.0 * cast(eye(n), dtype); }

std::string error_of(const Preconditioner& m) {
  try {
    krylov_solve(sparse_diagonal(ones({3})), ones({3}), {.preconditioner = m}).x.eval();
  } catch (const SolveError& e) { return e.what(); }
  return "no error";
}

}  // namespace

TEST(Precondition, IsWhatItsFormulaSays) {
  for (const DType dtype : {DType::f64, DType::c128}) {
    const Tensor a = sizeable(7, dtype);
    const SparseTensor sparse = sparse_from_dense(a);
    expect_inverse_of(precondition::ilu(sparse), a);  // a full pattern leaves nothing out
    expect_inverse_of(precondition::multigrid(sparse), a);
    const Tensor d = a * cast(eye(7), dtype);
    expect_inverse_of(precondition::jacobi(sparse), d);
    const Tensor above = cast(cast(greater(expand_dims(arange(7), 0), expand_dims(arange(7), 1)), DType::f64), dtype);
    const Tensor upper = a * above, lower = a - d - upper;
    for (const double w : {0.7, 1.0, 1.6})
      expect_inverse_of(precondition::ssor(sparse, w),
                        matmul(matmul(d / w + lower, inv(d / w)), d / w + upper) / (2 - w));
  }
}

TEST(Precondition, MultigridNeedsAsManyIterationsForAnySize) {
  std::vector<std::int64_t> plane, space;
  for (const std::int64_t n : {30, 60, 120, 240}) {
    const SparseTensor a = Grid(n, n).laplace();
    plane.push_back(iterations(a, precondition::multigrid(a)));
  }
  for (const std::int64_t n : {10, 20, 40}) {
    const SparseTensor a = Grid(n, n, n).laplace();
    space.push_back(iterations(a, precondition::multigrid(a)));
  }
  EXPECT_LE(plane.back(), 20);
  EXPECT_LE(plane.back(), plane.front() + 7);
  EXPECT_LE(space.back(), 14);
  // Without it the number grows with n.
  EXPECT_GT(iterations(Grid(240, 240).laplace(), {}), 400);
}

TEST(Precondition, MultigridTakesJumpsShiftsSingularAndDiagonalMatrices) {
  const Grid grid(60, 60);
  // Blocks of 10 x 10 cells, 1 and 1e12 in turn.
  std::vector<double> blocks;
  for (int axis = 0; axis < 2; ++axis)
    for (std::int64_t p = 0; p < grid.unknowns(); ++p) {
      const double c = (p / 600 + p % 60 / 10) % 2 == 0 ? 1 : 1e12;
      if ((axis == 0 ? p / 60 : p % 60) == 0) blocks.push_back(c);
      blocks.push_back(c);
    }
  const SparseTensor rough = grid.laplace(Tensor(blocks));
  EXPECT_LE(iterations(rough, precondition::multigrid(rough)), 60);
  EXPECT_GT(iterations(rough, precondition::jacobi(rough)), 200);
  // Each link by itself between 1e-8 and 1e4: a network of random resistors, for which aggregates mean little.
  const SparseTensor network = grid.laplace(jumps(grid));
  EXPECT_LE(iterations(network, precondition::multigrid(network)), 1000);
  const SparseTensor field = helmholtz(grid, 0.1 * exp(random_normal({grid.unknowns()}, 1)));
  EXPECT_LE(iterations(field, precondition::multigrid(field)), 25);
  const SparseTensor d = sparse_diagonal(1.0 + arange(0.0, 1000.0, 1.0));
  EXPECT_LE(iterations(d, precondition::multigrid(d)), 3000);
  // Periodic in one direction without boundary values: constants are the null space.
  std::vector<std::int64_t> row, column;
  std::vector<double> value;
  const std::int64_t n = 900;
  for (std::int64_t i = 0; i < n; ++i)
    for (const std::int64_t j : {i, (i + 1) % n, (i + n - 1) % n})
      row.push_back(i), column.push_back(j), value.push_back(i == j ? 2 : -1);
  const Assembly assembly = assemble(n, n, row, column);
  const SparseTensor ring(assembly.pattern, assembly.values(Tensor(value)));
  const Tensor x = random_normal({n}, 3), b = matmul(ring, x);
  const Tensor y =
      krylov_solve(ring, b, {.method = Krylov::cg, .tolerance = 1e-9, .preconditioner = precondition::multigrid(ring)})
          .x;
  EXPECT_LT(max_abs((y - mean(y)) - (x - mean(x))), 1e-3);
}

TEST(Precondition, IsMadeOnceForOneMatrixAndAgainForAnother) {
  const Grid grid(20, 20);
  const auto f = [&](const Tensors& x) {
    const SparseTensor a = grid.laplace(x[0]);
    return Tensors{sum(
        square(krylov_solve(a, ones({400}), {.method = Krylov::cg, .preconditioner = precondition::multigrid(a)}).x))};
  };
  const auto direct = [&](const Tensors& x) { return Tensors{sum(square(solve(grid.laplace(x[0]), ones({400}))))}; };
  const Tensor c = exp(random_normal({grid.links}, 5));
  const Tensor g = grad_of(f)({c})[0], want = grad_of(direct)({c})[0];
  EXPECT_LT(max_abs(g - want), 1e-6 * max_abs(want));
}

TEST(Precondition, ErrorsNameTheRow) {
  const SparseTensor hole = sparse_diagonal(Tensor{1.0, 0.0, 2.0});
  using namespace precondition;
  for (const auto& m : {jacobi(hole), ssor(hole), ilu(hole), multigrid(hole)})
    EXPECT_NE(error_of(m).find("row 1"), std::string::npos) << error_of(m);
  EXPECT_THROW(ssor(hole, 2.0), std::invalid_argument);
  EXPECT_THROW(multigrid(hole, {.smoothing = 0}), std::invalid_argument);
  EXPECT_THROW(krylov_solve(sparse_diagonal(ones({4})), ones({4}), {.preconditioner = jacobi(hole)}),
               std::invalid_argument);
}

}  // namespace terrella::test
