// Damaged and hostile grids: each with the message that it must give, or the repair.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "datasets/topography/topography.h"
#include "tests/datasets/topography/binary_grids.h"

using namespace terrella;
using namespace terrella::datasets;
using binary_grids::coards;
using binary_grids::gmt3;
using binary_grids::Netcdf;
using binary_grids::Tiff;

namespace {

std::string outcome(const std::string& bytes) {
  try {
    const Topography t = parse_topography(bytes, "f");
    return t.repairs.empty() ? "read" : "repaired: " + t.repairs[0].rule;
  } catch (const FormatError& error) { return error.what(); }
}

void expect(const std::string& bytes, const std::string& wanted) {
  const std::string found = outcome(bytes);
  EXPECT_NE(found.find(wanted), std::string::npos) << "wanted: " << wanted << "\nfound:  " << found;
}

// A file with one change; what it must say.
struct TiffCase {
  const char* message;
  void (*change)(Tiff&);
};
struct NetcdfCase {
  const char* message;
  void (*change)(Netcdf&);
};

}  // namespace

TEST(CorruptTopography, EsriAscii) {
  const std::string head = "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n";
  const std::pair<std::string, std::string> cases[] = {
      {head + "1 2 3 4\n", "read"},
      {head + "1 2 3    \n", "f:6: heights: the file ends after 3 of 4 numbers"},
      {head + "1 2 3 4 5\n", "f:6: heights: more than 4 numbers: '5'"},
      {head + "1 2 3 4\n5\n", "f:7: more than 4 heights: ncols or nrows is wrong"},
      {head + "1 2 x 4\n", "f:6: heights: 'x' is not a number"},
      {head + "1 2 nan 4\n", "f:6: heights: 'nan' is not a number"},
      {head + "1 2 1e999 4\n", "f:6: heights: '1e999' is not a number"},
      {head + "1 2 3 1.7e38\n", "height 1 is 1.7e+38 m; is it the file's value for no data, not stated?"},
      {"ncols 2\nnrows 2\nxllcorner 0\ncellsize 1\n1 2 3 4\n", "f:4: the header wants one of yllcorner and yllcenter"},
      {"ncols 2\nnrows 2\nxllcorner 0\nxllcenter 0\nyllcorner 0\ncellsize 1\n1 2 3 4\n",
       "the header wants one of xllcorner and xllcenter"},
      {"ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\n1 2 3 4\n", "the header has no cellsize"},
      {"ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize -1\n1 2 3 4\n", "cellsize -1 is not positive"},
      {"ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 0\n1 2 3 4\n", "cellsize 0 is not positive"},
      {"ncols 2\nncols 2\nnrows 2\n", "f:2: NCOLS stands twice"},
      {"ncols 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3 4\n", "the header has no nrows"},
      {"ncols 0\nnrows 2\n", "f:1: NCOLS: 0 is not within 1 .. 10000000"},
      {"ncols 9999999\nnrows 9999999\nxllcorner 0\nyllcorner 0\ncellsize 1\n1\n", "numbers are announced, but only"},
      {"ncols 2.5\nnrows 2\n", "f:1: NCOLS: '2.5' is not a whole number"},
      {"ncols 2\nnrows 2\nfoo 3\n", "f:3: keyword 'foo' is not of an ESRI ASCII grid"},
      {"ncols 2\nnrows 2 2\n", "f:2: the header wants a keyword and one value a line"},
      {"ncols 2\nnrows 2\nxllcorner a\n", "f:3: XLLCORNER: 'a' is not a number"},
      {"\xef\xbb\xbf" + head + "1 2 3 4\n", "repaired: byte-order-mark"},
      {head + "1\n", "f:5: heights: 4 numbers are announced, but only 2 bytes follow"},
      {"ncols 2\nnrows 1\nxllcorner 1e300\nyllcorner 0\ncellsize 1\n1 2\n", "does not lie beyond the one before"},
  };
  for (const auto& [bytes, message] : cases) expect(bytes, message);
}

