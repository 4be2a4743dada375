// A corrupt corpus of the formats of inversion codes, made from small seeds: every change has its stated outcome, a
// FormatError in a stated line or a repair of a stated rule, and nothing else happens.
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "datasets/coprod2/coprod2.h"
#include "datasets/dsm1/dsm1.h"
#include "datasets/femtic/model.h"
#include "datasets/femtic/observe.h"
#include "datasets/mackie/model.h"
#include "datasets/modem/covariance.h"
#include "datasets/modem/data.h"
#include "datasets/modem/model.h"
#include "datasets/wsinv3dmt/data.h"
#include "datasets/wsinv3dmt/model.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

// Reads a text and gives the rules of its repairs.
using Read = std::function<std::vector<Repair>(const std::string&)>;

template <class Value>
std::vector<Repair> repairs_of(const Value& value) {
  if constexpr (requires { value.provenance; })
    return value.provenance.repairs;
  else if constexpr (requires { value.repairs; })
    return value.repairs;
  else
    return {};
}

template <auto parse>
Read reads() {
  return [](const std::string& text) { return repairs_of(parse(text, "corrupt")); };
}

struct Change {
  const char* what;
  const char* by;
  std::int64_t line;    ///< of the error; 0: the file as a whole, -1: no error but a repair
  const char* message;  ///< a part of it, or the rule of the repair
};

struct Seed {
  const char* name;
  Read read;
  std::string text;
  std::vector<Change> changes;
};

const std::string modem_data =
    "# a\n# b\n> Full_Impedance\n> exp(+i\\omega t)\n> [mV/km]/[nT]\n> 0.00\n> 44.6 -110.6\n> 2 2\n"
    "1.0e+00 S1 44.7 -110.6 1000.0 -500.0 -30.0 ZXY 2.0e+00 3.0e+00 1.0e-01\n"
    "1.0e+00 S1 44.7 -110.6 1000.0 -500.0 -30.0 ZYX -2.0e+00 -3.0e+00 1.1e-01\n"
    "1.0e+01 S2 44.5 -110.5 -1000.0 500.0 0.0 ZXX 1.5e-01 2.5e-01 1.0e-02\n";

const std::string modem_model =
    "# by hand\n 2 3 2 0 LOGE\n 10 20\n 1 2 3\n 5 6\n\n 1.0 0.0\n 2.0 0.1\n 3.0 0.2\n\n 4.0 0.3\n 5.0 0.4\n 6.0 "
    "0.5\n\n -10 -3 -67\n 12.5\n";

const std::string section = "3 2 LOGE\n1 2 3\n5 6\n1\n0.1 0.2 0.3\n1 2 3\n";

const std::string covariance =
    "+---+\n| model covariance |\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n+---+\n2 3 2\n0.3 0.2\n0.1 0.15\n0.4\n1\n1\n2 "
    "4 0.\n"
    "1 1\n1 2 3\n4 5 6\n2 2\n0 0 9\n1 1 1\n";

const std::string ws_data =
    "2 1 4\nStation_Location: N-S\n100 -100\nStation_Locations: E-W\n5.0\n6.0\n"
    "DATA_Period: 1.0\n 0.02 -0.02 -0.02 0.02\n 0.03 -0.01 -0.03 0.01\n"
    "ERROR_Period: 1.0\n 0.001 0.002 0.001 0.001\n 0.001 0.001 0.001 0.003\n"
    "ERMAP_Period: 1.0\n 1 1 2 2\n 1 1 9999 1\n";

const std::string ws_model = "# a\n2 3 3 2\n10 20\n1 2 3\n5 6 7\n100. 0.3\n1 2\n1 1 2\n1 2 1\n3 3\n2 2 2\n1 1 1\n";

const std::string mackie =
    "2 3 3 7 VALUES LOGE\n10 20\n1 2 3\n5 6 7\n1 2\n0.1 0.2\n0.3 0.4\n0.5 0.6\n3\n1 2\n3 4\n5 6\nModEM\nsite\n1 1\n"
    "-0.01 -0.003 0.5\n12.5\n";

const std::string coprod2_data =
    "Format: MT2DData_1.0\nReceiver Location (m): 2\n0 0\n100 -5\nFrequencies (Hz): 1\n 4\nDataType: Impedance\n"
    "DataComp: 2\nZXY\nZYX\nData Block: 2\n1 1 1 0.1 0.2 0.01\n1 2 2 -0.1 -0.2 0.02\n";

