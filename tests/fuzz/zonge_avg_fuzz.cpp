// Zonge AVG: any bytes keep the promise of tests/fuzz/soundings.h.
#include <cstdint>

#include "datasets/zonge_avg/zonge_avg.h"
#include "tests/fuzz/soundings.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_zonge_avg(bytes);
  terrella::fuzz::expect_promise(
      bytes, [](std::string_view b) { return parse_zonge_avg(b, "fuzz.avg"); },
      [](const Survey& survey) { return zonge_avg_text(survey); }, "write_zonge_avg");
  return 0;
}
