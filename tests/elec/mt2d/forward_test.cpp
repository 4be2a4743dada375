// Responses of two-dimensional earths beside exact ones and published ones.
#include "elec/mt2d/forward.h"

#include <gtest/gtest.h>

#include <complex>

#include "core/check.h"
#include "core/ops.h"
#include "elec/mt1d/impedance.h"
#include "tests/elec/mt2d/sections.h"

namespace terrella::test {
namespace {

using namespace elec::mt2d;

double at(const Tensor& x, std::int64_t i, std::int64_t j) { return index(x, {i, j}).item(); }

TEST(Mt2d, LayersAreThoseOfTheRecursion) {
  // 100 / 10 / 1000 ohm m, 1 km and 2 km.
  const Tensor periods = {0.01, 0.1, 1.0, 10.0, 100.0, 1000.0};
  const Tensor exact = elec::impedance_1d({100.0, 10.0, 1000.0}, {1000.0, 2000.0}, 1 / periods);
  Rows rows;
  for (const double h : lines_around({0, 1000, 3000}, 15, 1.25, 300e3))
    if (h > 0) rows.thickness.push_back(h);
  for (std::size_t j = rows.thickness.size(); j-- > 1;) rows.thickness[j] -= rows.thickness[j - 1];
  rows.air = growing(50, 1.6, 1e9, 300e3);
  const std::vector<double> y = lines_around({-2000, 2000}, 500, 2, 200e3);
  const Grid grid = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
  const auto rho = resistivity_of(grid, [](double, double z) { return z < 1000 ? 100.0 : z < 3000 ? 10.0 : 1000.0; });
  const Receivers receivers{{-2500.0, -500.0, 0.0, 333.0, 1900.0}};
  const Response r = Forward(grid, periods, receivers)(rho);
  for (const auto& [z, sign] : {std::pair(r.zxy, 1.0), {-r.zyx, 1.0}}) {
    const Tensor ratio = z * sign / expand_dims(exact, 1);
    EXPECT_LT(max_abs(square(abs(ratio)) - 1), 1e-3);
    EXPECT_LT(max_abs(phase_of(ratio)), 0.05);
  }
  EXPECT_LT(max_abs(r.tipper), 1e-6);  // differences of nearly equal fields
}

TEST(Mt2d, AnisotropicHalfSpacesShowTheResistivityAcrossTheCurrent) {
  Rows rows{growing(20, 1.2, 1e9, 100e3), growing(50, 1.6, 1e9, 100e3)};
  const std::vector<double> y = lines_around({0}, 500, 2, 50e3);
  const Grid grid = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
  const Shape shape{grid.earth_rows(), grid.ny()};
  const Resistivity rho(full(shape, 10.0, DType::f64), full(shape, 40.0, DType::f64), full(shape, 500.0, DType::f64));
  const Tensor periods = {1.0};
  const Response r = Forward(grid, periods, {Tensor{100.0}})(rho);
  EXPECT_NEAR(apparent(r.zxy, periods).item(), 10, 0.01);
  EXPECT_NEAR(apparent(r.zyx, periods).item(), 40, 0.04);
}

// COMMEMI 2D-1 at 0.1 s: a block of 0.5 ohm m, 1 km wide, 0.25 to 2.25 km deep, in 100 ohm m (Zhdanov et al. 1997). The
// values are of a converged computation of ours on graded bilinear elements down to 10 m, right to about 0.5 %.
TEST(Mt2d, Commemi2d1) {
  Rows rows;
  std::vector<double> edges = lines_around({0, 250, 2250}, 12, 1.3, 60e3);
  edges.erase(std::remove_if(edges.begin(), edges.end(), [](double z) { return z < 0; }), edges.end());
  for (std::size_t j = 1; j < edges.size(); ++j) rows.thickness.push_back(edges[j] - edges[j - 1]);
  rows.air = growing(12, 1.6, 1e9, 60e3);
  const std::vector<double> y = lines_around({-500, 500}, 12, 1.3, 60e3);
  const Grid grid = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
  const auto rho =
      resistivity_of(grid, [](double p, double z) { return std::abs(p) < 500 && z > 250 && z < 2250 ? 0.5 : 100.0; });
  const Tensor periods = {0.1};
  const Receivers receivers{{0.0, 500.0, 1000.0, 2000.0, 4000.0}};
  const Response r = Forward(grid, periods, receivers)(rho);
  const double te[5][2] = {{8.08, 76.0}, {14.17, 71.7}, {50.09, 65.9}, {95.82, 53.5}, {103.94, 46.0}};
  const double tm[5][2] = {{9.68, 71.5}, {44.90, 50.1}, {94.80, 44.7}, {98.47, 44.9}, {99.77, 45.1}};
  const Tensor rho_te = apparent(r.zxy, periods), rho_tm = apparent(r.zyx, periods), phase_te = phase_of(r.zxy),
               phase_tm = phase_of(-r.zyx);
  for (std::int64_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(at(rho_te, 0, k), te[k][0], 0.01 * te[k][0]) << k;
    EXPECT_NEAR(at(rho_tm, 0, k), tm[k][0], 0.01 * tm[k][0]) << k;
    EXPECT_NEAR(at(phase_te, 0, k), te[k][1], 0.3) << k;
    EXPECT_NEAR(at(phase_tm, 0, k), tm[k][1], 0.3) << k;
  }
}

/// Zyx at the surface of three segments of resistivity rho, the middle one |y| < w, to depth d over a perfect
/// conductor. In each segment H = cosh(k (d - z)) / cosh(k d) + a sum of sin(l z) times exponentials of y, l = (n -
/// 1/2) pi / d; the continuity of H and rho dH/dy holds for each n by itself.
std::complex<double> three_segments(const double (&rho)[3], double w, double d, double omega, double y) {
  using Complex = std::complex<double>;
  const double pi = 3.14159265358979323846;
  const Complex iwm(0, omega * 4e-7 * pi);
  const int here = y < -w ? 0 : y <= w ? 1 : 2;
  const Complex k = std::sqrt(iwm / rho[here]);
  Complex slope = -k * std::tanh(k * d);
  for (int n = 1; n < 20000; ++n) {
    const double l = (n - 0.5) * pi / d;
    Complex g[3], c[3];
    for (int j = 0; j < 3; ++j) {
      g[j] = std::sqrt(l * l + iwm / rho[j]);
      c[j] = 2 * l / (d * g[j] * g[j]);  // of the layered solution
    }
    const Complex e = std::exp(-2.0 * g[1] * w), r1 = rho[0] * g[0], r2 = rho[1] * g[1], r3 = rho[2] * g[2];
    // p and q, of exp(-g (y + w)) and exp(g (y - w)) in the middle.
    const Complex a11 = r1 + r2, a12 = (r1 - r2) * e, b1 = -r1 * (c[1] - c[0]);
    const Complex a21 = (r3 - r2) * e, a22 = r3 + r2, b2 = -r3 * (c[1] - c[2]);
    const Complex det = a11 * a22 - a12 * a21, p = (b1 * a22 - a12 * b2) / det, q = (a11 * b2 - a21 * b1) / det;
    const Complex part = here == 0   ? (c[1] - c[0] + p + q * e) * std::exp(g[0] * (y + w))
                         : here == 1 ? p * std::exp(-g[1] * (y + w)) + q * std::exp(g[1] * (y - w))
                                     : (c[1] - c[2] + p * e + q) * std::exp(-g[2] * (y - w));
    slope += part * l;
  }
  return rho[here] * slope;
}

// COMMEMI 2D-0, TM mode (Weaver, LeQuang & Fischer 1985).
TEST(Mt2d, Commemi2d0) {
  Rows rows;
  std::vector<double> edges = lines_around({0, 50e3}, 60, 1.3, 10);
  edges.erase(std::remove_if(edges.begin(), edges.end(), [](double z) { return z < 0 || z > 50e3; }), edges.end());
  for (std::size_t j = 1; j < edges.size(); ++j) rows.thickness.push_back(edges[j] - edges[j - 1]);
  rows.thickness.push_back(10);
  const std::vector<double> y = lines_around({-10e3, 10e3}, 50, 1.3, 400e3);
  const Grid grid = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
  const auto rho = resistivity_of(grid, [](double p, double z) {
    return z > 50e3 ? 1e-10 : p < -10e3 ? 10.0 : p < 10e3 ? 1.0 : 2.0;
  });
  const Tensor periods = {300.0};
  const double places[] = {-30, -15, -11, -9, -5, 0, 5, 9, 11, 15, 50};
  const double published[][2] = {{10.9261, 42.260}, {12.7983, 41.026}, {15.1145, 42.362}, {0.3712, 54.313},
                                 {0.8210, 53.488},  {1.0065, 49.903},  {0.9851, 48.631},  {0.7990, 47.718},
                                 {2.4619, 43.882},  {2.1482, 43.301},  {1.9989, 45.055}};
  std::vector<double> sites;
  for (const double km : places) sites.push_back(1000 * km);
  const Response r = Forward(grid, periods, {Tensor(sites)}, {.te = false})(rho);
  const Tensor rho_a = apparent(r.zyx, periods), phase = phase_of(-r.zyx);
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const Tensor exact =
        full({1, 1}, Tensor(three_segments({10, 1, 2}, 10e3, 50e3, 2 * 3.14159265358979323846 / 300, sites[k])));
    const double exact_rho = apparent(exact, periods).item(), exact_phase = phase_of(-exact).item();
    EXPECT_NEAR(exact_rho, published[k][0], 1e-4 * published[k][0]) << places[k];
    EXPECT_NEAR(exact_phase, published[k][1], 2e-3) << places[k];
    EXPECT_NEAR(at(rho_a, 0, static_cast<std::int64_t>(k)), exact_rho, 0.005 * exact_rho) << places[k];
    EXPECT_NEAR(at(phase, 0, static_cast<std::int64_t>(k)), exact_phase, 0.2) << places[k];
  }
}

// E along the ground jumps where the current that crosses a contact does not; columns of 200 m beside it, sites on
// them.
TEST(Mt2d, ImpedancesBesideContactsAreThoseOfTheSeries) {
  Rows rows;
  std::vector<double> edges = lines_around({0, 50e3}, 60, 1.3, 10);
  edges.erase(std::remove_if(edges.begin(), edges.end(), [](double z) { return z < 0 || z > 50e3; }), edges.end());
  for (std::size_t j = 1; j < edges.size(); ++j) rows.thickness.push_back(edges[j] - edges[j - 1]);
  rows.thickness.push_back(10);
  const std::vector<double> y = lines_around({-10e3, 10e3}, 200, 1.5, 400e3);
  const Grid grid = grid_under(y, zeros({static_cast<std::int64_t>(y.size())}), rows);
  const auto rho = resistivity_of(grid, [](double p, double z) {
    return z > 50e3 ? 1e-10 : p < -10e3 ? 10.0 : p < 10e3 ? 1.0 : 2.0;
  });
  std::vector<double> sites;
  for (const double contact : {-10e3, 10e3})
    for (const double away : {-500.0, -100.0, -20.0, 20.0, 100.0, 500.0}) sites.push_back(contact + away);
  const Response r = Forward(grid, {300.0}, {Tensor(sites)}, {.te = false})(rho);
  const auto z = r.zyx.to_vector<std::complex<double>>();
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const auto exact = three_segments({10, 1, 2}, 10e3, 50e3, 2 * 3.14159265358979323846 / 300, sites[k]);
    EXPECT_LT(std::abs(z[k] - exact), 0.003 * std::abs(exact)) << sites[k];  // of a continuous E: up to 100 %
  }
}

}  // namespace
}  // namespace terrella::test