const std::string coprod2_model =
    "#Format: EM2DModelFile\nNY: 2\n10 20\nNAIR: 2\n100 300\nNZ: 3\n5 6 7\nResistivity Type: Conductivity\n"
    "Model Type: Linear\n0.01 0.02\n0.1 0.2\n1 2\nOrigin (m): 10 0\n";

const std::string observe =
    "MT 2\n1 1 -1.5 2\n1\n4 0.01 -0.02 0.1 -0.1 -0.1 0.1 -0.01 0.02 1e-3 2e-3 3e-3 1e-3 1e-3 1e-3 1e-3 1e-3\n"
    "2 2 3 4\n1\n4 0.01 -0.02 0.1 -0.1 -0.1 0.1 -0.01 0.02 1e-3 2e-3 1e-3 1e-3 1e-3 1e-3 1e-3 5e-3\nEND\n";

const std::string tetra =
    "TETRA\n4\n0 0 0 0\n1 1 0 0\n2 0 1 0\n3 0 0 1\n1\n0 -1 -1 -1 -1 0 1 2 3\n1\n0 0\n1\n0 1\n0\n0\n0\n0\n1\n0 3\n";

const std::string blocks = "1 2\n0 1\n0 1e9 1e-6 1e12 1.0 1\n1 100 1e-6 1e6 1.0 0\n";

const std::string dsm1 =
    "# sitename: A01  easting: -22500 m  northing: 100 m\n# periods\n1 1 2 3 4 -3 -4 -1 -2\n2 1 2 3 4 -3 -4 -1 -2\n";

