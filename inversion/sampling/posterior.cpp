#include "inversion/sampling/posterior.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella::inversion {
namespace {

using Vector = Eigen::VectorXd;
using Columns = Eigen::MatrixXd;  // one vector a column, contiguous

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::span<const double> span_of(const Columns& a, std::int64_t j) { return {a.col(j).data(), at(a.rows())}; }

Vector vector_of(const std::vector<double>& x) {
  return Eigen::Map<const Vector>(x.data(), static_cast<Eigen::Index>(x.size()));
}

/// product(column j) for all columns, on all threads.
template <class Product>
Columns each(const Columns& a, const Product& product) {
  Columns result(a.rows(), a.cols());
  cpu::parallel_for(a.cols(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t j = begin; j < end; ++j) {
      const std::vector<double> y = product(span_of(a, j));
      if (static_cast<std::int64_t>(y.size()) != a.rows())
        fail("posterior: the product with G has ", y.size(), " entries for ", a.rows(), " parameters");
      result.col(j) = vector_of(y);
    }
  });
  if (!result.allFinite()) throw SolveError("posterior: the derivatives of the data are not finite");
  return result;
}

std::vector<double> solved(const PriorPrecision& prior, std::span<const double> b) {
  auto x = prior.factor.solve(b);
  if (!x) throw SolveError("posterior: the regularisation cannot be solved with; its entries differ too much in size");
  return std::move(*x);
}

/// Columns that span those of `a`, orthonormal by P; those that depend on earlier ones are left out. Gram and Schmidt's
/// way, twice, which loses no digits however close to each other the columns are.
Columns orthonormal(const Columns& a, const optimize::NormalMatrix& p) {
  Columns q(a.rows(), a.cols()), pq(a.rows(), a.cols());
  std::int64_t kept = 0;
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    Vector v = a.col(j);
    const auto times = [&](const Vector& x) { return vector_of(p.multiply({x.data(), at(x.size())})); };
    const double before = std::sqrt(v.dot(times(v)));
    if (!(before > 0)) continue;
    v /= before;
    for (int pass = 0; pass < 2; ++pass) v -= q.leftCols(kept) * (pq.leftCols(kept).transpose() * v).eval();
    const Vector pv = times(v);
    const double length = std::sqrt(v.dot(pv));
    if (!(length > 1e-10)) continue;
    q.col(kept) = v / length;
    pq.col(kept) = pv / length;
    ++kept;
  }
  return q.leftCols(kept);
}

struct Directions {
  Vector value;  // descending
  Columns vector;
  bool all = false;  // none are missing
};

/// The `rank` leading ones, by Rayleigh's quotient among P^-1 G applied to random vectors.
Directions directions(const GramProduct& gram, const PriorPrecision& prior, std::int64_t rank,
                      const PosteriorOptions& options) {
  const std::int64_t n = prior.matrix.size(), width = std::min(n, rank + 10);
  const std::vector<double> normal = random_normal({width, n}, options.seed).to_vector<double>();
  Columns q = Eigen::Map<const Columns>(normal.data(), n, width), gq;
  const auto multiplied = [&] { gq = each(q, gram); };
  for (int pass = 0; pass < options.passes; ++pass) {
    multiplied();
    q = orthonormal(each(gq, [&](std::span<const double> b) { return solved(prior, b); }), prior.matrix);
  }
  multiplied();
  Columns small = q.transpose() * gq;
  small = (0.5 * (small + small.transpose())).eval();
  const Eigen::SelfAdjointEigenSolver<Columns> eigen(small);
  const std::int64_t found = std::min<std::int64_t>(rank, q.cols());
  return {eigen.eigenvalues().reverse().head(found).cwiseMax(0.0),
          q * eigen.eigenvectors().rowwise().reverse().leftCols(found),
          q.cols() <= found};  // the rank of G is used up, or that of the space
}

