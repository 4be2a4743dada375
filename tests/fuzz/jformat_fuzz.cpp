// J files: any bytes keep the promise of tests/fuzz/soundings.h.
#include <cstdint>

#include "datasets/jformat/jformat.h"
#include "tests/fuzz/soundings.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_jformat(bytes);
  terrella::fuzz::expect_promise(
      bytes,
      [](std::string_view b) {
        return Survey{"", {parse_jformat(b, "fuzz.j")}};
      },
      [](const Survey& survey) { return jformat_text(survey.sites[0]); }, "write_jformat");
  return 0;
}
