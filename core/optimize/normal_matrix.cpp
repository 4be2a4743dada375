#include "core/optimize/normal_matrix.h"

#include <Eigen/Sparse>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <cmath>

#include "core/backend/cpu/blas.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/optimize/band.h"
#include "core/optimize/dense.h"

namespace terrella::optimize {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Sparse = Eigen::SparseMatrix<double>;
using Vector = Eigen::VectorXd;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// A^T W A of one block, shared by all sums that it is part of.
struct Square {
  std::int64_t column = 0;
  std::shared_ptr<const Dense> values;
  double scale = 1;
  std::int64_t size() const { return values->cols(); }
};

}  // namespace

/// Dense as soon as a part covers all columns; until then squares on the diagonal, and a sparse matrix for the rest.
struct NormalMatrix::Storage {
  std::int64_t n = 0;
  bool is_dense = false;
  Dense full;
  std::vector<Square> squares;
  Sparse sparse;

  void make_dense() {
    if (is_dense) return;
    full = to_dense();
    sparse = Sparse();
    squares.clear();
    is_dense = true;
  }
  Dense to_dense() const {
    if (is_dense) return full;
    Dense sum = sparse;
    for (const Square& s : squares) sum.block(s.column, s.column, s.size(), s.size()) += s.scale * *s.values;
    return sum;
  }
  void add(const Square& square) {
    if (is_dense)
      full.block(square.column, square.column, square.size(), square.size()) += square.scale * *square.values;
    else
      squares.push_back(square);
  }
  void add_triplets(const std::vector<Eigen::Triplet<double>>& entries) {
    if (is_dense) {
      for (const auto& e : entries) full(e.row(), e.col()) += e.value();
      return;
    }
    Sparse part(n, n);
    part.setFromTriplets(entries.begin(), entries.end());
    sparse += part;
  }
  /// The half bandwidth where a band pays: not much wider than the rows are filled; else none. A band needs BLAS.
  std::optional<std::int64_t> bandwidth() const {
    if (!cpu::blas_is_right()) return std::nullopt;
    std::int64_t width = 0;
    std::vector<double> count(at(n), 0.0);
    for (Eigen::Index j = 0; j < sparse.outerSize(); ++j)
      for (Sparse::InnerIterator e(sparse, j); e; ++e, ++count[at(j)])
        width = std::max<std::int64_t>(width, std::abs(e.row() - j));
    for (const Square& s : squares) {
      width = std::max(width, s.size() - 1);
      for (std::int64_t j = 0; j < s.size(); ++j)
        count[at(s.column + j)] = std::max(count[at(s.column + j)], static_cast<double>(s.size()));
    }
    double filled = 0;
    for (const double c : count) filled += c * c;
    const auto w = static_cast<double>(width);
    return w * w * static_cast<double>(n) <= 4 * filled ? std::optional(width) : std::nullopt;
  }
  Band band(std::int64_t width) const {
    Band band(n, width);
    for (Eigen::Index j = 0; j < sparse.outerSize(); ++j)
      for (Sparse::InnerIterator e(sparse, j); e; ++e)
        if (e.row() >= j) band.at(e.row(), j) += e.value();
    for (const Square& s : squares) {
      check_interrupt();
      for (std::int64_t j = 0; j < s.size(); ++j)
        for (std::int64_t i = j; i < s.size(); ++i) band.at(s.column + i, s.column + j) += s.scale * (*s.values)(i, j);
    }
    return band;
  }
  Sparse all_sparse() const {
    std::vector<Eigen::Triplet<double>> entries;
    for (const Square& s : squares)
      for (std::int64_t j = 0; j < s.size(); ++j)
        for (std::int64_t i = 0; i < s.size(); ++i)
          entries.emplace_back(s.column + i, s.column + j, s.scale * (*s.values)(i, j));
    Sparse sum(n, n);
    sum.setFromTriplets(entries.begin(), entries.end());
    return sum + sparse;
  }
};

NormalMatrix::NormalMatrix(std::int64_t n) : storage_(std::make_unique<Storage>()) {
  storage_->n = n;
  storage_->sparse.resize(n, n);
}
NormalMatrix::NormalMatrix(const NormalMatrix& o) : storage_(std::make_unique<Storage>(*o.storage_)) {}
NormalMatrix::NormalMatrix(NormalMatrix&&) noexcept = default;
NormalMatrix& NormalMatrix::operator=(NormalMatrix o) noexcept {
  std::swap(storage_, o.storage_);
  return *this;
}
NormalMatrix::~NormalMatrix() = default;

