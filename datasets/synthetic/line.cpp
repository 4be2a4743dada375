#include "datasets/synthetic/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"

namespace terrella::datasets {
namespace {

/// 0 below a, 1 above b, smooth between.
double ramp(double x, double a, double b) {
  const double t = std::clamp((x - a) / (b - a), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// a at 0, b at 1, along a straight line of logarithms.
double blend(double a, double b, double t) { return std::exp((1 - t) * std::log(a) + t * std::log(b)); }

/// The earth at x km from the western end.
void layers_at(double x, SyntheticSite& site) {
  const double basin = 3000 * ramp(x, 12, 32) * (1 - ramp(x, 44, 60));  // m, depth of its floor
  const double sediments = blend(12, 4, basin / 3000);                  // the deeper part is saltier
  const double conductor_top = 15000 + 6000 * ramp(x, 20, 69);
  const double conductor = blend(3000, 15, ramp(x, 16, 30));
  const auto layer = [&](double resistivity, double thickness) {
    if (thickness < 20) return;  // too thin for a layer of its own
    site.resistivity.push_back(resistivity);
    site.thickness.push_back(thickness);
  };
  const double cover = 120 + 60 * std::sin(x / 6);
  layer(60, cover);
  layer(sediments, basin - cover);
  layer(3000, conductor_top - std::max(cover, basin));
  layer(conductor, 5000);
  layer(400, 38000 - conductor_top - 5000);
  site.resistivity.push_back(100);
}

/// Signals of thunderstorms end above, those of the magnetosphere below about 1 Hz to 10 s.
double weakness(double period, double factor) {
  const double decades = std::log10(period / 3) / 0.6;
  return 1 + (factor - 1) * std::exp(-decades * decades);
}

}  // namespace

double basin_resistivity(double distance, double depth) {
  SyntheticSite site;
  layers_at(distance / 1000, site);
  double bottom = 0;
  for (std::size_t k = 0; k < site.thickness.size(); ++k)
    if (bottom += site.thickness[k]; depth < bottom) return site.resistivity[k];
  return site.resistivity.back();
}

SyntheticLine basin_line() {
  constexpr int sites = 24, periods = 37;
  constexpr double spacing = 3, degrees = 70, azimuth = degrees * pi / 180, south = -29.6, west = 134.2,
                   km_per_degree = 111.2;
  SyntheticLine line;
  line.azimuth = degrees;
  for (int i = 0; i < periods; ++i) line.period.push_back(std::pow(10.0, -3 + i / 6.0));
  for (int i = 0; i < sites; ++i) {
    const double x = spacing * i;
    SyntheticSite site;
    site.name = fmt::format("SYN{:02}", i + 1);
    site.distance = 1000 * x;
    site.latitude = south + x * std::cos(azimuth) / km_per_degree;
    site.longitude = west + x * std::sin(azimuth) / (km_per_degree * std::cos(south * pi / 180));
    site.elevation = std::round(210 + 60 * std::cos(x / 14) + 10 * std::sin(x / 2));
    layers_at(x, site);
    line.sites.push_back(std::move(site));
  }
  return line;
}

LineResponse layered_response(const SyntheticLine& line, const LayeredForward& forward) {
  LineResponse response;
  for (const SyntheticSite& site : line.sites) {
    response.zxy.push_back(forward(site.resistivity, site.thickness, line.period));
    std::vector<Complex>& zyx = response.zyx.emplace_back();
    for (const Complex z : response.zxy.back()) zyx.push_back(-z);
    response.tzy.emplace_back(zyx.size());
  }
  return response;
}

Survey synthetic_survey(const SyntheticLine& line, const LineResponse& response, const SyntheticNoise& noise) {
  Survey survey{"synthetic line", {}};
  const std::size_t n = line.period.size();
  const double to_north = 90 - line.azimuth;
  for (const auto* const part : {&response.zxy, &response.zyx, &response.tzy}) {
    if (part->size() != line.sites.size())
      fail("synthetic_survey: responses of ", part->size(), " sites for ", line.sites.size());
    for (const std::vector<Complex>& one : *part)
      if (one.size() != n) fail("synthetic_survey: the forward gave ", one.size(), " responses for ", n, " periods");
  }
  for (std::size_t i = 0; i < line.sites.size(); ++i) {
    const SyntheticSite& from = line.sites[i];
    const std::vector<Complex> random =
        random_normal({static_cast<std::int64_t>(n), 6}, split_seed(noise.seed, i), DType::c128).to_vector<Complex>();
    Site site;
    site.name = from.name;
    site.latitude = from.latitude;
    site.longitude = from.longitude;
    site.elevation = from.elevation;
    site.period = line.period;
    site.provenance.format = "synthetic";
    site.provenance.program = "terrella";
    for (std::size_t k = 0; k < n; ++k) {
      const Impedance z = rotate(Impedance{0, response.zxy[i][k], response.zyx[i][k], 0}, to_north);
      const Tipper t = rotate(Tipper{0, response.tzy[i][k]}, to_north);
      const double relative = noise.impedance * weakness(line.period[k], noise.dead_band),
                   error = relative * std::sqrt(std::abs(response.zxy[i][k]) * std::abs(response.zyx[i][k]));
      const Complex* const r = &random[6 * k];
      site.z.push_back({z[0] + error * r[0], z[1] + error * r[1], z[2] + error * r[2], z[3] + error * r[3]});
      site.z_error.push_back({error, error, error, error});
      const double tipper = noise.tipper * weakness(line.period[k], noise.dead_band);
      site.tipper.push_back({t[0] + tipper * r[4], t[1] + tipper * r[5]});
      site.tipper_error.push_back({tipper, tipper});
    }
    survey.sites.push_back(std::move(site));
  }
  validate(survey);
  return survey;
}

std::string truth_csv(const SyntheticLine& line) {
  std::string out = "site,latitude,longitude,distance_m,depth_top_m,depth_bottom_m,resistivity_ohm_m\n";
  for (const SyntheticSite& site : line.sites) {
    double top = 0;
    for (std::size_t k = 0; k < site.resistivity.size(); ++k) {
      const bool half_space = k == site.thickness.size();
      const double bottom = half_space ? 0 : top + site.thickness[k];
      out += fmt::format("{},{},{},{},{},{},{}\n", site.name, site.latitude, site.longitude, site.distance, top,
                         half_space ? "" : fmt::format("{}", bottom), site.resistivity[k]);
      top = bottom;
    }
  }
  return out;
}

}  // namespace terrella::datasets
