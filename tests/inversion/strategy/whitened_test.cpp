// Problems in parameters whose prior is white, against dense formulas of the prior's covariance.
#include "inversion/strategy/whitened.h"

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/random.h"
#include "inversion/strategy/linearized.h"
#include "tests/inversion/sampling/linear_problem.h"

using namespace terrella;
using namespace terrella::inversion;

namespace {

/// Any root: here a dense one of n, and nothing for the last parameter.
struct Prior {
  Tensor root;
  Whitening whitening;
  explicit Prior(std::int64_t n) : root(0.1 * random_normal({n - 1, n - 1}, 3) + eye(n - 1)) {
    const auto with = [n](const Tensor& x, const auto& map) {
      const Tensor own = map(slice(x, 0, {0, n - 1}));
      return concatenate({own, slice(x, 0, {n - 1, {}})}, 0);
    };
    const Tensor l = root;
    whitening.count = n - 1;
    whitening.reference.assign(static_cast<std::size_t>(n), 1.5);
    whitening.root = [=](const Tensor& w) { return with(w, [&](const Tensor& x) { return matmul(l, x); }); };
    whitening.root_transposed = [=](const Tensor& v) {
      return with(v, [&](const Tensor& x) { return matmul(transpose(l), x); });
    };
    whitening.solve = [=](const Tensor& m) { return with(m, [&](const Tensor& x) { return solve(l, x); }); };
  }
};

TEST(Whitened, OneStepIsTheMeanOfThePosterior) {
  const tests::LinearProblem linear(12, 7, 0.1);
  const Prior prior(12);
  Problem problem = linear.problem;
  problem.prior = {linear_term("last", {1, 12, {0, 1}, {11}, {2.0}})};
  const Problem white = whitened(problem, prior.whitening);
  const double lambda = 3;
  for (const Space space : {Space::model, Space::data}) {
    const std::vector<double> start(12, 0.0);
    const Linearized at(white, start, space);
    const auto w = at.at(lambda)->solve(at.descent(lambda));
    ASSERT_TRUE(w);
    const std::vector<double> m = prior.whitening.model(*w);
    // (A^T A + C^-1) (m - reference) = A^T (d - A reference), the last parameter's C its own prior's.
    const Tensor a = Tensor::from(linear.kernel, {7, 12}), reference(prior.whitening.reference);
    const Tensor inverse = solve(matmul(prior.root, transpose(prior.root)), eye(11));
    const Tensor precision =
        pad(lambda * inverse, {{0, 1}, {0, 1}}) + pad(full({1, 1}, 4.0, DType::f64), {{11, 0}, {11, 0}});
    const Tensor pull = pad(full({1}, 4.0 * 1.5, DType::f64), {{11, 0}});  // to zero
    const Tensor right = matmul(transpose(a), Tensor(linear.observed) - matmul(a, reference)) - pull;
    const Tensor exact = reference + solve(matmul(transpose(a), a) + precision, right);
    EXPECT_LT(max(abs(Tensor(m) - exact)).item(), 1e-9);
    // The penalty is |w|^2 / 2 of those that are white.
    double squares = 0;
    for (std::size_t i = 0; i + 1 < w->size(); ++i) squares += (*w)[i] * (*w)[i];
    EXPECT_NEAR(evaluate(white, Tensor(*w)).regularization, squares / 2, 1e-12 * squares);
    const std::vector<double> again = prior.whitening.parameters(m);
    EXPECT_LT(max(abs(Tensor(again) - Tensor(*w))).item(), 1e-10);
  }
}

TEST(Whitened, DerivativesFollowTheRoot) {
  const Prior prior(6);
  Problem problem;
  problem.data.name = "data";
  problem.data.residual = [](const Tensor& m) { return sin(m) * exp(0.3 * m); };
  const Problem white = whitened(problem, prior.whitening);
  const Tensor w = random_normal({6}, 5);
  EXPECT_NEAR(check::taylor_order(white.data.residual, w), 2.0, 0.05);
  EXPECT_LT(check::dot_product_error(white.data.residual, w), 1e-13);
  const Tensor v = random_normal({6}, 6);
  const std::vector<double> product = multiply(white.data.linearize(w).jacobian, v.to_vector<double>());
  const Tensor exact = jvp(function(white.data.residual), {w}, {v}).tangent[0];
  EXPECT_LT(max(abs(Tensor(product) - exact)).item(), 1e-13);
}

}  // namespace
