// datasets/models/models.h: random models of the earth, as log10 of resistivity in ohm m on the cells of a grid.
//
// Every length, number and resistivity is a distribution. Same options, same seed, same bits.
#pragma once
#include <cstdint>
#include <memory>

#include "core/tensor.h"
#include "datasets/models/distribution.h"
#include "datasets/models/gaussian_field.h"
#include "datasets/models/grid.h"

namespace terrella::datasets {

/// Layers that reach across the whole grid; the last one goes down to its end.
struct LayersOptions {
  double weight = 1;  ///< of models whose background are layers
  Distribution count{Distribution::Kind::integers, 2, 6};
  Distribution thickness{Distribution::Kind::log_uniform, 50, 5000};     ///< m
  Distribution resistivity{Distribution::Kind::log_uniform, 1, 10'000};  ///< ohm m
};

/// A Gaussian field of log10 of resistivity.
struct FieldOptions {
  double weight = 1;                                      ///< of models whose background is one
  Distribution mean{Distribution::Kind::normal, 2, 0.5};  ///< log10 ohm m
  Covariance covariance{Covariance::Kernel::matern, 0.5, {0.3}, 0};
};

/// Thin layers that conduct well, laid over the background.
struct ConductorsOptions {
  Distribution count{Distribution::Kind::integers, 0, 1};
  Distribution depth{Distribution::Kind::log_uniform, 300, 20'000};   ///< m, of the top
  Distribution thickness{Distribution::Kind::log_uniform, 50, 2000};  ///< m
  Distribution resistivity{Distribution::Kind::log_uniform, 1, 30};   ///< ohm m
};

/// Blocks with edges along the axes.
struct BlocksOptions {
  Distribution count{Distribution::Kind::constant, 0, 0};
  Distribution depth{Distribution::Kind::log_uniform, 100, 10'000};      ///< m, of the top
  Distribution height{Distribution::Kind::log_uniform, 100, 5000};       ///< m
  Distribution width{Distribution::Kind::log_uniform, 500, 20'000};      ///< m, along the axes behind the first
  Distribution resistivity{Distribution::Kind::log_uniform, 1, 10'000};  ///< ohm m
};

/// Smooth hills and hollows, Gaussian in the coordinates of the axes.
struct BumpsOptions {
  Distribution count{Distribution::Kind::constant, 0, 0};
  Distribution amplitude{Distribution::Kind::normal, 0, 0.7};        ///< log10
  Distribution height{Distribution::Kind::uniform, 0.1, 0.5};        ///< deviation along the first axis, m or decades
  Distribution width{Distribution::Kind::log_uniform, 500, 20'000};  ///< along the others
};

struct ModelOptions {
  LayersOptions layers;
  FieldOptions field;
  ConductorsOptions conductors;
  BlocksOptions blocks;
  BumpsOptions bumps;
  double lowest = 0.1, highest = 1e5;  ///< ohm m, to which all is clipped
};

/// One of the parts of a model; values are f64 by cells. Fails naming an option that cannot be.
Tensor layered_model(const ModelGrid& grid, const LayersOptions& options, std::uint64_t seed);
Tensor with_conductors(const Tensor& model, const ModelGrid& grid, const ConductorsOptions& options,
                       std::uint64_t seed);
Tensor with_blocks(const Tensor& model, const ModelGrid& grid, const BlocksOptions& options, std::uint64_t seed);
Tensor with_bumps(const Tensor& model, const ModelGrid& grid, const BumpsOptions& options, std::uint64_t seed);

/// Models of one kind on one grid; checks the options and prepares the field once.
class ModelGenerator {
 public:
  ModelGenerator(const ModelGrid& grid, const ModelOptions& options);
  /// Background by its weight, then conductors, blocks and bumps; clipped. Any thread.
  Tensor draw(std::uint64_t seed) const;
  const ModelGrid& grid() const { return grid_; }

 private:
  ModelGrid grid_;
  ModelOptions options_;
  std::shared_ptr<const GaussianField> field_;
};

}  // namespace terrella::datasets
