#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/ops.h"
#include "core/transform.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"
#include "elec/mt1d/impedance.h"
#include "elec/response/components.h"
#include "elec/response/invariants.h"
#include "elec/response/phase_tensor.h"
#include "elec/response/resistivity.h"
#include "elec/response/rotation.h"
#include "elec/response/tipper.h"

using namespace terrella;
using namespace terrella::elec;
using datasets::pi;

namespace {

using Complex = std::complex<double>;

Tensor random_tensor(unsigned seed, const Shape& shape) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& x : values) x = normal(random);
  return Tensor::from(values, shape);
}
Tensor random_impedance(unsigned seed, std::int64_t count = 6) {
  return random_tensor(seed, {count, 2, 2}) + Tensor(Complex(0, 1)) * random_tensor(seed + 1, {count, 2, 2});
}

/// A two-dimensional response in the axes of its strike: Zxy = a, Zyx = b.
Tensor two_dimensional(Complex a, Complex b) { return Tensor::from(std::vector<Complex>{0, a, b, 0}, {2, 2}); }
const Tensor strike_axes = two_dimensional({2e-3, 1e-3}, {-1e-3, -2.5e-3});  // phases 26.6 and 68.2 (of -Zyx)

Tensor layered(const Tensor& z) { return from_components({zeros_like(z), z, -z, zeros_like(z)}); }

double distance(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  return max_abs(a - b);
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) { return error.what(); }
  return "accepted";
}

/// Largest difference of the derivative of real f along a random direction from central differences, relative.
double derivative_error(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, unsigned seed) {
  const Tensor direction = is_complex(x.dtype()) ? random_tensor(seed, x.shape()) +
                                                       Tensor(Complex(0, 1)) * random_tensor(seed + 1, x.shape())
                                                 : random_tensor(seed, x.shape());
  const double step = 1e-6;
  const Tensor differences = (f(x + step * direction) - f(x - step * direction)) / (2 * step);
  const Tensor tangent = jvp(function(f), {x}, {direction}).tangent[0];
  return max_abs(tangent - differences) / max_abs(differences);
}

}  // namespace

TEST(Resistivity, HalfSpaceReturnsItself) {
  const Tensor f = logspace(-4, 4, 17), z = impedance_1d({250.0}, Tensor(), f);
  EXPECT_LT(distance(apparent_resistivity(z, f), full({17}, 250.0)), 1e-10);
  EXPECT_LT(distance(phase(z), full({17}, 45.0)), 1e-12);
  EXPECT_LT(distance(phase(-z), full({17}, -135.0)), 1e-12);
}

TEST(Resistivity, FieldUnitsGiveTheFieldFormula) {  // rho_a = 0.2 T |Z|^2 with Z in mV/km/nT
  const double period = 12.5;
  const Complex field(3.0, 4.0);
  const Tensor z = Tensor(field * datasets::ohm_per_field_unit);
  EXPECT_NEAR(apparent_resistivity(z, 1 / period).item(), 0.2 * period * 25, 1e-11);
}

TEST(Resistivity, ImpedanceFromResistivityAndPhaseReturns) {
  const Tensor f = {0.01, 1.0, 100.0}, z = impedance_1d({10.0, 500.0}, {800.0}, f);
  EXPECT_LT(distance(impedance_from(apparent_resistivity(z, f), phase(z), f), z), 1e-16);
}

TEST(Resistivity, SkinDepthIsWhereAPlaneWaveHasDecayed) {
  EXPECT_NEAR(skin_depth(100.0, 1.0).item(), 5032.921210448704, 1e-8);  // 1e4 sqrt(10) / (2 pi)
  // exp(-k z) with k = sqrt(i w mu_0 / rho), at that depth
  const double rho = 37, f = 0.3, k = std::sqrt(Complex(0, 2 * pi * f * datasets::mu_0 / rho)).real();
  EXPECT_NEAR(std::exp(-k * skin_depth(rho, f).item()), std::exp(-1.0), 1e-15);
}

