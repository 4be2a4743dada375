// Files of two-dimensional results for ParaView and as tables. That VTK itself reads them:
// tests/python/test_result_2d.py.
#include <gtest/gtest.h>

#include <filesystem>

#include "example.h"
#include "example_2d.h"
#include "viz/mt2d/csv.h"
#include "viz/mt2d/vtk.h"
#include "vtk_file.h"

namespace terrella::viz {
namespace {

inversion::Result2d small() {
  inversion::Result2d r;
  r.data.sites.resize(1);
  r.data.sites[0].name = "=A", r.data.sites[0].y = 500;
  r.data.blocks.resize(1);
  r.data.rows.push_back({10, {1, 2}, 0.5, 0.5, 0, datasets::Observation::no_site, 0, datasets::Quantity::zxy, false});
  r.predicted = {{1.5, 2}};
  r.model.rows = 1, r.model.columns = 2;
  r.model.y = {0, 1000, 3000};
  r.model.z = {-100, -50, 0, 200, 300, 400};
  r.model.resistivity = {10, 1000};
  r.model.cell = {0, -1};
  r.model.sensitivity = {5, 1};
  r.model.depth_of_investigation = {300, datasets::not_a_number};
  r.history = {{-1, 0, 5, 0, 0, 0, 0, 0}, {-1, 1, 1, 2, 3, 4, 5, 6}};
  r.models = {2, 2, 1, 3};
  r.ensemble = {1, 3, 1.2, 3.2};
  return r;
}

TEST(Vtk2d, GeometryAndArraysOfTheSection) {
  const VtkMeshes files = vtk_meshes(small());
  ASSERT_EQ(files.meshes.size(), 4u);  // section, two iterations, sites
  const VtkMesh& section = files.meshes[0];
  EXPECT_EQ(section.points,
            (std::vector<double>{0, 0, 100, 1000, 0, 50, 3000, 0, 0, 0, 0, -200, 1000, 0, -300, 3000, 0, -400}));
  EXPECT_EQ(section.corners, (std::vector<std::int64_t>{3, 4, 1, 0, 4, 5, 2, 1}));
  std::vector<std::string> names;
  for (const VtkArray& array : section.arrays) names.push_back(array.name);
  EXPECT_EQ(names, (std::vector<std::string>{"log10_resistivity", "resistivity", "sensitivity", "cell",
                                             "within_depth_of_investigation", "log10_resistivity_mean",
                                             "log10_resistivity_deviation"}));
  EXPECT_EQ(section.arrays[0].values, (std::vector<double>{1, 3}));
  EXPECT_EQ(section.arrays[3].values, (std::vector<double>{0, -1}));
  EXPECT_EQ(section.arrays[4].values, (std::vector<double>{1, -1}));
  EXPECT_NEAR(section.arrays[5].values[0], 1.1, 1e-12);
  EXPECT_NEAR(section.arrays[6].values[0], std::sqrt(0.02), 1e-12);
  EXPECT_EQ(files.meshes[2].arrays[0].values, (std::vector<double>{1, 3}));
  EXPECT_EQ(files.meshes[3].points, (std::vector<double>{500, 0, 75}));  // on the slope
}

TEST(Vtk2d, FilesAndTheirCollection) {
#ifndef TERRELLA_RENDER_BUILT
  GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
  const std::string stem = testing::TempDir() + "line & co";
  const auto paths = write_vtk(small(), stem + ".vtu");
  ASSERT_EQ(paths, (std::vector<std::string>{stem + ".vtu", stem + "-000.vtu", stem + "-001.vtu", stem + "-sites.vtp",
                                             stem + ".pvd"}));
  pugi::xml_document section, collection;
  ASSERT_TRUE(section.load_file(paths[0].c_str()));
  const auto piece = section.child("VTKFile").child("UnstructuredGrid").child("Piece");
  EXPECT_STREQ(piece.attribute("NumberOfPoints").value(), "6");
  EXPECT_STREQ(piece.attribute("NumberOfCells").value(), "2");
  EXPECT_STREQ(piece.child("CellData").find_child_by_attribute("Name", "cell").attribute("type").value(), "Int64");
  const auto cells = piece.child("CellData");
  EXPECT_EQ(example::numbers(example::named(cells, "resistivity")), (std::vector<double>{10, 1000}));
  EXPECT_EQ(example::numbers(example::named(cells, "sensitivity")), (std::vector<double>{5, 1}));
  EXPECT_EQ(example::numbers(piece.child("Points").child("DataArray")), vtk_meshes(small()).meshes[0].points);
  const std::string types = example::content(example::named(piece.child("Cells"), "types"));
  EXPECT_EQ(types, std::string("\x09\x09"));  // VTK_QUAD
  pugi::xml_document sites;
  ASSERT_TRUE(sites.load_file(paths[3].c_str()));
  const auto points = sites.child("VTKFile").child("PolyData").child("Piece");
  EXPECT_EQ(example::numbers(points.child("Points").child("DataArray")), (std::vector<double>{500, 0, 75}));
  EXPECT_EQ(example::content(example::named(points.child("PointData"), "name")), std::string("=A\0", 3));
  EXPECT_STREQ(piece.child("CellData").attribute("Scalars").value(), "log10_resistivity");
  ASSERT_TRUE(collection.load_file(paths[4].c_str()));
  int k = 0;
  for (const auto& set : collection.child("VTKFile").child("Collection").children("DataSet")) {
    EXPECT_EQ(set.attribute("timestep").as_int(), k);
    EXPECT_TRUE(std::filesystem::exists(testing::TempDir() + set.attribute("file").value()))
        << set.attribute("file").value();
    ++k;
  }
  EXPECT_EQ(k, 2);
  EXPECT_THROW(write_vtk(small(), "folder/"), std::invalid_argument);
  inversion::Result2d bare = small();
  bare.models.clear();
  EXPECT_EQ(vtk_paths(bare, "a"), (std::vector<std::string>{"a.vtu", "a-sites.vtp"}));
}

TEST(Csv2d, OneRowAnElementDatumAndSite) {
  const std::string path = testing::TempDir() + "two.csv";
  write_section_csv(small(), path);
  EXPECT_EQ(example::read_file(path),
            "row,column,y_m,elevation_m,depth_m,y_left_m,y_right_m,elevation_top_left_m,elevation_top_right_m,"
            "elevation_bottom_left_m,elevation_bottom_right_m,resistivity_ohm_m,resistivity_y_ohm_m,"
            "resistivity_z_ohm_m,log10_resistivity_error,sensitivity_per_km2,cell,within_depth_of_investigation\n"
            "0,0,500,-87.5,162.5,0,1000,100,50,-200,-300,10,,,,5,0,1\n"
            "0,1,2000,-162.5,187.5,1000,3000,50,0,-300,-400,1000,,,,1,-1,\n");
  write_fit_csv(small(), path);
  EXPECT_EQ(example::read_file(path),
            "site,y_m,period_s,quantity,unit,observed_re,observed_im,error_re,error_im,predicted_re,predicted_im,"
            "residual_re,residual_im,fitted\n"
            "\"'=A\",500,10,Zxy,ohm,1,2,0.5,0.5,1.5,2,1,0,1\n");
  write_history_csv(small(), path);
  EXPECT_EQ(example::read_file(path),
            "iteration,rms,misfit,roughness,lambda,step,seconds\n0,5,0,0,0,0,0\n1,1,2,3,4,5,6\n");
  write_sites_csv(small(), path);
  EXPECT_EQ(example::read_file(path).substr(0, 74),
            "site,latitude,longitude,y_m,elevation_m,rms,static_shift_te,static_shift_t");
}

}  // namespace
}  // namespace terrella::viz
