#include "inversion/resolution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"

namespace terrella::inversion {

Resolution resolution(const Problem& problem, const Tensor& m, double lambda, std::int64_t block) {
  const std::int64_t n = m.size();
  if (block < 1 || n % block != 0) fail("resolution: blocks of ", block, " do not divide ", n, " parameters");
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  Resolution result{std::vector<double>(at(n), none), std::vector<double>(at(n * block), none)};

  const optimize::Quadratic data = optimize::quadratic(problem.data, m);
  const optimize::Quadratic model = optimize::quadratic(problem.model, m);
  const auto gram = data.matrix.diagonal_blocks(block);
  if (!gram) fail("resolution: the data tie blocks of ", block, " parameters to each other; take larger blocks");
  optimize::NormalMatrix total = data.matrix;
  total.add(model.matrix, lambda);
  const auto factor = total.factor();
  const auto inverse = factor ? factor->inverse_blocks(block) : std::nullopt;
  if (!inverse) return result;
  cpu::parallel_for(n / block, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * block; first < end * block; first += block)
      for (std::int64_t i = first; i < first + block; ++i) {
        result.error[at(i)] = std::sqrt((*inverse)[at(i * block + i - first)]);
        double* row = &result.matrix[at(i * block)];
        std::fill_n(row, block, 0.0);
        for (std::int64_t k = 0; k < block; ++k)
          for (std::int64_t j = 0; j < block; ++j)
            row[j] += (*inverse)[at(i * block + k)] * (*gram)[at((first + k) * block + j)];
      }
  });
  return result;
}

std::vector<double> cumulated_sensitivity(std::span<const double> sensitivity) {
  std::vector<double> sum(sensitivity.begin(), sensitivity.end());
  for (std::size_t j = sum.size(); j-- > 1;) sum[j - 1] += sum[j];
  return sum;
}

double depth_of_investigation(std::span<const double> cumulated, std::span<const double> thickness, double threshold) {
  if (cumulated.size() != thickness.size() + 1)
    fail("depth_of_investigation: ", cumulated.size(), " layers need ", cumulated.size() - 1, " thicknesses, got ",
         thickness.size());
  double depth = 0;
  for (const double h : thickness) depth += h;
  if (cumulated.back() >= threshold) return depth;
  for (std::size_t j = thickness.size(); j-- > 0;) {
    const double own = cumulated[j] - cumulated[j + 1];
    if (cumulated[j] >= threshold) return depth - thickness[j] * (threshold - cumulated[j + 1]) / own;
    depth -= thickness[j];
  }
  return 0;
}

}  // namespace terrella::inversion
