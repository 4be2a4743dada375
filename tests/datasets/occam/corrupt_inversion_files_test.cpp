// Damaged files of Occam1D, Occam2D and MARE2DEM: one change each, and what it must say.
#include <gtest/gtest.h>

#include "core/error.h"
#include "datasets/emdata/emdata.h"
#include "datasets/mare2dem/mare2dem.h"
#include "datasets/occam/iteration.h"
#include "datasets/occam1d/occam1d.h"
#include "datasets/occam2d/occam2d.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

struct Case {
  const char* from;  ///< replaced once; "" puts `to` at the end
  std::string to;
  const char* message;
};

template <class Parse>
void expect_all(const std::string& whole, const Parse& parse, std::initializer_list<Case> cases) {
  const auto outcome = [&](const std::string& text) -> std::string {
    try {
      parse(text, "f");
      return "read";
    } catch (const FormatError& error) { return error.what(); }
  };
  ASSERT_EQ(outcome(whole), "read");
  for (const Case& one : cases) {
    std::string text = whole;
    if (*one.from) {
      const std::size_t at = text.find(one.from);
      ASSERT_NE(at, std::string::npos) << one.from;
      text.replace(at, std::string(one.from).size(), one.to);
    } else {
      text += one.to;
    }
    const std::string found = outcome(text);
    EXPECT_NE(found.find(one.message), std::string::npos)
        << one.from << " -> " << one.to << "\nwanted: " << one.message << "\nfound:  " << found;
  }
  // Cut after every line: refused, or whole already.
  for (std::size_t at = whole.find('\n'); at + 1 < whole.size(); at = whole.find('\n', at + 1)) {
    const std::string rest = whole.substr(at + 1);
    if (rest.find_first_not_of("\n") == std::string::npos) break;
    EXPECT_NE(outcome(whole.substr(0, at + 1)), "read") << whole.substr(0, at + 1);
  }
}

}  // namespace

TEST(CorruptInversionFiles, Occam2dData) {
  expect_all(
      "FORMAT: OCCAM2MTDATA_1.0\nTITLE: t, Strike=7\nSITES: 2\na\nb\nOFFSETS (M):\n0\n100\nFREQUENCIES: 1\n10\n"
      "DATA BLOCKS: 2\nSITE FREQ TYPE DATUM ERROR\n1 1 1 2 0.1\n2 1 2 45 1\n",
      parse_occam2d_data,
      {{"OCCAM2MTDATA_1.0", "OCCAM2MTDATA_9", "f:1: has the format 'OCCAM2MTDATA_9'"},
       {"FORMAT:", "FORMAT", "f:1: 'FORMAT OCCAM2MTDATA_1.0' stands where 'FORMAT:' should"},
       {"SITES: 2", "SITES: 3", "f:6: the list of sites ends after 2 of 3"},
       {"SITES: 2", "SITES: 1", "f:5: 'b' stands where 'OFFSETS (M):' should"},
       {"SITES: 2", "SITES: -1", "f:3: SITES: -1 is not within 1 .. "},
       {"SITES: 2", "SITES: 99999999", "f:3: SITES: 99999999 is not within"},
       {"SITES: 2", "SITES: x", "f:3: SITES: 'x' is not a whole number"},
       {"0\n100\n", "0\n", "f:8: offsets: 'FREQUENCIES:' is not a number"},
       {"FREQUENCIES: 1\n10", "FREQUENCIES: 1\n0", "frequency 0 is not positive"},
       {"FREQUENCIES: 1\n10", "FREQUENCIES: 1\n-10", "frequency -10 is not positive"},
       {"FREQUENCIES: 1\n10", "FREQUENCIES: 1\nNaN", "frequencies: 'NaN' is not a number"},
       {"DATA BLOCKS: 2", "DATA BLOCKS: 1", "f:14: more than 1 data"},
       {"DATA BLOCKS: 2", "DATA BLOCKS: 3", "the file ends where a datum should stand"},
       {"2 1 2 45 1", "3 1 2 45 1", "f:14: site: 3 is not within 1 .. 2"},
       {"2 1 2 45 1", "0 1 2 45 1", "f:14: site: 0 is not within 1 .. 2"},
       {"2 1 2 45 1", "2 2 2 45 1", "f:14: frequency: 2 is not within 1 .. 1"},
       {"2 1 2 45 1", "2 1 7 45 1", "f:14: type 7 is not known"},
       {"2 1 2 45 1", "2 1 13 45 1", "f:14: type 13 (a part of the impedance) is not read"},
       {"2 1 2 45 1", "2 1 2 45 -1", "f:14: error -1 is negative"},
       {"2 1 2 45 1", "2 1 2 nan 1", "f:14: datum: 'nan' is not a number"},
       {"2 1 2 45 1", "2 1 2 45", "f:14: a datum wants site, frequency, type, value and error"},
       {"2 1 2 45 1", "2 1 2 4,5 1", "f:14: datum: '4,5' is not a number"},
       {"", "9\n", "f:15: more than 2 data"},
       {"TITLE:", "TITEL:", "f:2: 'TITEL: t, Strike=7' stands where 'TITLE:' should"}});
  EXPECT_EQ(parse_occam2d_data("FORMAT: OCCAM2MTDATA_1.0\nTITLE: t\nSITES: 1\na\nOFFSETS:\n0\nFREQUENCIES: 1\n1\nDATA "
                               "BLOCKS: 1\n1 1 1 2 0.1\n",
                               "f")
                .provenance.repairs[0]
                .rule,
            "strike-unknown");
}

