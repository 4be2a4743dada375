#include "core/optimize/data_space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/linalg.h"
#include "core/ops.h"
#include "core/sparse.h"

namespace terrella::optimize {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Numbers of the parts that R ties together, [n].
std::vector<std::int64_t> parts_of(const SparseMatrix& r) {
  std::vector<std::int64_t> parent(at(r.columns));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int64_t i) {
    while (parent[at(i)] != i) i = parent[at(i)] = parent[at(parent[at(i)])];
    return i;
  };
  for (std::int64_t i = 0; i < r.rows; ++i)
    for (auto k = r.row_start[at(i)]; k < r.row_start[at(i + 1)]; ++k)
      if (r.value[at(k)] != 0) {
        const std::int64_t a = root(i), b = root(r.column[at(k)]);
        parent[at(std::max(a, b))] = std::min(a, b);
      }
  std::vector<std::int64_t> part(parent.size());
  for (std::int64_t i = 0; i < r.columns; ++i) part[at(i)] = root(i);
  return part;
}

/// J with rows times sqrt(weight), as a tensor.
Tensor scaled_rows(const Matrix& jacobian, std::span<const double> weight) {
  const std::int64_t m = rows(jacobian), n = columns(jacobian);
  std::vector<double> values = to_dense(jacobian);
  for (std::int64_t i = 0; i < m; ++i) {
    const double scale = std::sqrt(weight[at(i)]);
    for (std::int64_t j = 0; j < n; ++j) values[at(i * n + j)] *= scale;
  }
  return Tensor::from(values, {m, n});
}

}  // namespace

// R is singular where it only knows differences. R1 = R + mu e e^T pins one unknown e of each part that R leaves free;
// there R1^-1 e = 1 / mu on the part. With N the indicators of the parts [n, p], G = J N, X = R1^-1 J^T and K = J X,
// the Woodbury identity for the rows [J; e^T] with weights [1; -lambda mu] is, scaled so that mu drops out,
//
//   x = y - X s - N t,   [lambda + K   G] [s]   [J y           ]
//                        [G^T          0] [t] = [N^T b / lambda],   y = R1^-1 b / lambda
struct DataSpace::Parts {
  std::int64_t m, n, p;
  Tensor j, x, k;       // [m, n], [n, m], [m, m]
  Tensor indicator, g;  // [n, p], [m, p]; none() where p = 0
  SparseFactor r;
};

struct DataSpace::Factor::Kind {
  std::shared_ptr<const Parts> parts;
  double lambda;
  Tensor lower;             // of lambda + K
  Tensor c_g, small_lower;  // (lambda + K)^-1 G, factor of G^T (lambda + K)^-1 G
  Tensor within(const Tensor& b) const {
    return triangular_solve(lower, triangular_solve(lower, b, {.lower = true}), {.lower = true, .adjoint = true});
  }
};

