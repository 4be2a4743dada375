// Any bytes as a site file of the Dublin workshop (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/dsm1/dsm1.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_dsm1(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_dsm1, dsm1_text, "write_dsm1");
  return 0;
}
