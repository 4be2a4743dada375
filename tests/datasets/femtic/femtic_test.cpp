#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "datasets/femtic/model.h"
#include "datasets/femtic/observe.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"
#include "tests/datasets/observations/same.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const std::string observe =
    "MT 2\n1 1 -1.5 2\n1\n4 0.01 -0.02 0.1 -0.1 -0.1 0.1 -0.01 0.02 1e-3 2e-3 -1e-3 1e-3 1e-3 1e-3 9.999e3 1\n"
    "2 1 3 4\n1\n4 0.01 -0.02 0.1 -0.1 -0.1 0.1 -0.01 0.02 1e-3 2e-3 1e-3 1e-3 1e-3 1e-3 1e-3 1e-3\n"
    "VTF 1\n3 3 0 1 1 1\n1\n 4 0.1 0.2 0.3 0.4 .01 .01 .02 .02\n"
    "APP_RES_AND_PHS 1\n4 4 0 0\n1\n4 1 0 100 -45 100 135 1 0 -1 -1 10 2.9 10 2.9 -1 -1\nEND\n";

const std::string tetra =
    "TETRA\n4\n0 0 0 0\n1 1 0 0\n2 0 1 0\n3 0 0 1\n1\n0 -1 -1 -1 -1 0 1 2 3\n1\n0 0\n1\n0 1\n0\n0\n0\n0\n1\n0 3\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

