// Any bytes either are refused with a FormatError or give a valid topography that can be interpolated, and written and
// read again as XYZ.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/error.h"
#include "datasets/topography/topography.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const char* what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Topography t;
  try {
    t = parse_topography(bytes, "fuzz");
  } catch (const FormatError&) { return 0; }
  try {
    validate(t);
  } catch (const std::invalid_argument& error) { broken("what was read is valid", error.what()); }
  if (t.elevation.size() > 20000) return 0;
  t.crs.clear();  // a system of PROJ is slow to make and none of ours
  try {
    elevation_at(t, std::vector<MapPoint>{{t.x[0], t.y[0]}, {0, 0}, {t.x.back() + 1e-3, t.y.back()}});
  } catch (const std::invalid_argument&) {}  // points on one line make no triangles
  try {
    const Topography back = parse_topography(xyz_text(t), "back");
    if (back.elevation.size() != t.elevation.size()) broken("what is written is read", "another number of heights");
  } catch (const FormatError& error) {
    // Places that agree in 15 digits fall together; a single point or a short line may look like another format.
    if (std::string_view(error.what()).find("with another height") == std::string_view::npos)
      broken("what is written is read", error.what());
  }
  return 0;
}
