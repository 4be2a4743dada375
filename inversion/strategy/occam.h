// inversion/strategy/occam.h: the smoothest model that fits. Constable, Parker & Constable (1987).
//
// Each iteration linearises once, then looks for lambda by the true misfit of the models that the linear problem gives:
// the smallest misfit as long as the target is out of reach, afterwards the largest lambda whose model meets the
// target. On the way to the target a model may also come from smoothing the change instead of the model, and follow the
// curvature of the residuals (geodesic acceleration; Transtrum & Sethna 2012), whichever lowers the misfit most: least
// misfits lie in narrow, bent valleys, along which straight steps are short.
#pragma once
#include "inversion/strategy/linearized.h"

namespace terrella::inversion {

struct OccamOptions {
  int max_iterations = 30;
  double target_rms = 1.0;
  /// Where the target cannot be met: the answer is the smoothest model with this multiple of the smallest RMS found;
  /// 1 keeps the smallest RMS itself, however rough.
  double relax = 1.05;
  double tolerance = 0.01;  ///< relative change of RMS (before the target) or roughness (at it) that ends the search
  double lambda_tolerance = 0.02;  ///< of log10 lambda
  int step_halvings = 8;           ///< where no lambda lowers the misfit
  Space space = Space::model;
  /// For forward operators that cost more than matrices: lambda is looked for from where it was last with a handful of
  /// trials, and the model itself is kept smooth at all times.
  bool thrifty = false;
};

/// Throws std::invalid_argument for options that make no sense, or a start of the wrong size.
Summary occam(const Problem& problem, State start, const OccamOptions& options = {}, const Progress& progress = {});

}  // namespace terrella::inversion
