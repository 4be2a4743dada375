// Any bytes as COPROD2 data (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/coprod2/coprod2.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_coprod2_data(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_coprod2_data, coprod2_data_text, "write_coprod2");
  return 0;
}