TEST(CorruptInversionFiles, Occam2dMesh) {
  expect_all("title\n0 3 2 1 0 2\n 55\n10 20\n30\n0\n??\n?1\n0Z\n??\n", parse_occam2d_mesh,
             {{"0 3 2 1 0 2", "0 3 2 1 0", "f:2: the sizes want six numbers, not 5"},
              {"0 3 2 1 0 2", "0 1 2 1 0 2", "f:2: number of nodes along y: 1 is not within 2"},
              {"0 3 2 1 0 2", "0 4 2 1 0 2", "f:6: thickness 1 is 0, not positive"},
              {"0 3 2 1 0 2", "0 3 3 1 0 2", "f:6: thickness 2 is 0, not positive"},
              {"0 3 2 1 0 2", "0 99999999 2 1 0 2", "is not within 2 .. "},
              {"0 3 2 1 0 2", "0 3 2 99 0 2", "f:2: number of fixed resistivities: 99 is not within"},
              {"10 20", "10 -20", "f:4: width 2 is -20, not positive"},
              {"10 20", "10 nan", "f:4: widths: 'nan' is not a number"},
              {"30\n", "0\n", "thickness 1 is 0, not positive"},
              {" 55\n", " -1\n", "f:3: fixed resistivity 1 is -1, not positive"},
              {"?1\n", "?2\n", "f:8: the code '2' is neither"},
              {"?1\n", "?\n", "f:8: a line of codes has 1 letters for 2 columns"},
              {"?1\n", "?x\n", "f:8: the code 'x' is neither"},
              {"", "??\n", "f:11: more than 4 lines of codes"},
              {"0\n??", "x\n??", "f:6: the number before the codes: 'x' is not a whole number"}});
}

// A title of bytes that are no UTF-8 once was written as it stood, and read back as UTF-16.
TEST(CorruptInversionFiles, TitlesBecomeText) {
  const std::string text = std::string(" \xfe\xff") + " a\n0 2 2 0 0 2\n1\n1\n0\n?\n?\n?\n?\n";
  const Occam2dMesh mesh = parse_occam2d_mesh(text, "f");
  EXPECT_EQ(mesh.title, "?? a");
  EXPECT_EQ(parse_occam2d_mesh(occam2d_mesh_text(mesh), "f").title, "?? a");
}

