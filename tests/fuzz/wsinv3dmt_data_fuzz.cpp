// Any bytes as data of WSINV3DMT (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/wsinv3dmt/data.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_wsinv3dmt_data(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_wsinv3dmt_data, wsinv3dmt_data_text, "write_wsinv3dmt");
  return 0;
}
