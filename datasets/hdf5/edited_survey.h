// datasets/hdf5/edited_survey.h: a survey file that remembers what was edited.
//
// The root holds the survey as it is now, as in every survey file, so that all who read one read this one; beside it
// stand the group `original` (a survey again) and `edit` [edit], one line of JSON each (datasets/survey/edit.h).
#pragma once
#include <string>

#include "datasets/survey/edit.h"

namespace terrella::datasets {

/// Throws as write_hdf5 of a survey does.
void write_edited(const EditedSurvey& survey, const std::string& path);

/// Of a survey file that was never edited, it is its own original. Throws FormatError as read_survey does, where an
/// edit cannot be read, and where the edits no longer make the survey of the original that stands beside them.
EditedSurvey read_edited(const std::string& path);

}  // namespace terrella::datasets