TEST(CorruptInversionFiles, Occam2dModel) {
  expect_all(
      "Format: OCCAM2MTMOD_1.0\nMesh Type: PW2D\nBinding Offset: 5\nNum Layers: 2\n1 2\n1 1\n2 1\n2\nNO. EXCEPTIONS: "
      "1\n1 2 0.5\n",
      [](const std::string& text, const std::string& path) {
        const Occam2dModel model = parse_occam2d_model(text, path);
        // Exceptions may be left out, so that a file cut before them is whole.
        if (model.exceptions.empty()) throw FormatError(path, 0, "no exceptions");
      },
      {{"OCCAM2MTMOD_1.0", "OCCAM2MTMOD_2.0", "f:1: has the format 'OCCAM2MTMOD_2.0'"},
       {"PW2D", "TRI", "f:2: the mesh type 'TRI' is not PW2D"},
       {"Binding Offset: 5\n", "", "f: has no 'Binding Offset'"},
       {"Binding Offset: 5", "Binding Offset: x", "f:3: Binding Offset: 'x' is not a number"},
       {"Mesh Type: PW2D", "Binding Offset: 5", "f:3: 'Binding Offset' stands twice"},
       {"Num Layers: 2", "Num Layers: 3", "f:9: layer 3 wants its numbers"},
       {"Num Layers: 2", "Num Layers: 0", "f:4: Num Layers: 0 is not within 1"},
       {"Num Layers: 2", "Num Layers: 1", "f:7: '2 1' stands where 'NO. EXCEPTIONS:' should"},
       {"1 2\n1 1\n", "1 2\n1 1 1\n", "f:6: layer 1 has more than 2 blocks"},
       {"1 2\n1 1\n", "1 2\n1 0\n", "f:6: mesh columns of a block: 0 is not within 1"},
       {"1 2\n1 1\n", "1 2 3\n1 1\n", "f:5: layer 1 wants its numbers of mesh rows and blocks"},
       {"1 2 0.5", "1 2", "f:10: an exception wants two blocks and a penalty"},
       {"1 2 0.5", "1 2 nan", "f:10: penalty: 'nan' is not a number"},
       {"", "1 2 3\n", "f:11: more than 1 exceptions"},
       {"Mesh Type: PW2D", "Mesh Type PW2D", "f:2: a setting wants 'key: value'"}});
}

TEST(CorruptInversionFiles, OccamIteration) {
  expect_all("Format: OCCAMITER_FLEX\nIteration: 3\nMisfit Value: 1.5\nParam Count: 3\n1 2\n3\n", parse_occam_iteration,
             {{"OCCAMITER_FLEX", "OCCAMITER_2.0", "f:1: has the format 'OCCAMITER_2.0'"},
              {"Format:", "Fromat:", "f:1: does not start with 'Format:'"},
              {"Iteration: 3", "Iteration 3", "f:2: a setting wants 'key: value'"},
              {"Iteration: 3", "Iteration: three", "f:2: Iteration: 'three' is not a number"},
              {"Misfit Value: 1.5", "Misfit Value: NaN", "f:3: Misfit Value: 'NaN' is not a number"},
              {"Misfit Value: 1.5", "ITERATION: 4", "f:3: 'ITERATION' stands twice"},
              {"Param Count: 3", "Param Count: 2", "f:6: more than 2 parameters"},
              {"Param Count: 3", "Param Count: 4", "the file ends after 3 of 4 numbers"},
              {"Param Count: 3", "Param Count: 0", "f:4: Param Count: 0 is not within 1"},
              {"Param Count: 3", "Param Count: 99999999", "numbers are announced, but only"},
              {"1 2\n3", "1 x\n3", "f:5: parameters: 'x' is not a number"},
              {"1 2\n3", "1 ***\n3", "f:5: parameters: '***' is not a number"},
              {"1 2\n3", "1 2\n3 4", "f:6: parameters: more than 3 numbers: '4'"}});
}