TEST(CorruptTopography, Xyz) {
  const std::pair<std::string, std::string> cases[] = {
      {"1 2 3\n4 5\n", "is no topography that is known"},
      {"1 2 3\n4 5 6 7\n", "is no topography that is known"},
      {std::string(5000, '#') + "\n1 2 3\n4 5\n", "is no topography"},
      {"1 2 3\n1 2 4\n", "f:2: the place 1, 2 stands in line 1 with another height"},
      {"1 2 3\n1 2 3\n", "repaired: duplicate-point"},
      {"a b c\n1 2 3\n", "f:1: the names of columns do not say which are x, y and elevation"},
      {"x x z\n1 2 3\n", "f:1: two columns are called x"},
      {"nan 2 3\n1 2 3\n", "f:1: x: 'nan' is not a number"},
      {"1 2 3\nx y z\n", "is no topography"},
      {"", "is no topography"},
      {"# nothing\n", "is no topography"},
      {"1 2 inf\n", "read"},  // a height that is not a number is missing
  };
  for (const auto& [bytes, message] : cases) expect(bytes, message);
  std::string long_file;
  for (int i = 0; i < 2000; ++i) long_file += std::to_string(i) + " 1 2\n";
  expect(long_file + "1 2\n", "f:2001: a point wants x, y and elevation, not 2 values");
  expect(long_file + "1 2 x\n", "f:2001: elevation: 'x' is not a number");
}

TEST(CorruptTopography, Geotiff) {
  const TiffCase cases[] = {
      {"read", [](Tiff&) {}},
      {"is compressed (scheme 5)", [](Tiff& t) { t.compression = 5; }},
      {"has 3 samples a pixel", [](Tiff& t) { t.samples_per_pixel = 3; }},
      {"is a picture with a palette", [](Tiff& t) { t.extra[262] = 3; }},
      {"has a predictor without compression", [](Tiff& t) { t.predictor = 2; }},
      {"is a BigTIFF", [](Tiff& t) { t.version = 43; }},
      {"says nowhere where its pixels lie", [](Tiff& t) { t.scale.clear(); }},
      {"says nowhere where its pixels lie", [](Tiff& t) { t.tie.clear(); }},
      {"has 2 tie points", [](Tiff& t) { t.tie.resize(12); }},
      {"tag 33922 holds 5 numbers, not 6", [](Tiff& t) { t.tie.resize(5); }},
      {"tag 33550 holds 1 numbers, not 2", [](Tiff& t) { t.scale.resize(1); }},
      {"lie nowhere",
       [](Tiff& t) {
         t.scale = {0, 1, 0};
       }},
      {"lie nowhere", [](Tiff& t) { t.tie[3] = INFINITY; }},
      {"EPSG:32611 is no geographic system",
       [](Tiff& t) {
         t.keys = {2048, 32611};
       }},
      {"EPSG:4326 is no projected system",
       [](Tiff& t) {
         t.keys = {3072, 4326};
       }},
      {"'EPSG:12' is no coordinate reference system",
       [](Tiff& t) {
         t.keys = {3072, 12};
       }},
      {"repaired: crs-unknown",
       [](Tiff& t) {
         t.keys = {1024, 1, 2048, 4326};  // projected by parameters that stand elsewhere
       }},
      {"angles have the unit 9101",
       [](Tiff& t) {
         t.keys = {2048, 4326, 2054, 9101};
       }},
      {"heights have the unit 9036",
       [](Tiff& t) {
         t.keys = {4099, 9036};
       }},
      {"tag 42113 (no data): 'x' is not a number", [](Tiff& t) { t.nodata = "x"; }},
      {"needs more than the", [](Tiff& t) { t.extra[256] = 1U << 30; }},
      {"an image of 0 by 2 pixels", [](Tiff& t) { t.extra[256] = 0; }},
      {"tiles or strips without pixels", [](Tiff& t) { t.extra[278] = 0; }},
      {"strips are needed", [](Tiff& t) { t.extra[273] = 8; }},
      {"holds 1 bytes; its pixels need",
       [](Tiff& t) {
         t.height = 1;
         t.extra[279] = 1;
       }},
      {"stands nowhere (a sparse file)",
       [](Tiff& t) {
         t.height = 1;
         t.extra[273] = 0;
       }},
      {"strip should stand in bytes",
       [](Tiff& t) {
         t.height = 1;
         t.extra[273] = 1U << 31;
       }},
      {"samples of 1024 bits", [](Tiff& t) { t.extra[258] = 1024; }},
      {"samples of 32 bits and format 7", [](Tiff& t) { t.extra[339] = 7; }},
      {"tiles of 4294967295 by 16 pixels",
       [](Tiff& t) {
         t.tile = 16;
         t.extra[322] = 0xffffffffU;
       }},
  };
  for (const TiffCase& one : cases) {
    Tiff tiff;
    one.change(tiff);
    expect(tiff.bytes(), one.message);
  }
  // Cut at every byte: read to the end or refused, never read as something else.
  const std::string whole = Tiff().bytes();
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_NE(outcome(whole.substr(0, n)), "read") << n;
  // A directory far away, one that points at itself, and one that never ends.
  std::string bytes = whole;
  bytes.replace(4, 4, "\xff\xff\xff\x7f");
  expect(bytes, "the directory of tags should stand in bytes");
}

