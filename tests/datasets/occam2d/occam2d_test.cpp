// Files of Occam2D by hand, and the set of Paralana against its EDI files and itself.
#include "datasets/occam2d/occam2d.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/observations/profile.h"
#include "datasets/observations/survey.h"
#include "datasets/read.h"
#include "datasets/survey/rotation.h"
#include "datasets/survey/units.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

const char* const data_text =
    "FORMAT:           OCCAM2MTDATA_1.0\n"
    "TITLE:            by hand, Profile=97.0 deg, Strike=7.0 deg\n"
    "SITES:            2\n   a b\n   c\n"
    "OFFSETS (M):\n   0.0\n   1500.5\n"
    "FREQUENCIES:      2\n   10\n   0.5\n"
    "DATA BLOCKS:      8\n"
    "SITE  FREQ  TYPE  DATUM  ERROR\n"
    "1 1 1 2 0.04\n1 1 2 45 2.9\n1 2 5 1 0.02\n1 2 6 30 1\n"
    "2 1 3 0.1 0.01\n2 1 4 -0.2 0.01\n2 2 9 100 5\n2 2 10 50 0\n";

// 4 x 3 cells; the first layer of the model takes one row, the second two.
const char* const mesh_text =
    "by hand\n 0 5 4 1 0 2\n 55\n 1000 100 200 1000\n 10\n 20 40\n 0\n"
    "0???\n0???\n0???\n????\n"  // the first cell is air in three of four triangles
    "????\n????\n????\n????\n"
    "??1Z\n??1Z\n??1Z\n??1Z\n";
const char* const model_text =
    "Format:           OCCAM2MTMOD_1.0\n"
    "Model Name:       by hand\n"
    "Mesh File:        mesh\n"
    "Mesh Type:        PW2D\n"
    "Binding Offset:   50\n"
    "Num Layers:       2\n"
    "1 4\n1 1 1 1\n"
    "2 3\n 1 2\n 1\n"
    "NO. EXCEPTIONS:   1\n 1 2 0.5\n";
const char* const iteration_text =
    "Format:             OCCAMITER_FLEX\n"
    "Model File:         model\n"
    "!Model Limits:      none\n"
    "Iteration:          3\n"
    "Misfit Value:       1.25\n"
    "Param Count:        7\n"
    " 0 1 2 3\n -1 0.5 1.5\n";

std::string again(const std::string& text) { return occam2d_data_text(parse_occam2d_data(text, "again")); }

}  // namespace

TEST(Occam2dData, ReadsEveryType) {
  const Observations o = parse_occam2d_data(data_text, "d");
  ASSERT_EQ(o.sites.size(), 2U);
  EXPECT_EQ(o.sites[0].name, "a b");
  EXPECT_EQ(o.sites[1].y, 1500.5);
  EXPECT_EQ(o.sites[1].rotation, 7);
  EXPECT_EQ(o.blocks[0].orientation, 7);
  ASSERT_EQ(o.rows.size(), 8U);
  const Quantity wanted[] = {Quantity::log10_rho_te, Quantity::phase_te, Quantity::log10_rho_tm, Quantity::phase_tm,
                             Quantity::real_tzy,     Quantity::imag_tzy, Quantity::rho_te,       Quantity::rho_tm};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(o.rows[i].quantity, wanted[i]);
  EXPECT_EQ(o.rows[0].period, 0.1);
  EXPECT_EQ(o.rows[2].period, 2);
  EXPECT_EQ(o.rows[3].error, 1);
  EXPECT_TRUE(std::isnan(o.rows[7].error) && o.rows[7].masked);
  EXPECT_FALSE(o.rows[6].masked);
  ASSERT_EQ(o.provenance.repairs.size(), 1U);
  EXPECT_EQ(o.provenance.repairs[0].rule, "zero-error");
  // 100 ohm m at 10 Hz: |Z| = sqrt(w mu_0 rho), 45 degrees.
  const Survey survey = survey_of(o).survey;
  const Complex z = survey.sites[0].z[0][xy];
  EXPECT_NEAR(std::abs(z), std::sqrt(2 * pi * 10 * mu_0 * 100), 1e-12);
  EXPECT_NEAR(std::arg(z), pi / 4, 1e-12);
  EXPECT_NEAR(std::arg(-survey.sites[0].z[1][yx]), 30 * pi / 180, 1e-12);  // TM counts from the third quadrant
}