TEST(CorruptInversionFiles, Occam2dResponse) {
  expect_all(
      "1 1 1 0 2 2.1 -1\n1 1 2 0 45 44 1\n",
      [](const std::string& text, const std::string& path) {
        if (parse_occam2d_response(text, path).rows.size() != 2) throw FormatError(path, 0, "too few");
      },
      {{"1 1 2", "1 1 2.5", "f:2: site, frequency or type: 2.5 is not a whole number"},
       {"1 1 2", "0 1 2", "f:2: site, frequency or type: 0 is not"},
       {"1 1 2", "1e99 1 2", "f:2: site, frequency or type: 1e+99 is not"},
       {"44 1", "44", "f:2: a response wants site, frequency, type, 0, datum, response and residual, not 6 words"},
       {"44 1", "nan 1", "f:2: response file: 'nan' is not a number"}});
  EXPECT_THROW(parse_occam2d_response("\n", "f"), FormatError);
}

TEST(CorruptInversionFiles, Occam1dModel) {
  expect_all(
      "Format: Resistivity1DMod_1.0\n#LAYERS: 3\n-100 1e12 0 0 0\n0 -1 0 0 0\n50 ? 1 10 0.5\n", parse_occam1d_model,
      {{"Resistivity1DMod_1.0", "Resistivity1DMod_3", "f:1: has the format 'Resistivity1DMod_3'"},
       {"#LAYERS: 3", "#LAYERS: 2", "f:5: more than 2 layers"},
       {"#LAYERS: 3", "#LAYERS: 4", "f:5: the file ends after 3 of 4 layers"},
       {"#LAYERS: 3", "#LAYERS: x", "f:2: number of layers: 'x' is not a whole number"},
       {"#LAYERS: 3\n", "", "f:2: '-100 1e12 0 0 0' stands where '#LAYERS:' should"},
       {"0 -1 0 0 0", "-200 -1 0 0 0", "f:4: the top of layer 2 (-200 m) is not below the one before (-100 m)"},
       {"0 -1 0 0 0", "0 0 0 0 0", "f:4: a resistivity of 0"},
       {"0 -1 0 0 0", "0 -1 0 0", "f:4: a layer wants depth, resistivity, penalty, preference and its penalty, not 4"},
       {"0 -1 0 0 0", "0 -1 0 0 1", "f:4: a penalty on a preference that is not there"},
       {"0 -1 0 0 0", "0 -1 0 -5 1", "f:4: a preferred resistivity of -5"},
       {"0 -1 0 0 0", "0 nan 0 0 0", "f:4: resistivity: 'nan' is not a number"}});
}

