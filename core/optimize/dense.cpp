#include "core/optimize/dense.h"

#include <algorithm>

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/parallel.h"
#include "core/interrupt.h"

namespace terrella::optimize {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

blasint as_blas(std::int64_t i) { return static_cast<blasint>(i); }

/// Below, the calls of OpenBLAS cost more than they save; without a right OpenBLAS Eigen does it all.
bool is_large(std::int64_t n) { return n >= 96 && cpu::blas_is_right(); }

constexpr std::int64_t panel = 128;

}  // namespace

Dense gram(const Block& a, std::span<const double> weight, double scale) {
  const Eigen::Map<const Rows> values(a.values.data(), a.rows, a.columns);
  Rows weighted = values;
  for (std::int64_t i = 0; i < a.rows; ++i)
    weighted.row(i) *= scale * (weight.empty() ? 1.0 : weight[static_cast<std::size_t>(a.row + i)]);
  const std::int64_t n = a.columns;
  if (!is_large(n)) return values.transpose() * weighted;
  // The lower triangle by panels of columns; column-major is row-major of the transposed, so rows of the result are
  // the panel's.
  Dense result(n, n);
  const std::int64_t panels = (n + panel - 1) / panel;
  cpu::parallel_for(panels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      check_interrupt();
      const std::int64_t first = p * panel, width = std::min(panel, n - first);
      cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_blas(width), as_blas(n - first), as_blas(a.rows), 1.0,
                  a.values.data() + first, as_blas(n), weighted.data() + first, as_blas(n), 0.0,
                  result.data() + first * n + first, as_blas(n));
    }
  });
  result.triangularView<Eigen::StrictlyUpper>() = result.transpose();
  return result;
}

std::optional<DenseFactor> DenseFactor::of(Dense matrix) {
  DenseFactor factor;
  if (!is_large(matrix.rows())) {
    factor.small_.emplace(matrix);
    if (factor.small_->info() != Eigen::Success) return std::nullopt;
    return factor;
  }
  if (!matrix.allFinite()) return std::nullopt;
  const int n = static_cast<int>(matrix.rows());
  int info = 0;
  dpotrf_("L", &n, matrix.data(), &n, &info);
  if (info != 0) return std::nullopt;
  factor.lower_ = std::move(matrix);
  return factor;
}

void DenseFactor::solve(std::span<double> b, std::int64_t k) const {
  if (k == 0) return;
  if (small_) {
    Eigen::Map<Rows> columns(b.data(), static_cast<Eigen::Index>(b.size()) / k, k);
    columns = small_->solve(Dense(columns));
    return;
  }
  const blasint n = as_blas(lower_.rows()), many = as_blas(k);
  for (const auto how : {CblasTrans, CblasNoTrans})  // row-major, the factor is the upper one
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasUpper, how, CblasNonUnit, n, many, 1.0, lower_.data(), n, b.data(),
                many);
}

}  // namespace terrella::optimize
