// core/optimize/data_space.h: the steps of regularised least squares by systems as large as the data.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/optimize/matrix.h"

namespace terrella::optimize {

/// Solves (J^T W J + lambda R) x = b for few rows of J and many unknowns: R^-1 J^T by sparse factors once, then for
/// every lambda a Cholesky factor of the size of the data. The same x as from the normal matrix, to rounding.
///
/// R is symmetric and positive semidefinite; what it does not see may only be constants on parts of the unknowns that
/// it does not tie to each other (differences of a model) and unknowns that it leaves out. These are solved for by the
/// data alone. Parker (1994), section 3.01; Siripunvaraporn & Egbert (2000).
class DataSpace {
 public:
  /// jacobian [m, n]; weight [m], not negative; regularization [n, n], both triangles. Throws std::invalid_argument for
  /// sizes that disagree, SolveError where R has another null space.
  DataSpace(const Matrix& jacobian, std::span<const double> weight, const SparseMatrix& regularization);

  class Factor {
   public:
    /// None where x is not finite.
    std::optional<std::vector<double>> solve(std::span<const double> b) const;
    /// Trace of J (J^T W J + lambda R)^-1 J^T W over the first rows of J: how many of these numbers the model follows.
    double freedom(std::int64_t rows) const;
    /// Diagonal of (J^T W J + lambda R)^-1, [n].
    std::vector<double> inverse_diagonal() const;

   private:
    friend class DataSpace;
    struct Kind;
    std::shared_ptr<const Kind> kind_;
  };
  /// None where the data do not determine what R leaves open, or numbers are not finite. lambda > 0.
  std::optional<Factor> factor(double lambda) const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

}  // namespace terrella::optimize
