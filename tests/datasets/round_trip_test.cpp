// Read, written, read again: every real sounding through every format that can hold it.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "datasets/edi/edi.h"
#include "datasets/emtf_xml/emtf_xml.h"
#include "datasets/jformat/jformat.h"
#include "datasets/mth5/mth5.h"
#include "datasets/read.h"
#include "datasets/survey/covariance.h"
#include "datasets/survey/rotation.h"
#include "datasets/write.h"
#include "datasets/zfile/zfile.h"
#include "datasets/zonge_avg/zonge_avg.h"
#include "tests/datasets/real_data.h"
#include "tests/datasets/site_comparison.h"

using namespace terrella;
using namespace terrella::datasets;
using terrella::tests::difference;

namespace {

struct Way {
  const char* format;
  Site (*there_and_back)(const Site& site);
  Comparison how;
};

const std::vector<Way>& ways() {
  static const std::vector<Way> all = {
      {"edi", [](const Site& s) { return parse_edi(edi_text(s), "back.edi"); }, {.masks = false, .covariance = false}},
      {"emtf-xml",
       [](const Site& s) { return parse_emtf_xml(emtf_xml_text(s), "back.xml"); },
       {.masks = false, .covariance_of_e_and_hz = false}},
      {"zfile",
       [](const Site& s) { return parse_zfile(zfile_text(s), "back.zmm"); },
       {.error_tolerance = 0.01, .elevation = false, .covariance_of_e_and_hz = false}},  // errors are the covariances'
      {"j",
       [](const Site& s) { return parse_jformat(jformat_text(s), "back.j"); },
       {.masks = false, .covariance = false}},
      {"zonge-avg",
       [](const Site& s) {
         return parse_zonge_avg(zonge_avg_text({"", {s}}), "back.avg").sites.at(0);
       },
       {.covariance = false, .errors_of_zero = false}},
      {"mth5",
       [](const Site& s) {
         return parse_mth5(mth5_bytes({"", {s}}), "back.mth5").sites.at(0);
       },
       {.masks = false}},
  };
  return all;
}

// A site of two periods with all that a format may have to carry.
Site full_site() {
  Site site;
  site.name = "A01";
  site.latitude = -28.4032;
  site.longitude = 24.25;
  site.elevation = 1200.5;
  site.period = {0.125, 8};
  site.z = {{Complex(0.1, 0.2), Complex(3.0, 2.5), Complex(-2.0, -1.5), Complex(-0.2, 0.1)},
            {Complex(0.05, 0.1), Complex(1.0, 0.5), Complex(-1.0, -0.5), Complex(-0.1, 0.05)}};
  site.tipper = {{Complex(0.3, -0.1), Complex(-0.2, 0.05)}, {Complex(0.2, -0.1), Complex(-0.1, 0.05)}};
  const InverseSignalPower s = {0.5, Complex(0.1, 0.2), Complex(0.1, -0.2), 2.0};
  const ResidualCovariance n = {0.04, Complex(0.01, -0.005),   Complex(0.001, 0.002),  Complex(0.01, 0.005),
                                0.01, Complex(0.0005, -0.001), Complex(0.001, -0.002), Complex(0.0005, 0.001),
                                0.001};
  for (int i = 0; i < 2; ++i) {
    site.inverse_signal_power.push_back(s);
    site.residual_covariance.push_back(n);
    site.z_error.push_back(impedance_error(s, n));
    site.tipper_error.push_back(tipper_error(s, n));
  }
  return site;
}

}  // namespace

TEST(RoundTrip, KeepsAllThatAFormatHas) {
  for (const Way& way : ways()) {
    const Site site = full_site();
    EXPECT_EQ(difference(site, way.there_and_back(site), way.how), "") << way.format;
  }
}

TEST(RoundTrip, TurnedAxesAreWrittenAndTurnedBackWithErrorsAndCovariances) {
  for (const Way& way : ways()) {
    const Site turned = rotate_to(full_site(), 30);
    if (std::string(way.format) == "mth5") {
      EXPECT_THROW(way.there_and_back(turned), std::invalid_argument);  // which has geographic axes only
      continue;
    }
    Comparison how = way.how;
    how.tolerance = how.error_tolerance = 1e-10;
    // Formats without covariances turn errors as independent ones.
    const Site expected = how.covariance ? full_site() : [&] {
      Site bare = turned;
      bare.inverse_signal_power.clear(), bare.residual_covariance.clear();
      return rotate_to(bare, 0);
    }();
    EXPECT_EQ(difference(expected, way.there_and_back(turned), how), "") << way.format;
  }
}

