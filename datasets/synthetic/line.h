// datasets/synthetic/line.h: a line of soundings over an earth that is known, to try and to judge inversions with.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Layered earth below one site.
struct SyntheticSite {
  std::string name;
  double latitude = 0, longitude = 0;  ///< degrees
  double elevation = 0;                ///< m above sea level
  double distance = 0;                 ///< m along the line
  std::vector<double> resistivity;     ///< ohm m, top layer first, the last is the half-space
  std::vector<double> thickness;       ///< m, one fewer
};

struct SyntheticLine {
  std::vector<SyntheticSite> sites;
  std::vector<double> period;  ///< s, ascending
  double azimuth = 90;         ///< degrees, of the line
};

/// 69 km of continental crust, 24 sites, 37 periods from 1 ms to 1000 s: below thin cover a sedimentary basin of 4 to
/// 12 ohm m, up to 3 km deep, that thins out on both sides; resistive basement (3000 ohm m); a conductor of 15 ohm m in
/// the middle crust that dips from 15 to 21 km and ends below the western third; lower crust and mantle. The earth
/// changes slowly against the skin depths of the basin, so that the response of the layers below each site stands for
/// it.
SyntheticLine basin_line();

/// Resistivity (ohm m) of that earth at a distance (m) along the line and a depth (m) below the ground.
double basin_resistivity(double distance, double depth);

/// Impedances Zxy = Ex/Hy (ohm) of layers at the periods (s). Datasets know no physics: whoever has it brings it.
using LayeredForward = std::function<std::vector<Complex>(
    const std::vector<double>& resistivity, const std::vector<double>& thickness, const std::vector<double>& period)>;

/// Responses of a line, x along strike and y along the line: impedances in ohm, [site][period].
struct LineResponse {
  std::vector<std::vector<Complex>> zxy, zyx, tzy;
};

/// As over the layers below each site: Zyx = -Zxy, no tipper.
LineResponse layered_response(const SyntheticLine& line, const LayeredForward& forward);

struct SyntheticNoise {
  double impedance = 0.02;  ///< standard deviation of real and imaginary part of all components, of |Zxy Zyx|^1/2
  double dead_band = 3;     ///< factor around 1 Hz and 10 s, where natural signals are weak
  double tipper = 0.01;     ///< standard deviation of real and imaginary part
  std::uint64_t seed = 1;
};

/// The survey that an earth of such responses gives, axes north and east, and independent normal noise on all
/// components, whose standard deviations are the errors. Same seed, same bits.
Survey synthetic_survey(const SyntheticLine& line, const LineResponse& response, const SyntheticNoise& noise = {});

/// The earth as CSV, one row a site and layer: site, latitude, longitude, distance_m, depth_top_m, depth_bottom_m
/// (empty for the half-space), resistivity_ohm_m.
std::string truth_csv(const SyntheticLine& line);

}  // namespace terrella::datasets
