// inversion/result.h: what an inversion leaves behind, as one value and one HDF5 file (inversion/result_file.h).
#pragma once
#include <complex>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"

namespace terrella::inversion {

/// Layered earth below every site, top layer first; the last layer is the half-space.
struct LayeredModel {
  std::size_t sites = 0;
  std::size_t layers = 0;
  std::vector<double> resistivity;  ///< [site, layer] ohm m
  std::vector<double> thickness;    ///< [site, layer - 1] m
  std::vector<double>
      log10_resistivity_error;     ///< [site, layer] linearised standard error, decades; empty if not asked for
  std::vector<double> resolution;  ///< [site, layer, layer] model resolution matrix; empty if not asked for
  /// [site, layer] of each layer and all below it: how many standard errors of the data, their sizes added up, follow a
  /// change of ln resistivity by 1 (inversion/resolution.h); empty if not asked for
  std::vector<double> sensitivity;
  std::vector<double> depth_of_investigation;  ///< [site] m
  bool operator==(const LayeredModel&) const = default;
};

/// The scalar impedance of one site that a 1D inversion fits (determinant, xy, yx or average), and its prediction.
struct SiteFit {
  std::string site;
  std::vector<double> period;                   ///< s, [n], as used: missing and masked ones are left out
  std::vector<std::complex<double>> observed;   ///< ohm, [n]
  std::vector<double> error;                    ///< ohm, [n], standard error of real and imaginary part, floor applied
  std::vector<std::complex<double>> predicted;  ///< ohm, [n]
  double rms = 0;                               ///< root of the mean of (residual / error)^2 over real numbers
  std::string stopped;                          ///< why the minimiser stopped
  bool converged = false;                       ///< the target RMS is met; without one, a minimum is found
  bool operator==(const SiteFit&) const = default;
};

/// One row of the history of a minimisation.
struct Iteration {
  std::int32_t site = -1;  ///< index of the site, -1 where all sites are one problem
  std::int32_t iteration = 0;
  double rms = 0;
  double misfit = 0;          ///< data part of the objective
  double regularization = 0;  ///< model part, without its weight
  double lambda = 0;          ///< the weight
  double step = 0;            ///< length accepted along the search direction
  double seconds = 0;         ///< since the start of this minimisation
  bool operator==(const Iteration&) const = default;
};

struct Result {
  datasets::Survey survey;  ///< the data as read, with masks
  LayeredModel model;
  std::vector<SiteFit> fits;  ///< [site]
  std::vector<Iteration> history;
  std::string config;                           ///< the resolved configuration, TOML
  std::map<std::string, std::string> versions;  ///< program, libraries, instruction set

  /// RMS of every site, [site].
  std::vector<double> rms() const;
};

}  // namespace terrella::inversion
