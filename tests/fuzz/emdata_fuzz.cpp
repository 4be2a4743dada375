// Any bytes either are refused with a FormatError or give data that can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/error.h"
#include "datasets/emdata/emdata.h"
#include "datasets/observations/survey.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const char* what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  looks_like_emdata_2(text), looks_like_emresp_1(text);
  EmData data;
  try {
    data = parse_emdata(text, "fuzz");
  } catch (const FormatError&) { return 0; }
  data.origin.clear();  // PROJ is slow and none of ours
  for (const bool responses : {false, true}) try {
      validate(survey_of(observations_of(data, responses)).survey);
    } catch (const FormatError&) {}  // what is no MT data, stands twice, or says no place
  try {
    const EmData back = parse_emdata(emdata_text(data), "back");
    if (back.data.size() != data.data.size() || back.receiver.size() != data.receiver.size())
      broken("what is written is read", "another number of data or receivers");
  } catch (const FormatError& error) { broken("what is written is read", error.what()); }
  return 0;
}
