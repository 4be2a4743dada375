// Any bytes as a covariance of ModEM: refused with a FormatError, or read, written and read as the same.
#include <cstdint>

#include "datasets/modem/covariance.h"
#include "tests/fuzz/round_trip.h"

using namespace terrella;
using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  looks_like_modem_covariance(bytes.substr(0, 4096));
  try {
    const ModelCovariance covariance = parse_modem_covariance(bytes, "fuzz");
    validate(covariance);
    const ModelCovariance back = parse_modem_covariance(modem_covariance_text(covariance), "back");
    if (back.area != covariance.area || back.cells != covariance.cells ||
        back.exceptions.size() != covariance.exceptions.size())
      fuzz::broken("what is written is read", "another covariance");
  } catch (const FormatError& error) {
    if (error.path() == "back") fuzz::broken("what is written is read", error.what());
  }
  return 0;
}
