// inversion/regularization/covariance.h: the square root of a prior covariance over cells, by a differential equation.
//
// The field u with (1 - div l^2 grad) u = white noise has Matérn's covariance of smoothness 1 in two dimensions, (r/l)
// K_1(r/l): 0.60 at one length l, 0.28 at two, 0.12 at three; l may differ by direction and place. Whittle (1954);
// Lindgren, Rue & Lindström (2011). On cells: K = M + G, M their areas and G the fluxes through their sides, one sparse
// factor once; borders and left out sides let nothing through.
#pragma once
#include <memory>
#include <vector>

#include "core/sparse.h"

namespace terrella::inversion {

/// What joins two cells: l^2 times the length of their side over the distance of their middles.
struct CellLink {
  std::int64_t a = 0, b = 0;
  double flux = 0;
};

/// C = L L^T with ones on its diagonal, L = D K^-1 M^1/2. A value.
class CovarianceRoot {
 public:
  /// area [n], of any unit that the fluxes share. Throws std::invalid_argument where one is not positive, a flux is
  /// negative or a cell is none.
  CovarianceRoot(const std::vector<double>& area, const std::vector<CellLink>& links);

  std::int64_t size() const { return left_.size(); }
  /// L w, L^T v, L^-1 m, of [n] or of columns [n, k], as graph.
  Tensor multiply(const Tensor& w) const;
  Tensor multiply_transposed(const Tensor& v) const;
  Tensor solve(const Tensor& m) const;

 private:
  SparseTensor matrix_;
  std::shared_ptr<const SparseFactor> factor_;
  Tensor left_, right_;  // diagonals of D and M^1/2
};

}  // namespace terrella::inversion