std::int64_t NormalMatrix::size() const { return storage_->n; }

void NormalMatrix::add(const Matrix& a, std::span<const double> weight, double scale) {
  if (columns(a) != size()) fail("normal matrix: ", columns(a), " columns do not fit ", size(), " unknowns");
  if (!weight.empty() && static_cast<std::int64_t>(weight.size()) != rows(a))
    fail("normal matrix: ", rows(a), " rows but ", weight.size(), " weights");
  std::vector<Eigen::Triplet<double>> entries;
  if (const auto* blocks = std::get_if<BlockMatrix>(&a)) {
    for (const Block& b : blocks->blocks) {
      check_interrupt();
      if (b.columns == size()) storage_->make_dense();
      storage_->add({b.column, std::make_shared<Dense>(gram(b, weight, scale)), 1});
    }
  } else {
    const auto& s = std::get<SparseMatrix>(a);
    for (std::int64_t r = 0; r < s.rows; ++r) {
      const double w = scale * (weight.empty() ? 1.0 : weight[at(r)]);
      for (auto k = s.row_start[at(r)]; k < s.row_start[at(r + 1)]; ++k)
        for (auto l = s.row_start[at(r)]; l < s.row_start[at(r + 1)]; ++l)
          entries.emplace_back(s.column[at(k)], s.column[at(l)], w * s.value[at(k)] * s.value[at(l)]);
    }
  }
  storage_->add_triplets(entries);
}

void NormalMatrix::add(const NormalMatrix& other, double scale) {
  if (other.size() != size()) fail("normal matrix: ", other.size(), " and ", size(), " unknowns do not add");
  const Storage& o = *other.storage_;
  if (o.is_dense) {
    storage_->make_dense();
    storage_->full += scale * o.full;
    return;
  }
  for (Square square : o.squares) {
    square.scale *= scale;
    storage_->add(square);
  }
  if (storage_->is_dense)
    storage_->full += scale * Dense(o.sparse);
  else
    storage_->sparse += scale * o.sparse;
}

void NormalMatrix::add_diagonal(std::span<const double> values) {
  std::vector<Eigen::Triplet<double>> entries;
  for (std::int64_t i = 0; i < size(); ++i) entries.emplace_back(i, i, values[at(i)]);
  storage_->add_triplets(entries);
}

std::vector<double> NormalMatrix::diagonal() const {
  Vector d = storage_->is_dense ? Vector(storage_->full.diagonal()) : Vector(storage_->sparse.diagonal());
  for (const Square& s : storage_->squares) d.segment(s.column, s.size()) += s.scale * s.values->diagonal();
  return {d.begin(), d.end()};
}

std::vector<double> NormalMatrix::multiply(std::span<const double> x) const {
  const Eigen::Map<const Vector> in(x.data(), size());
  Vector y = storage_->is_dense ? Vector(storage_->full * in) : Vector(storage_->sparse * in);
  for (const Square& s : storage_->squares)
    y.segment(s.column, s.size()) += s.scale * (*s.values * in.segment(s.column, s.size()));
  return {y.begin(), y.end()};
}

std::optional<std::vector<double>> NormalMatrix::diagonal_blocks(std::int64_t block) const {
  if (block < 1 || size() % block != 0)
    fail("normal matrix: blocks of ", block, " do not divide ", size(), " unknowns");
  std::vector<double> result(at(size() * block), 0.0);
  bool inside = true;
  const auto put = [&](std::int64_t i, std::int64_t j, double value) {
    inside = inside && (i / block == j / block || value == 0);
    if (inside) result[at(i * block + j % block)] += value;
  };
  if (storage_->is_dense)
    for (std::int64_t i = 0; i < size() && inside; ++i)
      for (std::int64_t j = 0; j < size(); ++j) put(i, j, storage_->full(i, j));
  for (Eigen::Index j = 0; j < storage_->sparse.outerSize() && inside; ++j)
    for (Sparse::InnerIterator e(storage_->sparse, j); e; ++e) put(e.row(), j, e.value());
  for (const Square& s : storage_->squares)
    for (std::int64_t i = 0; i < s.size() && inside; ++i)
      for (std::int64_t j = 0; j < s.size(); ++j) put(s.column + i, s.column + j, s.scale * (*s.values)(i, j));
  return inside ? std::optional(result) : std::nullopt;
}

