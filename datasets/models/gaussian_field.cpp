#include "datasets/models/gaussian_field.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/fft.h"
#include "core/ops.h"
#include "core/random.h"

namespace terrella::datasets {
namespace {

constexpr std::int64_t most_exact = 4096, most_embedded = std::int64_t{1} << 27;
constexpr double most_negative = 1e-6;  // of the variance, lost where an embedding is not exact

/// The step of evenly spaced coordinates, 0 where they are not.
double even_step(const std::vector<double>& x) {
  if (x.size() == 1) return 1;
  const double step = (x.back() - x.front()) / static_cast<double>(x.size() - 1);
  for (std::size_t i = 1; i < x.size(); ++i)
    if (std::abs(x[i] - x[i - 1] - step) > 1e-9 * step) return 0;
  return step;
}

/// The number with prime factors 2, 3, 5 that is not less than n.
std::int64_t round_up(std::int64_t n) {
  for (;; ++n) {
    std::int64_t rest = n;
    for (const std::int64_t p : {2, 3, 5})
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

}  // namespace

double covariance_at(const Covariance& c, const std::vector<double>& distance) {
  std::vector<double> d = distance;
  if (d.size() > 1 && c.angle != 0) {
    const double angle = c.angle * std::numbers::pi / 180, cosine = std::cos(angle), sine = std::sin(angle);
    d = distance;
    d[0] = cosine * distance[0] - sine * distance[1];
    d[1] = sine * distance[0] + cosine * distance[1];
  }
  double square = 0;
  for (std::size_t k = 0; k < d.size(); ++k) {
    const double scaled = d[k] / c.length[c.length.size() == 1 ? 0 : k];
    square += scaled * scaled;
  }
  const double r = std::sqrt(square), variance = c.deviation * c.deviation;
  switch (c.kernel) {
    case Covariance::Kernel::exponential:
      return variance * std::exp(-r);
    case Covariance::Kernel::matern:
      return variance * (1 + std::numbers::sqrt3 * r) * std::exp(-std::numbers::sqrt3 * r);
    case Covariance::Kernel::gaussian:
      break;
  }
  return variance * std::exp(-square / 2);
}

GaussianField::GaussianField(const ModelGrid& grid, const Covariance& covariance) : cells_(cells_of(grid)) {
  if (covariance.length.size() != 1 && covariance.length.size() != grid.axes.size())
    fail("gaussian field: ", covariance.length.size(), " correlation lengths for ", grid.axes.size(),
         " axes; give one, or one for each");
  for (const double length : covariance.length)
    if (!(length > 0) || !std::isfinite(length))
      fail("gaussian field: the correlation length ", length, " is not positive");
  if (!(covariance.deviation >= 0) || !std::isfinite(covariance.deviation))
    fail("gaussian field: the deviation ", covariance.deviation, " is negative");
  std::vector<std::vector<double>> coordinates;
  std::vector<double> step;
  for (const Axis& axis : grid.axes) {
    coordinates.push_back(coordinates_of(axis));
    step.push_back(even_step(coordinates.back()));
  }
  const bool even = std::find(step.begin(), step.end(), 0.0) == step.end();
  if (even && cells_.size() > 64)
    embed(step, covariance);
  else if (cells_.size() <= most_exact)
    factorise(coordinates, covariance);
  else
    fail("gaussian field: ", cells_.size(), " cells of uneven steps are more than ", most_exact,
         "; draw on an even grid and interpolate");
}

void GaussianField::embed(const std::vector<double>& step, const Covariance& covariance) {
  embedding_ = cells_;
  for (std::int64_t& n : embedding_) n = n == 1 ? 1 : round_up(2 * n);
  double lost = 0;
  for (int doubled = 0; doubled < 4; ++doubled) {
    if (embedding_.size() > most_embedded) break;
    std::vector<double> values(static_cast<std::size_t>(embedding_.size()));
    std::vector<double> distance(step.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto rest = static_cast<std::int64_t>(i);
      bool middle = false;
      for (int k = embedding_.rank(); k-- > 0; rest /= embedding_[k]) {
        const std::int64_t n = embedding_[k], at = rest % n;
        middle = middle || 2 * at == n;
        distance[static_cast<std::size_t>(k)] =
            static_cast<double>(2 * at > n ? at - n : at) * step[static_cast<std::size_t>(k)];
      }
      values[i] = covariance_at(covariance, distance);
      if (middle && covariance.angle != 0) {  // as far to one side as to the other: their mean keeps the symmetry
        distance[0] = -distance[0];
        values[i] = (values[i] + covariance_at(covariance, distance)) / 2;
      }
    }
    const Tensor eigenvalues = real(fft::fftn(Tensor::from(values, embedding_)));
    double negative = 0, all = 0;
    for (const double value : eigenvalues.to_vector<double>()) {
      all += std::max(value, 0.0);
      negative -= std::min(value, 0.0);
    }
    lost = all > 0 ? negative / all : 0;
    if (lost <= most_negative) {
      root_ = sqrt(maximum(eigenvalues, 0.0) / static_cast<double>(embedding_.size())).eval();
      return;
    }
    for (std::int64_t& n : embedding_) n = n == 1 ? 1 : 2 * n;
  }
  fail("gaussian field: correlation lengths are so long against the grid that ", lost,
       " of the variance cannot be embedded; take shorter ones or the kernel 'exponential'");
}

void GaussianField::factorise(const std::vector<std::vector<double>>& coordinates, const Covariance& covariance) {
  embedding_ = Shape{cells_.size()};
  const auto n = static_cast<std::size_t>(cells_.size());
  std::vector<std::vector<double>> point(n, std::vector<double>(coordinates.size()));
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t rest = i;
    for (std::size_t k = coordinates.size(); k-- > 0; rest /= coordinates[k].size())
      point[i][k] = coordinates[k][rest % coordinates[k].size()];
  }
  // Rows of L with L Lᵀ = C. What rounding leaves of a pivot is set to 0: those cells follow from the others.
  factor_.assign(n * n, 0);
  const double rounding = 1e-12 * covariance.deviation * covariance.deviation;
  std::vector<double> distance(coordinates.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < distance.size(); ++k) distance[k] = point[i][k] - point[j][k];
      double sum = covariance_at(covariance, distance);
      for (std::size_t k = 0; k < j; ++k) sum -= factor_[i * n + k] * factor_[j * n + k];
      const double pivot = factor_[j * n + j];
      factor_[i * n + j] = i == j ? (sum > rounding ? std::sqrt(sum) : 0) : pivot > 0 ? sum / pivot : 0;
    }
}

Tensor GaussianField::draw(std::uint64_t seed) const {
  if (!factor_.empty()) {
    const auto n = static_cast<std::size_t>(cells_.size());
    const Tensor noise = random_normal({cells_.size()}, seed);
    const auto w = noise.data<double>();
    std::vector<double> field(n, 0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k <= i; ++k) field[i] += factor_[i * n + k] * w[k];
    return Tensor::from(field, cells_);
  }
  const Tensor noise = random_normal(embedding_, seed, DType::c128);
  const Tensor field = real(fft::fftn(root_ * noise));
  std::vector<Slice> part;
  for (const std::int64_t n : cells_) part.push_back({0, n});
  return slice(field, part);
}

}  // namespace terrella::datasets
