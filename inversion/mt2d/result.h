// inversion/mt2d/result.h: what a two-dimensional inversion leaves behind, as one value and one HDF5 file
// (inversion/mt2d/result_file.h).
#pragma once
#include <complex>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/observations/observations.h"
#include "inversion/result.h"

namespace terrella::inversion {

/// A resistivity section on the quadrilaterals of the forward problem, from the ground, or the surface of the sea,
/// down. Cell is what the inversion seeks: one or several of them share one resistivity.
struct SectionModel {
  std::size_t rows = 0, columns = 0;
  std::size_t sea_rows = 0;  ///< rows of water on top; the ground, which sites stand on, is node row `sea_rows`
  std::vector<double> y;     ///< m along the profile, ascending, [columns + 1]
  std::vector<double> z;     ///< m, depths of nodes, positive down, [rows + 1, columns + 1]; row 0 is the surface
  std::vector<double> resistivity;                   ///< ohm m, [row, column]; along strike where it is anisotropic
  std::vector<double> resistivity_y, resistivity_z;  ///< along the profile and down; empty where isotropic
  std::vector<std::int64_t> cell;                    ///< [row, column]; -1 where the resistivity was held (sea)
  /// [row, column] linearised standard error, decades; NaN where held; empty if not asked for
  std::vector<double> log10_resistivity_error;
  /// [row, column] root of the sum over data of (d residual / d ln rho)^2, divided by the element's area in km^2; empty
  /// if not asked for
  std::vector<double> sensitivity;
  std::vector<double> depth_of_investigation;  ///< m below the ground, [column]; empty if not asked for
  bool operator==(const SectionModel&) const = default;
};

/// What one lambda led to.
struct LambdaTrial {
  double lambda = 0, misfit = 0, regularization = 0, rms = 0;
  bool operator==(const LambdaTrial&) const = default;
};

struct Result2d {
  /// As fitted: along the profile, sites with y and z, floors applied, rows that were not fitted masked.
  datasets::Observations data;
  std::vector<std::complex<double>> predicted;  ///< [row of data], in its unit, static shifts applied; NaN where none
  /// log10 of what multiplies apparent resistivity, of TE and TM of every site, [site, 2]; empty if not sought
  std::vector<double> static_shift;
  SectionModel model;
  std::vector<Iteration> history;  ///< with the start as iteration 0
  /// log10 resistivity along strike after every row of the history, [history, row, column]; empty if not kept
  std::vector<double> models;
  std::vector<LambdaTrial> trials;  ///< in the order in which they were tried; empty for methods without
  /// log10 resistivity along strike of an ensemble, [members, row, column]; empty if there is none
  std::vector<double> ensemble;
  std::vector<double> truth;  ///< log10 resistivity that synthetic data came from, [row, column]; empty for real data
  double rms = 0;             ///< of all numbers that were fitted
  double lambda = 0;          ///< weight of the model part where it ended; 0: unknown, or none was chosen
  std::string stopped;        ///< why the minimiser stopped
  bool converged = false;     ///< the target RMS is met; without one, a minimum is found
  double azimuth = datasets::not_a_number;      ///< of the profile, degrees clockwise from geographic north
  std::vector<std::string> choices;             ///< what was decided on the way and why, one sentence each
  std::string config;                           ///< the resolved configuration, TOML
  std::map<std::string, std::string> versions;  ///< program, libraries, instruction set
};

/// (predicted - observed) / error of a row, imaginary part 0 for real quantities; NaN where it was not fitted. Phases
/// are compared the short way round.
std::vector<std::complex<double>> residuals(const Result2d& result);

/// RMS of every site, [site], and of every period of periods_of(data); NaN where nothing was fitted.
std::vector<double> rms_of_sites(const Result2d& result);
std::vector<double> rms_of_periods(const Result2d& result);

/// Throws std::invalid_argument naming the array where sizes disagree.
void validate(const Result2d& result);

}  // namespace terrella::inversion
