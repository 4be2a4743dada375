// Any bytes as a model of ModEM (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/modem/model.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_modem_model(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_modem_model, modem_model_text, "write_model");
  return 0;
}
