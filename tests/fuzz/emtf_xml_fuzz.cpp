// EMTF XML: any bytes keep the promise of tests/fuzz/soundings.h.
#include <cstdint>

#include "datasets/emtf_xml/emtf_xml.h"
#include "tests/fuzz/soundings.h"

using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_emtf_xml(bytes);
  terrella::fuzz::expect_promise(
      bytes,
      [](std::string_view b) {
        return Survey{"", {parse_emtf_xml(b, "fuzz.xml")}};
      },
      [](const Survey& survey) { return emtf_xml_text(survey.sites[0]); }, "write_emtf_xml");
  return 0;
}
