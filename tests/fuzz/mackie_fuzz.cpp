// Any bytes as a model of Mackie's programs (tests/fuzz/round_trip.h).
#include <cstdint>

#include "datasets/mackie/model.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_mackie_model(bytes.substr(0, 4096));
  fuzz::check(bytes, parse_mackie_model, mackie_model_text, "write_model");
  return 0;
}
