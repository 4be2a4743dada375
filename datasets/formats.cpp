#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/dsm1/dsm1.h"
#include "datasets/edi/edi.h"
#include "datasets/emtf_xml/emtf_xml.h"
#include "datasets/femtic/model.h"
#include "datasets/femtic/observe.h"
#include "datasets/file/lines.h"
#include "datasets/file/read_file.h"
#include "datasets/format.h"
#include "datasets/hdf5/observations_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/survey_file.h"
#include "datasets/jformat/jformat.h"
#include "datasets/mackie/model.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/model/format.h"
#include "datasets/modem/covariance.h"
#include "datasets/modem/data.h"
#include "datasets/modem/model.h"
#include "datasets/mth5/mth5.h"
#include "datasets/observations/survey.h"
#include "datasets/occam1d/occam1d.h"
#include "datasets/occam2d/occam2d.h"
#include "datasets/survey/rotation.h"
#include "datasets/topography/topography.h"
#include "datasets/wsinv3dmt/data.h"
#include "datasets/wsinv3dmt/model.h"
#include "datasets/zfile/zfile.h"
#include "datasets/zonge_avg/zonge_avg.h"

namespace terrella::datasets {
namespace {

template <Site (*read_site)(const std::string&)>
Survey one_site(const std::string& path) {
  return {"", {read_site(path)}};
}

// The soundings of data for an inversion code; what does not fit into a Survey is told in the history of every site.
template <Observations (*read_observations)(const std::string&)>
Survey soundings(const std::string& path) {
  auto [survey, lost] = survey_of(read_observations(path));
  if (survey.sites.empty())
    throw FormatError(path, 0, "holds nothing that soundings are made of: " + (lost.empty() ? "no data" : lost[0]));
  for (Site& site : survey.sites)
    for (const std::string& what : lost) site.provenance.history.push_back("not carried: " + what);
  return survey;
}

// North, unless turning to it would lose data that have one other azimuth.
double azimuth_of_x(const Survey& survey) {
  const auto is_whole = [](const Site& site) { return partial_rows(site) == 0; };
  if (std::all_of(survey.sites.begin(), survey.sites.end(), is_whole)) return 0;
  const double azimuth = azimuth_in_range(survey.sites.front().rotation);
  const auto same = [&](const Site& site) { return std::remainder(site.rotation - azimuth, 360.0) == 0; };
  return std::all_of(survey.sites.begin(), survey.sites.end(), same) ? azimuth : 0;
}

// A survey as impedances and tippers of an inversion code, whose files may or may not say where x points.
template <std::string (*bytes)(const Observations&), bool says_azimuth = true>
std::string bytes_of_soundings(const Survey& survey) {
  ObservationsOptions options;
  options.mask_without_error = true;
  if (says_azimuth) options.orientation = azimuth_of_x(survey);
  const Observations observations = observations_of(
      survey, {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy, Quantity::tx, Quantity::ty}, options);
  expect_rows_of_every_site(observations, "write");
  return bytes(observations);
}

std::string inspect_covariance(const std::string& path) {
  const ModelCovariance covariance = read_modem_covariance(path);
  return text("for ", covariance.cells[0], " x ", covariance.cells[1], " x ", covariance.cells[2], " cells (x, y, z), ",
              covariance.area.empty() ? "one area" : "areas", ", ", covariance.exceptions.size(),
              " exceptions, applied ", covariance.applications, " times", mended(covariance.repairs));
}

std::string inspect_femtic_mesh(const std::string& path) {
  const FemticMesh mesh = read_femtic_mesh(path);
  return text(mesh.mesh.cells(), " elements between ", mesh.mesh.points.size(), " points");
}

std::string inspect_femtic_blocks(const std::string& path) {
  const FemticBlocks blocks = read_femtic_blocks(path);
  return text(blocks.blocks.size(), " blocks of ", blocks.block_of.size(), " elements");
}

bool is_sealed(std::string_view first_bytes) { return hdf5::has_seal(first_bytes); }

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> table = {
      {.name = "edi",
       .title = "EDI",
       .extensions = ".edi",
       .recognizes = looks_like_edi,
       .read = one_site<read_edi>,
       .site_bytes = edi_text,
       .owns_extensions = true},
      {.name = "emtf-xml",
       .title = "EMTF XML",
       .extensions = ".xml",
       .recognizes = looks_like_emtf_xml,
       .read = one_site<read_emtf_xml>,
       .site_bytes = emtf_xml_text},
      {.name = "zfile",
       .title = "Z-file",
       .extensions = ".zmm .zrr .zss",
       .recognizes = looks_like_zfile,
       .read = one_site<read_zfile>,
       .site_bytes = zfile_text,
       .owns_extensions = true},
      {.name = "j",
       .title = "J",
       .extensions = ".j",
       .recognizes = looks_like_jformat,
       .read = one_site<read_jformat>,
       .site_bytes = jformat_text,
       .owns_extensions = true},
      {.name = "zonge-avg",
       .title = "Zonge AVG",
       .extensions = ".avg",
       .recognizes = looks_like_zonge_avg,
       .read = read_zonge_avg,
       .survey_bytes = zonge_avg_text,
       .owns_extensions = true},
      {.name = "hdf5",
       .title = "HDF5",
       .extensions = ".h5 .hdf5",
       .recognizes = is_survey_file,
       .read = read_survey,
       .survey_bytes = hdf5_bytes},
      // The data of a two-dimensional result, for the reason that the next one has not from folders.
      {.name = "result-2d",
       .title = "HDF5",
       .recognizes = is_observations_file,
       .read = soundings<read_observations>,
       .observations = read_observations,
       .from_folders = false},
      // The survey within a result. Not from folders: a result beside the EDI files that it was made of would double
      // its sites.
      {.name = "result", .title = "HDF5", .recognizes = is_sealed, .read = read_survey, .from_folders = false},
      {.name = "mth5",
       .title = "MTH5",
       .extensions = ".mth5",
       .recognizes = looks_like_mth5,
       .read = read_mth5,
       .survey_bytes = mth5_bytes,
       .owns_extensions = true},
      {.name = "other hdf5",
       .title = "HDF5",
       .recognizes = hdf5::is_hdf5,
       .read = read_mth5,  // which refuses what others wrote
       .from_folders = false},
      // Data of inversion codes. Not from folders, where data, responses and residuals stand beside each other.
      {.name = "modem",
       .title = "ModEM data",
       .extensions = ".dat .data",
       .recognizes = looks_like_modem_data,
       .read = soundings<read_modem_data>,
       .survey_bytes = bytes_of_soundings<modem_data_text>,
       .observations = read_modem_data,
       .observation_bytes = modem_data_text,
       .from_folders = false},
      {.name = "wsinv3dmt",
       .title = "WSINV3DMT data",
       .extensions = ".data",
       .recognizes = looks_like_wsinv3dmt_data,
       .read = soundings<read_wsinv3dmt_data>,
       .survey_bytes = bytes_of_soundings<wsinv3dmt_data_text>,
       .observations = read_wsinv3dmt_data,
       .observation_bytes = wsinv3dmt_data_text,
       .from_folders = false},
      {.name = "femtic",
       .title = "FEMTIC data",
       .extensions = ".dat",
       .recognizes = looks_like_femtic_data,
       .read = soundings<read_femtic_data>,
       .survey_bytes = bytes_of_soundings<femtic_data_text, false>,
       .observations = read_femtic_data,
       .observation_bytes = femtic_data_text,
       .from_folders = false},
      {.name = "coprod2",
       .title = "COPROD2 data",
       .extensions = ".dat",
       .recognizes = looks_like_coprod2_data,
       .read = soundings<read_coprod2_data>,
       .survey_bytes = coprod2_survey_text,
       .observations = read_coprod2_data,
       .observation_bytes = coprod2_data_text,
       .from_folders = false},
      {.name = "dsm1",
       .title = "Dublin workshop site",
       .extensions = ".asc",
       .recognizes = looks_like_dsm1,
       .read = soundings<read_dsm1>,
       .observations = read_dsm1,
       .observation_bytes = dsm1_text},
      {.name = "occam1d",
       .title = "Occam1D data",
       .extensions = ".dat",
       .recognizes = looks_like_emdata_1,
       .read = read_occam1d_survey,
       .site_bytes = occam1d_site_text,
       .observations = read_em_observations,
       .observation_bytes = occam1d_data_text,
       .from_folders = false},
      {.name = "occam1d-response",
       .title = "Occam1D response",
       .recognizes = looks_like_emresp_1,
       .read = read_occam1d_survey,
       .observations = read_em_observations,
       .from_folders = false},
      {.name = "occam2d",
       .title = "Occam2D data",
       .extensions = ".dat",
       .recognizes = looks_like_occam2d_data,
       .read = soundings<read_occam2d_data>,
       .survey_bytes = occam2d_survey_text,
       .observations = read_occam2d_data,
       .observation_bytes = occam2d_data_text,
       .from_folders = false},
      {.name = "mare2dem",
       .title = "MARE2DEM data",
       .extensions = ".emdata",
       .recognizes = looks_like_emdata_2,
       .read = soundings<read_em_observations>,
       .survey_bytes = mare2dem_survey_text,
       .observations = read_em_observations,
       .observation_bytes = mare2dem_data_text,
       .from_folders = false},
      {.name = "mare2dem-response",
       .title = "MARE2DEM response",
       .recognizes = looks_like_emresp_2,
       .read = soundings<read_em_observations>,
       .observations = read_em_observations,
       .from_folders = false},
      // Models and what belongs to them (datasets/model/format.h reads and writes them).
      {.name = "modem-model", .title = "ModEM model", .recognizes = looks_like_modem_model, .inspect = inspect_model},
      {.name = "modem-covariance",
       .title = "ModEM covariance",
       .recognizes = looks_like_modem_covariance,
       .inspect = inspect_covariance},
      {.name = "mackie-model",
       .title = "Mackie model",
       .recognizes = looks_like_mackie_model,
       .inspect = inspect_model},
      {.name = "coprod2-model",
       .title = "COPROD2 model",
       .recognizes = looks_like_coprod2_model,
       .inspect = inspect_model},
      {.name = "wsinv3dmt-model",
       .title = "WSINV3DMT model",
       .recognizes = looks_like_wsinv3dmt_model,
       .inspect = inspect_model},
      {.name = "femtic-mesh",
       .title = "FEMTIC mesh",
       .recognizes = looks_like_femtic_mesh,
       .inspect = inspect_femtic_mesh},
      {.name = "femtic-blocks",
       .title = "FEMTIC resistivity blocks",
       .recognizes = looks_like_femtic_blocks,
       .inspect = inspect_femtic_blocks},
      {.name = "occam-iteration",
       .title = "Occam iteration",
       .recognizes = looks_like_occam_iteration,
       .inspect = inspect_occam_iteration},
      {.name = "occam1d-model",
       .title = "Occam1D model",
       .recognizes = looks_like_occam1d_model,
       .inspect = inspect_occam1d_model},
      {.name = "occam2d-model",
       .title = "Occam2D model",
       .recognizes = looks_like_occam2d_model,
       .inspect = inspect_occam2d_model},
      {.name = "occam2d-mesh",
       .title = "Occam2D mesh",
       .recognizes = looks_like_occam2d_mesh,
       .inspect = inspect_occam2d_mesh},
      {.name = "occam2d-response",
       .title = "Occam2D response",
       .recognizes = looks_like_occam2d_response,
       .inspect = inspect_occam2d_response},
      {.name = "mare2dem-resistivity",
       .title = "MARE2DEM resistivity",
       .recognizes = looks_like_mare2dem_resistivity,
       .inspect = inspect_mare2dem_resistivity},
      {.name = "poly", .title = "MARE2DEM polygons", .recognizes = looks_like_poly, .inspect = inspect_poly},
      // Three columns of numbers may be anything, so XYZ text is read as topography only where it is asked for.
      {.name = "esri-ascii",
       .title = "ESRI ASCII grid",
       .recognizes = looks_like_esri_ascii,
       .inspect = inspect_topography},
      {.name = "netcdf-3", .title = "netCDF-3", .recognizes = looks_like_netcdf3, .inspect = inspect_topography},
      {.name = "geotiff", .title = "GeoTIFF", .recognizes = looks_like_tiff, .inspect = inspect_topography},
  };
  return table;
}

bool has_extension(const std::string& path, const Format& format) {
  const std::string extension = upper(std::filesystem::path(path).extension().string());
  for (const std::string_view known : words_of(format.extensions))
    if (upper(known) == extension) return true;
  return false;
}

const Format* format_of(std::string_view first_bytes) {
  for (const Format& format : formats())
    if (format.recognizes(first_bytes)) return &format;
  return nullptr;
}

const Format* format_of_file(const std::string& path) { return format_of(read_start(path, recognition_bytes)); }

std::string readable_titles() {
  std::vector<std::string> titles;
  for (const Format& format : formats())
    if (format.read && std::find(titles.begin(), titles.end(), format.title) == titles.end())
      titles.emplace_back(format.title);
  std::string all;
  for (const std::string& title : titles) all += (all.empty() ? "" : ", ") + title;
  return all;
}

}  // namespace terrella::datasets