TEST(CorruptInversionFiles, EmData) {
  expect_all(
      "Format: EMData_2.2\n# MT Frequencies: 2\n1\n10\n# MT Receivers: 1\n0 5 0 0 0 0 0 0 a\n# Data: 2\n103 1 1 1 100 "
      "5\n104 2 1 1 45 2\n",
      parse_emdata,
      {{"EMData_2.2", "EMData_3.0", "f:1: has the format 'EMData_3.0'"},
       {"Format:", "Data:", "f:1: does not start with 'Format:'"},
       {"# MT Frequencies: 2", "# MT Frequencies: 3", "f:5: a new block starts after 2 of 3 frequencies"},
       {"# MT Frequencies: 2", "# MT Frequencies: 1", "f:4: '10' is no 'key: value'"},
       {"# MT Frequencies: 2", "# MT Frequencies: 99999", "MT Frequencies: 99999 is not within 0 .."},
       {"# MT Frequencies: 2", "# Frequencies: 2", "f:2: '# Frequencies' is no key that is known"},
       {"\n10\n", "\n-10\n", "f:4: frequency -10 is not positive"},
       {"\n10\n", "\nten\n", "f:4: frequency: 'ten' is not a number"},
       {"0 5 0 0 0 0 0 0 a", "0 5 0 0 0 0 0", "f:6: a receiver of EMData_2.2 wants 8 numbers and a name, not 7 words"},
       {"0 5 0 0 0 0 0 0 a", "0 5 0 0 0 0 0 0.5 a", "f:6: SolveStatic: '0.5' is not a whole number"},
       {"0 5 0 0 0 0 0 0 a", "0 inf 0 0 0 0 0 0 a", "f:6: y: 'inf' is not a number"},
       {"# MT Receivers: 1", "# MT Receivers: 2", "f:7: a new block starts after 1 of 2 receivers"},
       {"# Data: 2", "# Data: 1", "f:9: more than 1 data"},
       {"# Data: 2", "# Data: 3", "the file ends after 2 of 3 data"},
       {"104 2 1 1 45 2", "199 2 1 1 45 2", "f:9: '199' is no kind of data that is known"},
       {"104 2 1 1 45 2", "PhsZQQ 2 1 1 45 2", "f:9: 'PhsZQQ' is no kind of data that is known"},
       {"104 2 1 1 45 2", "104 3 1 1 45 2", "f:9: Freq #: 3 is not within 1 .. 2"},
       {"104 2 1 1 45 2", "104 2 1 2 45 2", "f:9: Rx #: 2 is not within 1 .. 1"},
       {"104 2 1 1 45 2", "104 2 2 1 45 2", "f:9: Tx #: 2 is not within 0 .. 1"},
       {"104 2 1 1 45 2", "1 2 1 1 45 2", "f:9: Freq #: 2 is not within 1 .. 0"},
       {"104 2 1 1 45 2", "104 2 1 1 45 -2", "f:9: standard error -2 is negative"},
       {"104 2 1 1 45 2", "104 2 1 1 45", "f:9: a datum wants 6 words, not 5"},
       {"104 2 1 1 45 2", "104 2 1 1 nan 2", "f:9: data: 'nan' is not a number"},
       {"# Data: 2", "# MT Receivers: 1\n# Data: 2", "f:7: '# MT Receivers' stands twice"},
       {"# MT Frequencies", "Phase: sideways\n# MT Frequencies", "f:2: the phase convention 'sideways'"},
       {"# MT Frequencies", "nonsense: 1\n# MT Frequencies", "f:2: 'nonsense' is no key that is known"}});
  EXPECT_THROW(parse_emdata("Format: EMResp_2.2\n# MT Frequencies: 1\n1\n# MT Receivers: 1\n0 0 0 0 0 0 0 0\n# Data: "
                            "1\n103 1 1 1 1 1\n",
                            "f"),
               FormatError);  // responses want 8 words
}

