// Any bytes as a data list of ModEM (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/modem/data.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_modem_data(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_modem_data, modem_data_text, "write_modem");
  return 0;
}
