// Every ModEM data list of the real data, and what two files of one survey must agree in.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "datasets/edi/edi.h"
#include "datasets/modem/data.h"
#include "datasets/observations/survey.h"
#include "datasets/survey/units.h"
#include "tests/datasets/observations/same.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;
namespace fs = std::filesystem;

namespace {

struct Expected {
  const char* path;
  std::size_t sites, periods, rows, blocks;
  const char* repairs;  ///< rules, each once
};

// Counted with awk from the files themselves.
const std::vector<Expected> files = {
    {"yellowstone-ynp/modem/ynp_z05_t02.dat", 45, 10, 2538, 2, ""},
    {"yellowstone-ynp/modem/ynp_z05_t02_topo.dat", 45, 10, 2538, 2, ""},
    {"paralana-profile/modem/ModEM_Data.dat", 15, 13, 780, 2, ""},
    {"paralana-profile/modem/Modular_MPI_NLCG_004.dat", 15, 13, 780, 1, ""},
    {"paralana-profile/modem/Modular_MPI_NLCG_004.res", 15, 13, 780, 1, ""},
    {"mtpy-modem-im/ModEM_Data.dat", 39, 17, 2652, 1, ""},
    {"mtpy-modem-im/Modular_MPI_NLCG_028.dat", 39, 23, 3084, 1, ""},
    {"mtpy-modem-im/Modular_MPI_NLCG_028.res", 39, 23, 3084, 1, ""},
    {"pymt-ws-modem/testfile_ModEM.data", 100, 9, 3600, 1, ""},
    {"modem-examples/DSM1/DSM1.dat", 100, 9, 3600, 1, ""},
    {"modem-examples/3D_BLOCK2/d0.dat", 198, 4, 4752, 2, ""},
    {"modem-examples/3D_BLOCK2/d1.dat", 198, 4, 4752, 2, ""},
    {"modem-examples/3D_BLOCK2/de.dat", 198, 4, 4752, 2, ""},
    {"modem-examples/3D_BLOCK2/di.dat", 198, 4, 4752, 2, ""},
    {"modem-examples/3D_BLOCK2/Jxdm.dat", 198, 4, 4752, 2, ""},
    {"modem-examples/3D_BLOCK2/de_mini.dat", 3, 2, 12, 1, ""},
    {"modem-examples/2D_BLOCK2/d0_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/2D_BLOCK2/d1_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/2D_BLOCK2/d_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/2D_BLOCK2/de_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/2D_BLOCK2/di_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/2D_BLOCK2/Jxdm_JT.dat", 40, 12, 960, 2, ""},
    {"modem-examples/ObliqueOne_FWD/FWD_ObliqueOne_ZT.dat", 100, 16, 9600, 2, ""},
    {"modem-examples/ObliqueOne_FWD/FWD_ObliqueOne_PT.dat", 100, 16, 6400, 1, ""},
    {"modem-examples/ObliqueOne_INV/Z_10_5_16p_100st_ObliqueOne_Noise50.data", 100, 16, 6400, 1, ""},
    {"modem-examples/ObliqueOne_INV/ZOffD_5e1_16p_100st_ObliqueOne_Noise50.data", 100, 16, 3200, 1, ""},
    {"modem-examples/ObliqueOne_INV/logrp_R10deg1_16p_100st_ObliqueOne_Noise50.data", 100, 16, 6400, 1,
     "resistivity-is-logarithm"}};

// The data of a sounding at a period between two of its own, in ln T, as MTpy does; NaN where these are more than a
// factor 2 apart.
template <class Row>
Row at_period(const Site& site, const std::vector<Row>& rows, double period) {
  Row row;
  row.fill(Complex(not_a_number, not_a_number));
  if (rows.empty()) return row;
  for (std::size_t k = 0; k + 1 < site.period.size(); ++k) {
    const double a = site.period[k], b = site.period[k + 1];
    if (!(a <= period && period <= b) || b / a > 2) continue;
    const double w = std::log(period / a) / std::log(b / a);
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = (1 - w) * rows[k][c] + w * rows[k + 1][c];
  }
  return row;
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<std::size_t>(part * static_cast<double>(values.size() - 1)));
}

using Key = std::tuple<std::string, double, Quantity>;

// Data by site, period to seven digits, and quantity: two programs list them in different order.
std::map<Key, Observation> by_key(const Observations& observations) {
  std::map<Key, Observation> data;
  for (const Observation& row : observations.rows) {
    const double period = std::stod(text(row.period));  // six digits
    data[{observations.sites[row.site].name, period, row.quantity}] = row;
  }
  return data;
}

}  // namespace