TEST(CorruptInversionFiles, Poly) {
  expect_all(
      "4 2 0 0\n1 0 0\n2 4 0\n3 4 4\n4 0 4\n5 1\n1 1 2 1\n2 2 3 1\n3 3 4 1\n4 4 1 1\n5 1 3 1\n0\n2\n1 3 1 1 -1\n2 1 3 "
      "2 -1\n",
      [](const std::string& text, const std::string& path) {
        if (parse_poly(text, path).region.empty()) throw FormatError(path, 0, "no regions");
      },
      {{"4 2 0 0", "4 3 0 0", "f:1: the dimension is 3, not 2"},
       {"4 2 0 0", "0 2 0 0", "f:1: holds no vertices (they stand in a .node file)"},
       {"4 2 0 0", "5 2 0 0", "f:6: a vertex wants 3 numbers, not 2"},
       {"4 2 0 0", "99999 2 0 0", "f:1: number of vertices: 99999 is not within"},
       {"2 4 0\n", "3 4 0\n", "f:3: vertex 3 stands where 2 should"},
       {"2 4 0\n", "2 nan 0\n", "f:3: y: 'nan' is not a number"},
       {"2 2 3 1\n", "2 2 9 1\n", "f:8: vertex of a segment: 9 is not within 1 .. 4"},
       {"2 2 3 1\n", "2 2 2 1\n", "f:8: a segment from a vertex to itself"},
       {"2 2 3 1\n", "2 2 3\n", "f:8: a segment wants a marker"},
       {"2 2 3 1\n", "2 1 2 1\n", "f: regions: segments 1 and 2 overlap at vertex 1"},
       {"3 4 4\n", "3 4 0\n", "f: regions: segment 2 has no length"},
       {"2 1 3 2 -1", "2 1 3", "f:15: a region wants 4 numbers, not 3"},
       {"2 1 3 2 -1", "3 1 3 2 -1", "f:15: number of a region: 3 is not within"},
       {"2 1 3 2 -1", "2 9 9 2 -1", "f: regions: the point of region 2 lies outside of all polygons"},
       {"2 1 3 2 -1", "2 3 2 2 -1", "f: regions: the points of regions 1 and 2 lie in one and the same polygon"},
       {"", "3 1 1\n", "f:16: more than 2 regions"}});
}

TEST(CorruptInversionFiles, Mare2demResistivity) {
  expect_all(
      "Format: mare2dem_1.1\nModel File: a.poly\nGlobal Bounds: 0.1 ,1000\nAnisotropy: isotropic\nNumber of regions: "
      "2\n!# Rho\n1 10 1 0 0 0 0\n2 1e12 0 0 0 0 0\n",
      parse_mare2dem_resistivity,
      {{"mare2dem_1.1", "mare2dem_9", "f:1: has the format 'mare2dem_9'"},
       {"isotropic", "round", "f:4: the anisotropy 'round' is not isotropic"},
       {"Anisotropy: isotropic\n", "", "f:4: 'Anisotropy' must stand before the regions"},
       {"0.1 ,1000", "0.1", "f:3: the global bounds want 'lowest, highest'"},
       {"0.1 ,1000", "1000 ,0.1", "f:3: global bounds 1000, 0.1 are none"},
       {"Model File", "Modell File", "f:2: 'Modell File' is no key that is known"},
       {"Model File: a.poly", "Global bounds: 1, 2", "f:3: 'Global Bounds' stands twice"},
       {"regions: 2", "regions: 3", "the file ends where a region should stand"},
       {"regions: 2", "regions: 1", "more than 1 regions"},
       {"regions: 2", "regions: 1000000", "number of regions: 1000000 is not within"},
       {"2 1e12", "3 1e12", "f:8: number of a region: 3 is not within 1 .. 2"},
       {"2 1e12", "1 1e12", "f:8: region 1 stands where 2 should"},
       {"2 1e12 0", "2 -5 0", "f:8: resistivity -5 is not positive"},
       {"2 1e12 0", "2 nan 0", "f:8: resistivity: 'nan' is not a number"},
       {"2 1e12 0", "2 1e12 0.5", "f:8: parameter: '0.5' is not a whole number"},
       {"2 1e12 0 0 0 0 0", "2 1e12 0 0 0 0", "f:8: a region wants 7 numbers, not 6"},
       {"2 1e12 0 0 0 0 0", "2 1e12 0 5 1 0 0", "f:8: bounds 5, 1 are none"},
       {"2 1e12 0 0 0 0 0", "2 1e12 0 0 0 0 1", "f:8: a weight on the prejudice 0"}});
}

TEST(OccamIteration, ParametersStayApart) {
  OccamIteration iteration =
      parse_occam_iteration("Format: OCCAMITER_FLEX\nParam Count: 2\n 2.0 -0.0005111111111e123\n", "i");
  EXPECT_EQ(parse_occam_iteration(occam_iteration_text(iteration), "back").parameter, iteration.parameter);
}
