// datasets/modem/covariance.h: model covariances of ModEM, recursive autoregression (Kelbert et al. 2014).
#pragma once
#include <string>
#include <string_view>

#include "datasets/model/model.h"

namespace terrella::datasets {

/// True for the frame of "+---" and "|" lines that says "model covariance".
bool looks_like_modem_covariance(std::string_view first_bytes);

/// The header of 16 lines is kept. Maps of areas have rows from north to south and columns to the east, each for a
/// range of layers; without any map the model is one area. Throws FormatError.
ModelCovariance read_modem_covariance(const std::string& path);
ModelCovariance parse_modem_covariance(std::string_view bytes, const std::string& path);

/// Layers that follow each other and are the same share one map.
std::string modem_covariance_text(const ModelCovariance& covariance);
void write_modem_covariance(const ModelCovariance& covariance, const std::string& path);

/// The model with its cells as the areas say: 0 is air, 9 sea. Throws MeshError as expect_match does.
ResistivityModel with_areas(const ResistivityModel& model, const ModelCovariance& covariance);

}  // namespace terrella::datasets