/// One of three: full, within a band, sparse.
struct NormalMatrix::Factor::Kind {
  std::int64_t n = 0, width = 0;
  std::optional<DenseFactor> dense;
  std::optional<Band> band;
  std::unique_ptr<Eigen::SimplicialLLT<Sparse>> sparse;
};

std::optional<NormalMatrix::Factor> NormalMatrix::factor() const {
  const auto kind = std::make_shared<Factor::Kind>();
  kind->n = size();
  if (storage_->is_dense) {
    kind->dense = DenseFactor::of(storage_->full);
    if (!kind->dense) return std::nullopt;
  } else if (const auto width = storage_->bandwidth()) {
    kind->width = *width;
    kind->band.emplace(storage_->band(*width));
    if (!kind->band->factor()) return std::nullopt;
  } else {
    kind->sparse = std::make_unique<Eigen::SimplicialLLT<Sparse>>(storage_->all_sparse());
    if (kind->sparse->info() != Eigen::Success) return std::nullopt;
  }
  Factor result;
  result.kind_ = kind;
  return result;
}

std::optional<std::vector<double>> NormalMatrix::Factor::solve(std::span<const double> b) const {
  return solve_many(b, 1);
}

std::optional<std::vector<double>> NormalMatrix::Factor::solve_many(std::span<const double> b, std::int64_t k) const {
  if (static_cast<std::int64_t>(b.size()) != kind_->n * k)
    fail("normal matrix: ", k, " right-hand sides of ", kind_->n, " entries need ", kind_->n * k, " numbers, got ",
         b.size());
  std::vector<double> x(b.begin(), b.end());
  Eigen::Map<Rows> columns(x.data(), kind_->n, k);
  if (kind_->band)
    kind_->band->solve(x, k);
  else if (kind_->dense)
    kind_->dense->solve(x, k);
  else
    columns = kind_->sparse->solve(Dense(columns));
  if (!columns.allFinite()) return std::nullopt;
  return x;
}

std::optional<std::vector<double>> NormalMatrix::Factor::inverse_blocks(std::int64_t block) const {
  const std::int64_t n = kind_->n;
  if (block < 1 || n % block != 0) fail("normal matrix: blocks of ", block, " do not divide ", n, " unknowns");
  std::vector<double> result;
  if (kind_->band && block <= kind_->width + 1) {
    result = kind_->band->inverse_blocks(block);
  } else {
    const std::int64_t batch = block * std::max<std::int64_t>(1, 256 / block);  // columns at a time
    for (std::int64_t first = 0; first < n; first += batch) {
      const std::int64_t count = std::min(batch, n - first);
      std::vector<double> unit(at(n * count), 0.0);
      for (std::int64_t i = 0; i < count; ++i) unit[at((first + i) * count + i)] = 1;
      const auto columns = solve_many(unit, count);
      if (!columns) return std::nullopt;
      for (std::int64_t i = 0; i < count; ++i) {
        const auto own = columns->begin() + (first + i) * count + i / block * block;
        result.insert(result.end(), own, own + block);
      }
    }
  }
  if (!std::all_of(result.begin(), result.end(), [](double x) { return std::isfinite(x); })) return std::nullopt;
  return result;
}

std::optional<std::vector<double>> NormalMatrix::solve(std::span<const double> b) const { return solve_many(b, 1); }

std::optional<std::vector<double>> NormalMatrix::solve_many(std::span<const double> b, std::int64_t k) const {
  const std::optional<Factor> made = factor();
  return made ? made->solve_many(b, k) : std::nullopt;
}

std::optional<SparseMatrix> NormalMatrix::to_sparse() const {
  if (storage_->is_dense) return std::nullopt;
  const Eigen::SparseMatrix<double, Eigen::RowMajor> sum = storage_->all_sparse();
  SparseMatrix result{.rows = sum.rows(), .columns = sum.cols(), .row_start = {0}, .column = {}, .value = {}};
  for (Eigen::Index i = 0; i < sum.outerSize(); ++i) {
    for (Eigen::SparseMatrix<double, Eigen::RowMajor>::InnerIterator e(sum, i); e; ++e) {
      result.column.push_back(e.col());
      result.value.push_back(e.value());
    }
    result.row_start.push_back(static_cast<std::int64_t>(result.column.size()));
  }
  return result;
}

std::vector<double> NormalMatrix::to_dense() const {
  const Rows full = storage_->to_dense();
  return {full.data(), full.data() + full.size()};
}

}  // namespace terrella::optimize
