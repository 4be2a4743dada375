// elec/analysis/analysis.h: all that this folder knows about a survey, as one value that tables and pictures are made
// of.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/survey/survey.h"
#include "elec/analysis/curve.h"
#include "elec/analysis/dimensionality.h"
#include "elec/analysis/phase_tensors.h"
#include "elec/analysis/static_shift.h"
#include "elec/dplus/dplus.h"
#include "elec/strike/groom_bailey.h"
#include "elec/strike/phase_tensor_strike.h"

namespace terrella::elec {

struct AnalysisOptions {
  /// Least error, as a fraction of sqrt|Zxy Zyx|, that the decomposition, D+ and outliers count with; phase tensors and
  /// dimensions go by the errors that the data have. 0: as they stand; data without errors are then left out there.
  double error_floor = 0.02;
  StrikeOptions strike = {};
  GroomBaileyOptions groom_bailey = {};
  DimensionThresholds dimensions = {};
  StaticShiftOptions static_shift = {};
  bool decompose = true;     ///< sites alone and all together, which takes most of the time
  double outlier = 5;        ///< measure (curve.h) beyond which a value is flagged
  double dplus_outlier = 4;  ///< residual of D+ in errors beyond which a value is flagged
};

/// One mode of one site against all layered earths.
struct LayeredTest {
  Mode mode = Mode::determinant;
  DPlus best;                    ///< D+
  LeastMisfit from_resistivity;  ///< rho+ of apparent resistivities alone: predicts phases
  LeastMisfit from_phase;        ///< rho+ of phases alone: predicts resistivities up to a factor
  double phase_difference = 0;   ///< degrees, median of observed less predicted phase
  double phase_rms = 0;          ///< of that difference in errors: far above 1 means that both do not belong together
};

/// A value that does not agree with its neighbours or with D+.
struct Flag {
  std::size_t site = 0;
  double period = 0;      ///< s
  std::string component;  ///< "xy", "yx"
  std::string rule;       ///< "outlier", "d-plus", "phase-quadrant"
  double measure = 0;     ///< how far, in the measure of the rule
};

struct SiteAnalysis {
  PhaseTensorTable phase_tensors;
  DimensionTable dimensions;
  Curve xy, yx, determinant;                    ///< errors as the data have them
  DepthTable depths;                            ///< of the determinant
  std::vector<double> outlier_xy, outlier_yx;   ///< outlier_measure (curve.h), with the floor on the errors
  std::vector<LayeredTest> layered;             ///< xy, yx, determinant, those with data
  std::optional<GroomBaileyFit> decomposition;  ///< of this site alone
};

struct Analysis {
  std::vector<SiteAnalysis> sites;  ///< in the order of the survey
  Strike strike;
  std::vector<StrikeOfBand> strike_by_decade;
  std::optional<GroomBaileyFit> decomposition;  ///< of all sites and periods
  std::vector<SiteShift> static_shifts;         ///< empty where sites have no coordinates or are fewer than 3
  std::vector<Flag> flags;
  std::vector<std::string> notes;  ///< what was left out and why
};

/// Called after each of `all` pieces of work; an exception of it ends the analysis.
using AnalysisProgress = std::function<void(std::size_t done, std::size_t all, const std::string& what)>;

/// north, east  [sites]  m, of all sites; empty where the survey has no places, then without static shifts
///
/// Throws std::invalid_argument where the survey has no site with an impedance, or options are not possible.
Analysis analyze(const datasets::Survey& survey, const std::vector<double>& north, const std::vector<double>& east,
                 const AnalysisOptions& options = {}, const AnalysisProgress& progress = {});

/// Phases of Zxy not in the first or of Zyx not in the third quadrant by more than their error, outliers, and what D+
/// does not fit, of one site with its index.
std::vector<Flag> flags_of(const SiteAnalysis& site, std::size_t index, const AnalysisOptions& options);

}  // namespace terrella::elec