TEST(RealModem, EveryListIsReadAndComesBackTheSame) {
  TERRELLA_NEED_REAL_DATA(folder);
  for (const Expected& expected : files) {
    SCOPED_TRACE(expected.path);
    const std::string path = folder + "/" + expected.path;
    Observations o;
    ASSERT_NO_THROW(o = read_modem_data(path));
    EXPECT_EQ(o.sites.size(), expected.sites);
    EXPECT_EQ(periods_of(o).size(), expected.periods);
    EXPECT_EQ(o.rows.size(), expected.rows);
    EXPECT_EQ(o.blocks.size(), expected.blocks);
    std::string repairs;
    for (const Repair& repair : o.provenance.repairs) repairs += repair.rule;
    EXPECT_EQ(repairs, expected.repairs);
    EXPECT_EQ(difference(o, parse_modem_data(modem_data_text(o), "back.dat")), "");
    EXPECT_NO_THROW(survey_of(o));
  }
}

// The lists above are all that there are: what looks like one and is not named there is found here.
TEST(RealModem, NoListIsForgotten) {
  TERRELLA_NEED_REAL_DATA(folder);
  std::size_t lists = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::FILE* const file = std::fopen(entry.path().c_str(), "rb");
    std::string start(4096, '\0');
    start.resize(std::fread(start.data(), 1, start.size(), file));
    std::fclose(file);
    if (!looks_like_modem_data(start)) continue;
    ++lists;
    const std::string relative = fs::relative(entry.path(), folder).string();
    EXPECT_TRUE(std::any_of(files.begin(), files.end(), [&](const Expected& e) { return e.path == relative; }))
        << relative;
  }
  EXPECT_EQ(lists, files.size());
}

// The same numbers in two lists, Ohm in both: exp(+i w t) as ModEM's example says, exp(-i w t) as pyMT's copy says.
// (tests/datasets/dsm1 shows that both are shifted by a column against the originals.)
TEST(RealModem, DublinModelIsTheSameInTwoLists) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Observations pymt = read_modem_data(folder + "/pymt-ws-modem/testfile_ModEM.data");
  const Observations example = read_modem_data(folder + "/modem-examples/DSM1/DSM1.dat");
  ASSERT_EQ(pymt.rows.size(), example.rows.size());
  EXPECT_EQ(pymt.blocks[0].sign, "-");
  EXPECT_EQ(example.blocks[0].sign, "+");
  for (std::size_t i = 0; i < example.rows.size(); ++i) EXPECT_EQ(pymt.rows[i].value, std::conj(example.rows[i].value));
}

// Off-diagonal elements, full tensors and ln rho with phase of one noisy inversion data set; the noise differs.
TEST(RealModem, ObliqueOneAgreesInThreeTypes) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/modem-examples/ObliqueOne_INV/";
  const auto full = survey_of(read_modem_data(base + "Z_10_5_16p_100st_ObliqueOne_Noise50.data")).survey;
  const auto off = survey_of(read_modem_data(base + "ZOffD_5e1_16p_100st_ObliqueOne_Noise50.data")).survey;
  const auto rho = survey_of(read_modem_data(base + "logrp_R10deg1_16p_100st_ObliqueOne_Noise50.data")).survey;
  const auto truth = survey_of(read_modem_data(folder + "/modem-examples/ObliqueOne_FWD/FWD_ObliqueOne_ZT.dat")).survey;
  ASSERT_EQ(full.sites.size(), 100U);
  ASSERT_EQ(rho.sites.size(), 100U);
  for (std::size_t s = 0; s < 100; ++s)
    for (std::size_t i = 0; i < 16; ++i)
      for (const Component c : {xy, yx}) {
        const Complex z = off.sites[s].z[i][c];
        EXPECT_LT(std::abs(full.sites[s].z[i][c] - z), 1e-12 * std::abs(z));
        // rho has six digits behind the point in ln, and the phase in degrees: 1e-6.
        EXPECT_LT(std::abs(rho.sites[s].z[i][c] - z), 2e-5 * std::abs(z)) << s << " " << i;
        EXPECT_LT(std::abs(truth.sites[s].z[i][c] - z), 0.4 * std::abs(z));  // noise of 5 %
        EXPECT_NEAR(off.sites[s].z_error[i][c], 0.05 * std::abs(z), 0.002 * std::abs(z));
      }
}

// The phase tensors that ModEM computed are those of the impedances that it computed, at periods where the two runs do
// not feel their boundaries: one took the fields there from a larger background model (readme.txt), the other did not.
TEST(RealModem, PhaseTensorsFollowFromImpedances) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/modem-examples/ObliqueOne_FWD/";
  const Observations tensors = read_modem_data(base + "FWD_ObliqueOne_PT.dat");
  const Survey survey = survey_of(read_modem_data(base + "FWD_ObliqueOne_ZT.dat")).survey;
  const auto ours = by_key(observations_of(survey, quantities_of(tensors)));
  const auto theirs = by_key(tensors);
  ASSERT_EQ(theirs.size(), 6400U);
  std::size_t compared = 0;
  for (const auto& [key, datum] : theirs) {
    ASSERT_TRUE(ours.contains(key));
    if (datum.period > 0.5) continue;
    ++compared;
    EXPECT_NEAR(ours.at(key).value.real(), datum.value.real(), 0.015);
  }
  EXPECT_EQ(compared, 2400U);
}

