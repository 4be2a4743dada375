// Any bytes either are refused with a FormatError or give a site that is valid and can be written and read again, and
// coherences from 0 to 1.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/error.h"
#include "datasets/edi/coherence.h"
#include "datasets/edi/edi.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const char* what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_edi(bytes);
  try {
    for (const Coherence& c : read_edi_coherences("fuzz.edi", bytes).list)
      for (double value : c.value)
        if (value < 0 || value > 1) broken("coherences are numbers from 0 to 1", "another");
  } catch (const FormatError&) { ; }
  Site site;
  try {
    site = parse_edi(bytes, "fuzz.edi");
  } catch (const FormatError&) { return 0; }
  std::string text;
  try {
    validate(Survey{"", {site}});
    text = edi_text(site);
  } catch (const std::invalid_argument& refused) {
    if (std::string_view(refused.what()).find("write_edi") != 0)
      broken("a site that was read is valid", refused.what());
    return 0;  // a name or number that EDI cannot hold, said so
  }
  try {
    const Site back = parse_edi(text, "back.edi");
    if (back.period.size() != site.period.size()) broken("what is written is read", "another number of periods");
    for (std::size_t i = 0; i < site.z.size(); ++i)
      for (std::size_t c = 0; c < 4; ++c) {
        const double scale = std::abs(site.z[i][c]);
        if (site.rotation == 0 && scale > 1e-280 && !(std::abs(back.z[i][c] - site.z[i][c]) <= 1e-9 * scale))
          broken("what is written is read", "another impedance");
      }
  } catch (const FormatError& error) {
    // Frequencies that agree in 13 digits fall together.
    if (std::string_view(error.what()).find("stands twice") == std::string_view::npos)
      broken("what is written is read", error.what());
  }
  return 0;
}