TEST(RoundTrip, AxesAreWrittenWithinTheRangeOfTheReaders) {
  for (const Way& way : ways()) {
    if (std::string(way.format) == "mth5") continue;
    // One value missing: axes then stay as they are, where the format can say so.
    for (const double azimuth : {25.0, 300.0, 400.0, -400.0}) {
      Site site = full_site();
      site.rotation = azimuth;
      if (std::string(way.format) == "zfile") {
        Comparison how = way.how;
        how.tolerance = 1e-10;
        EXPECT_EQ(difference(rotate_to(site, 0), way.there_and_back(site), how), "") << azimuth;
        continue;
      }
      site.z[1][xx] = Complex(not_a_number, not_a_number);
      site.inverse_signal_power.clear(), site.residual_covariance.clear();
      const Site back = way.there_and_back(site);
      EXPECT_NEAR(std::remainder(back.rotation - azimuth, 360.0), 0, 1e-9) << way.format;
      site.rotation = back.rotation;
      EXPECT_EQ(difference(site, back, way.how), "") << way.format << " " << azimuth;
    }
  }
}

TEST(RoundTrip, MasksAreKeptOrBecomeMissing) {
  for (const Way& way : ways()) {
    Site site = full_site();
    site.z_masked = {{false, true, false, false}, {false, false, false, false}};
    site.tipper_masked = {{false, false}, {true, false}};
    if (std::string(way.format) == "zfile") {
      EXPECT_THROW(way.there_and_back(site), std::invalid_argument);
      continue;
    }
    const Site back = way.there_and_back(site);
    EXPECT_EQ(difference(site, back, way.how), "") << way.format;
    EXPECT_EQ(way.how.masks, !back.z_masked.empty()) << way.format;
  }
}

TEST(RoundTrip, PartsThatAreMissingStayMissing) {
  const Complex missing(not_a_number, not_a_number);
  for (const Way& way : ways()) {
    if (std::string(way.format) == "zfile") continue;  // refuses them
    Site site = full_site();
    site.inverse_signal_power.clear(), site.residual_covariance.clear();
    site.z[1] = {missing, site.z[1][xy], missing, missing};
    site.z_error[0][yx] = not_a_number;
    site.tipper[0][1] = missing;
    EXPECT_EQ(difference(site, way.there_and_back(site), way.how), "") << way.format;
    site.rotation = 25;  // a turn would destroy the others: the axes stay, and are written
    if (std::string(way.format) != "mth5") {
      EXPECT_EQ(difference(site, way.there_and_back(site), way.how), "") << way.format;
    }
    Site no_tipper = full_site();
    no_tipper.tipper.clear(), no_tipper.tipper_error.clear();
    for (auto& n : no_tipper.residual_covariance)
      for (const std::size_t c : {2, 5, 6, 7, 8}) n[c] = missing;
    EXPECT_EQ(difference(no_tipper, way.there_and_back(no_tipper), way.how), "") << way.format;
    Site tipper_only = full_site();
    tipper_only.z.clear(), tipper_only.z_error.clear();
    for (auto& n : tipper_only.residual_covariance)
      for (std::size_t c = 0; c < 8; ++c) n[c] = missing;
    EXPECT_EQ(difference(tipper_only, way.there_and_back(tipper_only), way.how), "") << way.format;
  }
}

TEST(RoundTrip, ZfilesHoldTipperOrImpedanceAlone) {
  Site tipper_only = full_site();
  tipper_only.z.clear(), tipper_only.z_error.clear();
  const Complex missing(not_a_number, not_a_number);
  for (auto& n : tipper_only.residual_covariance)
    for (std::size_t c = 0; c < 8; ++c) n[c] = missing;
  EXPECT_EQ(difference(tipper_only, parse_zfile(zfile_text(tipper_only), "a"), {.elevation = false}), "");
  Site impedance_only = full_site();
  impedance_only.tipper.clear(), impedance_only.tipper_error.clear();
  for (auto& n : impedance_only.residual_covariance)
    for (const std::size_t c : {2, 5, 6, 7, 8}) n[c] = missing;
  EXPECT_EQ(difference(impedance_only, parse_zfile(zfile_text(impedance_only), "a"), {.elevation = false}), "");
}