DataSpace::DataSpace(const Matrix& jacobian, std::span<const double> weight, const SparseMatrix& r) {
  const std::int64_t m = rows(jacobian), n = columns(jacobian);
  if (static_cast<std::int64_t>(weight.size()) != m || r.rows != n || r.columns != n)
    fail("data space: a Jacobian of ", m, " x ", n, " with ", weight.size(), " weights and a matrix of ", r.rows, " x ",
         r.columns);
  std::vector<double> diagonal(at(n), 0.0), sum(at(n), 0.0);
  std::vector<std::int64_t> row, column;
  std::vector<double> value;
  for (std::int64_t i = 0; i < n; ++i)
    for (auto k = r.row_start[at(i)]; k < r.row_start[at(i + 1)]; ++k) {
      sum[at(i)] += r.value[at(k)];
      if (r.column[at(k)] == i) diagonal[at(i)] = r.value[at(k)];
      row.push_back(i);
      column.push_back(r.column[at(k)]);
      value.push_back(r.value[at(k)]);
    }
  double mu = 0;
  for (const double d : diagonal) mu = std::max(mu, d);
  if (!(mu > 0)) mu = 1;
  // The parts on which all row sums vanish.
  const std::vector<std::int64_t> part = parts_of(r);
  std::vector<bool> open(at(n), true);
  for (std::int64_t i = 0; i < n; ++i)
    if (std::abs(sum[at(i)]) > 1e-10 * diagonal[at(i)]) open[at(part[at(i)])] = false;
  std::vector<std::int64_t> pin, number(at(n), -1);
  for (std::int64_t i = 0; i < n; ++i)
    if (part[at(i)] == i && open[at(i)]) {
      number[at(i)] = static_cast<std::int64_t>(pin.size());
      pin.push_back(i);
      row.push_back(i);
      column.push_back(i);
      value.push_back(mu);
    }
  const Assembly assembly = assemble(n, n, row, column);
  SparseFactor factor(SparseTensor(assembly.pattern, assembly.values(Tensor(value))), MatrixKind::positive_definite);
  Parts parts{.m = m,
              .n = n,
              .p = static_cast<std::int64_t>(pin.size()),
              .j = scaled_rows(jacobian, weight),
              .x = {},
              .k = {},
              .indicator = {},
              .g = {},
              .r = std::move(factor)};
  parts.x = parts.r.solve(transpose(parts.j)).eval();
  parts.k = matmul(parts.j, parts.x).eval();
  if (parts.p > 0) {
    std::vector<double> indicator(at(n * parts.p), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
      if (const std::int64_t c = number[at(part[at(i)])]; c >= 0) indicator[at(i * parts.p + c)] = 1;
    parts.indicator = Tensor::from(indicator, {n, parts.p});
    parts.g = matmul(parts.j, parts.indicator).eval();
  }
  parts_ = std::make_shared<const Parts>(std::move(parts));
}

std::optional<DataSpace::Factor> DataSpace::factor(double lambda) const {
  if (!(lambda > 0) || std::isinf(lambda)) return std::nullopt;
  const Parts& q = *parts_;
  const auto kind = std::make_shared<Factor::Kind>();
  kind->parts = parts_;
  kind->lambda = lambda;
  try {
    kind->lower = cholesky(q.k + diagonal_matrix(lambda * ones({q.m}))).eval();
    if (q.p > 0) {
      kind->c_g = kind->within(q.g).eval();
      kind->small_lower = cholesky(matmul(transpose(q.g), kind->c_g)).eval();
    }
  } catch (const SolveError&) { return std::nullopt; }
  Factor result;
  result.kind_ = kind;
  return result;
}

std::optional<std::vector<double>> DataSpace::Factor::solve(std::span<const double> b) const {
  const Kind& f = *kind_;
  const Parts& q = *f.parts;
  if (static_cast<std::int64_t>(b.size()) != q.n) fail("data space: ", b.size(), " numbers for ", q.n, " unknowns");
  const Tensor y = q.r.solve(Tensor(std::vector<double>(b.begin(), b.end()))) / f.lambda;
  const Tensor jy = expand_dims(matmul(q.j, y), 1);
  Tensor s = f.within(jy), x = y;
  if (q.p > 0) {
    const Tensor own = expand_dims(Tensor(std::vector<double>(b.begin(), b.end())), 1) / f.lambda;
    const Tensor right = matmul(transpose(q.g), s) - matmul(transpose(q.indicator), own);
    const Tensor t = triangular_solve(f.small_lower, triangular_solve(f.small_lower, right, {.lower = true}),
                                      {.lower = true, .adjoint = true});
    s = s - matmul(f.c_g, t);
    x = x - squeeze(matmul(q.indicator, t), 1);
  }
  std::vector<double> values = (x - squeeze(matmul(q.x, s), 1)).to_vector<double>();
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) return std::nullopt;
  return values;
}

double DataSpace::Factor::freedom(std::int64_t rows) const {
  const Kind& f = *kind_;
  const Parts& q = *f.parts;
  if (rows < 0 || rows > q.m) fail("data space: ", rows, " rows of ", q.m);
  const Tensor unit = slice(diagonal_matrix(ones({q.m})), 1, {0, rows});
  const Tensor half = triangular_solve(f.lower, unit, {.lower = true});
  double trace = sum(square(half)).item();
  if (q.p > 0) {
    const Tensor part = triangular_solve(f.small_lower, transpose(slice(f.c_g, 0, {0, rows})), {.lower = true});
    trace -= sum(square(part)).item();
  }
  return static_cast<double>(rows) - f.lambda * trace;
}

std::vector<double> DataSpace::Factor::inverse_diagonal() const {
  const Kind& f = *kind_;
  const Parts& q = *f.parts;
  Tensor beside = -1.0 * sum(square(triangular_solve(f.lower, transpose(q.x), {.lower = true})), {0});
  if (q.p > 0) {
    const Tensor rest = q.indicator - matmul(q.x, f.c_g);
    beside = beside + sum(square(triangular_solve(f.small_lower, transpose(rest), {.lower = true})), {0});
  }
  std::vector<double> diagonal = beside.to_vector<double>();
  constexpr std::int64_t batch = 256;  // columns of R1^-1 at a time
  for (std::int64_t first = 0; first < q.n; first += batch) {
    const std::int64_t count = std::min(batch, q.n - first);
    std::vector<double> unit(at(q.n * count), 0.0);
    for (std::int64_t i = 0; i < count; ++i) unit[at((first + i) * count + i)] = 1;
    const std::vector<double> own = q.r.solve(Tensor::from(unit, {q.n, count})).to_vector<double>();
    for (std::int64_t i = 0; i < count; ++i) diagonal[at(first + i)] += own[at((first + i) * count + i)];
  }
  for (double& d : diagonal) d /= f.lambda;
  return diagonal;
}

}  // namespace terrella::optimize