TEST(Resistivity, Derivatives) {
  const Tensor z = random_impedance(1), f = 0.7;
  EXPECT_LT(derivative_error([&](const Tensor& x) { return apparent_resistivity(x, f); }, z, 2), 1e-8);
  EXPECT_LT(derivative_error([](const Tensor& x) { return phase(x); }, z, 3), 1e-8);
}

TEST(Rotation, IsTheOneOfSurveys) {
  const Tensor z = random_impedance(10, 1)[0], t = random_impedance(12, 1)[0][0];
  for (double angle : {0.0, 17.0, 90.0, -135.0, 300.0}) {
    const auto values = z.to_vector<Complex>(), turned = rotate_impedance(z, angle).to_vector<Complex>();
    const auto expected = datasets::rotate(datasets::Impedance{values[0], values[1], values[2], values[3]}, angle);
    for (int i = 0; i < 4; ++i) EXPECT_LT(std::abs(turned[i] - expected[i]), 1e-15) << angle;
    const auto tipper = t.to_vector<Complex>(), moved = rotate_tipper(t, angle).to_vector<Complex>();
    const auto arrow = datasets::rotate(datasets::Tipper{tipper[0], tipper[1]}, angle);
    for (int i = 0; i < 2; ++i) EXPECT_LT(std::abs(moved[i] - arrow[i]), 1e-15) << angle;
  }
}

TEST(Rotation, ReturnsAndAddsUp) {
  const Tensor z = random_impedance(20), angle = 40 * random_tensor(21, {6});
  EXPECT_LT(distance(rotate_impedance(rotate_impedance(z, angle), -angle), z), 1e-14);
  EXPECT_LT(distance(rotate_impedance(rotate_impedance(z, angle), 25.0), rotate_impedance(z, angle + 25)), 1e-14);
  const Tensor t = index(z, {Ellipsis{}, std::int64_t{0}});
  EXPECT_LT(distance(rotate_tipper(rotate_tipper(t, angle), -angle), t), 1e-14);
  EXPECT_LT(distance(tipper_magnitude(rotate_tipper(t, angle)), tipper_magnitude(t)), 1e-14);
}

TEST(Rotation, TurnsStrikeAxesByAQuarterIntoEachOther) {  // xy of the one is -yx of the other
  const Tensor turned = rotate_impedance(strike_axes, 90.0);
  const Components a = components("test", strike_axes), b = components("test", turned);
  EXPECT_LT(distance(b.xy, -a.yx), 1e-17);
  EXPECT_LT(distance(b.yx, -a.xy), 1e-17);
}

TEST(Rotation, IsDifferentiableInTheAngle) {
  const Tensor z = random_impedance(30);
  EXPECT_LT(derivative_error([&](const Tensor& a) { return real(rotate_impedance(z, a)); },
                             Tensor({30.0, 1.0, 77.0, -5.0, 3.0, 140.0}), 31),
            1e-7);
}

TEST(Rotation, RefusesOtherShapes) {
  EXPECT_EQ(message([] {
              rotate_impedance(ones({3, 2}), 1.0);
            }),
            "rotate_impedance: needs components [..., 2, 2] (xx, xy; yx, yy), got shape [3, 2]");
  EXPECT_EQ(message([] { rotate_tipper(ones({3}), 1.0); }),
            "rotate_tipper: needs components [..., 2] (Tx, Ty), got shape [3]");
}

TEST(Invariants, DoNotTurn) {
  const Tensor z = random_impedance(40), turned = rotate_impedance(z, 60 * random_tensor(41, {6}));
  EXPECT_LT(distance(square(determinant_impedance(turned)), square(determinant_impedance(z))), 1e-13);
  EXPECT_LT(distance(average_impedance(turned), average_impedance(z)), 1e-14);
  EXPECT_LT(distance(square(sum_of_squares_impedance(turned)), square(sum_of_squares_impedance(z))), 1e-13);
  EXPECT_LT(max_abs(swift_skew(turned) / swift_skew(z) - 1), 1e-12);
  EXPECT_LT(max_abs(bahr_skew(turned) / bahr_skew(z) - 1), 1e-12);
}

