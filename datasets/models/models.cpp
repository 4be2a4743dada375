#include "datasets/models/models.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace terrella::datasets {
namespace {

using Kind = Distribution::Kind;
constexpr double most_things = 1000;

std::int64_t count(const Distribution& d, RandomNumbers& random) {
  return static_cast<std::int64_t>(std::lround(std::clamp(draw(d, random), 0.0, most_things)));
}

void check_positive(const Distribution& d, const char* what) {
  if (!(least(d) > 0) && !(d.kind == Kind::log_normal && d.a > 0))
    fail(what, ": ", to_text(d), " can be 0 or negative");
}
void check_count(const Distribution& d, const char* what) {
  if (d.kind != Kind::constant && d.kind != Kind::integers)
    fail(what, ": ", to_text(d), " is no count; integers(a, b) is");
  if (d.kind == Kind::constant && d.a != std::floor(d.a)) fail(what, ": ", to_text(d), " is no whole number");
  if (least(d) < 0 || largest(d) > most_things) fail(what, ": ", to_text(d), " reaches beyond 0 to ", most_things);
}

/// values[cell] = f(value, index along each axis)
template <class F>
Tensor of_cells(const Tensor& model, const F& f) {
  std::vector<double> values = model.to_vector<double>();
  const Shape& cells = model.shape();
  std::int64_t at[3] = {0, 0, 0};
  for (double& value : values) {
    value = f(value, at);
    for (int k = cells.rank(); k-- > 0;) {
      if (++at[k] < cells[k]) break;
      at[k] = 0;
    }
  }
  return Tensor::from(values, cells);
}

/// First and last cell behind those that [begin, end) covers by their centre; at least the one that holds its middle.
std::pair<std::int64_t, std::int64_t> covered(const Axis& axis, double begin, double end) {
  const std::vector<double> centre = centres_of(axis);
  const auto first = std::lower_bound(centre.begin(), centre.end(), begin) - centre.begin();
  const auto last = std::lower_bound(centre.begin(), centre.end(), end) - centre.begin();
  if (first < last) return {first, last};
  const auto above = std::upper_bound(axis.edges.begin(), axis.edges.end(), (begin + end) / 2) - axis.edges.begin();
  const auto cell = std::clamp<std::int64_t>(above - 1, -1, static_cast<std::int64_t>(centre.size()));
  if (cell < 0 || cell >= static_cast<std::int64_t>(centre.size())) return {0, 0};
  return {cell, cell + 1};
}

/// A point of an axis, uniform in its coordinates.
double any_point(const Axis& axis, RandomNumbers& random) {
  const std::vector<double> x = coordinates_of(axis);
  return x.front() + (x.back() - x.front()) * random.uniform();
}

}  // namespace

Tensor layered_model(const ModelGrid& grid, const LayersOptions& options, std::uint64_t seed) {
  RandomNumbers random(seed);
  const Shape cells = cells_of(grid);
  const std::vector<double> centre = centres_of(grid.axes[0]);
  const std::int64_t layers = std::max<std::int64_t>(1, count(options.count, random));
  std::vector<double> value;
  double top = 0;
  std::size_t cell = 0;
  for (std::int64_t i = 0; i < layers; ++i) {
    const double resistivity = std::log10(draw(options.resistivity, random));
    top += draw(options.thickness, random);
    for (; cell < centre.size() && (i + 1 == layers || centre[cell] < top); ++cell) value.push_back(resistivity);
  }
  return of_cells(Tensor::from(std::vector<double>(static_cast<std::size_t>(cells.size())), cells),
                  [&](double, const std::int64_t* at) { return value[static_cast<std::size_t>(at[0])]; });
}

Tensor with_conductors(const Tensor& model, const ModelGrid& grid, const ConductorsOptions& options,
                       std::uint64_t seed) {
  RandomNumbers random(seed);
  Tensor result = model;
  for (std::int64_t i = count(options.count, random); i > 0; --i) {
    const double top = draw(options.depth, random), thickness = draw(options.thickness, random),
                 resistivity = std::log10(draw(options.resistivity, random));
    const auto [first, last] = covered(grid.axes[0], top, top + thickness);
    result = of_cells(result, [&, f = first, l = last](double value, const std::int64_t* at) {
      return at[0] >= f && at[0] < l ? resistivity : value;
    });
  }
  return result;
}