TEST(Occam2dData, IsWrittenAsItWasRead) {
  const Observations a = parse_occam2d_data(data_text, "d"), b = parse_occam2d_data(again(data_text), "d");
  ASSERT_EQ(a.rows.size(), b.rows.size() + 1);  // the datum without error is left out
  for (std::size_t i = 0; i < b.rows.size(); ++i) {
    EXPECT_EQ(a.rows[i].site, b.rows[i].site);
    EXPECT_NEAR(a.rows[i].period, b.rows[i].period, 1e-10 * a.rows[i].period);
    EXPECT_EQ(a.rows[i].quantity, b.rows[i].quantity);
    EXPECT_EQ(a.rows[i].value, b.rows[i].value);
  }
  EXPECT_EQ(again(data_text), again(again(data_text)));
}

TEST(Occam2dSet, GivesTheResistivityOfEveryCell) {
  const Occam2dMesh mesh = parse_occam2d_mesh(mesh_text, "mesh");
  const Occam2dModel model = parse_occam2d_model(model_text, "model");
  const OccamIteration iteration = parse_occam_iteration(iteration_text, "iteration");
  EXPECT_EQ(number_of(iteration, "misfit value"), 1.25);
  EXPECT_EQ(number_of(iteration, "Model Limits"), std::nullopt);  // commented out
  const ResistivityModel section = section_of(mesh, model, iteration);
  const auto& edges = std::get<Mesh2D>(section.mesh);
  EXPECT_EQ(edges.y, (std::vector<double>{-950, 50, 150, 350, 1350}));  // the first block of the first layer ends at 50
  EXPECT_EQ(edges.z, (std::vector<double>{0, 10, 30, 70}));
  const double a = std::pow(10, 0.5), b = std::pow(10, 1.5);
  const std::vector<double> wanted = {1e12, 10, 100, 1000,  //
                                      0.1,  a,  a,   b,     //
                                      0.1,  a,  55,  0.3};
  ASSERT_EQ(section.resistivity.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(section.resistivity[i], wanted[i], 1e-12 * wanted[i]) << i;
  EXPECT_EQ(section.kind[0], Cell::air);
  EXPECT_EQ(section.kind[10], Cell::fixed);
  EXPECT_EQ(section.kind[11], Cell::sea);
  EXPECT_EQ(section.kind[1], Cell::free);
}

TEST(Occam2dSet, RefusesPartsThatDoNotFit) {
  const Occam2dMesh mesh = parse_occam2d_mesh(mesh_text, "mesh");
  const OccamIteration iteration = parse_occam_iteration(iteration_text, "iteration");
  const auto message = [&](auto change) -> std::string {
    Occam2dModel model = parse_occam2d_model(model_text, "model");
    OccamIteration own = iteration;
    change(model, own);
    try {
      section_of(mesh, model, own);
    } catch (const FormatError& error) { return error.what(); }
    return "no error";
  };
  using M = Occam2dModel&;
  using I = OccamIteration&;
  EXPECT_EQ(message([](M, I) {}), "no error");
  EXPECT_EQ(message([](M m, I) { m.layers[1].rows = 3; }),
            "model: the layers take more than the 3 rows of the mesh mesh");
  EXPECT_EQ(message([](M m, I) { m.layers[1].rows = 1; }), "model: the layers take 2 of the 3 rows of the mesh mesh");
  EXPECT_EQ(message([](M m, I) { m.layers[0].columns[0] = 2; }),
            "model: the blocks of layer 1 take more than the 4 columns of the mesh mesh");
  EXPECT_EQ(message([](M m, I) { m.layers[1].columns.pop_back(); }),
            "model: the blocks of layer 2 take 3 of the 4 columns of the mesh mesh");
  EXPECT_EQ(message([](M, I i) { i.parameter.push_back(1); }), "model: has 7 parameters, iteration 8");
  EXPECT_EQ(message([](M, I i) { i.parameter.pop_back(); }), "model: has more parameters than the 6 of iteration");
  EXPECT_EQ(message([](M, I i) { i.parameter[0] = 400; }),
            "model: parameter 1 of iteration is beyond all resistivities");
}

TEST(Occam2dSet, IsWrittenAsItWasRead) {
  EXPECT_EQ(occam2d_mesh_text(parse_occam2d_mesh(occam2d_mesh_text(parse_occam2d_mesh(mesh_text, "m")), "m")),
            occam2d_mesh_text(parse_occam2d_mesh(mesh_text, "m")));
  const Occam2dModel model = parse_occam2d_model(model_text, "m"),
                     back = parse_occam2d_model(occam2d_model_text(model), "m");
  EXPECT_EQ(model.layers, back.layers);
  EXPECT_EQ(model.exceptions, back.exceptions);
  EXPECT_EQ(model.binding_offset, back.binding_offset);
  EXPECT_EQ(find_entry(back.entries, "Model Name")->value, "by hand");
  const OccamIteration iteration = parse_occam_iteration(iteration_text, "i"),
                       again_ = parse_occam_iteration(occam_iteration_text(iteration), "i");
  EXPECT_EQ(iteration.parameter, again_.parameter);
  ASSERT_EQ(iteration.entries.size(), again_.entries.size());
  for (std::size_t i = 0; i < iteration.entries.size(); ++i) {
    EXPECT_EQ(iteration.entries[i].key, again_.entries[i].key);
    EXPECT_EQ(iteration.entries[i].value, again_.entries[i].value);
  }
}

TEST(Occam2dSet, IsMadeOfASection) {
  const ResistivityModel section =
      section_of(parse_occam2d_mesh(mesh_text, "mesh"), parse_occam2d_model(model_text, "model"),
                 parse_occam_iteration(iteration_text, "iteration"));
  const Occam2dSet set = occam2d_set_of(section);
  EXPECT_EQ(set.iteration.parameter.size(), 9U);
  const ResistivityModel back = section_of(parse_occam2d_mesh(occam2d_mesh_text(set.mesh), "mesh"),
                                           parse_occam2d_model(occam2d_model_text(set.model), "model"),
                                           parse_occam_iteration(occam_iteration_text(set.iteration), "startup"));
  EXPECT_EQ(std::get<Mesh2D>(back.mesh), std::get<Mesh2D>(section.mesh));
  EXPECT_EQ(back.kind, section.kind);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(back.resistivity[i], section.resistivity[i], 1e-9 * section.resistivity[i]);
  ResistivityModel air = section;
  air.kind.assign(12, Cell::air);
  EXPECT_THROW(occam2d_set_of(air), std::invalid_argument);
}

TEST(Occam2dReal, ParalanaReadsWritesAndReads) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string set = folder + "/paralana-profile/occam2d/";
  const Observations data = read_occam2d_data(set + "OccamDataFile.dat");
  EXPECT_EQ(data.sites.size(), 15U);
  EXPECT_EQ(data.rows.size(), 1140U);
  const Observations data2 = parse_occam2d_data(occam2d_data_text(data), "again");
  ASSERT_EQ(data2.rows.size(), data.rows.size());
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    EXPECT_EQ(data.rows[i].value, data2.rows[i].value);
    EXPECT_EQ(data.rows[i].error, data2.rows[i].error);
    EXPECT_EQ(data.rows[i].site, data2.rows[i].site);
    EXPECT_NEAR(data.rows[i].period, data2.rows[i].period, 1e-9 * data.rows[i].period);
  }
  const Occam2dMesh mesh = read_occam2d_mesh(set + "Occam2DMesh");
  const Occam2dMesh mesh2 = parse_occam2d_mesh(occam2d_mesh_text(mesh), "again");
  EXPECT_EQ(mesh.width, mesh2.width);
  EXPECT_EQ(mesh.thickness, mesh2.thickness);
  EXPECT_EQ(mesh.code, mesh2.code);
  const Occam2dModel model = read_occam2d_model(set + "Occam2DModel");
  EXPECT_EQ(model.layers, parse_occam2d_model(occam2d_model_text(model), "again").layers);
  for (const char* name : {"Occam2DStartup", "ITER12.iter"}) {
    const OccamIteration iteration = read_occam_iteration(set + name);
    EXPECT_EQ(iteration.parameter.size(), 1378U);
    EXPECT_EQ(iteration.parameter, parse_occam_iteration(occam_iteration_text(iteration), "again").parameter);
  }
  const Occam2dResponse response = read_occam2d_response(set + "RESP12.resp");
  const Occam2dResponse response2 = parse_occam2d_response(occam2d_response_text(response), "again");
  for (std::size_t i = 0; i < response.rows.size(); ++i)
    EXPECT_EQ(response.rows[i].response, response2.rows[i].response);
}

