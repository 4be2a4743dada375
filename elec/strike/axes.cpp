#include "elec/strike/axes.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>

#include "core/error.h"
#include "core/random.h"
#include "datasets/survey/units.h"

namespace terrella::elec {
namespace {

using Complex = std::complex<double>;
using datasets::pi;

double angle_of(Complex sum, double turn) { return std::arg(sum) / (2 * pi) * turn; }

/// Sums of one group.
struct Sums {
  Complex vector = 0;
  double weight = 0;
};

}  // namespace

double wrapped(double angle, double turn) {
  const double result = std::remainder(angle, turn);
  return result == turn / 2 ? -turn / 2 : result;
}

MeanDirection mean_direction(const std::vector<double>& angle, const std::vector<double>& weight, double turn,
                             const std::vector<std::size_t>& group, const BootstrapOptions& options) {
  if (weight.size() != angle.size() || (!group.empty() && group.size() != angle.size()))
    fail("mean_direction: ", angle.size(), " angles, ", weight.size(), " weights, ", group.size(), " groups");
  if (!(turn > 0)) fail("mean_direction: turn ", turn, " degrees");
  if (options.draws < 1 || !(options.confidence > 0 && options.confidence < 1))
    fail("mean_direction: ", options.draws, " draws for a confidence of ", options.confidence);
  std::map<std::size_t, Sums> groups;
  MeanDirection result;
  Sums all;
  double squares = 0;
  for (std::size_t i = 0; i < angle.size(); ++i) {
    if (!std::isfinite(angle[i]) || !(weight[i] > 0)) continue;
    if (std::isinf(weight[i])) fail("mean_direction: weight ", weight[i]);
    const Complex v = std::polar(weight[i], angle[i] / turn * 2 * pi);
    Sums& part = groups[group.empty() ? i : group[i]];
    part.vector += v, part.weight += weight[i];
    all.vector += v, all.weight += weight[i];
    squares += weight[i] * weight[i];
    ++result.data;
  }
  if (result.data == 0) {
    result.angle = result.low = result.high = result.scatter = NAN;
    return result;
  }
  result.angle = wrapped(angle_of(all.vector, turn), turn);
  result.length = std::min(1.0, std::abs(all.vector) / all.weight);
  result.scatter = std::sqrt(std::max(0.0, -2 * std::log(result.length))) / (2 * pi) * turn;
  const double effective = all.weight * all.weight / squares;
  const double rayleigh = effective * result.length * result.length;
  result.chance =
      std::clamp(std::exp(-rayleigh) * (1 + (2 * rayleigh - rayleigh * rayleigh) / (4 * effective)), 0.0, 1.0);

  std::vector<Sums> parts;
  for (const auto& [key, sums] : groups) parts.push_back(sums);
  std::vector<double> distance;
  const auto count = static_cast<std::int64_t>(parts.size());
  const auto chosen = random_integers({options.draws, count}, 0, count, options.seed).to_vector<std::int64_t>();
  for (int draw = 0; draw < options.draws; ++draw) {
    Complex sum = 0;
    for (std::int64_t k = 0; k < count; ++k)
      sum += parts[static_cast<std::size_t>(chosen[static_cast<std::size_t>(draw * count + k)])].vector;
    distance.push_back(std::abs(wrapped(angle_of(sum, turn) - result.angle, turn)));
  }
  std::sort(distance.begin(), distance.end());
  const auto rank = static_cast<std::size_t>(std::ceil(options.confidence * options.draws)) - 1;
  const double half = parts.size() < 2 ? turn / 2 : distance[std::min(rank, distance.size() - 1)];
  result.low = result.angle - half;
  result.high = result.angle + half;
  return result;
}

}  // namespace terrella::elec
