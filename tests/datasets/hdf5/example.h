// tests/datasets/hdf5/example.h: a survey with every oddity that a file must carry, and comparison to the last bit.
#pragma once
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include "datasets/survey/survey.h"

namespace terrella::tests {

using datasets::Complex;

inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }
inline bool same_bits(Complex a, Complex b) { return same_bits(a.real(), b.real()) && same_bits(a.imag(), b.imag()); }
inline bool same_bits(bool a, bool b) { return a == b; }
template <class Row>
bool same_bits(const Row& a, const Row& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same_bits(a[i], b[i])) return false;
  return true;
}

/// The first field in which they differ; empty where they are the same.
inline std::string difference(const datasets::Survey& a, const datasets::Survey& b) {
  if (a.name != b.name) return "name";
  if (a.sites.size() != b.sites.size()) return "sites";
  for (std::size_t s = 0; s < a.sites.size(); ++s) {
    const datasets::Site &x = a.sites[s], &y = b.sites[s];
    const std::string site = "site " + x.name + ": ";
    if (x.name != y.name) return site + "name";
    if (!same_bits(x.latitude, y.latitude)) return site + "latitude";
    if (!same_bits(x.longitude, y.longitude)) return site + "longitude";
    if (!same_bits(x.elevation, y.elevation)) return site + "elevation";
    if (!same_bits(x.rotation, y.rotation)) return site + "rotation";
    if (!same_bits(x.period, y.period)) return site + "period";
    if (!same_bits(x.z, y.z)) return site + "z";
    if (!same_bits(x.z_error, y.z_error)) return site + "z_error";
    if (!same_bits(x.z_masked, y.z_masked)) return site + "z_masked";
    if (!same_bits(x.tipper, y.tipper)) return site + "tipper";
    if (!same_bits(x.tipper_error, y.tipper_error)) return site + "tipper_error";
    if (!same_bits(x.tipper_masked, y.tipper_masked)) return site + "tipper_masked";
    if (!same_bits(x.inverse_signal_power, y.inverse_signal_power)) return site + "inverse_signal_power";
    if (!same_bits(x.residual_covariance, y.residual_covariance)) return site + "residual_covariance";
    if (!(x.provenance == y.provenance)) return site + "provenance";
  }
  return {};
}

/// Sites of different lengths with noise, without tipper, without impedance, with one period, with none; NaN with a
/// payload, infinities, negative zero, the smallest and largest numbers; names in several scripts.
inline datasets::Survey odd_survey(std::size_t ordinary_sites = 3, std::size_t periods = 17) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  datasets::Survey survey{"Line Ä – 測線", {}};
  for (std::size_t s = 0; s < ordinary_sites; ++s) {
    datasets::Site site;
    site.name = "kap" + std::to_string(100 + s);
    site.latitude = -30 + 0.1 * static_cast<double>(s);
    site.longitude = 22.5;
    site.elevation = 1234.5;
    site.rotation = -20;
    for (std::size_t i = 0; i < periods - s % 2; ++i) {
      site.period.push_back(1e-3 * std::pow(1.7, static_cast<double>(i)) * (1 + 1e-9 * static_cast<double>(s)));
      const auto complex = [&] { return Complex(normal(random), normal(random)); };
      const auto error = [&] { return std::abs(normal(random)); };
      site.z.push_back({complex(), complex(), complex(), complex()});
      site.z_error.push_back({error(), error(), error(), error()});
      site.tipper.push_back({complex(), complex()});
      site.tipper_error.push_back({error(), error()});
      if (s == 1)
        site.z_masked.push_back({true, false, i % 2 == 0, false}), site.tipper_masked.push_back({false, i % 3 == 0});
    }
    if (s == 2)
      for (std::size_t i = 0; i < site.periods(); ++i) {
        const Complex c(0.1 * normal(random), 0.1 * normal(random)), missing(datasets::not_a_number, 0);
        site.inverse_signal_power.push_back({2 + std::norm(c), c, std::conj(c), 3});
        site.residual_covariance.push_back(
            {1 + std::norm(c), c, missing, std::conj(c), 1, missing, missing, missing, missing});
      }
    site.provenance = {"survey/" + site.name + ".edi", "edi-z", "mV/km/nT", "+", "BIRRP", {}, {}};
    survey.sites.push_back(site);
  }
  datasets::Site one;  // one period, no tipper, the extremes of double
  one.name = "Łódź / 東京 \"quoted\"";
  one.period = {5e-324};
  one.z.push_back({Complex(datasets::not_a_number, -0.0),
                   Complex(std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()),
                   Complex(1.7976931348623157e308, 5e-324),
                   Complex(std::bit_cast<double>(std::uint64_t{0xfff8000000000abc}), 0)});
  one.z_error.push_back({datasets::not_a_number, 0, 1, std::numeric_limits<double>::infinity()});
  one.provenance.sign = "-";
  one.provenance.repairs = {{12, "negative-variance", "-1 became NaN"}, {0, "", "näïve"}};
  one.provenance.history = {"rotate 30", "", "mask 0.01 s"};
  survey.sites.push_back(one);
  datasets::Site tipper_only;
  tipper_only.name = "";
  tipper_only.period = {1, 2};
  tipper_only.tipper.assign(2, {Complex(0.1, 0.2), Complex(0.3, datasets::not_a_number)});
  tipper_only.tipper_error.assign(2, {0.1, 0.2});
  tipper_only.provenance.history = {"last"};
  survey.sites.push_back(tipper_only);
  datasets::Site empty;  // no data at all, and the same name twice
  empty.name = "kap100";
  survey.sites.push_back(empty);
  return survey;
}

/// A folder of its own for every test, gone at its end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("terrella_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace terrella::tests