TEST(RoundTrip, WritersRefuseWhatTheirFormatCannotHold) {
  const auto refusal = [](const auto& write) {
    try {
      write();
    } catch (const std::invalid_argument& error) { return std::string(error.what()); }
    return std::string("written");
  };
  for (const Way& way : ways()) {
    Site site = full_site();
    site.z.clear(), site.z_error.clear(), site.tipper.clear(), site.tipper_error.clear();
    EXPECT_NE(refusal([&] { way.there_and_back(site); }).find("neither impedance nor tipper"), std::string::npos)
        << way.format;
    site = full_site();
    site.name = "a\nb";
    EXPECT_NE(refusal([&] { way.there_and_back(site); }).find("name"), std::string::npos) << way.format;
    site = full_site();
    site.name = std::string(201, 'a');
    EXPECT_NE(refusal([&] { way.there_and_back(site); }).find("name of 201 bytes"), std::string::npos) << way.format;
    site = full_site();
    site.elevation = 12001;
    EXPECT_NE(refusal([&] { way.there_and_back(site); }).find("is no elevation on Earth"), std::string::npos)
        << way.format;
    site = full_site();
    site.name.clear();
    EXPECT_NE(refusal([&] { way.there_and_back(site); }).find("name"), std::string::npos) << way.format;
  }
  Site site = full_site();
  site.z_error[0][0] *= 2;
  EXPECT_NE(refusal([&] { zfile_text(site); }).find("not those of the covariances"), std::string::npos);
  site = full_site();
  site.latitude = not_a_number;
  EXPECT_NE(refusal([&] { zfile_text(site); }).find("has no coordinates"), std::string::npos);
  EXPECT_NE(refusal([&] { zonge_avg_text({"", {site}}); }).find("has no coordinates"), std::string::npos);
  EXPECT_NE(refusal([&] { zonge_avg_text({"", {full_site(), full_site()}}); }).find("two sites"), std::string::npos);
  EXPECT_NE(refusal([&] { mth5_bytes({"", {full_site(), full_site()}}); }).find("two sites"), std::string::npos);
}

TEST(RoundTrip, EveryRealSoundingThroughEveryFormat) {
  TERRELLA_NEED_REAL_DATA(folder);
  std::vector<Unreadable> missing;
  std::vector<std::string> files;
  for (const std::string& file : find_all_files({folder}, missing)) {
    const Format* const format = format_of_file(file);
    for (const Way& way : ways())
      if (format && format->name == std::string(way.format)) files.push_back(file);
  }
  const Reading reading = read_readable(files);
  for (const Unreadable& u : reading.unreadable) ADD_FAILURE() << u.path << ": " << u.message;
  std::map<std::string, std::size_t> kept, refused;
  for (const Site& site : reading.survey.sites)
    for (const Way& way : ways()) {
      // libhdf5 is tried in a child for each file: a few sites will do.
      if (std::string(way.format) == "mth5" && kept["mth5"] >= 40 && site.provenance.format != "mth5") continue;
      try {
        Site expected = site;
        const bool zeros = std::all_of(site.tipper.begin(), site.tipper.end(), [](const Tipper& row) {
          return row == Tipper{Complex(0), Complex(0)};
        });
        if (zeros && std::string(way.format) == "mth5")  // for which zeros everywhere are no tipper
          expected.tipper.clear(), expected.tipper_error.clear(), expected.tipper_masked.clear();
        const std::string d = difference(expected, way.there_and_back(site), way.how);
        EXPECT_EQ(d, "") << way.format << ": " << site.provenance.path << ", " << site.name;
        ++kept[way.format];
      } catch (const std::invalid_argument& error) {
        const std::string what = error.what();
        ++refused[way.format];
        const bool stated = what.find("no covariances") != std::string::npos ||  // Z-files
                            what.find("missing") != std::string::npos || what.find("masked") != std::string::npos ||
                            what.find("no coordinates") != std::string::npos ||
                            what.find("has x at") != std::string::npos;
        EXPECT_TRUE(stated) << way.format << ": " << what;
      } catch (const FormatError& error) {
        ADD_FAILURE() << way.format << ": " << site.provenance.path << ", " << site.name << ": " << error.what();
      }
    }
  for (const Way& way : ways())
    std::cerr << way.format << ": " << kept[way.format] << " soundings there and back, " << refused[way.format]
              << " it cannot hold\n";
  EXPECT_EQ(kept["edi"], reading.survey.sites.size());
  EXPECT_EQ(kept["emtf-xml"], reading.survey.sites.size());
  EXPECT_EQ(kept["j"], reading.survey.sites.size());
  EXPECT_GE(kept["zfile"], 60u);
  EXPECT_GE(kept["zonge-avg"], 300u);
  EXPECT_GE(kept["mth5"], 60u);
}
