#include "datasets/edi/coherence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "tests/datasets/real_data.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

std::string file(const std::string& blocks) {
  return ">HEAD\nDATAID=A\nEMPTY=1.0E+32\nLAT=1\nLONG=2\n>=DEFINEMEAS\n>HMEAS ID=11.001 CHTYPE=HX\n>HMEAS ID=12.001 "
         "CHTYPE=HY\n>EMEAS ID=13.001 CHTYPE=EX\n>EMEAS ID=14.001 CHTYPE=EY\n>=MTSECT\nNFREQ=3\n>FREQ //3\n1 10 100\n" +
         blocks + ">END\n";
}

}  // namespace

TEST(EdiCoherence, IsReadByPeriodWithItsChannels) {
  const Coherences c = read_edi_coherences("a.edi", file(">COH MEAS1=13.001 MEAS2=12.0010 //3\n0.5 -0.75 1E32\n"
                                                         ">COH MEAS1=2 MEAS2=3 EPRED=4 //3\n0 0 0\n"
                                                         ">COH MEAS1=1 MEAS2=4 //3\n0.9 0.8 1.2\n"
                                                         ">COH MEAS1=11.001 MEAS2=12.001 //3\n0 0 0\n"));
  ASSERT_EQ(c.list.size(), 2U);
  EXPECT_EQ(c.list[0].electric + c.list[0].magnetic, "EXHY");
  EXPECT_EQ(c.list[1].electric + c.list[1].magnetic, "EYHX");
  EXPECT_EQ(c.list[0].period, (std::vector<double>{0.01, 0.1, 1}));
  EXPECT_TRUE(std::isnan(c.list[0].value[0]));
  EXPECT_EQ(c.list[0].value[1], 0.75);
  EXPECT_EQ(c.list[0].value[2], 0.5);
  EXPECT_TRUE(std::isnan(c.list[1].value[0]));
  ASSERT_EQ(c.repairs.size(), 3U);
  EXPECT_EQ(c.repairs[0].rule, "coherence-sign");
  EXPECT_EQ(c.repairs[1].rule, "coherence-beyond-one");
  EXPECT_EQ(c.repairs[2].rule, "channel-by-number");
}

TEST(EdiCoherence, OfDamagedBlocksIsRefused) {
  EXPECT_THROW(read_edi_coherences("a.edi", file(">COH MEAS1=13.001 MEAS2=12.001\n0.5 0.7\n")), FormatError);
  EXPECT_THROW(read_edi_coherences("a.edi", file(">COH MEAS1=13.001 MEAS2=12.001 //3\n0.5 x 1\n")), FormatError);
  EXPECT_TRUE(read_edi_coherences("a.txt", "nothing").list.empty());
  EXPECT_TRUE(read_edi_coherences("a.edi", file("")).list.empty());
}

TEST(EdiCoherence, OfRealFiles) {
  TERRELLA_NEED_REAL_DATA(folder);
  int files = 0, values = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".edi") continue;
    Coherences c;
    try {
      c = read_edi_coherences(entry.path().string());
    } catch (const FormatError&) { continue; }  // files that read_edi refuses, too
    files += !c.list.empty();
    for (const Coherence& one : c.list) {
      values += static_cast<int>(one.value.size());
      for (double v : one.value) EXPECT_FALSE(v < 0 || v > 1) << entry.path();
    }
  }
  EXPECT_EQ(files, 27);
  EXPECT_GT(values, 2000);
}
