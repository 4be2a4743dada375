// datasets/survey/edit.h: changes of a survey as values that can be kept, repeated and taken back.
//
// An edited survey is the original and a list of edits. Nothing is lost: the survey is what the edits make of the
// original, and taking back the last one means leaving it out. Edits that follow from an analysis (outliers, static
// shifts, strike) hold its numbers, not the analysis: they are the same later.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "datasets/survey/error_floor.h"
#include "datasets/survey/merge.h"
#include "datasets/survey/selection.h"
#include "datasets/survey/survey.h"

namespace terrella::datasets {

/// Masks the selected values, or takes their masks away (mask.h).
struct MaskEdit {
  Selection selection = {};
  bool masked = true;
};
/// Leaves out sites; the rest stays in order. Names or globs.
struct DropSitesEdit {
  std::vector<std::string> sites = {};
};
/// error_floor.h
struct FloorEdit {
  ErrorFloor floor = {};
};
/// rotation.h: degrees clockwise from geographic north
struct RotateEdit {
  double azimuth = 0;
};
/// periods.h
struct DecimateEdit {
  double per_decade = 0;
};
struct KeepPeriodsEdit {
  double from = 0, to = 0;  ///< s
};
struct InterpolateEdit {
  std::vector<double> period = {};  ///< s
  double largest_gap = 0.5;         ///< decades
};
/// scale.h, for several sites; factors of apparent resistivity
struct StaticShiftEdit {
  std::vector<std::string> sites = {};  ///< names, all of them in the survey
  std::vector<double> xy = {}, yx = {};
};
/// merge.h
struct MergeEdit {
  MergeOptions options = {};
};

struct Edit {
  std::variant<MaskEdit, DropSitesEdit, FloorEdit, RotateEdit, DecimateEdit, KeepPeriodsEdit, InterpolateEdit,
               StaticShiftEdit, MergeEdit>
      change;
  std::string reason = {};  ///< why, in the user's words or the analysis's; may be empty
};

/// The survey after the edit, which the history of each site that it touched names. Throws std::invalid_argument where
/// it does not fit the survey.
Survey apply(const Survey& survey, const Edit& edit);

/// One line of JSON, {"edit": "mask", ...}, and back. Throws std::invalid_argument that says what is wrong: an unknown
/// edit or key, a missing key, a value of the wrong type.
std::string to_text(const Edit& edit);
Edit edit_of(std::string_view text);

/// In words, for a log: "mask sites A01, periods 10 .. 100 s, xy: noise of the railway".
std::string describe(const Edit& edit);

struct EditedSurvey {
  Survey original;
  std::vector<Edit> edits;
  Survey survey;  ///< what the edits make of the original
};

/// With one edit more.
EditedSurvey with_edit(EditedSurvey survey, const Edit& edit);
/// Without the last edits. Throws std::invalid_argument where there are fewer.
EditedSurvey without_last_edits(const EditedSurvey& survey, std::size_t count);

}  // namespace terrella::datasets