// The residuals of the response file are those of the data and their errors, and add up to the misfit that the
// iteration states.
TEST(Occam2dReal, ParalanaResponsesFitTheirData) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string set = folder + "/paralana-profile/occam2d/";
  const Observations data = read_occam2d_data(set + "OccamDataFile.dat");
  const Occam2dResponse response = read_occam2d_response(set + "RESP12.resp");
  const Observations predicted = responses_of(data, response);
  double sum = 0;
  for (std::size_t i = 0; i < data.rows.size(); ++i) {
    const double residual = (data.rows[i].value.real() - predicted.rows[i].value.real()) / data.rows[i].error;
    // Both are printed with five digits, so their difference carries 1e-5 of the value over the error.
    EXPECT_NEAR(residual, response.rows[i].residual,
                1e-4 * std::abs(residual) + 2e-5 * std::abs(data.rows[i].value.real()) / data.rows[i].error + 1e-4);
    sum += residual * residual;
  }
  EXPECT_NEAR(std::sqrt(sum / 1140), *number_of(read_occam_iteration(set + "ITER12.iter"), "Misfit Value"), 1e-3);
}

TEST(Occam2dReal, ParalanaSection) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string set = folder + "/paralana-profile/occam2d/";
  const ResistivityModel start = read_occam2d_section(set + "Occam2DStartup");
  for (const double value : start.resistivity) EXPECT_NEAR(value, 100, 1e-9);
  const ResistivityModel section = read_occam2d_section(set + "ITER12.iter");
  const auto& mesh = std::get<Mesh2D>(section.mesh);
  EXPECT_EQ(mesh.ny(), 82U);
  EXPECT_EQ(mesh.nz(), 60U);
  EXPECT_DOUBLE_EQ(mesh.z.back(), 106'540);  // the sum of the thicknesses of the file
  const OccamIteration iteration = read_occam_iteration(set + "ITER12.iter");
  const auto [low, high] = std::minmax_element(iteration.parameter.begin(), iteration.parameter.end());
  const auto [lowest, highest] = std::minmax_element(section.resistivity.begin(), section.resistivity.end());
  EXPECT_NEAR(std::log10(*lowest), *low, 1e-12);
  EXPECT_NEAR(std::log10(*highest), *high, 1e-12);
  EXPECT_GT(*low, -3);  // ohm m that rocks have
  EXPECT_LT(*high, 5);
  // The first parameter is the top left block of 2 rows and 9 columns, the last the bottom right one of 10 rows.
  for (std::size_t j = 0; j < 9; ++j) EXPECT_EQ(section.resistivity[82 + j], std::pow(10.0, iteration.parameter[0]));
  EXPECT_EQ(section.resistivity.back(), std::pow(10.0, iteration.parameter.back()));
  // The right edge of the first block lies at the binding offset, 0. mtpy counts it one column (380 m) further: the
  // sites' offsets, 0 .. 14004.2 m, are edges of the mesh if they are moved by that column.
  EXPECT_NEAR(mesh.y[9], 0, 1e-9);
  const Observations data = read_occam2d_data(set + "OccamDataFile.dat");
  for (const ObservationSite& site : data.sites) {
    double nearest = 1e9;
    for (const double y : mesh.y) nearest = std::min(nearest, std::abs(y - 380.0 - site.y));
    EXPECT_LT(nearest, 1.0) << site.name;  // widths are printed to 0.1 m
  }
}