const std::vector<Seed>& seeds() {
  static const std::vector<Seed> all = {
      {"ModEM data",
       reads<parse_modem_data>(),
       modem_data,
       {{"Full_Impedance", "Half_Impedance", 3, "is none of ModEM's"},
        {"Full_Impedance", "Ex_Field", 3, "is a field of a source"},
        {"Full_Impedance", "Phase_Tensor", 9, "component 'ZXY' does not belong to Phase_Tensor"},
        {"> Full_Impedance", "Full_Impedance", 3, "with the data type should stand here"},
        {"exp(+i\\omega t)", "plus", 4, "time factor 'plus'"},
        {"[mV/km]/[nT]", "[]", 5, "units '[]'"},
        {"[mV/km]/[nT]", "furlong", 5, "units 'furlong'"},
        {"> 0.00", "> north", 6, "'north' is not a number"},
        {"> 0.00", "> 0.00 1", 6, "should be one angle"},
        {"> 0.00", "> 1e9", 6, "orientation"},
        {"44.6 -110.6\n", "44.6\n", 7, "found 1 words"},
        {"44.6 -110.6\n", "44.6 x\n", 7, "'x' is not a number"},
        {"> 2 2", "> 2", 8, "found 1 words"},
        {"> 2 2", "> -2 2", 8, "is not within"},
        {"> 2 2", "> 2.5 2", 8, "is not a whole number"},
        {"> 2 2", "> 1 2", 3, "announces 1 periods and 2 sites, but has 2 and 2"},
        {"> 2 2", "> 2 1", 3, "but has 2 and 2"},
        {"> 2 2", "> 3 2", -1, "fewer-than-announced"},
        {"1.0e+00 S1 44.7", "0 S1 44.7", 9, "period 0 s is not positive"},
        {"1.0e+00 S1 44.7", "-1 S1 44.7", 9, "period -1 s is not positive"},
        {"1.0e+00 S1 44.7", "NaN S1 44.7", 9, "'NaN' is not a number"},
        {"1.0e+00 S1 44.7", "1,0 S1 44.7", 9, "'1,0' is not a number"},
        {"S1 44.7 -110.6 1000.0", "S1 44.7 -110.6 east", 9, "x: 'east' is not a number"},
        {"S1 44.7 -110.6 1000.0", "S1 44.7 -110.6 1010.0", 10, "stands at another place"},
        {"S1 44.7 -110.6 1000.0", "S1 44.8 -110.6 1000.0", 10, "another latitude or longitude"},
        {"S1 44.7 -110.6 1000.0", "S1 44.7 -110.6 1000.5", -1, "places-disagree"},
        {"S2 44.5", "S2 144.5", 0, "latitude 144.5"},
        {"S2 44.5 -110.5", "S2 44.5 249.5", -1, "longitude-wrapped"},
        {"ZXY 2.0e+00", "ZXZ 2.0e+00", 9, "component 'ZXZ'"},
        {"ZXY 2.0e+00", "TX 2.0e+00", 9, "component 'TX'"},
        {"ZXY 2.0e+00", "ZYX 2.0e+00", 10, "stands twice (first in line 9)"},
        {"ZXY 2.0e+00", "ZXY x", 9, "value: 'x' is not a number"},
        {"ZXY 2.0e+00", "ZXY NaN", -1, "not-a-number"},
        {"ZXY 2.0e+00", "ZXY ****", -1, "not-a-number"},
        {"ZXY 2.0e+00", "ZXY 1e999", -1, "not-a-number"},
        {"ZXY 2.0e+00 ", "ZXY ", 9, "10 words in a row of Full_Impedance where 11"},
        {"3.0e+00 1.0e-01", "3.0e+001.0e-01", 9, "10 words"},
        {"3.0e+00 1.0e-01", "3.0e+00 -1.0e-01", -1, "negative-error"},
        {"3.0e+00 1.0e-01", "3.0e+00 0", -1, "zero-error"},
        {"3.0e+00 1.0e-01", "3.0e+00 Inf", -1, "error-not-a-number"},
        {"1.1e-01\n", "1.1e-01 0 90\n", 10, "13 words in a row of Full_Impedance where 11"},
        {"# b\n", "# b\n+ CSEM\n", 3, "only MT is read"},
        {"1.0e-02\n", "1.0e-02\n# more\n", -1, "text-after-end"},
        {"1.0e-02\n", "1.0e-02\n> Phase_Tensor\n", 12, "the file ends where the time factor"},
        {"# a\n", "\xff\xfe# a\n", 1, "UTF-16"},
        {"# a\n", "\xef\xbb\xbf# a\n", -1, "byte-order-mark"}}},
      {"ModEM model",
       reads<parse_modem_model>(),
       modem_model,
       {{"2 3 2 0 LOGE", "2 3 2 LOGE", 2, "number of resistivities: 'LOGE'"},
        {"2 3 2 0 LOGE", "2 3 LOGE", 2, "the numbers of cells"},
        {"2 3 2 0 LOGE", "2 3 2 0 LOGX", 2, "should be LOGE"},
        {"2 3 2 0 LOGE", "0 3 2 0 LOGE", 2, "nx: 0 is not within"},
        {"2 3 2 0 LOGE", "2 3 -2 0 LOGE", 2, "nz: -2 is not within"},
        {"2 3 2 0 LOGE", "999999999 3 2 0 LOGE", 2, "cells along an axis"},
        {"2 3 2 0 LOGE", "900000 900000 900000 0 LOGE", 2, "more than"},
        {"2 3 2 0 LOGE", "2 3 999 0 LOGE", 2, "the file has only"},
        {" 10 20\n", " 10\n", 4, "more than 2 numbers"},
        {" 10 20\n", " 10 0\n", 3, "0 m is not positive"},
        {" 10 20\n", " 10 -20\n", 3, "-20 m is not positive"},
        {" 10 20\n", " 10 NaN\n", 3, "'NaN' is not a number"},
        {" 2.0 0.1\n", " 2.0 1e4\n", 8, "no positive resistivity"},
        {" 2.0 0.1\n", " 2.0 -1e4\n", 8, "no positive resistivity"},
        {" 2.0 0.1\n", " 2.0 ***\n", 8, "'***' is not a number"},
        {" 6.0 0.5\n", "", 14, "more than 12 numbers"},
        {"-10 -3 -67", "-10 -3", 15, "three numbers in a line, found 2"},
        {"-10 -3 -67", "-10 -3 x", 15, "'x' is not a number"},
        {"-10 -3 -67", "1e30 -3 -67", 0, "is nothing beside"},
        {" 12.5\n", " 12.5 1\n", 16, "'12.5 1' is not a number"},
        {" 12.5\n", " 400\n", 16, "rotation 400 degrees"},
        {" 12.5\n", " 12.5\n7\n", 17, "text behind the rotation"}}},
      {"ModEM section",
       reads<parse_modem_model>(),
       section,
       {{"3 2 LOGE", "3 LOGE", 1, "nz: 'LOGE'"},
        {"3 2 LOGE", "3 2 LOGX", 1, "should be LOGE"},
        {"3 2 LOGE", "3 2 1 LOGE", 1, "the numbers of cells ny and nz"},
        {"3 2 LOGE", "3 2000 LOGE", 1, "the file has only"},
        {"1 2 3\n5 6\n", "1 2 0\n5 6\n", 2, "0 m is not positive"},
        {"5 6\n1\n", "5 6\n", 4, "a line with one number"},
        {"0.1 0.2 0.3\n", "0.1 0.2\n", 6, "the file ends after 5 of 6 numbers"},
        {"0.1 0.2 0.3\n", "0.1 0.2 1e5\n", 5, "no positive resistivity"}}},
      {"ModEM covariance",
       reads<parse_modem_covariance>(),
       covariance,
       {{"|\n+---+\n", "+---+\n", 16, "the header of 16 lines should end here"},
        {"2 3 2\n", "2 3\n", 17, "the numbers of cells"},
        {"2 3 2\n", "2 3 2 2\n", 17, "covariance of type '2'"},
        {"2 3 2\n", "2 3 3\n", 19, "more than 3 numbers"},
        {"2 3 2\n", "2 3 x\n", 17, "'x' is not a whole number"},
        {"0.3 0.2\n", "0.3 1.2\n", 18, "1.2 is not within 0 .. 1"},
        {"0.3 0.2\n", "0.3 -0.2\n", 18, "-0.2 is not within 0 .. 1"},
        {"0.1 0.15\n", "0.1 0.1 0.1\n", -1, "smoothing-of-cells"},
        {"0.1 0.15\n", "0.1 0.1 0.2\n", 19, "more than 2 numbers"},
        {"0.4\n1\n1\n", "0.4\n1 2\n1\n", 21, "should stand here alone"},
        {"0.4\n1\n1\n", "0.4\n-1\n1\n", 21, "is not within"},
        {"0.4\n1\n1\n", "0.4\n1\n9\n", 24, "an exception has two areas and a smoothing"},
        {"2 4 0.\n", "2 4 7.\n", 23, "smoothing 7 is not within"},
        {"1 1\n1 2 3", "1 3\n1 2 3", 24, "last layer: 3 is not within 1 .. 2"},
        {"1 1\n1 2 3", "2 1\n1 2 3", 24, "last layer: 1 is not within 2 .. 2"},
        {"4 5 6\n", "4 5 -6\n", 26, "area -6"},
        {"4 5 6\n", "4 5 0.5\n", 26, "area 0.5"},
        {"2 2\n0 0 9\n1 1 1\n", "", 26, "layer 2 has no map"},
        {"2 2\n0 0 9", "1 1\n0 0 9", 27, "layer 1 has a second map"},
        {"0 0 9\n1 1 1\n", "0 0 9\n1 1\n", 29, "the file ends after 5 of 6"}}},
      {"WSINV3DMT data",
       reads<parse_wsinv3dmt_data>(),
       ws_data,
       {{"2 1 4\n", "2 1 5\n", 1, "5 responses"},
        {"2 1 4\n", "2 1 8\n", 10, "DATA_Period: 'ERROR_Period:' is not a number"},
        {"2 1 4\n", "2 2 4\n", 10, "'DATA_Period:' of period 2 of 2"},
        {"2 1 4\n", "20000 10000 12\n", 1, "are announced"},
        {"100 -100\n", "100\n", 4, "is not a number"},
        {"Station_Locations: E-W", "Station_Locations: N-S", 4, "'Station_Location: E-W' should stand here"},
        {"DATA_Period: 1.0", "DATA_Period: 0", 7, "period 0 s is not positive"},
        {"DATA_Period: 1.0", "DATA_Period 1.0", 7, "should stand here"},
        {"ERROR_Period: 1.0", "ERROR_Period: 1.5", 10, "1.5 s where 1 s of the data"},
        {"0.001 0.003\n", "0.001 -0.003\n", 12, "negative value -0.003"},
        {"0.001 0.003\n", "0.001 0\n", -1, "zero-error"},
        {" 1 1 9999 1\n", " 1 1 9999\n", 15, "the file ends after 7 of 8"},
        {" 1 1 9999 1\n", " 1 1 9999 1\nmore\n", 16, "text behind the last table"}}},
      {"WSINV3DMT model",
       reads<parse_wsinv3dmt_model>(),
       ws_model,
       {{"2 3 3 2\n", "2 3 3 3\n", 7, "more than 3 numbers"},
        {"100. 0.3\n", "100. -0.3\n", 6, "no positive resistivity"},
        {"1 2\n1 1 2\n", "1 4\n1 1 2\n", 7, "last layer: 4 is not within 1 .. 3"},
        {"1 2\n1 1 2\n", "2 2\n1 1 2\n", 7, "layer 2 where 1 should follow"},
        {"1 1 2\n1 2 1\n", "1 1 2\n1 3 1\n", 9, "index 3 is not one of the 2"},
        {"1 1 2\n1 2 1\n", "1 1 2\n1 0 1\n", 9, "index 0"},
        {"3 3\n2 2 2\n1 1 1\n", "", 9, "the file ends where the layers of a map"}}},
      {"Mackie model",
       reads<parse_mackie_model>(),
       mackie,
       {{"VALUES", "CODES", 1, "maps of indices are not read"},
        {"2 3 3 7", "2 3 3 -7", 1, "is not within"},
        {"1 2\n0.1 0.2", "1 4\n0.1 0.2", 5, "last layer: 4"},
        {"0.5 0.6\n3\n", "0.5 0.6\n2\n", 9, "layer 2 where 3 should follow"},
        {"5 6\nModEM", "5 6 7\nModEM", 12, "more than 6 numbers"},
        {"ModEM\nsite\n1 1\n-0.01 -0.003 0.5\n12.5\n", "ModEM\n", 13, "the file ends where the name of a site"},
        {"ModEM\n", "WINGLINK\n", -1, "axes-as-modem"},
        {"12.5\n", "12.5.1\n", 17, "'12.5.1' is not a number"}}},
      {"COPROD2 data",
       reads<parse_coprod2_data>(),
       coprod2_data,
       {{"(m): 2\n", "(m): 3\n", 5, "a receiver has y and z"},
        {"100 -5\n", "100 deep\n", 4, "z: 'deep' is not a number"},
        {"\n 4\n", "\n 0\n", 6, "frequency 0 Hz is not positive"},
        {"Impedance", "Rho_Pha", 7, "only Impedance is read"},
        {"ZXY\n", "ZXX\n", 9, "component 'ZXX'"},
        {"Data Block: 2", "Data Block: 9", 13, "the file ends where a row of data"},
        {"1 1 1 0.1", "2 1 1 0.1", 12, "number of the frequency: 2"},
        {"1 2 2 -0.1", "1 2 3 -0.1", 13, "number of the component: 3"},
        {"0.2 0.01\n", "0.2\n", 12, "found 5 words"},
        {"0.2 0.01\n", "0.2 -0.01\n", 12, "error -0.01 is not positive"},
        {"DataType", "Colour", 7, "is nothing that MT2DData_1.0 has"}}},
      {"COPROD2 model",
       reads<parse_coprod2_model>(),
       coprod2_model,
       {{"NY: 2", "NY: 20000", 2, "the file has only"},
        {"10 20\n", "10 -20\n", 3, "-20 m is not positive"},
        {"Conductivity", "Both", 8, "'BOTH' should be"},
        {"0.1 0.2\n", "0.1 -0.2\n", 11, "no positive resistivity"},
        {"Origin (m): 10 0", "Origin (m): 10", 13, "found 1 words"},
        {"Model Type: Linear\n0.01 0.02\n0.1 0.2\n1 2\n", "", 9, "there is no 'Model Type'"}}},
      {"FEMTIC data",
       reads<parse_femtic_data>(),
       observe,
       {{"MT 2\n", "MT 3\n", 8, "a station has its number"},
        {"MT 2\n", "NMT2 2\n", 1, "network MT is not read"},
        {"MT 2\n", "XYZ 2\n", 1, "should be MT"},
        {"2 2 3 4\n", "1 2 3 4\n", 5, "station 1 stands twice"},
        {"2 2 3 4\n", "2 9 3 4\n", 5, "there is no station 9"},
        {"2 2 3 4\n", "2 2 3\n", 5, "a station has its number"},
        {"2 2 3 4\n", "2 2 far 4\n", 5, "x in km: 'far'"},
        {"1 1 -1.5 2\n1\n", "1 1 -1.5 2\n1 1\n", 3, "should stand here alone"},
        {"1e-3 5e-3\n", "1e-3\n", 8, "row of a frequency: 'END'"},
        {"1e-3 5e-3\n", "1e-3 -5e-3\n", -1, "negative-error"},
        {"END\n", "", -1, "missing-end"},
        {"END\n", "END\nmore\n", -1, "text-after-end"}}},
      {"FEMTIC mesh",
       reads<parse_femtic_mesh>(),
       tetra,
       {{"TETRA", "PRISM", 1, "'PRISM' should be TETRA or HEXA"},
        {"TETRA\n4\n", "TETRA\n5\n", 8, "more than 20 numbers"},
        {"1 1 0 0\n", "7 1 0 0\n", 4, "number 7 where 1 should follow"},
        {"0 1 2 3\n", "0 1 2 4\n", 8, "point 4 is not a whole number"},
        {"0 -1 -1", "0 -2 -1", 8, "neighbour -2"},
        {"1\n0 0\n1\n0 1\n", "1\n0 4\n1\n0 1\n", 10, "face 4"},
        {"1\n0 3\n", "1\n0 3\n9\n", 19, "more than the file should have"}}},
      {"FEMTIC blocks",
       reads<parse_femtic_blocks>(),
       blocks,
       {{"1 2\n", "1 3\n", 4, "the file ends after 12 of 18"},
        {"1 2\n0 1\n", "1 2\n0 5\n", 2, "block 5"},
        {"1 100 1e-6", "1 -100 1e-6", 4, "should be positive"},
        {"1 100 1e-6", "1 100 1e6", 4, "block 1 is not within"},
        {"1.0 0\n", "1.0 9\n", 4, "type 9"}}},
      {"DSM1 site",
       reads<parse_dsm1>(),
       dsm1,
       {{"-22500 m", "west", 1, "easting: 'west' is not a number"},
        {"# sitename", "# site", 1, "should stand here"},
        {"1 1 2 3 4 -3 -4 -1 -2\n2 1", "3 1 2 3 4 -3 -4 -1 -2\n2 1", 4, "does not ascend"},
        {"2 1 2 3 4 -3 -4 -1 -2\n", "2 1 2 3 4 -3 -4 -1\n", 4, "found 8 words"}}}};
  return all;
}

}  // namespace

