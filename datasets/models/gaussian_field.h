// datasets/models/gaussian_field.h: Gaussian random fields with a given covariance.
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "datasets/models/grid.h"

namespace terrella::datasets {

struct Covariance {
  enum class Kernel : std::uint8_t {
    exponential,  ///< exp(-r): rough, as by blocks and faults
    matern,       ///< (1 + √3 r) exp(-√3 r), Matérn's with ν = 3/2: once differentiable
    gaussian,     ///< exp(-r² / 2): smooth
  };
  Kernel kernel = Kernel::matern;
  double deviation = 1;
  /// Correlation length along each axis, in the units of its coordinates; one for all axes or one for each.
  std::vector<double> length{1};
  /// Degrees by which the first two axes of the covariance are turned, z towards y: the dip of layering.
  double angle = 0;
};

/// Covariance at a distance along each axis.
double covariance_at(const Covariance& covariance, const std::vector<double>& distance);

/// What is computed once for many fields on one grid.
class GaussianField {
 public:
  /// On a grid with even steps along each axis (of its coordinates) by circulant embedding (Dietrich and Newsam, 1997),
  /// which is exact where the eigenvalues of the embedding are not negative. The embedding is doubled up to three times
  /// until what is negative is less than 1e-6 of the variance; fails where that does not help, naming the length. On
  /// another grid of at most 4096 cells by Cholesky's factor of the covariance, which is exact.
  GaussianField(const ModelGrid& grid, const Covariance& covariance);
  /// Values at the centres of the cells, f64, mean 0. Same seed, same bits.
  Tensor draw(std::uint64_t seed) const;
  /// Whether it works by embedding, and its size; else the number of cells.
  const Shape& embedding() const { return embedding_; }

 private:
  void embed(const std::vector<double>& step, const Covariance& covariance);
  void factorise(const std::vector<std::vector<double>>& coordinates, const Covariance& covariance);

  Shape cells_, embedding_;
  Tensor root_;                 // of the eigenvalues of the embedding over its size
  std::vector<double> factor_;  // lower triangle by rows
};

}  // namespace terrella::datasets