// The data file is the EDI files of the line turned to the strike of 7 degrees.
TEST(Occam2dReal, ParalanaDataAgreeWithEdi) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey edi = rotate_to(read({folder + "/paralana-profile/edi"}), 7);
  const Observations data = read_occam2d_data(folder + "/paralana-profile/occam2d/OccamDataFile.dat");
  EXPECT_EQ(data.blocks[0].orientation, 7);
  std::size_t compared = 0;
  double worst_rho = 0, worst_phase = 0, worst_offset = 0;
  for (const Site& site : edi.sites) {
    Survey one{"", {site}};
    const Observations truth = observations_of(one, two_dimensional_quantities(one), {.orientation = 7});
    for (const Observation& row : data.rows) {
      if (data.sites[row.site].name != site.name) continue;
      for (const Observation& other : truth.rows) {
        if (other.quantity != row.quantity || std::abs(other.period / row.period - 1) > 1e-4) continue;
        const double difference = std::abs(other.value.real() - row.value.real());
        double& worst = info(row.quantity).kind == QuantityKind::phase ? worst_phase : worst_rho;
        worst = std::max(worst, difference);
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 1140U);
  std::cout << "log10 rho within " << worst_rho << ", phase within " << worst_phase << " degrees\n";
  EXPECT_LT(worst_rho, 1e-4);    // printed to four digits
  EXPECT_LT(worst_phase, 1e-3);  // degrees
  // The offsets are distances of the places projected on the line of azimuth 97.
  const Observations line = profile_observations(edi, {Quantity::phase_te}, 97);
  ASSERT_EQ(line.sites.size(), data.sites.size());
  for (std::size_t i = 0; i < line.sites.size(); ++i) {
    EXPECT_EQ(line.sites[i].name, data.sites[i].name);
    worst_offset = std::max(worst_offset, std::abs(line.sites[i].y - data.sites[i].y));
  }
  std::cout << "offsets within " << worst_offset << " m\n";
  EXPECT_LT(worst_offset, 60);  // mtpy fits its own line
  EXPECT_NEAR(profile_azimuth(edi), 101, 1);
}

TEST(Occam2dReal, SurveysAreWrittenAlongTheirLine) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey edi = read({folder + "/paralana-profile/edi"});
  const Observations back = parse_occam2d_data(occam2d_survey_text(edi), "again");
  EXPECT_EQ(back.sites.size(), 15U);
  EXPECT_EQ(back.sites.front().name, "pb44");
  EXPECT_EQ(back.sites.front().y, 0);
  EXPECT_NEAR(back.sites.back().y, 14004, 150);
  EXPECT_NEAR(back.blocks[0].orientation, 11, 1);  // 90 degrees off the line
  const Survey turned = survey_of(back).survey;
  const Survey wanted = rotate_to(edi, back.blocks[0].orientation);
  for (const Site& site : turned.sites)
    for (const Site& other : wanted.sites)
      if (other.name == site.name)
        for (std::size_t i = 0, k = 0; i < site.periods(); ++i) {
          while (other.period[k] < site.period[i] * (1 - 1e-8)) ++k;
          for (const Component c : {xy, yx})
            EXPECT_LT(std::abs(site.z[i][c] - other.z[k][c]), 1e-8 * std::abs(other.z[k][c]));
        }
}

TEST(Occam2dData, FrequenciesAreThoseOfWrittenData) {
  Observations o = parse_occam2d_data(data_text, "d");
  for (Observation& row : o.rows) row.masked = row.masked || row.period == 2;
  EXPECT_EQ(periods_of(parse_occam2d_data(occam2d_data_text(o), "back")), std::vector<double>{0.1});
  EXPECT_NE(occam2d_data_text(o).find("FREQUENCIES:      1"), std::string::npos);
}

TEST(Occam2dData, RefusesWhatTheFormatCannotSay) {
  Observations o = parse_occam2d_data(data_text, "d");
  o.rows[0].reference = 1;
  EXPECT_THROW(occam2d_data_text(o), std::invalid_argument);
  o.rows[0].reference = Observation::no_site;
  o.sites[1].rotation += 30;
  EXPECT_THROW(occam2d_data_text(o), std::invalid_argument);
}
