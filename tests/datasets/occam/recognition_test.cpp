// Of all real files, exactly those of Occam1D, Occam2D, MARE2DEM and the grid are taken for what they are.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "datasets/format.h"
#include "tests/datasets/real_data.h"

using namespace terrella::datasets;

TEST(Recognition, TakesEveryRealFileForWhatItIs) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::map<std::string, std::string> wanted = {
      {"mtpy-occam1d/Occam1d_DataFile_DET.dat", "occam1d"},
      {"mtpy-occam1d/ITER_97.resp", "occam1d-response"},
      {"mtpy-occam1d/ITER_97.iter", "occam-iteration"},
      {"mtpy-occam1d/OccamStartup1D", "occam-iteration"},
      {"mtpy-occam1d/Model1D", "occam1d-model"},
      {"paralana-profile/occam2d/OccamDataFile.dat", "occam2d"},
      {"paralana-profile/occam2d/Occam2DMesh", "occam2d-mesh"},
      {"paralana-profile/occam2d/Occam2DModel", "occam2d-model"},
      {"paralana-profile/occam2d/Occam2DStartup", "occam-iteration"},
      {"paralana-profile/occam2d/ITER12.iter", "occam-iteration"},
      {"paralana-profile/occam2d/RESP12.resp", "occam2d-response"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.0.resistivity", "mare2dem-resistivity"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.10.resistivity", "mare2dem-resistivity"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.1.resp", "mare2dem-response"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.5.resp", "mare2dem-response"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.10.resp", "mare2dem-response"},
      {"mare2dem/Demo_completed_inversion_MT/Demo.poly", "poly"},
      {"mare2dem/Demo_completed_inversion_MT/Demo_Truth.poly", "poly"},
      {"mare2dem/Demo_forward_MT/Demo.0.resistivity", "mare2dem-resistivity"},
      {"mare2dem/Demo_forward_MT/Demo.0.resp", "mare2dem-response"},
      {"mare2dem/Demo_forward_MT/Demo.emdata", "mare2dem"},
      {"mare2dem/Demo_forward_MT/DemoSynthMT.emdata", "mare2dem"},
      {"mare2dem/Demo_forward_MT/Demo.poly", "poly"},
      {"mare2dem/Wannamaker1986_hill/Hill.0.resistivity", "mare2dem-resistivity"},
      {"mare2dem/Wannamaker1986_hill/Hill.0.resp", "mare2dem-response"},
      {"mare2dem/Wannamaker1986_hill/Hill.emdata", "mare2dem"},
      {"mare2dem/Wannamaker1986_hill/Hill.poly", "poly"},
      {"yellowstone-ynp/topography/yellowstone.asc", "esri-ascii"},
  };
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const Format* const format = format_of_file(entry.path().string());
    if (!format) continue;
    for (const char* mine : {"occam1d", "occam1d-response", "occam2d", "mare2dem", "mare2dem-response",
                             "occam-iteration", "occam1d-model", "occam2d-model", "occam2d-mesh", "occam2d-response",
                             "mare2dem-resistivity", "poly", "esri-ascii", "netcdf-3", "geotiff"})
      if (format->name == std::string(mine)) {
        found[std::filesystem::relative(entry.path(), folder).string()] = mine;
        if (format->inspect) { EXPECT_NE(format->inspect(entry.path().string()), "") << entry.path(); }
      }
  }
  EXPECT_EQ(found, wanted);
}