void check(const PosteriorOptions& o, std::int64_t n) {
  if (o.rank < 0 || o.rank > n) fail("posterior: rank ", o.rank, " of ", n, " parameters; give 0 (chosen) to ", n);
  if (!(o.smallest > 0)) fail("posterior: smallest is ", o.smallest, "; give a positive number");
  if (o.passes < 1) fail("posterior: passes is ", o.passes, "; give 1 or more");
}

const double* row(const Posterior& p, std::int64_t k) { return &p.direction[at(k * p.size())]; }

double share(double mu) { return mu / (1 + mu); }

std::int64_t rank_of(const Posterior& p) { return static_cast<std::int64_t>(p.eigenvalue.size()); }

std::vector<double> unit(const Posterior& p, std::int64_t cell, const char* what) {
  if (cell < 0 || cell >= p.size()) fail(what, ": cell ", cell, " of ", p.size());
  std::vector<double> e(at(p.size()), 0.0);
  e[at(cell)] = 1;
  return e;
}

}  // namespace

GramProduct gram_product(const optimize::Term& data, const Tensor& m) {
  const auto linear = std::make_shared<const optimize::Linearization>(optimize::linearize(data, m));
  const auto weight = std::make_shared<const std::vector<double>>(optimize::weights(data.loss, linear->residual));
  return [linear, weight](std::span<const double> v) {
    std::vector<double> u = optimize::multiply(linear->jacobian, v);
    for (std::size_t i = 0; i < u.size(); ++i) u[i] *= (*weight)[i];
    return optimize::multiply_transposed(linear->jacobian, u);
  };
}

GramProduct gram_product_by_transforms(const optimize::Term& data, const Tensor& m) {
  const Function f = function(data.residual);
  const auto back = std::make_shared<const Vjp>(vjp(f, {m}));
  const Tensor weight(optimize::weights(data.loss, back->value[0].to_vector<double>()));
  return [f, m, back, weight](std::span<const double> v) {
    const Tensor u = jvp(f, {m}, {Tensor(std::vector<double>(v.begin(), v.end()))}).tangent[0];
    return back->pullback({weight * u})[0].to_vector<double>();
  };
}

PriorPrecision prior_precision(const Problem& problem, const Tensor& m, double lambda, double level_deviation) {
  if (!(lambda > 0) || std::isinf(lambda)) fail("prior_precision: lambda is ", lambda, "; give a positive number");
  if (!(level_deviation >= 0)) fail("prior_precision: level_deviation is ", level_deviation, "; give 0 or more");
  const auto n = static_cast<double>(m.size());
  optimize::NormalMatrix matrix(m.size());
  for (const optimize::Term& term : problem.model)
    matrix.add(optimize::quadratic(term, m).matrix, lambda * term.weight);
  for (const optimize::Term& term : problem.prior) matrix.add(optimize::quadratic(term, m).matrix, term.weight);
  if (level_deviation > 0)
    matrix.add_diagonal(std::vector<double>(at(m.size()), 1 / (n * level_deviation * level_deviation)));
  auto factor = matrix.factor();
  if (!factor)
    throw SolveError("prior_precision: the regularisation does not hold every parameter; give level_deviation > 0");
  return {std::move(matrix), std::move(*factor)};
}

Posterior posterior(const GramProduct& gram, PriorPrecision prior, const PosteriorOptions& options) {
  const std::int64_t n = prior.matrix.size();
  check(options, n);
  Directions found;
  // Twice as many each time: all searches together cost less than twice the last one.
  for (std::int64_t rank = options.rank > 0 ? options.rank : std::min<std::int64_t>(n, 32);;
       rank = std::min(n, 2 * rank)) {
    found = directions(gram, prior, rank, options);
    if (options.rank > 0 || found.all || rank == n || found.value(found.value.size() - 1) < options.smallest) break;
  }
  std::int64_t kept = found.value.size();
  double left_out = found.all || kept == n ? 0 : found.value(kept - 1);
  if (options.rank == 0)
    while (kept > 0 && found.value(kept - 1) < options.smallest) left_out = found.value(--kept);
  Posterior result{std::move(prior), {}, {}, left_out};
  result.eigenvalue.assign(found.value.data(), found.value.data() + kept);
  result.direction.assign(found.vector.data(), found.vector.data() + kept * n);
  return result;
}