TEST(Invariants, OfALayeredEarthAreItsImpedance) {
  const Tensor z = impedance_1d({10.0, 1000.0, 1.0}, {500.0, 4000.0}, logspace(-3, 3, 13)), all = layered(z);
  EXPECT_LT(max_abs(determinant_impedance(all) / z - 1), 1e-14);
  EXPECT_LT(max_abs(average_impedance(all) / z - 1), 1e-15);
  EXPECT_LT(max_abs(sum_of_squares_impedance(all) / z - 1), 1e-14);
}

TEST(Invariants, SkewsVanishWhereTheyShould) {
  const Tensor turned = rotate_impedance(strike_axes, 33.0);
  EXPECT_LT(swift_skew(turned).item(), 1e-15);
  const Tensor distortion = Tensor({{1.3, 0.4}, {-0.2, 0.7}});
  const Tensor distorted = rotate_impedance(matmul(cast(distortion, DType::c128), strike_axes), 33.0);
  EXPECT_GT(swift_skew(distorted).item(), 0.1);  // which is why Bahr's is needed
  EXPECT_LT(bahr_skew(distorted).item(), 1e-7);  // a root of rounding
}

TEST(Invariants, Derivatives) {
  const Tensor z = random_impedance(50);
  EXPECT_LT(derivative_error([](const Tensor& x) { return abs(determinant_impedance(x)); }, z, 51), 1e-7);
  EXPECT_LT(derivative_error([](const Tensor& x) { return abs(sum_of_squares_impedance(x)); }, z, 52), 1e-7);
  EXPECT_LT(derivative_error([](const Tensor& x) { return bahr_skew(x); }, z, 53), 1e-7);
  EXPECT_LT(derivative_error([](const Tensor& x) { return swift_skew(x); }, z, 54), 1e-7);
}

TEST(TipperArrows, PointTowardsConductorsOrAwayFromThem) {
  // Ty = 0.3: by Parkinson's convention the conductor lies to the west.
  const Tensor t = Tensor({Complex(0, -0.4), Complex(0.3, 0)});
  EXPECT_NEAR(real_arrow(t).length.item(), 0.3, 1e-16);
  EXPECT_NEAR(real_arrow(t).azimuth.item(), -90, 1e-12);
  EXPECT_NEAR(real_arrow(t, ArrowConvention::wiese).azimuth.item(), 90, 1e-12);
  EXPECT_NEAR(imaginary_arrow(t).length.item(), 0.4, 1e-16);
  EXPECT_NEAR(imaginary_arrow(t).azimuth.item(), 0, 1e-12);
  EXPECT_NEAR(tipper_magnitude(t).item(), 0.5, 1e-16);
}

TEST(TipperArrows, TurnWithTheAxes) {
  const Tensor t = random_impedance(60)[0];
  const Tensor before = real_arrow(t).azimuth, after = real_arrow(rotate_tipper(t, 20.0)).azimuth;
  EXPECT_LT(max_abs(remainder(before - after - 20 + 180, 360) - 180), 1e-12);
}

TEST(PhaseTensor, SolvesItsDefinition) {
  const Tensor z = random_impedance(70);
  EXPECT_LT(distance(matmul(real(z), phase_tensor(z)), imag(z)), 1e-13);
}

TEST(PhaseTensor, DoesNotSeeDistortion) {
  const Tensor z = random_impedance(80), c = random_tensor(82, {6, 2, 2});
  EXPECT_LT(max_abs(phase_tensor(matmul(cast(c, DType::c128), z)) - phase_tensor(z)) / max_abs(phase_tensor(z)), 1e-12);
}

TEST(PhaseTensor, TurnsAsATensor) {
  const Tensor z = random_impedance(84);
  EXPECT_LT(distance(phase_tensor(rotate_impedance(z, 31.0)), rotate_impedance(phase_tensor(z), 31.0)), 1e-12);
}

TEST(PhaseTensor, OfALayeredEarthIsACircleOfItsPhase) {
  const Tensor z = impedance_1d({10.0, 1000.0}, {500.0}, logspace(-3, 3, 13));
  const auto ellipse = phase_tensor_ellipse(phase_tensor(layered(z)));
  EXPECT_LT(distance(ellipse.phi_max, phase(z)), 1e-12);
  EXPECT_LT(distance(ellipse.phi_min, phase(z)), 1e-12);
  EXPECT_LT(max_abs(ellipse.beta), 1e-12);
}

