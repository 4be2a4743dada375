// datasets/coprod2/coprod2.h: 2D data and models as the COPROD2 set is passed on for HMCMT2D: "MT2DData_1.0" and
// "EM2DModelFile".
#pragma once
#include <string>
#include <string_view>

#include "datasets/model/model.h"
#include "datasets/observations/observations.h"

namespace terrella::datasets {

bool looks_like_coprod2_data(std::string_view first_bytes);
bool looks_like_coprod2_model(std::string_view first_bytes);

/// TE (ZXY) and TM (ZYX) impedances in ohm, exp(+i w t), of receivers "1", "2" ... at y and z (m). Data of type Rho_Pha
/// are refused. Throws FormatError.
Observations read_coprod2_data(const std::string& path);
Observations parse_coprod2_data(std::string_view bytes, const std::string& path);
/// Masked rows are left out: the format has rows that are there, and no others. Throws std::invalid_argument for
/// anything but z_te and z_tm, and for values without error.
std::string coprod2_data_text(const Observations& observations);
/// TE and TM impedances along the best line through the sites, which lose their names and coordinates.
std::string coprod2_survey_text(const Survey& survey);
void write_coprod2_data(const Observations& observations, const std::string& path);

/// Cells of the earth; y and z begin at minus the origin. Layers of air are kept in entries["air"] (widths, from the
/// surface up). Throws FormatError.
ResistivityModel read_coprod2_model(const std::string& path);
ResistivityModel parse_coprod2_model(std::string_view bytes, const std::string& path);
/// Throws std::invalid_argument for another mesh than Mesh2D.
std::string coprod2_model_text(const ResistivityModel& model);
void write_coprod2_model(const ResistivityModel& model, const std::string& path);

}  // namespace terrella::datasets