template <class Parse>
void says(const Parse& parse, const std::string& text, const char* part) {
  try {
    parse(text, "f.dat");
    FAIL() << part;
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

bool repaired(const Observations& observations, const std::string& rule) {
  for (const Repair& repair : observations.provenance.repairs)
    if (repair.rule == rule) return true;
  return false;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(FemticData, ReadsWhatStandsThere) {
  const Observations o = parse_femtic_data(observe, "observe.dat");
  ASSERT_EQ(o.sites.size(), 4U);
  EXPECT_EQ(o.sites[0].x, -1500);
  ASSERT_EQ(o.rows.size(), 4U + 4 + 2 + 8);
  EXPECT_EQ(o.rows[1].value, Complex(0.1, 0.1));  // exp(-i w t) in the file
  EXPECT_EQ(o.rows[1].period, 0.25);
  EXPECT_EQ(o.rows[0].error_imaginary, 2e-3);
  EXPECT_EQ(o.rows[1].error, 1e-3);
  EXPECT_TRUE(o.rows[3].masked);
  EXPECT_TRUE(repaired(o, "negative-error"));
  EXPECT_EQ(o.rows[0].reference, Observation::no_site);
  EXPECT_EQ(o.rows[4].reference, 0U);  // the magnetic field of station 1
  EXPECT_EQ(o.blocks[1].entries.at("flags 3"), "0 1");
  EXPECT_EQ(o.rows[11].value, Complex(0));
  EXPECT_TRUE(o.rows[10].masked);
  EXPECT_EQ(o.rows[13].value, Complex(45));
  EXPECT_EQ(o.rows[15].value, Complex(-135));
  EXPECT_EQ(difference(o, parse_femtic_data(femtic_data_text(o), "back.dat")), "");
  const auto [survey, lost] = survey_of(o);
  EXPECT_EQ(survey.sites.size(), 3U);  // station 2 has no magnetic field of its own
  EXPECT_EQ(lost.at(0), "1 values of Zxx with the magnetic field of another site");
  EXPECT_THROW(expect_local_fields(o, "write_x"), std::invalid_argument);
  EXPECT_TRUE(looks_like_femtic_data(observe));
  EXPECT_FALSE(looks_like_femtic_data("MT\n"));
}

TEST(FemticData, KindsComeBackInTheOrderOfTheirData) {
  const std::string text = replaced(observe, "VTF 1", "APP_RES_AND_PHS 0\nVTF 1");
  const Observations o = parse_femtic_data(text, "o");
  const Observations back = parse_femtic_data(femtic_data_text(o), "back");
  ASSERT_EQ(back.rows.size(), o.rows.size());
  for (std::size_t i = 0; i < o.rows.size(); ++i) EXPECT_EQ(back.rows[i].quantity, o.rows[i].quantity) << i;
}

TEST(FemticData, SaysWhatIsWrongAndWhere) {
  says(parse_femtic_data, replaced(observe, "END", "VTF 1\n5 5 0 1\n1\n 4 0.1 0.2 0.3 0.4 .01 .01 .02 .02\nEND"),
       "VTF stands twice; put its stations together");
  says(parse_femtic_data, replaced(observe, "2 1 3 4", "1 1 3 4"), "f.dat:5: station 1 stands twice");
  says(parse_femtic_data, replaced(observe, "2 1 3 4", "2 7 3 4"), "f.dat:5: there is no station 7");
  says(parse_femtic_data, replaced(observe, "MT 2", "NMT 2"), "network MT is not read");
  says(parse_femtic_data, replaced(observe, "MT 2", "MT"), "f.dat:1: the number of stations");
  says(parse_femtic_data, replaced(observe, "\n4 0.01", "\n-4 0.01"), "f.dat:4: frequency -4 Hz");
  says(parse_femtic_data, replaced(observe, "1 1 -1.5 2\n1\n", "1 1 -1.5 2\n2\n"), "more than 17 numbers");
  says(parse_femtic_data, "END\n", "there is no station");
  EXPECT_TRUE(repaired(parse_femtic_data(observe.substr(0, observe.find("END")), "f.dat"), "missing-end"));
}

TEST(FemticData, WritesASurveyWithTipper) {
  Site site;
  site.name = "ST 1";
  site.latitude = 10;
  site.longitude = 20;
  site.period = {1};
  site.z = {{Complex(1e-3, 2e-3), Complex(1e-2, 2e-2), Complex(-1e-2, -2e-2), Complex(3e-3, 1e-3)}};
  site.z_error = {{1e-4, 1e-4, 1e-4, 1e-4}};
  site.tipper = {{Complex(0.1, 0.2), Complex(0.3, 0.4)}};
  site.tipper_error = {{0.02, 0.02}};
  const Observations o = observations_of(
      Survey{"", {site}}, {Quantity::zxx, Quantity::zxy, Quantity::zyx, Quantity::zyy, Quantity::tx, Quantity::ty});
  const Observations back = parse_femtic_data(femtic_data_text(o), "back.dat");
  ASSERT_EQ(back.sites.size(), 2U);  // two stations in one place
  EXPECT_EQ(back.sites[1].x, back.sites[0].x);
  EXPECT_EQ(back.rows[5].value, Complex(0.3, 0.4));
}

TEST(FemticModel, MeshAndBlocksComeBackAndFitTogether) {
  const FemticMesh mesh = parse_femtic_mesh(tetra, "mesh.dat");
  EXPECT_EQ(mesh.mesh.cells(), 1U);
  EXPECT_EQ(mesh.land, (std::vector<std::int32_t>{0, 3}));
  EXPECT_EQ(femtic_mesh_text(parse_femtic_mesh(femtic_mesh_text(mesh), "back")), femtic_mesh_text(mesh));
  const FemticBlocks blocks = parse_femtic_blocks("1 2\n0 1\n0 1e9 1e-6 1e12 1.0 1\n1 100 1e-6 1e6 1.0 0\n", "b.dat");
  const ResistivityModel model = femtic_model(mesh, blocks);
  EXPECT_EQ(model.resistivity, std::vector<double>{100});
  EXPECT_EQ(model.kind, std::vector<Cell>{Cell::free});
  FemticBlocks two = blocks;
  two.block_of.push_back(0);
  EXPECT_THROW(femtic_model(mesh, two), MeshError);
  EXPECT_TRUE(looks_like_femtic_mesh(tetra));
  EXPECT_TRUE(looks_like_femtic_blocks("1 2\n0 1\n"));
  EXPECT_FALSE(looks_like_femtic_blocks("100 31\n 8E+04 7E+04\n"));
}

// One brick with one layer of air: 8 points, planes of one element each.
TEST(FemticModel, Bricks) {
  std::string text = "HEXA\n1 1 1 0\n";
  for (int i = 0; i < 8; ++i)
    text += std::to_string(i) + " " + std::to_string(i % 2) + " " + std::to_string(i / 2 % 2) + " " +
            std::to_string(i / 4) + "\n";
  text += "0 -1 -1 -1 -1 -1 -1 0 1 3 2 4 5 7 6\n";
  for (int p = 0; p < 6; ++p) text += "1\n0 0 1 2 3\n";
  const FemticMesh mesh = parse_femtic_mesh(text, "mesh.dat");
  EXPECT_EQ(mesh.mesh.shape, PointMesh::Shape::hexahedron);
  EXPECT_EQ(femtic_mesh_text(parse_femtic_mesh(femtic_mesh_text(mesh), "back")), femtic_mesh_text(mesh));
  says(parse_femtic_mesh, replaced(text, "1\n0 0 1 2 3\n", "2\n0 0 1 2 3\n0 0 1 2 3\n"), "plane 1 has 2 elements");
}

TEST(FemticModel, SaysWhatIsWrongAndWhere) {
  says(parse_femtic_mesh, replaced(tetra, "TETRA", "DHEXA"), "deformed hexahedra are not read");
  says(parse_femtic_mesh, replaced(tetra, "\n2 0 1 0", "\n5 0 1 0"), "f.dat:5: number 5 where 2 should follow");
  says(parse_femtic_mesh, replaced(tetra, "0 1 2 3\n1\n", "0 1 2 9\n1\n"), "point 9 is not a whole number of 0 .. 3");
  says(parse_femtic_mesh, replaced(tetra, "TETRA\n4", "TETRA\n400000"), "400000 announced");
  says(parse_femtic_mesh, tetra + "7\n", "more than the file should have");
  const std::string blocks = "1 2\n0 1\n0 1e9 1e-6 1e12 1.0 1\n1 100 1e-6 1e6 1.0 0\n";
  says(parse_femtic_blocks, replaced(blocks, "0 1\n0 1e9", "0 2\n0 1e9"),
       "f.dat:2: block 2 is not a whole number of 0 .. 1");
  says(parse_femtic_blocks, replaced(blocks, "1e6 1.0 0", "10 1.0 0"),
       "f.dat:4: resistivity 100 of block 1 is not within");
  says(parse_femtic_blocks, replaced(blocks, "1.0 1\n", "1.0 0\n"), "block 0 is the air");
  says(parse_femtic_blocks, replaced(blocks, "1.0 0\n", "1.0 7\n"), "type 7");
  says(parse_femtic_blocks, replaced(blocks, "1 2\n", "1 20000\n"), "are announced");
}

TEST(FemticData, RealFilesAreReadAndComeBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  for (const std::string name : {"INV_MT_01_Tetra", "INV_MT_01_Hexa_no_mesh"}) {
    const Observations o = read_femtic_data(folder + "/femtic/" + name + "/observe.dat");
    EXPECT_EQ(o.sites.size(), 36U);
    EXPECT_EQ(o.rows.size(), name == "INV_MT_01_Tetra" ? 36U * 4 * 4 : 36U * 5 * 4);
    EXPECT_EQ(difference(o, parse_femtic_data(femtic_data_text(o), "back.dat")), "");
    // Errors of the hexahedral case are a tenth of the signed values; FEMTIC squares them.
    EXPECT_EQ(repaired(o, "negative-error"), name != "INV_MT_01_Tetra");
    const Survey survey = survey_of(o).survey;
    ASSERT_EQ(survey.sites.size(), 36U);
    for (const Site& site : survey.sites)  // 100 ohm m with a block of 10 or 1000 below: a plausible earth in ohm
      EXPECT_NEAR(std::log10(std::norm(site.z[0][xy]) * site.period[0] / (2 * pi * mu_0)), 2, 1);
  }
}

TEST(FemticModel, RealModelIsReadAndComesBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/femtic/INV_MT_01_Tetra/";
  const FemticMesh mesh = read_femtic_mesh(base + "mesh.dat");
  EXPECT_EQ(mesh.mesh.points.size(), 5806U);
  EXPECT_EQ(mesh.mesh.cells(), 34559U);
  EXPECT_EQ(mesh.land.size(), 2U * 1994);
  const FemticMesh back = parse_femtic_mesh(femtic_mesh_text(mesh), "back");
  EXPECT_EQ(back.mesh.points, mesh.mesh.points);
  EXPECT_EQ(back.mesh.corners, mesh.mesh.corners);
  EXPECT_EQ(back.neighbour, mesh.neighbour);
  EXPECT_EQ(back.plane, mesh.plane);
  EXPECT_EQ(back.land, mesh.land);
  const FemticBlocks blocks = read_femtic_blocks(base + "resistivity_block_iter0.dat");
  EXPECT_EQ(blocks.blocks.size(), 289U);
  const FemticBlocks blocks_back = parse_femtic_blocks(femtic_blocks_text(blocks), "back");
  EXPECT_EQ(blocks_back.block_of, blocks.block_of);
  EXPECT_EQ(blocks_back.blocks, blocks.blocks);
  const ResistivityModel model = read_femtic_model(base + "resistivity_block_iter0.dat");
  EXPECT_EQ(model.resistivity.size(), 34559U);
  // A face that two tetrahedra share is a face of both: three common points.
  for (std::size_t i = 0; i < 34559; i += 97)
    for (std::size_t f = 0; f < 4; ++f) {
      const std::int32_t other = mesh.neighbour[4 * i + f];
      if (other < 0) continue;
      int common = 0;
      for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 4; ++b)
          common += mesh.mesh.corners[4 * i + a] == mesh.mesh.corners[4 * static_cast<std::size_t>(other) + b];
      EXPECT_EQ(common, 3);
    }
  // Air lies above z = 0.
  for (std::size_t i = 0; i < 34559; ++i) {
    double z = 0;
    for (std::size_t k = 0; k < 4; ++k) z += mesh.mesh.points[mesh.mesh.corners[4 * i + k]][2];
    EXPECT_EQ(model.kind[i] == Cell::air, z < 0) << i;
  }
  EXPECT_THROW(read_femtic_model(folder + "/femtic/INV_MT_01_Hexa_no_mesh/observe.dat"), FormatError);
  EXPECT_FALSE(bytes_of(base + "mesh.dat").empty());
}
