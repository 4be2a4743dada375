// Every ModEM model and covariance of the real data.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/modem/covariance.h"
#include "datasets/modem/data.h"
#include "datasets/modem/model.h"
#include "datasets/survey/units.h"
#include "tests/datasets/model/same.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;
namespace fs = std::filesystem;

namespace {

std::string start_of(const fs::path& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  std::string start(4096, '\0');
  start.resize(std::fread(start.data(), 1, start.size(), file));
  std::fclose(file);
  return start;
}

}  // namespace

TEST(RealModemModel, EveryModelIsReadAndComesBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  std::size_t models = 0, sections = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !looks_like_modem_model(start_of(entry.path()))) continue;
    SCOPED_TRACE(entry.path().string());
    if (entry.path().stem().string().starts_with("JTxd")) {  // a gradient: exp(809.5) is no resistivity
      EXPECT_THROW(read_modem_model(entry.path().string()), FormatError);
      const std::size_t cells = read_modem_parameters(entry.path().string()).value.size();
      EXPECT_EQ(cells, entry.path().extension() == ".ws" ? 21U * 28 * 11 : 100U * 31);
      continue;
    }
    ResistivityModel model;
    ASSERT_NO_THROW(model = read_modem_model(entry.path().string()));
    EXPECT_TRUE(model.repairs.empty());
    EXPECT_EQ(difference(model, parse_modem_model(modem_model_text(model), "back")), "");
    ++models;
    sections += std::holds_alternative<Mesh2D>(model.mesh);
  }
  EXPECT_EQ(models, 19U);
  EXPECT_EQ(sections, 5U);
}

TEST(RealModemModel, EveryCovarianceIsReadAndComesBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || !looks_like_modem_covariance(start_of(entry.path()))) continue;
    SCOPED_TRACE(entry.path().string());
    ModelCovariance covariance;
    ASSERT_NO_THROW(covariance = read_modem_covariance(entry.path().string()));
    // 79 and 24 numbers for the cells along x and y, where 80 for the layers should stand.
    EXPECT_EQ(covariance.repairs.size(), entry.path().parent_path().filename() == "mtpy-modem-im" ? 2U : 0U);
    const ModelCovariance back = parse_modem_covariance(modem_covariance_text(covariance), "back");
    EXPECT_EQ(back.cells, covariance.cells);
    EXPECT_EQ(back.area, covariance.area);
    EXPECT_EQ(back.header, covariance.header);
    EXPECT_EQ(back.smoothing_x, covariance.smoothing_x);
    EXPECT_EQ(back.exceptions, covariance.exceptions);
    ++count;
  }
  EXPECT_EQ(count, 7U);
}

// One covariance belongs to the model with topography; with the other model it is refused. Its air is where the model
// has air: that the rows of both run from north to south can only agree if they are read alike.
TEST(RealModemModel, YellowstoneCovarianceFitsOneModel) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/yellowstone-ynp/modem/";
  const ModelCovariance covariance = read_modem_covariance(base + "ynp_covariance.cov");
  EXPECT_THROW(expect_match(read_modem_model(base + "ynp_sm02.rho"), covariance), MeshError);
  const ResistivityModel model = with_areas(read_modem_model(base + "ynp_sm02_topo.rho"), covariance);
  EXPECT_EQ(std::get<Mesh3D>(model.mesh).z.front(), -3269);
  std::size_t air = 0;
  for (std::size_t i = 0; i < model.kind.size(); ++i) {
    EXPECT_EQ(model.kind[i] == Cell::air, model.resistivity[i] > 1e10) << i;
    air += model.kind[i] == Cell::air;
  }
  EXPECT_GT(air, 1000U);
}

// m1 = m0 + dm, cell by cell: three files of ln resistivity.
TEST(RealModemModel, ThePerturbedModelIsTheSum) {
  TERRELLA_NEED_REAL_DATA(folder);
  for (const std::string name : {"2D_BLOCK2/", "3D_BLOCK2/"}) {
    const std::string base = folder + "/modem-examples/" + name, end = name[0] == '2' ? ".rho" : ".ws";
    const ResistivityModel m0 = read_modem_model(base + "m0" + end), m1 = read_modem_model(base + "m1" + end),
                           dm = read_modem_model(base + "dm" + end);
    ASSERT_EQ(m0.resistivity.size(), dm.resistivity.size());
    for (std::size_t i = 0; i < m0.resistivity.size(); ++i)
      EXPECT_NEAR(std::log(m1.resistivity[i]), std::log(m0.resistivity[i]) + std::log(dm.resistivity[i]), 1.1e-5);
  }
}

// <J dm, d> = <dm, J^T d>: ModEM's own adjoint test in 2D. The unit of data is V/m/T there; ln rho instead of ln sigma
// changes the sign of both dm and J^T d.
TEST(RealModemModel, GradientsAreReadAsTheyStand) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/modem-examples/2D_BLOCK2/";
  const ModelParameters gradient = read_modem_parameters(base + "JTxd_JT.rho");
  const ModelParameters dm = read_modem_parameters(base + "dm.rho");
  ASSERT_EQ(gradient.value.size(), 3100U);
  EXPECT_EQ(std::get<Mesh2D>(gradient.mesh), std::get<Mesh2D>(dm.mesh));
  double model_side = 0, data_side = 0;
  for (std::size_t i = 0; i < dm.value.size(); ++i) model_side += dm.value[i] * gradient.value[i];
  const Observations jdm = read_modem_data(base + "Jxdm_JT.dat"), d = read_modem_data(base + "d_JT.dat");
  ASSERT_EQ(jdm.rows.size(), d.rows.size());
  for (std::size_t i = 0; i < d.rows.size(); ++i)
    data_side += (std::conj(jdm.rows[i].value) * d.rows[i].value).real() / (mu_0 * mu_0);
  EXPECT_NEAR(model_side / data_side, 1, 1e-3);
}
