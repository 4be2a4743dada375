#include "core/optimize/normal_matrix.h"

#include <Eigen/Cholesky>
#include <Eigen/Sparse>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <cmath>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"

namespace terrella::optimize {
namespace {

using Dense = Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Sparse = Eigen::SparseMatrix<double>;
using Vector = Eigen::VectorXd;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Cholesky factor within a band, rows of L from the band's edge to the diagonal. For matrices of stations along a
/// line, dense blocks beside the diagonal, it is several times faster than a general sparse factor with its ordering.
class Band {
 public:
  /// The half bandwidth of a matrix for which a band pays: not much wider than the rows are filled; else none.
  static std::optional<Eigen::Index> width(const Sparse& a) {
    Eigen::Index width = 0;
    double filled = 0;
    for (Eigen::Index j = 0; j < a.outerSize(); ++j) {
      double count = 0;
      for (Sparse::InnerIterator e(a, j); e; ++e, ++count) width = std::max(width, std::abs(e.row() - j));
      filled += count * count;
    }
    const auto w = static_cast<double>(width);
    return w * w * static_cast<double>(a.cols()) <= 4 * filled ? std::optional(width) : std::nullopt;
  }

  Band(const Sparse& a, Eigen::Index width) : width_(width), rows_(Rows::Zero(a.rows(), width + 1)) {
    for (Eigen::Index j = 0; j < a.outerSize(); ++j)
      for (Sparse::InnerIterator e(a, j); e; ++e)
        if (e.row() >= j) rows_(e.row(), j - e.row() + width) = e.value();
    for (Eigen::Index i = 0; i < a.rows(); ++i)
      for (Eigen::Index j = std::max<Eigen::Index>(0, i - width); j <= i; ++j) {
        const Eigen::Index first = std::max<Eigen::Index>(0, i - width), count = j - first;
        double& entry = rows_(i, j - i + width);
        entry -= rows_.row(i).segment(first - i + width, count).dot(rows_.row(j).segment(first - j + width, count));
        if (j < i) {
          entry /= rows_(j, width);
        } else {
          positive_ = positive_ && entry > 0;
          if (!positive_) return;
          entry = std::sqrt(entry);
        }
      }
  }
  bool is_positive() const { return positive_; }

  /// Right-hand sides in groups that share the passes over the factor; each column's numbers do not depend on the
  /// others.
  Rows solve(const Rows& b) const {
    constexpr std::int64_t group = 64;
    Rows x(b.rows(), b.cols());
    cpu::parallel_for(b.cols(), group, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t first = begin; first < end; first += group) {
        const std::int64_t count = std::min(group, end - first);
        x.middleCols(first, count) = solve_group(b.middleCols(first, count));
      }
    });
    return x;
  }

 private:
  Rows solve_group(Rows x) const {
    const Eigen::Index n = x.rows();
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index k = std::max<Eigen::Index>(0, i - width_); k < i; ++k)
        x.row(i) -= rows_(i, k - i + width_) * x.row(k);
      x.row(i) /= rows_(i, width_);
    }
    for (Eigen::Index i = n; i-- > 0;) {
      x.row(i) /= rows_(i, width_);
      for (Eigen::Index k = std::max<Eigen::Index>(0, i - width_); k < i; ++k)
        x.row(k) -= rows_(i, k - i + width_) * x.row(i);
    }
    return x;
  }

  Eigen::Index width_;
  Rows rows_;
  bool positive_ = true;
};

}  // namespace

/// Dense as soon as a part covers all columns; until then triplets are summed into a sparse matrix.
struct NormalMatrix::Storage {
  std::int64_t n = 0;
  bool is_dense = false;
  Dense full;
  Sparse sparse;

  void make_dense() {
    if (is_dense) return;
    full = Dense(sparse);
    sparse = Sparse();
    is_dense = true;
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
      const Eigen::Map<const Rows> values(b.values.data(), b.rows, b.columns);
      Dense weighted = values;
      for (std::int64_t i = 0; i < b.rows; ++i)
        weighted.row(i) *= scale * (weight.empty() ? 1.0 : weight[at(b.row + i)]);
      const Dense product = values.transpose() * weighted;
      if (b.columns == size()) {
        storage_->make_dense();
        storage_->full += product;
        continue;
      }
      for (std::int64_t j = 0; j < b.columns; ++j)
        for (std::int64_t i = 0; i < b.columns; ++i) entries.emplace_back(b.column + i, b.column + j, product(i, j));
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
  if (other.storage_->is_dense) {
    storage_->make_dense();
    storage_->full += scale * other.storage_->full;
  } else if (storage_->is_dense) {
    storage_->full += scale * Dense(other.storage_->sparse);
  } else {
    storage_->sparse += scale * other.storage_->sparse;
  }
}

void NormalMatrix::add_diagonal(std::span<const double> values) {
  std::vector<Eigen::Triplet<double>> entries;
  for (std::int64_t i = 0; i < size(); ++i) entries.emplace_back(i, i, values[at(i)]);
  storage_->add_triplets(entries);
}

std::vector<double> NormalMatrix::diagonal() const {
  const Vector d = storage_->is_dense ? Vector(storage_->full.diagonal()) : Vector(storage_->sparse.diagonal());
  return {d.begin(), d.end()};
}

std::vector<double> NormalMatrix::multiply(std::span<const double> x) const {
  const Eigen::Map<const Vector> in(x.data(), size());
  const Vector y = storage_->is_dense ? Vector(storage_->full * in) : Vector(storage_->sparse * in);
  return {y.begin(), y.end()};
}

/// One of three: full, within a band, sparse.
struct NormalMatrix::Factor::Kind {
  std::int64_t n = 0;
  std::optional<Eigen::LLT<Dense>> dense;
  std::optional<Band> band;
  std::unique_ptr<Eigen::SimplicialLLT<Sparse>> sparse;
};

std::optional<NormalMatrix::Factor> NormalMatrix::factor() const {
  const auto kind = std::make_shared<Factor::Kind>();
  kind->n = size();
  if (storage_->is_dense) {
    kind->dense.emplace(storage_->full);
    if (kind->dense->info() != Eigen::Success) return std::nullopt;
  } else if (const auto width = Band::width(storage_->sparse)) {
    kind->band.emplace(storage_->sparse, *width);
    if (!kind->band->is_positive()) return std::nullopt;
  } else {
    kind->sparse = std::make_unique<Eigen::SimplicialLLT<Sparse>>(storage_->sparse);
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
  const Eigen::Map<const Rows> right(b.data(), kind_->n, k);
  const Rows x = kind_->dense  ? Rows(kind_->dense->solve(right))
                 : kind_->band ? kind_->band->solve(right)
                               : Rows(kind_->sparse->solve(Dense(right)));
  if (!x.allFinite()) return std::nullopt;
  return std::vector<double>(x.data(), x.data() + x.size());
}

std::optional<std::vector<double>> NormalMatrix::solve(std::span<const double> b) const { return solve_many(b, 1); }

std::optional<std::vector<double>> NormalMatrix::solve_many(std::span<const double> b, std::int64_t k) const {
  const std::optional<Factor> made = factor();
  return made ? made->solve_many(b, k) : std::nullopt;
}

std::vector<double> NormalMatrix::to_dense() const {
  const Rows full = storage_->is_dense ? Rows(storage_->full) : Rows(Dense(storage_->sparse));
  return {full.data(), full.data() + full.size()};
}

}  // namespace terrella::optimize