// d1 is the response of m1 = m0 + dm and Jxdm the directional derivative: d1 - d0 = J dm to second order in dm.
TEST(RealModem, DerivativesOfTheTwoDimensionalExample) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/modem-examples/2D_BLOCK2/";
  const Observations d0 = read_modem_data(base + "d0_JT.dat"), d1 = read_modem_data(base + "d1_JT.dat"),
                     derivative = read_modem_data(base + "Jxdm_JT.dat");
  double difference_squared = 0, size_squared = 0;
  for (std::size_t i = 0; i < d0.rows.size(); ++i) {
    EXPECT_TRUE(std::isnan(d0.rows[i].error));
    EXPECT_EQ(d0.rows[i].quantity, derivative.rows[i].quantity);
    difference_squared += std::norm(d1.rows[i].value - d0.rows[i].value - derivative.rows[i].value);
    size_squared += std::norm(derivative.rows[i].value);
  }
  EXPECT_LT(std::sqrt(difference_squared / size_squared), 0.05);
  // TE has the phase of Zxy in the first quadrant, TM that of Zyx in the third, once conjugated.
  for (const Observation& row : d0.rows) EXPECT_EQ(row.value.imag() > 0, row.quantity == Quantity::z_te);
}

// Response and residual of an inversion belong to its data: data - response = residual, row by key.
TEST(RealModem, ResidualIsDataMinusResponse) {
  TERRELLA_NEED_REAL_DATA(folder);
  const std::string base = folder + "/paralana-profile/modem/";
  const auto data = by_key(read_modem_data(base + "ModEM_Data.dat"));
  const auto response = by_key(read_modem_data(base + "Modular_MPI_NLCG_004.dat"));
  const auto residual = by_key(read_modem_data(base + "Modular_MPI_NLCG_004.res"));
  ASSERT_EQ(data.size(), 780U);
  for (const auto& [key, datum] : data) {
    const Complex computed = datum.value - response.at(key).value;
    EXPECT_LT(std::abs(computed - residual.at(key).value), 2e-6 * (std::abs(datum.value) + std::abs(computed)));
    EXPECT_TRUE(std::isnan(response.at(key).error));
    EXPECT_LE(residual.at(key).error, datum.error * (1 + 1e-6));  // some were smaller when that inversion ran
  }
}

// The impedances of the EDI files at the periods of the list, interpolated there by MTpy: near, not equal.
TEST(RealModem, ParalanaAgreesWithItsEdiFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey modem = survey_of(read_modem_data(folder + "/paralana-profile/modem/ModEM_Data.dat")).survey;
  std::vector<double> differences;
  ASSERT_EQ(modem.sites.size(), 15U);
  for (const Site& site : modem.sites) {
    const Site edi = read_edi(folder + "/paralana-profile/edi/" + site.name + "c.edi");
    EXPECT_NEAR(edi.latitude, site.latitude, 6e-4);
    EXPECT_NEAR(edi.longitude, site.longitude, 6e-4);
    for (std::size_t i = 0; i < site.period.size(); ++i) {
      const Impedance z = at_period(edi, edi.z, site.period[i]);
      for (const Component c : {xy, yx})
        if (std::isfinite(z[c].real())) differences.push_back(std::abs(z[c] / site.z[i][c] - 1.0));
    }
  }
  ASSERT_GE(differences.size(), 300U);
  EXPECT_LT(quantile(differences, 0.5), 0.02);
  EXPECT_LT(quantile(differences, 0.9), 0.1);
}

TEST(RealModem, YellowstoneAgreesWithItsEdiFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  const Survey modem = survey_of(read_modem_data(folder + "/yellowstone-ynp/modem/ynp_z05_t02.dat")).survey;
  std::vector<Site> edi;
  for (const auto& entry : fs::directory_iterator(folder + "/yellowstone-ynp/edi"))
    edi.push_back(read_edi(entry.path().string()));
  std::size_t sites = 0;
  std::vector<double> impedance, tipper;
  for (const Site& site : modem.sites)
    for (const Site& original : edi) {
      if (std::abs(original.latitude - site.latitude) > 6e-4 || std::abs(original.longitude - site.longitude) > 6e-4)
        continue;
      ++sites;
      for (std::size_t i = 0; i < site.period.size(); ++i) {
        const Complex z = at_period(original, original.z, site.period[i])[xy];
        if (std::isfinite(z.real()) && std::isfinite(site.z[i][xy].real()))
          impedance.push_back(std::abs(z / site.z[i][xy] - 1.0));
        const Complex ty = at_period(original, original.tipper, site.period[i])[1];
        if (std::isfinite(ty.real()) && !site.tipper.empty() && std::isfinite(site.tipper[i][1].real()))
          tipper.push_back(std::abs(ty - site.tipper[i][1]));
      }
    }
  EXPECT_GE(sites, 40U);
  ASSERT_GE(impedance.size(), 200U);
  ASSERT_GE(tipper.size(), 100U);
  EXPECT_LT(quantile(impedance, 0.5), 0.05);
  EXPECT_LT(quantile(tipper, 0.5), 0.03);
}
