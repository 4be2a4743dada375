// Krylov methods against direct solves on manufactured systems; their rules by the generated tests; their errors.
#include <gtest/gtest.h>

#include <numbers>

#include "core/backend/cpu/parallel.h"
#include "core/check.h"
#include "core/error.h"
#include "core/krylov.h"
#include "core/linalg.h"
#include "tests/core/property.h"
#include "tests/core/sparse/matrices.h"

namespace terrella::test {
namespace {

using Complex = std::complex<double>;

constexpr Krylov methods[] = {Krylov::cg,     Krylov::minres, Krylov::bicgstab, Krylov::gmres,
                              Krylov::fgmres, Krylov::cocg,   Krylov::idr};

double relative(const Tensor& got, const Tensor& want) { return norm(got - want).item() / norm(want).item(); }

/// |b - A x| / |b|, largest column of [n, m].
double residual(const SparseTensor& a, const Tensor& x, const Tensor& b) {
  const auto lengths = [](const Tensor& r) { return sqrt(sum(real(r * conj(r)), {0})); };
  return max(lengths(b - matmul(a, x)) / lengths(b)).item();
}

/// Message of the SolveError that a solve ends with.
std::string error_of(const LinearOperator& a, const Tensor& b, const KrylovOptions& options) {
  try {
    krylov_solve(a, b, options).x.eval();
  } catch (const SolveError& e) { return e.what(); }
  return "no error";
}

void expect_says(const std::string& said, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(said.find(part), std::string::npos) << "without '" << part << "': " << said;
}

SparseTensor waves(const Grid& grid) {
  return grid.laplace(DType::c128) - sparse_diagonal(Complex(0.2, -0.05) * ones({grid.unknowns()}));
}

struct Problem {
  const char* name;
  SparseTensor a;
  std::vector<Krylov> methods;
  std::vector<std::pair<const char*, Preconditioner>> preconditioners;
};

std::vector<Problem> problems() {
  using namespace precondition;
  std::vector<Problem> all;
  const std::vector<Krylov> any = {Krylov::bicgstab, Krylov::gmres, Krylov::fgmres, Krylov::idr};
  const auto with = [](std::vector<Krylov> some, const std::vector<Krylov>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
  };
  const auto each = [](const SparseTensor& a) {
    return std::vector<std::pair<const char*, Preconditioner>>{
        {"none", {}}, {"jacobi", jacobi(a)}, {"ssor", ssor(a, 1.3)}, {"ilu", ilu(a)}, {"multigrid", multigrid(a)}};
  };
  const Grid plane(30, 25), space(9, 10, 11);
  const std::vector<Krylov> every = {std::begin(methods), std::end(methods)};
  all.push_back({"2D Laplace", plane.laplace(), every, each(plane.laplace())});
  all.push_back({"3D Laplace", space.laplace(), every, each(space.laplace())});
  const SparseTensor blown = convection(plane, 1.5);
  all.push_back({"convection", blown, any, each(blown)});
  const SparseTensor wave = waves(plane);
  all.push_back({"waves", wave, with(any, {Krylov::cocg}), each(wave)});
  const SparseTensor field = helmholtz(plane, exp(normal({plane.unknowns()}, 1)));
  all.push_back({"diffusion of fields", field, with(any, {Krylov::cocg}), each(field)});
  all.push_back({"saddle point", saddle_point(14), {Krylov::minres, Krylov::gmres, Krylov::idr}, {{"none", {}}}});
  const SparseTensor rough = plane.laplace(jumps(plane));
  all.push_back(
      {"jumps of 1e12", rough, {Krylov::cg, Krylov::gmres}, {{"ilu", ilu(rough)}, {"multigrid", multigrid(rough)}}});
  return all;
}

/// A matrix of the method's kind from numbers that are free.
SparseTensor of_kind(Krylov method, const Tensor& free) {
  SparseTensor a(ring(), free);
  if (method == Krylov::cg || method == Krylov::minres) a = a + adjoint(a);
  if (method == Krylov::cocg) a = a + transpose(a);
  Shape shape = free.shape();
  shape[shape.rank() - 1] = 5;
  return a + sparse_diagonal(ones(shape, free.dtype()) * 12.0);
}

std::vector<Case> cases() {
  const char* const names[] = {"cg", "minres", "bicgstab", "gmres", "fgmres", "cocg", "idr"};
  std::vector<Case> all;
  const std::int64_t e = ring().entries();
  const auto sample = [](std::vector<Shape> shapes) {
    return [shapes](DType dtype, std::uint64_t seed) {
      Tensors x;
      for (std::size_t i = 0; i < shapes.size(); ++i)
        x.push_back(random_normal(shapes[i], split_seed(seed, i), dtype).eval());
      return x;
    };
  };
  // Tight, so that what differs from differences is a mistake.
  const auto options = [](Krylov method, DType dtype) {
    return KrylovOptions{.method = method, .tolerance = real_of(dtype) == DType::f32 ? 2e-7 : 2e-15};
  };
  const auto add = [&](const std::string& name, const Function& f, std::vector<Shape> shapes) {
    all.push_back({.name = name, .f = f, .sample = sample(std::move(shapes)), .reference = {}});
  };
  for (std::size_t k = 0; k < std::size(methods); ++k) {
    const Krylov method = methods[k];
    const auto sparse = [=](const Tensors& x) {
      return Tensors{krylov_solve(of_kind(method, x[0]), x[1], options(method, x[1].dtype())).x};
    };
    add(std::string(names[k]), sparse, {{e}, {5}});
    add(std::string(names[k]) + "_function",
        [=](const Tensors& x) {
          const auto a = [&](const Tensor& v) { return matmul(of_kind(method, x[0]), v); };
          return Tensors{krylov_solve(a, x[1], options(method, x[1].dtype())).x};
        },
        {{e}, {5}});
  }
  const auto preconditioned = [=](const Tensors& x) {
    const SparseTensor a = of_kind(Krylov::gmres, x[0]);
    KrylovOptions o = options(Krylov::bicgstab, x[1].dtype());
    o.preconditioner = precondition::ilu(a);
    return Tensors{krylov_solve(a, x[1], o).x};
  };
  add("batch", preconditioned, {{2, e}, {2, 5, 3}});
  add("one_matrix", preconditioned, {{e}, {2, 5, 2}});
  add("broadcast",
      [=](const Tensors& x) {
        return Tensors{krylov_solve(of_kind(Krylov::gmres, x[0]), x[1], options(Krylov::gmres, x[1].dtype())).x};
      },
      {{2, 1, e}, {3, 5, 1}});
  add("grid_function",
      [=](const Tensors& x) {  // a stencil with a coefficient on a grid, preconditioned by a function
        KrylovOptions o = options(Krylov::gmres, x[1].dtype());
        o.preconditioner = [](const Tensor& r) { return r / 5.0; };
        const auto a = [&](const Tensor& u) {
          return 5.0 * u + 0.3 * x[0] * concatenate({slice(u, 0, {1, 3}), slice(u, 0, {0, 1})}, 0);
        };
        return Tensors{krylov_solve(a, x[1], o).x};
      },
      {{3, 2}, {3, 2}});
  return all;
}

class KrylovRules : public testing::TestWithParam<Case> {};

TEST_P(KrylovRules, Derivatives) { expect_derivatives(GetParam()); }
TEST_P(KrylovRules, SinglePrecision) { expect_single_precision(GetParam()); }
TEST_P(KrylovRules, Vmap) { expect_vmap(GetParam()); }
TEST_P(KrylovRules, Jit) { expect_jit(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Table, KrylovRules, testing::ValuesIn(cases()), [](const auto& i) { return i.param.name; });

}  // namespace

TEST(Krylov, MeetsItsToleranceAndTheDirectSolveOnManufacturedSystems) {
  for (const Problem& p : problems()) {
    const Tensor b = matmul(p.a, normal({p.a.rows(), 2}, 4, p.a.dtype())), direct = solve(p.a, b);
    for (const Krylov method : p.methods)
      for (const auto& [name, preconditioner] : p.preconditioners) {
        SCOPED_TRACE(std::string(p.name) + ", method " + std::to_string(static_cast<int>(method)) + ", " + name);
        const auto r = krylov_solve(
            p.a, b, {.method = method, .tolerance = 1e-10, .restart = 250, .preconditioner = preconditioner});
        try {
          const double own = residual(p.a, r.x, b);
          EXPECT_LE(own, 1.01e-10);
          EXPECT_NEAR(max(r.residual).item(), own, 1e-12);
        } catch (const SolveError& e) {
          ADD_FAILURE() << e.what();
          continue;
        }
        // 1e-10 times the condition of what is left after preconditioning, which is largest for the jumps.
        if (p.name != std::string("jumps of 1e12")) { EXPECT_LT(relative(r.x, direct), 1e-6); }
      }
  }
}

TEST(Krylov, AdjointsAgreeToTheToleranceThatIsAskedFor) {
  for (const Problem& p : problems()) {
    const std::int64_t n = p.a.rows();
    const Tensor b = normal({n}, 5, p.a.dtype()), u = normal({n}, 6, p.a.dtype());
    for (const Krylov method : p.methods)
      for (const double tolerance : {1e-6, 1e-10}) {
        if (p.name == std::string("jumps of 1e12")) continue;  // A^-1 magnifies residuals by more than 10
        const KrylovOptions o{.method = method,
                              .tolerance = tolerance,
                              .restart = 250,
                              .preconditioner = p.preconditioners.back().second};
        // <u, x> = <A^-H u, b>: each side is off by at most the tolerance times |A^-1 u| |b|.
        const auto f = [&](const Tensors& x) { return Tensors{krylov_solve(p.a, x[0], o).x}; };
        const Tensor x = f({b})[0], lambda = vjp(f, {b}).pullback({u})[0];
        const double left = sum(real(conj(u) * x)).item(), right = sum(real(conj(lambda) * b)).item();
        EXPECT_LT(std::abs(left - right), 10 * tolerance * norm(lambda).item() * norm(b).item())
            << p.name << static_cast<int>(method);
        EXPECT_LE(residual(adjoint(p.a), expand_dims(lambda, 1), expand_dims(u, 1)), 1.01 * tolerance);
      }
  }
}

TEST(Krylov, TheAdjointHasAToleranceOfItsOwn) {
  const SparseTensor a = Grid(20, 20).laplace();
  const Tensor b = normal({400}, 1), u = normal({400}, 2);
  const auto f = [&](const Tensors& x) {
    return Tensors{krylov_solve(a, x[0], {.method = Krylov::cg, .tolerance = 1e-3, .adjoint_tolerance = 1e-12}).x};
  };
  const Vjp v = vjp(f, {b});
  EXPECT_GT(residual(a, expand_dims(v.value[0], 1), expand_dims(b, 1)), 1e-6);
  EXPECT_LE(residual(a, expand_dims(v.pullback({u})[0], 1), expand_dims(u, 1)), 1.01e-12);
}

TEST(Krylov, FunctionsOfGridsSolveWhatMatricesSolve) {
  // -div(c grad u) by differences of a padded grid, no matrix; against the assembled one.
  const Grid grid(12, 10);
  const auto laplace = [](const Tensor& u) {
    const auto shifted = [&](int axis, bool up) {
      Shape shape = u.shape();
      const std::int64_t n = shape[axis];
      shape[axis] = 1;
      const Tensor none = zeros(shape, u.dtype());
      return up ? concatenate({slice(u, axis, {1, n}), none}, axis)
                : concatenate({none, slice(u, axis, {0, n - 1})}, axis);
    };
    return 4.0 * u - shifted(0, true) - shifted(0, false) - shifted(1, true) - shifted(1, false);
  };
  const Tensor b = normal({12, 10}, 3), direct = reshape(solve(grid.laplace(), ravel(b)), {12, 10});
  for (const Krylov method : methods) {
    const auto r = krylov_solve(laplace, b, {.method = method, .tolerance = 1e-12});
    EXPECT_LT(relative(r.x, direct), 1e-9);
    EXPECT_GT(r.iterations.item<std::int64_t>(), 5);
  }
  // A complex operator of a real right-hand side.
  const auto shifted = [&](const Tensor& u) { return laplace(u) + Complex(0, 1) * u; };
  const Tensor x = krylov_solve(shifted, b, {.method = Krylov::cocg}).x;
  EXPECT_EQ(x.dtype(), DType::c128);
  EXPECT_LT(relative(shifted(x), b * Complex(1, 0)), 2e-10);
}

TEST(Krylov, RightHandSidesOfAnySize) {
  const SparseTensor a = Grid(5, 6).laplace();
  const SparseTensor single(a.pattern(), cast(a.values(), DType::f32));
  const Tensor x = normal({30}, 4), b = matmul(a, x), x32 = cast(x, DType::f32), b32 = matmul(single, x32);
  for (const Krylov method : methods) {
    for (const double size : {1e-300, 1e-165, 1e160, 1e300})  // squares of these are zero or infinite
      EXPECT_LT(relative(krylov_solve(a, b * size, {.method = method}).x / size, x), 1e-8) << size;
    for (const double size : {1e-35, 1e-22, 1e20, 1e35})
      EXPECT_LT(relative(krylov_solve(single, b32 * size, {.method = method}).x / size, x32), 1e-3) << size;
  }
}

TEST(Krylov, EachRightHandSideStopsByItself) {
  const SparseTensor a = Grid(15, 15).laplace();
  const Tensor smooth = matmul(a, normal({225, 1}, 1));
  const Tensor b = concatenate({zeros({225, 1}), smooth, 1e-30 * smooth}, 1);
  const auto r = krylov_solve(a, b, {.method = Krylov::cg});
  const auto count = r.iterations.to_vector<std::int64_t>();
  EXPECT_EQ(count[0], 0);
  EXPECT_GT(count[1], 10);
  EXPECT_EQ(count[1], count[2]);
  EXPECT_EQ(max_abs(slice(r.x, 1, {0, 1})), 0);
  // A guess that is right needs nothing.
  const auto again = krylov_solve(a, b, {.method = Krylov::cg, .tolerance = 1e-8, .initial = r.x});
  EXPECT_EQ(max(again.iterations).item<std::int64_t>(), 0);
}

TEST(Krylov, ZeroOneAndNoUnknowns) {
  for (const Krylov method : methods) {
    const SparseTensor a = sparse_diagonal(Tensor{4.0});
    const auto r = krylov_solve(a, Tensor{2.0}, {.method = method});
    EXPECT_NEAR(r.x.data<double>()[0], 0.5, 1e-15);
    EXPECT_EQ(r.iterations.item<std::int64_t>(), 1);
    const auto zero = krylov_solve(a, Tensor{0.0}, {.method = method, .initial = Tensor{3.0}});
    EXPECT_EQ(zero.x.data<double>()[0], 0);
    EXPECT_EQ(zero.residual.item(), 0);
    EXPECT_EQ(krylov_solve(sparse_diagonal(zeros({0})), zeros({0}), {.method = method}).x.size(), 0);
    // Finished before `restart` and `shadow`: a multiple of the unit matrix.
    EXPECT_LT(max_abs(krylov_solve(sparse_diagonal(2.0 * ones({7})), ones({7}), {.method = method}).x - 0.5), 1e-14);
  }
}

TEST(Krylov, AnySizeOfThreadsGivesTheSameBits) {
  const Grid grid(24, 25, 26);
  const SparseTensor a = grid.laplace(exp(normal({grid.links}, 1)));
  const Tensor b = normal({a.rows(), 2}, 2);
  for (const Krylov method : {Krylov::cg, Krylov::idr, Krylov::gmres}) {
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 4}) {
      const int before = cpu::set_threads(threads);
      results.push_back(
          krylov_solve(a, b, {.method = method, .preconditioner = precondition::multigrid(a)}).x.to_vector<double>());
      cpu::set_threads(before);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

TEST(Krylov, ErrorsNameMethodIterationsResidualAndTheMend) {
  const SparseTensor a = Grid(20, 20).laplace();
  const Tensor b = normal({400}, 1);
  expect_says(error_of(a, b, {.method = Krylov::cg, .max_iterations = 3}),
              {"krylov_solve: CG of 400 unknowns did not converge", "residual 0.", "after 3 iterations", "wanted 1e-10",
               "preconditioner", "max_iterations"});
  const SparseTensor indefinite = a - sparse_diagonal(3.0 * ones({400}));
  expect_says(error_of(indefinite, b, {.method = Krylov::cg}), {"CG", "broke down", "not positive definite", "minres"});
  expect_says(error_of(a, b, {.method = Krylov::minres, .preconditioner = [](const Tensor& r) { return -r; }}),
              {"MINRES", "M is not positive definite"});
  const Tensor bad = where(cast(arange(400), DType::f64) > 398.0, Tensor(std::nan("")), b);
  expect_says(error_of(a, bad, {}), {"krylov_solve", "right-hand side", "NaN"});
  expect_says(error_of(SparseTensor(a.pattern(), a.values() * std::nan("")), b, {}), {"GMRES", "NaN or infinity"});
}

TEST(Krylov, BreakdownsAreToldNotReturned) {
  const SparseTensor turn = sparse_from_dense(Tensor{{0, 1}, {-1, 0}});
  expect_says(error_of(turn, Tensor{1.0, 0.0}, {.method = Krylov::bicgstab}), {"BiCGStab", "broke down", "gmres"});
  EXPECT_LT(max_abs(krylov_solve(turn, Tensor{1.0, 0.0}).x - Tensor{0.0, 1.0}), 1e-14);
  // r^T r = 0 though r is not.
  const SparseTensor one = sparse_diagonal(ones({2}, DType::c128));
  const Tensor isotropic{Complex(1, 0), Complex(0, 1)};
  expect_says(error_of(one, isotropic, {.method = Krylov::cocg}), {"COCG", "broke down", "vanishes"});
  // Singular, and the right-hand side not in its range.
  const SparseTensor hole = sparse_diagonal(Tensor{1.0, 2.0, 0.0});
  for (const Krylov method : methods) {
    const std::string said = error_of(hole, ones({3}), {.method = method});
    EXPECT_EQ(said.find("krylov_solve: "), 0U) << said;
    EXPECT_NE(said.find("of |b| after"), std::string::npos) << said;
  }
  const auto nan = [](const Tensor& r) { return r * std::nan(""); };
  for (const Krylov method : methods)
    EXPECT_NE(error_of(turn + sparse_diagonal(2.0 * ones({2})), ones({2}), {.method = method, .preconditioner = nan}),
              "no error");
  EXPECT_NE(error_of(sparse_diagonal(ones({2})), ones({2}), {.tolerance = 1e-10, .initial = ones({2}) * std::nan("")}),
            "no error");
}

}  // namespace terrella::test
