// Any text either is refused as an edit with a message or is one that is written as a text that is read as the same;
// applied to a survey it either is refused or gives a valid survey, and is taken back.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "datasets/survey/edit.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

Survey example() {
  Survey survey{"fuzz", {}};
  for (const char* name : {"A01", "A02", "a01"}) {
    Site site;
    site.name = name;
    site.latitude = -30 + 0.0001 * static_cast<double>(survey.sites.size());
    site.longitude = 20;
    for (int i = 0; i < 6; ++i) {
      site.period.push_back(static_cast<double>(1 << i) * (1 + 0.001 * static_cast<double>(survey.sites.size())));
      site.z.push_back({Complex(0.1, 0.2), Complex(1, 1), Complex(-1, -1.1), Complex(not_a_number, not_a_number)});
      site.z_error.push_back({0.01, not_a_number, 0.02, not_a_number});
      site.tipper.push_back({Complex(0.1, 0), Complex(0, 0.1)});
      site.tipper_error.push_back({0.01, 0.01});
    }
    survey.sites.push_back(site);
  }
  return survey;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Edit edit;
  try {
    edit = edit_of(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const std::invalid_argument&) { return 0; }
  const std::string words = to_text(edit);
  if (to_text(edit_of(words)) != words) broken("an edit that was written is read", words);
  describe(edit);
  const Survey original = example();
  try {
    const EditedSurvey edited = with_edit({original, {}, original}, edit);
    validate(edited.survey);
    if (without_last_edits(edited, 1).survey.sites.size() != 3) broken("an edit is taken back", words);
  } catch (const std::invalid_argument&) { return 0; }
  return 0;
}