TEST(CorruptTopography, Netcdf) {
  const NetcdfCase cases[] = {
      {"read", [](Netcdf&) {}},
      {"is a CDF-5 file", [](Netcdf& n) { n.version = 5; }},
      {"holds no grid: no variable", [](Netcdf& n) { n.variables.clear(); }},
      {"holds no grid: no variable", [](Netcdf& n) { n.variables.pop_back(); }},
      {"holds no grid: no variable", [](Netcdf& n) { n.variables[0].name = "latitude"; }},
      {"names dimension 9 of 2", [](Netcdf& n) { n.variables[2].dimension[0] = 9; }},
      {"two dimensions are unlimited",
       [](Netcdf& n) {
         n.dimensions = {{"lat", 0}, {"lon", 0}};
       }},
      {"the number of records is unknown",
       [](Netcdf& n) {
         n.dimensions[0].second = 0;
         n.records = 0xffffffffU;
       }},
      {"announces more values than the file holds", [](Netcdf& n) { n.dimensions[0].second = 1U << 30; }},
      {"shares the unlimited dimension",
       [](Netcdf& n) {
         n.dimensions[0].second = 0;
         n.records = 2;
       }},
      {"has the unit 'parsec'", [](Netcdf& n) { n.variables[2].text["units"] = "parsec"; }},
      {"scale_factor 0", [](Netcdf& n) { n.variables[2].number["scale_factor"] = 0; }},
      {"add_offset", [](Netcdf& n) { n.variables[2].number["add_offset"] = NAN; }},
      {"infinite height",
       [](Netcdf& n) {
         n.variables[2].type = 6;
         n.variables[2].number["scale_factor"] = 1e300;
         n.variables[2].value[0] = 1e300;
       }},
      {"does not lie beyond the one before",
       [](Netcdf& n) {
         n.variables[1].value = {10, 12, 11};
       }},
      {"x 0 is nan", [](Netcdf& n) { n.variables[1].value[0] = NAN; }},
      {"unknown type 9", [](Netcdf& n) { n.variables[2].type = 9; }},
      {"holds characters", [](Netcdf& n) { n.variables[1].type = 2; }},
      {"'nonsense' is no coordinate reference system",
       [](Netcdf& n) {
         n.variables[2].text["grid_mapping"] = "crs";
         n.variables.push_back({"crs", {}, 4, {0}, {{"crs_wkt", "nonsense"}}, {}});
       }},
  };
  for (const NetcdfCase& one : cases) {
    Netcdf file = coards();
    one.change(file);
    expect(file.bytes(), one.message);
  }
  const NetcdfCase old[] = {
      {"variable 'y_range' of a GMT 3 grid is missing", [](Netcdf& n) { n.variables[1].name = "q"; }},
      {"the range 12 .. 10 is empty",
       [](Netcdf& n) {
         n.variables[0].value = {12, 10};
       }},
      {"dimension 2 by 2 does not fit 6 values",
       [](Netcdf& n) {
         n.variables[4].value = {2, 2};
       }},
      {"dimension -3 of a grid",
       [](Netcdf& n) {
         n.variables[4].value = {-3, -2};
       }},
      {"dimension 1e+09 of a grid",
       [](Netcdf& n) {
         n.variables[4].value = {1e9, 1e9};
       }},
      {"a single node has no range",
       [](Netcdf& n) {
         n.variables[4].value = {1, 6};
       }},
  };
  for (const NetcdfCase& one : old) {
    Netcdf file = gmt3();
    one.change(file);
    expect(file.bytes(), one.message);
  }
  const std::string whole = coards().bytes();
  // The last value is padded to four bytes; all else is needed.
  for (std::size_t n = 0; n + 4 < whole.size(); ++n) EXPECT_NE(outcome(whole.substr(0, n)), "read") << n;
  expect("\x89HDF\r\n\x1a\n rest", "is an HDF5 file, perhaps netCDF-4; write it as netCDF-3 first");
}

TEST(CorruptTopography, PlacesThatDifferInTheLastBitsStayApart) {
  Topography t;
  t.kind = Topography::Kind::points;
  t.x = {500000, std::nextafter(500000, 1e9)};
  t.y = {0, 0};
  t.elevation = {1, 1};
  EXPECT_EQ(parse_topography(xyz_text(t), "f").x, t.x);
}