TEST(CorruptFormats, EveryChangeEndsAsStated) {
  std::size_t files = 0;
  for (const Seed& seed : seeds()) {
    ASSERT_NO_THROW(seed.read(seed.text)) << seed.name;
    const std::size_t repairs_of_seed = seed.read(seed.text).size();
    for (const Change& change : seed.changes) {
      SCOPED_TRACE(std::string(seed.name) + ": '" + change.what + "' as '" + change.by + "'");
      std::string text = seed.text;
      const auto at = text.find(change.what);
      ASSERT_NE(at, std::string::npos);
      text.replace(at, std::string(change.what).size(), change.by);
      ++files;
      try {
        const auto repairs = seed.read(text);
        EXPECT_EQ(change.line, -1) << "accepted; expected an error with '" << change.message << "'";
        EXPECT_GT(repairs.size(), repairs_of_seed);
        EXPECT_TRUE(
            std::any_of(repairs.begin(), repairs.end(), [&](const Repair& r) { return r.rule == change.message; }));
      } catch (const FormatError& error) {
        EXPECT_EQ(error.line(), change.line) << error.what();
        EXPECT_NE(std::string(error.what()).find(change.message), std::string::npos) << error.what();
      }
    }
  }
  EXPECT_GE(files, 160U);
}

// Cut anywhere, a file is refused or read; nothing else happens. Every prefix of every seed.
TEST(CorruptFormats, EveryCutIsRefusedOrRead) {
  for (const Seed& seed : seeds()) {
    std::size_t refused = 0;
    for (std::size_t n = 0; n < seed.text.size(); ++n) try {
        seed.read(seed.text.substr(0, n));
      } catch (const FormatError& error) {
        ++refused;
        EXPECT_EQ(error.path(), "corrupt");
      }
    EXPECT_GT(refused, seed.text.size() / 2) << seed.name;
  }
}

// The same with every byte replaced in turn by one that means something to a parser.
TEST(CorruptFormats, EveryByteMayChange) {
  for (const Seed& seed : seeds())
    for (std::size_t n = 0; n < seed.text.size(); ++n)
      for (const char c : {'\0', '9', '-', ' ', '\n', '>', '#', 'e', '\xff'}) {
        std::string text = seed.text;
        text[n] = c;
        try {
          seed.read(text);
        } catch (const FormatError&) { continue; }
      }
}
