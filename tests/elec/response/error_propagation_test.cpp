#include "elec/response/error_propagation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/ops.h"
#include "datasets/survey/rotation.h"
#include "elec/response/components.h"
#include "elec/response/invariants.h"
#include "elec/response/phase_tensor.h"
#include "elec/response/resistivity.h"
#include "elec/response/rotation.h"

using namespace terrella;
using namespace terrella::elec;

namespace {

using Complex = std::complex<double>;

const Tensor z = Tensor::from(
    std::vector<Complex>{{0.1, 0.2}, {2, 1.5}, {-1, -1.4}, {-0.2, 0.05}, {0.0, 0.1}, {3, 2.5}, {-2, -0.9}, {0.3, 0.2}},
    {2, 2, 2});
const Tensor error = Tensor::from(std::vector<double>{0.01, 0.02, 0.03, 0.04, 0.05, 0.01, 0.02, 0.03}, {2, 2, 2});

/// Standard deviation of f over perturbed impedances, by brute force.
std::vector<double> scatter(const Derived& f, double scale) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  const int draws = 40000;
  const auto values = z.to_vector<Complex>();
  const auto errors = error.to_vector<double>();
  std::vector<Complex> perturbed;
  for (int i = 0; i < draws; ++i)
    for (std::size_t k = 0; k < 8; ++k) {
      const double re = normal(random), im = normal(random);
      perturbed.push_back(values[k] + scale * errors[k] * Complex(re, im));
    }
  const Tensor y = f(Tensor::from(perturbed, {draws, 2, 2, 2}));
  const auto deviation = sqrt(var(y, {0})).to_vector<double>();
  return deviation;
}

}  // namespace

TEST(ErrorPropagation, OfResistivityAndPhaseIsTheTextbookOne) {
  const Tensor zxy = components("test", z).xy, e = components("test", error).xy;
  const Derived rho = [](const Tensor& x) { return apparent_resistivity(x, 0.1); };
  EXPECT_LT(max_abs(propagate_error(rho, zxy, e, 0) - 2 * rho(zxy) * e / abs(zxy)), 1e-9);
  EXPECT_LT(max_abs(propagate_error(phase, zxy, e, 0) - e / abs(zxy) * (180 / M_PI)), 1e-13);
}

TEST(ErrorPropagation, OfRotationIsTheOneOfSurveys) {
  for (int row : {0, 1})
    for (int component = 0; component < 4; ++component) {
      const Derived turned = [=](const Tensor& x) {
        return real(index(rotate_impedance(x, 35.0), {Ellipsis{}, component / 2, component % 2}));
      };
      const auto e = error[row].to_vector<double>();
      const auto expected = datasets::rotate(datasets::ImpedanceError{e[0], e[1], e[2], e[3]}, 35.0);
      EXPECT_NEAR(propagate_error(turned, z, error, 2)[row].item(), expected[component], 1e-15);
    }
}

TEST(ErrorPropagation, AgreesWithScatterOfPerturbedData) {
  const double scale = 0.1;  // small, since propagation is of first order
  const std::vector<Derived> functions = {[](const Tensor& x) { return real(determinant_impedance(x)); },
                                          [](const Tensor& x) { return phase(determinant_impedance(x)); },
                                          [](const Tensor& x) { return phase_tensor_ellipse(phase_tensor(x)).phi_max; },
                                          [](const Tensor& x) { return phase_tensor_ellipse(phase_tensor(x)).phi_min; },
                                          [](const Tensor& x) { return phase_tensor_ellipse(phase_tensor(x)).beta; },
                                          [](const Tensor& x) { return phase_tensor_ellipse(phase_tensor(x)).strike; },
                                          [](const Tensor& x) { return swift_skew(x); }};
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const auto drawn = scatter(functions[i], scale),
               linear = propagate_error(functions[i], z, scale * error, 2).to_vector<double>();
    for (int k : {0, 1}) EXPECT_NEAR(linear[k] / drawn[k], 1, 0.02) << i;  // 40000 draws: 0.35 % each
  }
}

TEST(ErrorPropagation, OfCovarianceIsExactForLinearFunctions) {
  const Tensor a = {{1, 2, -1}, {0.5, 0, 3}}, x = {{1, 1, 2}, {0, 4, 1}};
  const Tensor c = {{4, 1, 0}, {1, 2, 0.5}, {0, 0.5, 1}};
  const Tensor y = propagate_covariance([&](const Tensor& v) { return matmul(v, matrix_transpose(a)); }, x, c);
  const Tensor expected = matmul(matmul(a, c), matrix_transpose(a));
  EXPECT_EQ(y.shape(), Shape({2, 2, 2}));
  for (int i : {0, 1}) EXPECT_LT(max_abs(y[i] - expected), 1e-14);
}

TEST(ErrorPropagation, OfCovarianceAndOfErrorsAgree) {
  const auto as_complex = [](const Tensor& x) {  // [..., 8] = four real parts, four imaginary parts
    const Tensor parts = x;
    const Tensor re = slice(parts, -1, {0, 4}), im = slice(parts, -1, {4, 8});
    return reshape(re + Tensor(Complex(0, 1)) * im, {2, 2, 2});
  };
  const Tensor flat = reshape(z, {2, 4}), e = reshape(error, {2, 4});
  const Tensor x = concatenate({real(flat), imag(flat)}, -1), deviations = concatenate({e, e}, -1);
  const Derived beta = [](const Tensor& v) { return phase_tensor_ellipse(phase_tensor(v)).beta; };
  const Tensor variance = propagate_covariance([&](const Tensor& v) { return expand_dims(beta(as_complex(v)), -1); }, x,
                                               diagonal_matrix(deviations * deviations));
  EXPECT_LT(max_abs(sqrt(reshape(variance, {2})) - propagate_error(beta, z, error, 2)), 1e-12);
}

TEST(ErrorPropagation, RefusesWhatIsNotOneRealNumberEach) {
  const auto message = [](const std::function<void()>& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& e) { return e.what(); }
    return "accepted";
  };
  EXPECT_EQ(message([] { propagate_error(determinant_impedance, z, error, 2); }),
            "propagate_error: the function must give one real number for each index [2], got c128 [2]");
  EXPECT_EQ(message([] { propagate_error(phase, z, error, 4); }),
            "propagate_error: 4 axes of components in shape [2, 2, 2]");
  EXPECT_EQ(message([] {
              propagate_covariance(phase, z, ones({2, 2}));
            }),
            "propagate_covariance: x must be real [..., m], got c128 [2, 2, 2]");
  EXPECT_EQ(message([] {
              propagate_covariance(phase, real(z), ones({3, 3}));
            }),
            "propagate_covariance: 2 variables need covariances [..., 2, 2], got [3, 3]");
}
