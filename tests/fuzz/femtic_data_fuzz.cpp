// Any bytes as FEMTIC's observe.dat (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/femtic/observe.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_femtic_data(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_femtic_data, femtic_data_text, "write_femtic");
  return 0;
}
