#include "elec/response/dimensionality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/check.h"
#include "core/ops.h"
#include "core/random.h"
#include "core/transform.h"
#include "elec/response/components.h"
#include "elec/response/depth.h"
#include "elec/response/distortion.h"
#include "elec/response/invariants.h"
#include "elec/response/phase_tensor.h"
#include "elec/response/resistivity.h"
#include "elec/response/rotation.h"

using namespace terrella;
using namespace terrella::elec;

namespace {

using C = std::complex<double>;

const Tensor a = Tensor({C(1.0, 1.2), C(0.5, 0.3)}), b = Tensor({C(-2.0, -1.0), C(-0.9, -1.1)});
const Tensor two = from_components({zeros_like(a), a, b, zeros_like(a)});
const Tensor everywhere = random_normal({6, 2, 2}, 5, DType::c128);

std::vector<Tensor> all_of(const Tensor& z) {
  const BahrParameters p = bahr_parameters(z);
  const WalInvariants w = wal_invariants(z);
  return {p.kappa, p.mu, p.eta, p.sigma, w.i1, w.i2, w.i3, w.i4, w.i5, w.i6, w.i7, w.q};
}

}  // namespace

TEST(Dimensionality, ParametersDoNotTurn) {
  const auto before = all_of(everywhere), after = all_of(rotate_impedance(everywhere, 37.0));
  for (std::size_t k = 0; k < before.size(); ++k) EXPECT_LT(max_abs(before[k] / after[k] - 1), 1e-10) << k;
}

TEST(Dimensionality, OfALayeredEarth) {
  const Tensor z = from_components({zeros_like(a), a, -a, zeros_like(a)});
  const BahrParameters p = bahr_parameters(z);
  for (const Tensor& value : {p.kappa, p.mu, p.eta, p.sigma}) EXPECT_LT(max_abs(value), 1e-15);
  const WalInvariants w = wal_invariants(z);
  for (const Tensor& value : {w.i3, w.i4, w.i5, w.i6, w.q}) EXPECT_LT(max_abs(value), 1e-15);
}

TEST(Dimensionality, OfTwoDimensionsAndTheirDistortion) {
  const Tensor turned = rotate_impedance(two, -25.0);
  WalInvariants w = wal_invariants(turned);
  for (const Tensor& value : {w.i5, w.i6, w.i7}) EXPECT_LT(max_abs(value), 1e-14);
  EXPECT_GT(max_abs(w.i3), 0.1);
  EXPECT_LT(max_abs(bahr_parameters(turned).kappa), 1e-15);

  w = wal_invariants(distorted_impedance(25.0, 12.0, 0.0, a, b));  // a twist alone
  EXPECT_LT(max_abs(w.i6), 1e-14);
  EXPECT_LT(max_abs(w.i7), 1e-13);
  EXPECT_GT(max_abs(w.i5), 0.1);

  const Tensor distorted = distorted_impedance(25.0, 12.0, 20.0, a, b);
  w = wal_invariants(distorted);
  EXPECT_LT(max_abs(w.i7), 1e-13);
  EXPECT_GT(max_abs(w.i6), 0.05);
  const BahrParameters p = bahr_parameters(distorted);
  EXPECT_GT(max_abs(p.kappa), 0.1);
  EXPECT_LT(max_abs(p.eta), 1e-7);  // a root of rounding
  EXPECT_LT(max_abs(p.eta - bahr_skew(distorted)), 1e-15);
}

TEST(Dimensionality, Derivatives) {
  for (std::size_t k = 0; k < 12; ++k) {
    const auto f = [k](const Tensor& z) { return all_of(z)[k]; };
    EXPECT_NEAR(check::taylor_order(f, everywhere, {.step = 1e-3}), 2, 0.15) << k;
    EXPECT_LT(check::dot_product_error(f, everywhere), 1e-11) << k;
  }
}

TEST(Distortion, IsTwistAfterShear) {
  const Tensor c = distortion_matrix(30.0, 20.0);
  const double t = std::tan(M_PI / 6), e = std::tan(M_PI / 9);
  const Tensor twist = Tensor({{1, -t}, {t, 1}}) / std::sqrt(1 + t * t),
               shear = Tensor({{1, e}, {e, 1}}) / std::sqrt(1 + e * e);
  EXPECT_LT(max_abs(c - matmul(twist, shear)), 1e-15);
}

TEST(Distortion, KeepsThePhaseTensorAndLeavesTwoDimensionsAlone) {
  const Tensor z = distorted_impedance(25.0, -14.0, 31.0, a, b), plain = rotate_impedance(two, -25.0);
  EXPECT_LT(max_abs(distorted_impedance(25.0, 0.0, 0.0, a, b) - plain), 1e-15);
  EXPECT_LT(max_abs(phase_tensor(z) - phase_tensor(plain)), 1e-13);
  EXPECT_LT(max_abs(remainder(phase_tensor_ellipse(phase_tensor(z)).strike - 25.0, 90)), 1e-11);
}

TEST(Distortion, Derivatives) {
  const auto angles = [](const Tensor& x) { return real(distorted_impedance(x[0], x[1], x[2], a, b)); };
  EXPECT_NEAR(check::taylor_order(angles, Tensor({25.0, -14.0, 31.0})), 2, 0.1);
  EXPECT_LT(check::dot_product_error(angles, Tensor({25.0, -14.0, 31.0})), 1e-12);
  const auto regional = [](const Tensor& x) { return distorted_impedance(25.0, -14.0, 31.0, x, b); };
  EXPECT_LT(check::dot_product_error(regional, a), 1e-12);
}

TEST(NiblettBostick, OfAHalfSpaceIsIt) {
  const Tensor period = Tensor({0.01, 1.0, 100.0}), rho = full({3}, 100.0);
  EXPECT_LT(max_abs(niblett_bostick_resistivity(rho, 0.0) - 100.0), 1e-12);
  EXPECT_LT(max_abs(niblett_bostick_from_phase(rho, 45.0) - 100.0), 1e-12);
  EXPECT_LT(max_abs(niblett_bostick_depth(rho, period) * std::sqrt(2.0) / skin_depth(rho, 1 / period) - 1), 1e-14);
  const auto f = [](const Tensor& x) { return niblett_bostick_from_phase(x[0], x[1]); };
  EXPECT_LT(check::dot_product_error(f, Tensor({120.0, 50.0})), 1e-13);
}

TEST(PhaseTensorEllipse, EllipticityIsTheOneOfItsAxes) {
  const auto e = phase_tensor_ellipse(phase_tensor(everywhere));
  const Tensor major = tan(e.phi_max * (M_PI / 180)), minor = tan(e.phi_min * (M_PI / 180));
  EXPECT_LT(max_abs((major - minor) / (major + minor) / e.ellipticity - 1), 1e-10);
}
