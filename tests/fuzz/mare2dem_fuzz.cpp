// Any bytes either are refused with a FormatError or give polygons or resistivities that can be written and read again.
// The first byte chooses the reader.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/error.h"
#include "datasets/mare2dem/mare2dem.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const char* what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  looks_like_poly(bytes), looks_like_mare2dem_resistivity(bytes);
  try {
    if (data[0] % 2) {
      const PolygonMap map = parse_poly(bytes, "fuzz");
      const RegionFinder finder(map);
      for (std::size_t r = 0; r < map.region.size(); ++r)
        if (finder.region_of(map.region[r].inside) != static_cast<std::int32_t>(r))
          broken("a region holds its own point", "it does not");
      // Ten digits may move vertices onto each other; that must be said, not crash.
      try {
        parse_poly(poly_text(map), "back");
      } catch (const FormatError&) {}
    } else {
      const Mare2demResistivity r = parse_mare2dem_resistivity(bytes, "fuzz");
      std::string text;
      try {
        text = mare2dem_resistivity_text(r);
      } catch (const std::invalid_argument&) { return 0; }
      try {
        if (parse_mare2dem_resistivity(text, "back").regions.size() != r.regions.size())
          broken("what is written is read", "another number of regions");
      } catch (const FormatError& error) { broken("what is written is read", error.what()); }
    }
  } catch (const FormatError&) {}
  return 0;
}
