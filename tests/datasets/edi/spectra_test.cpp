// Spectra made of random fields with a known transfer function: Z must be found and must scatter as its errors say.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>

#include "datasets/edi/edi.h"

using namespace terrella::datasets;

namespace {

constexpr double unit = 4e-4 * 3.14159265358979323846;
constexpr int estimates = 200;

const std::array<Complex, 4> true_z = {Complex(1.0, 0.5), Complex(20.0, 15.0), Complex(-12.0, -18.0),
                                       Complex(-0.5, -1.0)};
const std::array<Complex, 2> true_tipper = {Complex(0.3, -0.1), Complex(-0.2, 0.05)};

class Noise {
 public:
  explicit Noise(unsigned seed) : random_(seed) {}
  Complex operator()(double power) { return std::sqrt(power / 2) * Complex(normal_(random_), normal_(random_)); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
};

// An EDI file of one frequency: channels HX HY HZ EX EY and the remote HX HY, averaged over `estimates` samples. With
// noise on the magnetic channels only the remote reference finds Z without bias.
std::string spectra_file(Noise& noise, double magnetic_noise, double electric_noise, const char* remote_x = "HX",
                         const char* remote_y = "HY") {
  std::array<std::array<Complex, 7>, 7> s{};
  for (int k = 0; k < estimates; ++k) {
    const Complex hx = noise(1.0), hy = noise(2.0);
    std::array<Complex, 7> a = {hx + noise(magnetic_noise),
                                hy + noise(magnetic_noise),
                                true_tipper[0] * hx + true_tipper[1] * hy + noise(0.01),
                                true_z[0] * hx + true_z[1] * hy + noise(electric_noise),
                                true_z[2] * hx + true_z[3] * hy + noise(electric_noise),
                                hx + noise(0.05),
                                hy + noise(0.05)};
    for (std::size_t i = 0; i < 7; ++i)
      for (std::size_t j = 0; j < 7; ++j) s[i][j] += a[i] * std::conj(a[j]) / static_cast<double>(estimates);
  }
  std::ostringstream out;
  out.precision(12);
  out << ">HEAD\n DATAID=\"MC\"\n LAT=1\n LONG=2\n ELEV=3\n>=DEFINEMEAS\n";
  const char* types[] = {"HX", "HY", "HZ", "EX", "EY", remote_x, remote_y};
  for (int i = 0; i < 7; ++i)
    out << (i == 3 || i == 4 ? ">EMEAS" : ">HMEAS") << " ID=" << 101 + i << ".001 CHTYPE=" << types[i] << "\n";
  out << ">=SPECTRASECT\n NFREQ=1\n // 7\n";
  for (int i = 0; i < 7; ++i) out << " " << 101 + i << ".001\n";
  out << ">SPECTRA FREQ=0.5 ROTSPEC=0 BW=0.1 AVGT=" << estimates << " // 49\n";
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 7; ++j) out << " " << (i >= j ? s[i][j].real() : s[j][i].imag());
    out << "\n";
  }
  out << ">END\n";
  return out.str();
}

}  // namespace

TEST(Spectra, RemoteReferenceFindsTheTransferFunction) {
  Noise noise(1);
  // No noise but that of the reference: exact but for the digits written.
  const Site site = parse_edi(spectra_file(noise, 0.0, 0.0), "mc.edi");
  EXPECT_EQ(site.period, std::vector<double>{2.0});
  for (std::size_t c = 0; c < 4; ++c) EXPECT_LT(std::abs(site.z[0][c] / unit - true_z[c]), 1e-8) << c;
  EXPECT_TRUE(site.has_tipper());
}

TEST(Spectra, TheReferenceHasManyNames) {
  const auto parse = [](const char* x, const char* y) {
    Noise noise(3);
    return parse_edi(spectra_file(noise, 0.5, 1.0, x, y), "mc.edi");
  };
  const Site expected = parse("HX", "HY");
  EXPECT_TRUE(expected.provenance.repairs.empty());
  using Names = std::pair<const char*, const char*>;
  for (const auto& [x, y] : {Names{"RX", "RY"}, {"rx", "ry"}, {"RHX", "RHY"}, {"RRHX", "RRHY"}, {"HXR", "HYR"}}) {
    EXPECT_EQ(parse(x, y).z, expected.z) << x;
    EXPECT_TRUE(parse(x, y).provenance.repairs.empty()) << x;
  }
  EXPECT_EQ(parse("HX1", "HY1").z, expected.z);
  EXPECT_EQ(parse("HX1", "HY1").provenance.repairs.at(0).rule, "reference-by-number");
  const Site alone = parse("NONE", "NONE");
  EXPECT_GT(std::abs(alone.z[0][1] - expected.z[0][1]), 0.05 * std::abs(expected.z[0][1]));  // biased by the noise of H
  EXPECT_EQ(alone.provenance.repairs.at(0).rule, "unknown-channel");
}

TEST(Spectra, ErrorsAreTheScatterOfManyExperiments) {
  Noise noise(2);
  constexpr int experiments = 1500;
  std::array<double, 4> sum{}, mean_error{};
  std::array<double, 2> tipper_sum{};
  std::array<Complex, 4> mean{};
  for (int k = 0; k < experiments; ++k) {
    const Site site = parse_edi(spectra_file(noise, 0.02, 30.0), "mc.edi");
    for (std::size_t c = 0; c < 4; ++c) {
      const Complex difference = site.z[0][c] - unit * true_z[c];
      sum[c] += std::norm(difference / site.z_error[0][c]) / 2;  // real and imaginary part each with z_error
      mean[c] += difference / static_cast<double>(experiments);
      mean_error[c] += site.z_error[0][c] / experiments;
    }
    for (std::size_t c = 0; c < 2; ++c)
      tipper_sum[c] += std::norm((site.tipper[0][c] - true_tipper[c]) / site.tipper_error[0][c]) / 2;
  }
  // The variance of 2 x 1500 numbers is known to 1/sqrt(1500) = 2.6 %; the formula is asymptotic in 200 estimates.
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(sum[c] / experiments, 1.0, 0.08) << c;
    EXPECT_LT(std::abs(mean[c]), 0.15 * mean_error[c]) << "bias of component " << c;
  }
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(tipper_sum[c] / experiments, 1.0, 0.08) << c;
}
