// tests/core/optimize/problems.h: least squares with known answers.
#pragma once
#include <string>
#include <vector>

#include "core/ops.h"
#include "core/optimize/least_squares.h"

namespace terrella::tests {

struct KnownProblem {
  std::string name;
  optimize::LeastSquares problem;
  std::vector<Tensor> starts;
  std::vector<double> answer;
  double value;      ///< half the sum of squares there
  double tolerance;  ///< of each parameter, relative (absolute where the answer is 0)
};

inline optimize::LeastSquares squares_of(std::function<Tensor(const Tensor&)> residual) {
  optimize::Term term;
  term.name = "residual";
  term.residual = std::move(residual);
  return {term};
}

/// Rosenbrock (1960): a curved valley.
inline KnownProblem rosenbrock() {
  return {"Rosenbrock",
          squares_of([](const Tensor& x) {
            return stack({10 * (x[1] - x[0] * x[0]), 1 - x[0]});
          }),
          {{-1.2, 1.0}},
          {1, 1},
          0,
          1e-6};
}

/// Powell (1962): the Jacobian is singular at the answer, so convergence is linear.
inline KnownProblem powell() {
  const auto residual = [](const Tensor& x) {
    return stack({x[0] + 10 * x[1], std::sqrt(5.0) * (x[2] - x[3]), square(x[1] - 2 * x[2]),
                  std::sqrt(10.0) * square(x[0] - x[3])});
  };
  return {"Powell", squares_of(residual), {{3.0, -1.0, 0.0, 1.0}}, {0, 0, 0, 0}, 0, 2e-2};
}

/// NIST Statistical Reference Datasets, nonlinear regression, certified to 11 digits: Misra1a.
inline KnownProblem misra1a() {
  const Tensor x = {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0};
  const Tensor y = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78};
  return {"Misra1a",
          squares_of([=](const Tensor& b) { return y - b[0] * (1 - exp(-b[1] * x)); }),
          {{500.0, 0.0001}, {250.0, 0.0005}},
          {2.3894212918e+02, 5.5015643181e-04},
          0.5 * 1.2455138894e-01,
          1e-6};
}

/// The same, of higher difficulty: Thurber.
inline KnownProblem thurber() {
  const Tensor y = {80.574,   84.248,   87.264,   87.195,   89.076,   89.608,   89.868,   90.101,   92.405,   95.854,
                    100.696,  101.060,  401.672,  390.724,  567.534,  635.316,  733.054,  759.087,  894.206,  990.785,
                    1090.109, 1080.914, 1122.643, 1178.351, 1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509,
                    1425.208, 1421.384, 1442.962, 1464.350, 1468.705, 1447.894, 1457.628};
  const Tensor x = {-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481,
                    -2.363, -2.322, -1.501, -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714,
                    -0.566, -0.545, -0.400, -0.309, -0.109, -0.103, 0.010,  0.119,  0.377,  0.790,
                    0.963,  1.006,  1.115,  1.572,  1.841,  2.047,  2.200};
  const auto residual = [=](const Tensor& b) {
    return y - (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1 + x * (b[4] + x * (b[5] + x * b[6])));
  };
  return {"Thurber",
          squares_of(residual),
          {{1000.0, 1000.0, 400.0, 40.0, 0.7, 0.3, 0.03}, {1300.0, 1500.0, 500.0, 75.0, 1.0, 0.4, 0.05}},
          {1.2881396800e+03, 1.4910792535e+03, 5.8323836877e+02, 7.5416644291e+01, 9.6629502864e-01, 3.9797285797e-01,
           4.9727297349e-02},
          0.5 * 5.6427082397e+03,
          1e-6};
}

inline std::vector<KnownProblem> known_problems() { return {rosenbrock(), powell(), misra1a(), thurber()}; }

}  // namespace terrella::tests