Tensor with_blocks(const Tensor& model, const ModelGrid& grid, const BlocksOptions& options, std::uint64_t seed) {
  RandomNumbers random(seed);
  Tensor result = model;
  for (std::int64_t i = count(options.count, random); i > 0; --i) {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (std::size_t k = 0; k < grid.axes.size(); ++k) {
      const Axis& axis = grid.axes[k];
      if (k == 0) {
        const double top = draw(options.depth, random);
        ranges.push_back(covered(axis, top, top + draw(options.height, random)));
      } else {
        const double middle = axis.edges.front() + (axis.edges.back() - axis.edges.front()) * random.uniform();
        const double width = draw(options.width, random);
        ranges.push_back(covered(axis, middle - width / 2, middle + width / 2));
      }
    }
    const double resistivity = std::log10(draw(options.resistivity, random));
    result = of_cells(result, [&](double value, const std::int64_t* at) {
      for (std::size_t k = 0; k < ranges.size(); ++k)
        if (at[k] < ranges[k].first || at[k] >= ranges[k].second) return value;
      return resistivity;
    });
  }
  return result;
}

Tensor with_bumps(const Tensor& model, const ModelGrid& grid, const BumpsOptions& options, std::uint64_t seed) {
  RandomNumbers random(seed);
  std::vector<std::vector<double>> x;
  for (const Axis& axis : grid.axes) x.push_back(coordinates_of(axis));
  Tensor result = model;
  for (std::int64_t i = count(options.count, random); i > 0; --i) {
    const double amplitude = draw(options.amplitude, random);
    std::vector<double> middle, width;
    for (std::size_t k = 0; k < grid.axes.size(); ++k) {
      middle.push_back(any_point(grid.axes[k], random));
      width.push_back(draw(k == 0 ? options.height : options.width, random));
    }
    result = of_cells(result, [&](double value, const std::int64_t* at) {
      double square = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const double d = (x[k][static_cast<std::size_t>(at[k])] - middle[k]) / width[k];
        square += d * d;
      }
      return value + amplitude * std::exp(-square / 2);
    });
  }
  return result;
}

ModelGenerator::ModelGenerator(const ModelGrid& grid, const ModelOptions& options) : grid_(grid), options_(options) {
  cells_of(grid);
  const ModelOptions& o = options_;
  if (!(o.layers.weight >= 0) || !(o.field.weight >= 0) || !(o.layers.weight + o.field.weight > 0))
    fail("models: the weights of layers and field are ", o.layers.weight, " and ", o.field.weight,
         "; none is negative, one is positive");
  if (!(o.lowest > 0) || !(o.lowest < o.highest))
    fail("models: resistivities are clipped to ", o.lowest, " ... ", o.highest);
  check_count(o.layers.count, "layers.count");
  check_count(o.conductors.count, "conductors.count");
  check_count(o.blocks.count, "blocks.count");
  check_count(o.bumps.count, "bumps.count");
  check_positive(o.layers.thickness, "layers.thickness");
  check_positive(o.layers.resistivity, "layers.resistivity");
  check_positive(o.conductors.thickness, "conductors.thickness");
  check_positive(o.conductors.resistivity, "conductors.resistivity");
  check_positive(o.blocks.height, "blocks.height");
  check_positive(o.blocks.width, "blocks.width");
  check_positive(o.blocks.resistivity, "blocks.resistivity");
  check_positive(o.bumps.height, "bumps.height");
  check_positive(o.bumps.width, "bumps.width");
  if (o.field.weight > 0) field_ = std::make_shared<const GaussianField>(grid, o.field.covariance);
}

Tensor ModelGenerator::draw(std::uint64_t seed) const {
  RandomNumbers random(split_seed(seed, 0));
  const double weight = options_.layers.weight + options_.field.weight;
  Tensor model;
  if (random.uniform() * weight < options_.layers.weight) {
    model = layered_model(grid_, options_.layers, split_seed(seed, 1));
  } else {
    const double mean = datasets::draw(options_.field.mean, random);
    model =
        of_cells(field_->draw(split_seed(seed, 2)), [&](double value, const std::int64_t*) { return value + mean; });
  }
  model = with_conductors(model, grid_, options_.conductors, split_seed(seed, 3));
  model = with_blocks(model, grid_, options_.blocks, split_seed(seed, 4));
  model = with_bumps(model, grid_, options_.bumps, split_seed(seed, 5));
  const double low = std::log10(options_.lowest), high = std::log10(options_.highest);
  return of_cells(model, [&](double value, const std::int64_t*) { return std::clamp(value, low, high); });
}

}  // namespace terrella::datasets
