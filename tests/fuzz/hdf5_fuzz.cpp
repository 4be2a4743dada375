// Any bytes, and any damage to a survey file whose seal was renewed after it, either are refused with a FormatError or
// give a survey that is valid and can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "core/error.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/survey_file.h"
#include "tests/datasets/hdf5/example.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

std::string file_of(const Survey& survey) {
  hdf5::Writer writer("survey", 1);
  write_hdf5(survey, writer.root());
  return writer.finish();
}

/// The example with bytes replaced: each 4 bytes of input are a place (3) and a value (1).
std::string damaged(std::string_view edits) {
  static const std::string whole = file_of(tests::odd_survey(2, 3)).substr(hdf5::seal_bytes);
  std::string image = whole;
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(edits[i])}; };
    image[(byte(0) | byte(1) << 8 | byte(2) << 16) % image.size()] = edits[3];
  }
  return hdf5::sealed("survey", image);
}

}  // namespace

// libhdf5 1.10 loses memory of its own on files that it refuses.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string bytes = data[0] % 2 == 0 ? std::string(input) : damaged(input);
  Survey survey;
  try {
    survey = read_survey("fuzz.h5", bytes);
  } catch (const FormatError&) { return 0; }
  try {
    validate(survey);
    if (const std::string what = tests::difference(survey, read_survey("back.h5", file_of(survey))); !what.empty())
      broken("what was written comes back", what);
  } catch (const std::exception& error) { broken("a survey that was read is valid and can be written", error.what()); }
  return 0;
}