Posterior posterior(const Problem& problem, const Tensor& m, double lambda, const PosteriorOptions& options) {
  return posterior(gram_product(problem.data, m), prior_precision(problem, m, lambda, options.level_deviation),
                   options);
}

std::vector<double> Posterior::covariance_times(std::span<const double> b) const {
  const std::int64_t n = size();
  if (static_cast<std::int64_t>(b.size()) != n) fail("covariance_times: ", b.size(), " numbers for ", n, " parameters");
  std::vector<double> x = solved(prior, b);
  for (std::int64_t k = 0; k < rank_of(*this); ++k) {
    const double* v = row(*this, k);
    double part = 0;
    for (std::int64_t i = 0; i < n; ++i) part += v[i] * b[at(i)];
    part *= share(eigenvalue[at(k)]);
    for (std::int64_t i = 0; i < n; ++i) x[at(i)] -= part * v[i];
  }
  return x;
}

std::vector<double> prior_deviation(const Posterior& p) {
  auto variance = p.prior.factor.inverse_blocks(1);
  if (!variance) throw SolveError("prior_deviation: the inverse of the regularisation is not finite");
  for (double& x : *variance) x = std::sqrt(x);
  return std::move(*variance);
}

std::vector<double> standard_deviation(const Posterior& p) {
  std::vector<double> deviation = prior_deviation(p);
  for (std::int64_t i = 0; i < p.size(); ++i) {
    double known = 0;
    for (std::int64_t k = 0; k < rank_of(p); ++k) known += share(p.eigenvalue[at(k)]) * row(p, k)[i] * row(p, k)[i];
    double& d = deviation[at(i)];
    d = std::sqrt(std::max(0.0, d * d - known));
  }
  return deviation;
}

std::vector<double> averaging_kernel(const Posterior& p, std::int64_t cell) {
  unit(p, cell, "averaging_kernel");
  std::vector<double> sum(at(p.size()), 0.0);
  for (std::int64_t k = 0; k < rank_of(p); ++k) {
    const double factor = share(p.eigenvalue[at(k)]) * row(p, k)[cell];
    for (std::int64_t i = 0; i < p.size(); ++i) sum[at(i)] += factor * row(p, k)[i];
  }
  return p.prior.matrix.multiply(sum);
}

std::vector<double> point_spread(const Posterior& p, std::int64_t cell) {
  const std::vector<double> column = p.prior.matrix.multiply(unit(p, cell, "point_spread"));
  std::vector<double> sum(at(p.size()), 0.0);
  for (std::int64_t k = 0; k < rank_of(p); ++k) {
    double part = 0;
    for (std::int64_t i = 0; i < p.size(); ++i) part += row(p, k)[i] * column[at(i)];
    part *= share(p.eigenvalue[at(k)]);
    for (std::int64_t i = 0; i < p.size(); ++i) sum[at(i)] += part * row(p, k)[i];
  }
  return sum;
}

std::vector<double> resolved(const Posterior& p) {
  std::vector<double> diagonal(at(p.size()), 0.0);
  for (std::int64_t k = 0; k < rank_of(p); ++k) {
    const std::vector<double> pv = p.prior.matrix.multiply({row(p, k), at(p.size())});
    for (std::int64_t i = 0; i < p.size(); ++i)
      diagonal[at(i)] += share(p.eigenvalue[at(k)]) * row(p, k)[i] * pv[at(i)];
  }
  return diagonal;
}

}  // namespace terrella::inversion