TEST(PhaseTensor, KnowsPhasesAndStrikeOfTwoDimensions) {
  // Seen in geographic axes, a structure whose axes are at azimuth 30: turn back by 30. Phi in strike axes is
  // diag(tan phase_yx, tan phase_xy), the larger of which is yx here, along strike.
  const double phase_xy = std::atan2(1, 2) * 180 / pi, phase_yx = std::atan2(2.5, 1) * 180 / pi;
  for (double azimuth : {-80.0, -20.0, 0.0, 30.0, 75.0, 90.0}) {
    const auto e = phase_tensor_ellipse(phase_tensor(rotate_impedance(strike_axes, -azimuth)));
    EXPECT_NEAR(e.phi_max.item(), phase_yx, 1e-11);
    EXPECT_NEAR(e.phi_min.item(), phase_xy, 1e-11);
    EXPECT_NEAR(e.beta.item(), 0, 1e-11);
    EXPECT_NEAR(std::remainder(e.strike.item() - azimuth, 180), 0, 1e-11);
    EXPECT_LE(std::abs(e.strike.item()), 90 + 1e-11);
  }
}

TEST(PhaseTensor, EllipseIsItsSingularValueDecomposition) {  // Caldwell et al. (2004), their equation 22
  const Tensor phi = phase_tensor(random_impedance(90));
  const auto e = phase_tensor_ellipse(phi);
  const auto turn = [](const Tensor& a) {
    const Tensor c = cos(a * (pi / 180)), s = sin(a * (pi / 180));
    return from_components({c, s, -s, c});
  };
  const Tensor major = tan(e.phi_max * (pi / 180)), minor = tan(e.phi_min * (pi / 180)), zero = zeros_like(major);
  const Tensor rebuilt =
      matmul(matmul(matrix_transpose(turn(e.alpha - e.beta)), from_components({major, zero, zero, minor})),
             turn(e.alpha + e.beta));
  EXPECT_LT(max_abs(rebuilt - phi) / max_abs(phi), 1e-12);
  EXPECT_LT(max_abs(remainder(e.strike - (e.alpha - e.beta) + 90, 180) - 90),
            1e-12);  // the same axis, within 90 degrees
  EXPECT_LE(max_abs(e.strike), 90);
}

TEST(PhaseTensor, SkewDoesNotTurnAndStrikeDoes) {
  const Tensor z = random_impedance(92);
  const auto a = phase_tensor_ellipse(phase_tensor(z)),
             b = phase_tensor_ellipse(phase_tensor(rotate_impedance(z, 20.0)));
  EXPECT_LT(distance(a.beta, b.beta), 1e-11);
  EXPECT_LT(distance(a.phi_max, b.phi_max), 1e-11);
  EXPECT_LT(distance(a.phi_min, b.phi_min), 1e-11);
  EXPECT_LT(max_abs(remainder(a.strike - b.strike - 20 + 90, 180) - 90), 1e-11);
}

TEST(PhaseTensor, Derivatives) {
  const Tensor z = random_impedance(94);
  const auto of = [](auto member) {
    return [member](const Tensor& x) { return phase_tensor_ellipse(phase_tensor(x)).*member; };
  };
  using Ellipse = PhaseTensorEllipse;
  for (const auto member : {&Ellipse::phi_max, &Ellipse::phi_min, &Ellipse::alpha, &Ellipse::beta, &Ellipse::strike})
    EXPECT_LT(derivative_error(of(member), z, 95), 1e-6);
  const Tensor circle = layered(impedance_1d({10.0}, Tensor(), {1.0}));
  const Tensor slope =
      grad([&](const Tensor& x) { return sum(phase_tensor_ellipse(phase_tensor(x)).phi_max); })(circle);
  EXPECT_TRUE(all(isfinite(real(slope))).item<bool>());  // phases keep their derivatives over a layered earth
}
